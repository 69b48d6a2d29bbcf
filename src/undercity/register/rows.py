"""Profiles and imports as states of the record, and back; the dossiers of both."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from undercity import clock
from undercity.ledger.dossier import register_table
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names
from undercity.register.facts import IMPORT, PROFILE, ImportState, ProfileState
from undercity.register.models import Change, Import, Profile, Upload

CHANGE, FILE = "register.change", "register.file"


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
    register(Subject(kind=PROFILE, state=ProfileState, model=Profile, describe=_describe_profiles))
    register(Subject(kind=IMPORT, state=ImportState, model=Import, describe=_describe_imports))
    register_table(CHANGE, Change, ("told",))
    register_table(FILE, Upload, ("name", "sha256"))
