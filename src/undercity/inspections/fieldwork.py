"""Checks and boards on the spot 现场: the field takes them without signal and sends them later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.field.kinds import (
    PHOTOS_MAX,
    Doing,
    Field,
    FieldKind,
    FieldTask,
    Given,
    Outcome,
    Room,
    photos,
    register,
    register_room,
)
from undercity.field.queries import check_standing
from undercity.inspections.actions.boards import tap_boards
from undercity.inspections.actions.checking import finish_check
from undercity.inspections.checklist_rules import NUMBER_MOST, Item
from undercity.inspections.facts import SUBJECT
from undercity.inspections.models import BoardsStand, Inspection
from undercity.inspections.queries.checklists import FLOOD, uses_of, version_of
from undercity.inspections.queries.inspections import check_for, items_now, kept_places
from undercity.inspections.rules import NOTE_MAX, may_check
from undercity.inspections.states import Kind, PhotoRule, Said, Status
from undercity.ledger.lights import seen
from undercity.ledger.models import Duty
from undercity.ledger.pictures import Picture
from undercity.ledger.queries import mine
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.places.models import Place
from undercity.places.queries import name_of

DONE, SET, DOWN = "inspection.done", "boards.set", "boards.down"
AT_MOST = 60


# --- checks ---------------------------------------------------------------------------------------------------------

def _fields(subject: UUID | None) -> tuple[Field, ...]:
    row = Inspection.objects.filter(pk=subject).first() if subject else None
    if row is None:
        raise NotFound(_("There is no such check."), field="subject", remedy=_("It may lie outside your area."))
    return tuple(field for nth, item in enumerate(items_now(row), 1) for field in fields_of(item, nth))


def fields_of(item: Item, nth: int) -> Iterator[Field]:
    """The fields of one item: its answer, the picture its rule wants, and words when it fails."""
    label = f"{nth}. {item}" + (f" ({item.limits})" if item.limits else "")
    needed = not item.optional
    if item.kind is Kind.TEXT:
        yield Field(f"{item.code}-note", FieldKind.TEXT, label, needed, most=NOTE_MAX)
    elif item.kind is Kind.NUMBER:
        yield Field(item.code, FieldKind.NUMBER, label, needed, least=0, most=NUMBER_MOST)
    elif item.kind is not Kind.PHOTO:
        answers: list[tuple[str, Any]] = [*Said.choices] if item.kind is Kind.YES_NO else [
            (one.code, str(one)) for one in item.options]
        yield Field(item.code, FieldKind.CHOICE, label, needed, tuple(answers))
    with_failure = _with_failure(item)
    if item.kind is Kind.PHOTO or item.photo is PhotoRule.ALWAYS:
        # What is not there needs no picture.
        yield Field(f"{item.code}-photo", FieldKind.PHOTOS, f"{nth}. {item}: {_('photo')}", needed, least=int(needed),
                    most=PHOTOS_MAX,
                    shown_with=(item.code, tuple(code for code, _words in Said.choices if code != Said.NONE))
                    if item.kind is Kind.YES_NO else None)
    elif with_failure:
        if item.photo is PhotoRule.FAILED:
            yield Field(f"{item.code}-photo", FieldKind.PHOTOS, f"{nth}. {item}: {_('photo')}", needed,
                        least=int(needed), most=PHOTOS_MAX, **with_failure)
        yield Field(f"{item.code}-note", FieldKind.TEXT, _("What is wrong, and where"), most=NOTE_MAX, **with_failure)


def _with_failure(item: Item) -> dict[str, Any]:
    """When fields of a failure are shown; {} when the item cannot fail."""
    if item.kind is Kind.YES_NO:
        return {"shown_with": (item.code, (Said.NO.value,))}
    if item.kind is Kind.CHOICE and (failing := tuple(one.code for one in item.options if one.fails)):
        return {"shown_with": (item.code, failing)}
    if item.kind is Kind.NUMBER and item.limits:
        return {"shown_beyond": (item.code, item.least, item.most)}
    return {}


def _done(given: Given) -> Outcome:
    if given.subject is None or check_for(given.by, given.subject) is None:
        raise RuleBroken(_("There is no such check."), field="subject", remedy=_("It may lie outside your area."))
    values = given.values
    codes = [item.code for item in items_now(Inspection.objects.get(pk=given.subject))]
    row = finish_check(given.subject, by=given.by, at=given.at, seen=given.seen, tapped=given.done_at,
                       answers={code: values[code] for code in codes if code in values},
                       notes={code: values[f"{code}-note"] for code in codes if values.get(f"{code}-note")},
                       photos=_by_item(codes, values, list(given.photos)))
    return Outcome(row.pk, row.period, address_of("inspection")(row.pk), row.version)


def _by_item(codes: list[str], values: Mapping[str, Any], pictures: list[Picture]) -> list[tuple[str, Picture]]:
    own = [code for code in codes for _nth in range(values.get(f"{code}-photo") or 0)]
    return list(zip(own, pictures, strict=True))


def _now(actor: Actor, subject: UUID, seen_version: int | None) -> dict[str, Any] | None:
    row = check_for(actor, subject)
    if row is None:
        return None
    duty = Duty.objects.filter(pk=row.duty).first() if row.duty else None
    waits = duty is not None and bool(may_check(actor, post=duty.post_id, path=directory().cards[row.body_id].path))
    return check_standing(row, label=str(Status(row.status).label), href=address_of("inspection")(row.pk),
                          done=_("Check done"), allowed=[(DONE, _("Record the check"))] if waits else [])


def _tasks(actor: Actor, at: datetime) -> Iterator[FieldTask]:
    duties = list(mine(actor).filter(subject_kind=SUBJECT)[:AT_MOST])
    rows = Inspection.objects.in_bulk([duty.stream for duty in duties])
    for one in seen(duties, at):
        row = rows[one.duty.stream]
        version = version_of(row.checklist, row.since)
        if version is None:
            continue
        yield FieldTask(
            id=one.duty.pk, subject=row.pk, kind=str(one.kind.label) if row.status == Status.DONE else str(version),
            number=row.period, title=one.line.title if one.line else "", where=one.line.where if one.line else "",
            version=row.version, due=row.due_at, light=one.light, href=one.href, doings=(DONE,),
            words=version.template.what, facts=((_("Source"), _(version.template.source)),))


# --- boards ---------------------------------------------------------------------------------------------------------

def _places(actor: Actor) -> list[Place]:
    return kept_places(actor, uses_of(FLOOD))


def _boards_fields(subject: UUID | None) -> tuple[Field, ...]:
    return _fields_for([], least=1)


def _fields_for(places: list[Place], *, least: int) -> tuple[Field, ...]:
    now = clock.now()
    choices = tuple((row.key, name_of(row, now)) for row in places)
    picture = photos(_("Photo of the boards"), least=least)
    if choices:
        return picture, Field("place", FieldKind.CHOICE, _("Which place?"), True, choices)
    return picture, Field("place", FieldKind.TEXT, _("Which place?"), True, most=60)


def _down_fields(subject: UUID | None) -> tuple[Field, ...]:
    return _fields_for([], least=0)


def _tapped(given: Given, *, is_set: bool) -> Outcome:
    place = Place.objects.filter(key=given.values["place"]).first()
    if place is None:
        raise RuleBroken(_("There is no such place."), field="place", remedy=_("It may lie outside your area."))
    row = tap_boards(place.pk, is_set=is_set, by=given.by, at=given.at, tapped=given.done_at, photos=given.photos)
    return Outcome(row.pk, name_of(place, given.at), reverse("readiness_place", args=[place.key]), row.version)


def _stand_now(actor: Actor, subject: UUID, seen_version: int | None) -> dict[str, Any] | None:
    row = BoardsStand.objects.filter(pk=subject).select_related("place").first()
    if row is None or row.body_id != actor.body:
        return None
    return {"number": name_of(row.place, clock.now()), "state": "set" if row.is_set else "down",
            "state_label": _("Flood boards set") if row.is_set else _("Flood boards taken down"),
            "version": row.version, "href": reverse("readiness_place", args=[row.place.key]), "changes": [],
            "allowed": []}


def _more(actor: Actor) -> Mapping[str, Any]:
    """What can be done at once, without a duty: boards set, boards down, at the places the post's body keeps."""
    places = _places(actor)
    if not places:
        return {}
    cards = []
    for code, label, words, least in (
            (SET, _("Flood boards set"), _("Photo, tap, done."), 1),
            (DOWN, _("Flood boards taken down"), _("After the storm."), 0)):
        fields = [one.as_data() for one in _fields_for(places, least=least)]
        cards.append({"title": label, "words": words, "form": {"code": code, "label": label, "fields": fields},
                      "places": {row.key: [row.lat, row.lon] for row in places}})
    return {"quick": cards}


def register_fieldwork() -> None:
    """Checks are done on the spot as at the desk; boards on the spot only."""
    register(Doing(code=DONE, label=gettext_lazy("Record the check"), fields=_fields, apply=_done, now=_now))
    register(Doing(code=SET, label=gettext_lazy("Flood boards set"), fields=_boards_fields, now=_stand_now,
                   apply=lambda given: _tapped(given, is_set=True)))
    register(Doing(code=DOWN, label=gettext_lazy("Flood boards taken down"), fields=_down_fields, now=_stand_now,
                   apply=lambda given: _tapped(given, is_set=False)))
    register_room("inspections", Room(tasks=_tasks, more=_more))
