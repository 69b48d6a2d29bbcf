"""The case a page is about."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from undercity.cases.models import Case
from undercity.cases.queries import lists
from undercity.errors import NotFound
from undercity.org.requests import actor_of


def no_such_case() -> NotFound:
    """Missing and hidden look the same."""
    return NotFound(_("There is no such case."), remedy=_("Check the number; it may also lie outside your area."))


def asked_for(request: HttpRequest, number: str) -> Case:
    """The case with this number, if whoever asks may see it; NotFound otherwise."""
    found = lists.by_number(actor_of(request), number)
    if found is None:
        raise no_such_case()
    return found
