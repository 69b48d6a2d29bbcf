"""Profiles and imports as states of the record, and back; the dossiers of both."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import Rows, rows_of
from undercity.ledger.dossier import register_table
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names
from undercity.register.facts import IMPORT, PROFILE, ImportState, ProfileState
from undercity.register.models import Change, Import, Profile, Upload

CHANGE, FILE = "register.change", "register.file"


def fields_of(state: type[Any]) -> tuple[str, ...]:
    """The columns of a state."""
    return tuple(one.name for one in dataclasses.fields(state))


def _subject(kind: str, model: type[models.Model], state: type[Any], describe: Any) -> Subject:
    names = fields_of(state)
    values = attrgetter(*names)

    def load(streams: Iterable[UUID]) -> dict[UUID, Any]:
        found = model._default_manager.filter(pk__in=list(streams)).values_list("uid", *names)
        return {row[0]: state(*row[1:]) for row in found}

    def rows(states: Mapping[UUID, Any]) -> Rows:
        return rows_of(model, ["uid", *names], ((uid, *values(one)) for uid, one in states.items()))

    def update(uid: UUID, was: Any, now: Any) -> None:
        model._default_manager.filter(pk=uid).update(**changes(was, now))

    def without_entries() -> Iterable[UUID]:
        told = Entry.objects.filter(stream=OuterRef("uid"))
        return model._default_manager.filter(~Exists(told)).values_list("uid", flat=True)

    return Subject(kind=kind, state=state, load=load, rows=rows, update=update, without_entries=without_entries,
                   describe=describe)


def _describe_profiles(streams: Iterable[UUID]) -> dict[UUID, Line]:
    held = dict(Profile.objects.filter(pk__in=list(streams)).values_list("uid", "place"))
    places = {place.pk: place for place in Place.objects.filter(pk__in=list(held.values())).prefetch_related(
        with_names())}
    now = clock.now()
    return {uid: Line(number=place.key, title=name_of(place, now), where=body_name(place.district_id))
            for uid, pk in held.items() if (place := places.get(pk)) is not None}


def _describe_imports(streams: Iterable[UUID]) -> dict[UUID, Line]:
    return {row.pk: Line(number=str(row.pk)[:8], title=_("Import of a spreadsheet"), where="")
            for row in Import.objects.filter(pk__in=list(streams))}


def register_subjects() -> None:
    """Tell the record how profiles, imports and their dossiers are read and written."""
    register(_subject(PROFILE, Profile, ProfileState, _describe_profiles))
    register(_subject(IMPORT, Import, ImportState, _describe_imports))
    register_table(CHANGE, Change, ("told",))
    register_table(FILE, Upload, ("name", "sha256"))
