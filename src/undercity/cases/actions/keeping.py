"""Keeping a filter of the list under a name 常用筛选: a convenience of a post, nothing the record tells of."""

from __future__ import annotations

from django.db import IntegrityError
from django.utils.translation import gettext as _

from undercity.cases.models import SavedFilter
from undercity.cases.queries.filters import Filter
from undercity.db import write
from undercity.errors import RuleBroken
from undercity.org.powers import Actor

NAME_MAX, FILTERS_MAX = 40, 20


def keep(chosen: Filter, name: str, *, by: Actor) -> SavedFilter:
    """Keep a filter; RuleBroken when it narrows nothing, its name is taken, or there are too many."""
    if not chosen.narrows:
        raise RuleBroken(_("The list is not narrowed."), field="query", remedy=_("Choose something above first."))
    assert by.post is not None
    if SavedFilter.objects.filter(post=by.post).count() >= FILTERS_MAX:
        raise RuleBroken(_("More than %(most)d filters cannot be kept.") % {"most": FILTERS_MAX}, field="name",
                         remedy=_("Delete one you no longer need."))
    named = _named(name)
    try:
        with write():
            return SavedFilter.objects.create(post_id=by.post, name=named, query=chosen.query)
    except IntegrityError as error:
        raise _taken(named) from error


def rename(number: int, name: str, *, by: Actor) -> None:
    """Another name; RuleBroken when it is taken or empty."""
    named = _named(name)
    try:
        with write():
            SavedFilter.objects.filter(post=by.post, pk=number).update(name=named)
    except IntegrityError as error:
        raise _taken(named) from error


def forget(number: int, *, by: Actor) -> None:
    """Delete it; the cases stay where they are."""
    with write():
        SavedFilter.objects.filter(post=by.post, pk=number).delete()


def _named(name: str) -> str:
    named = " ".join(name.replace("\0", "").split())
    if not named:
        raise RuleBroken(_("A name is missing."), field="name", remedy=_("Write in a few words what it shows."))
    if len(named) > NAME_MAX:
        raise RuleBroken(_("The name is too long."), field="name",
                         remedy=_("Use %(most)d characters at most.") % {"most": NAME_MAX})
    return named


def _taken(name: str) -> RuleBroken:
    return RuleBroken(_("There is a filter “%(name)s” already.") % {"name": name}, field="name",
                      remedy=_("Choose another name, or rename that one."))
