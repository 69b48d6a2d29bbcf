"""Everything that changes checks: made when they fall due, begun, done, looked at again; what fails becomes a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import uuid_utils.compat as uuid
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import Conflict, NotFound, RuleBroken
from undercity.inspections import rules
from undercity.inspections.checklist_rules import Item
from undercity.inspections.facts import SUBJECT, Again, Done, Given, Looked
from undercity.inspections.kinds import AGAIN, CHECK
from undercity.inspections.models import Inspection
from undercity.inspections.queries.checklists import checklists, topics
from undercity.inspections.queries.inspections import (
    Due,
    answer_words,
    bodies_read,
    closed_cases,
    due_between,
    items_now,
    open_case_of,
    to_look_again,
    visible_to,
)
from undercity.inspections.queries.keepers import Keeper, holders_of, keepers
from undercity.inspections.rows import CHECKS
from undercity.inspections.states import Kind, Status
from undercity.ledger.actions import assigned, begin_once, last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.evidence import kept_pictures_by_item, kept_words_by_item
from undercity.ledger.fold import StreamState
from undercity.ledger.pictures import Picture
from undercity.ledger.record import duties_of
from undercity.ledger.rules import due_of
from undercity.org.powers import THE_SYSTEM, Actor, can, require
from undercity.org.queries import Holder, calendar, directory
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.places.signals import problem_found
from undercity.science.worktime import deadline

NAMESPACE = UUID("5d0a7f0e-3c5b-5f2e-9d61-0f4c2f6f9a10")
# A worker that slept makes up for what it missed, this far back.
LOOK_BACK = timedelta(days=31)


def uid_of(checklist: str, place: int, period: str, timeline: str = clock.REAL) -> UUID:
    """The id of a check by checklist: the same for the same list, place and period, whoever makes it."""
    return uuid5(NAMESPACE, f"{timeline}:{checklist}:{place}:{period}")


# --- when they arise ------------------------------------------------------------------------------------------------

def make_due(at: datetime) -> int:
    """Make every check that has come by now and is not there yet; how many were new."""
    return make_checks((at - LOOK_BACK).date(), at.date(), at=at)


def make_checks(since_day: date, until: date, *, at: datetime) -> int:
    """Make the checks of these days. Made twice, they are there once: their ids follow. A place nobody is known to
    keep gets none; the board lists it."""
    made = 0
    dues = due_between(since_day, until, at)
    kept = keepers() if dues else {}
    for due in dues:
        places = [place for place in due.places() if place.pk in kept]
        there = set(Inspection.objects.filter(checklist=due.checklist.code, period=due.period,
                                              timeline=clock.timeline()).values_list("pk", flat=True))
        missing = [place for place in places if uid_of(due.checklist.code, place.pk, due.period,
                                                       clock.timeline()) not in there]
        holders = holders_of({place.pk: kept[place.pk] for place in missing})
        for place in missing:
            said = given(due, place, kept[place.pk], holders[place.pk])
            made += begin_once(said, stream_kind=SUBJECT, at=due.begins,
                               stream=uid_of(due.checklist.code, place.pk, due.period, clock.timeline()))
    return made


def given(due: Due, place: Place, keeper: Keeper, to: Holder | None) -> Given:
    """The facts of a check that a checklist asks for."""
    template = due.checklist.template
    opens = assigned(CHECK, to=to, body=keeper.body, territory=place.district_id, limit=template.limit,
                     due_at=due_of(due.day, due.begins, template, calendar()))
    return Given(place=place.pk, checklist=due.checklist.code, version=template.valid_from, topic=due.checklist.topic,
                 period=due.period, holds_days=due.checklist.holds.days, opens=opens)


def begin_check(place: int, checklist: str, *, by: Actor, at: datetime) -> Inspection:
    """Begin a check nobody asked for; one of this list that the place has open already is given back instead."""
    with write():
        row = Place.objects.select_for_update(of=("self",)).filter(pk=place).first()
        keeper = keepers([place]).get(place)
        version = checklists(at.date()).get(checklist)
        if row is None or keeper is None or version is None or row.use not in version.uses or not (
                bodies_read(by) & {row.district_id, keeper.body}):
            raise NotFound(_("There is no such check."), remedy=_("It may lie outside your area."))
        require(rules.may_keep(by, directory().cards[keeper.body].path))
        waiting = Inspection.objects.filter(place=row, checklist=checklist, status=Status.OPEN,
                                            timeline=clock.timeline()).order_by("due_at").first()
        if waiting is not None:
            return waiting
        opens = assigned(CHECK, to=holders_of({place: keeper})[place], body=keeper.body, territory=row.district_id,
                         due_at=None)
        uid = uuid.uuid7()
        record(Given(place=place, checklist=checklist, version=version.template.valid_from, topic=version.topic,
                     period=at.date().isoformat(), holds_days=version.holds.days, opens=opens),
               stream_kind=SUBJECT, stream=uid, was=StreamState(), by=by, at=at)
        return Inspection.objects.get(pk=uid)


def look_again(at: datetime) -> int:
    """复查: where the cases of what failed are closed, somebody looks again; how many checks that concerned."""
    rows = list(to_look_again())
    over = closed_cases(number for row in rows for number in row.cases.values())
    asked = 0
    for row in rows:
        items = [code for code in row.failing if not row.cases.get(code) or row.cases[code] in over]
        asked += bool(items) and _ask_again(row.pk, items, at)
    return asked


def _ask_again(uid: UUID, items: list[str], at: datetime) -> bool:
    with write():
        row = to_look_again().select_for_update(of=("self",)).filter(pk=uid).select_related("place").first()
        if row is None or not set(items) <= set(row.failing):
            # Another worker asked in the same moment, or somebody checked meanwhile.
            return False
        kept = keepers([row.place_id]).get(row.place_id) or Keeper(row.body_id)
        topic = topics(at.date()).get(row.topic)
        limit = topic.again if topic else None
        opens = assigned(AGAIN, to=holders_of({row.place_id: kept})[row.place_id], body=kept.body,
                         territory=row.place.district_id, limit=limit,
                         due_at=deadline(at, limit, calendar()) if limit else None)
        record(Again(items=tuple(items), opens=opens), stream_kind=SUBJECT, stream=uid, by=THE_SYSTEM, at=at,
               was=_state(row))
    return True


# --- what was found -------------------------------------------------------------------------------------------------

def finish_check(uid: UUID, *, by: Actor, at: datetime, answers: Mapping[str, object], notes: Mapping[str, str],
                 photos: Iterable[tuple[str, Picture]] = (), tapped: datetime | None = None,
                 seen: int | None = None) -> Inspection:
    """检查完毕, the first time or again: record what was found. Each item that fails becomes one case with its photo.

    `at` is when it arrives, `tapped` when it was done on the spot: the entry's moment is the tap's (never before the
    check was given), its `recorded` the arrival's, and the cases begin on arrival. `notes` and `photos` go by item.
    """
    with write():
        row = visible_to(by).select_for_update(of=("self",)).filter(pk=uid).select_related("place").first()
        if row is None:
            raise NotFound(_("There is no such check."), remedy=_("It may lie outside your area."))
        if seen is not None and seen != row.version:
            raise _moved_since(row, seen)
        rules.still_open(row.status, row.failing, duty=row.duty is not None)
        was = _state(row)
        assert row.duty is not None
        duty = was.duties[row.duty]
        require(rules.may_check(by, post=duty.post_id, path=directory().cards[row.body_id].path))
        asked, pictures = items_now(row), list(photos)
        if not asked:
            raise RuleBroken(_("The checklist of this check is no longer there."), field="checklist",
                             remedy=_("Ask the administrator to load its version again."))
        words = {code: text.strip() for code, text in notes.items() if text.strip()}
        shown: dict[str, int] = {}
        for code, _picture in pictures:
            shown[code] = shown.get(code, 0) + 1
        found = rules.complete(asked, answers, words, shown)
        cases = _told(row, asked, found, words, pictures, by=by, at=at)
        happened, first = min(tapped or at, at), row.status == Status.OPEN
        kind = Done if first else Looked
        of: dict[str, Any] = {"inspection_uid": row.pk, "turn": row.again}
        # A look reports what it was asked; what it was not asked keeps failing.
        record(kind(closes=row.duty, results=found.results, failed=tuple(found.failed), cases=cases,
                    notes=kept_words_by_item("inspection.note", words, **of),
                    photos=kept_pictures_by_item("inspection.photo", pictures, **of)),
               stream_kind=SUBJECT, stream=row.pk, by=by, was=was, at=max(happened, duty.assigned_at))
        row.refresh_from_db()
        if first:
            _answer_older(row, found, by=by, at=happened)
        return row


def _answer_older(row: Inspection, found: rules.Found, *, by: Actor, at: datetime) -> None:
    """A whole new check answers the second look of an older one that still waits: nobody is asked twice."""
    older = Inspection.objects.select_for_update().filter(
        place=row.place_id, checklist=row.checklist, timeline=row.timeline, duty__isnull=False,
        done_at__isnull=False).exclude(pk=row.pk)
    for one in older:
        results = {code: found.results[code] for code in one.failing if code in found.results}
        was = _state(one)
        assert one.duty is not None
        record(Looked(closes=one.duty, results=results, failed=tuple(code for code in results if code in found.failed),
                      cases={code: row.cases[code] for code in results if code in row.cases}, notes=(), photos=()),
               stream_kind=SUBJECT, stream=one.pk, by=by, was=was, at=max(at, was.duties[one.duty].assigned_at))


def _state(row: Inspection) -> StreamState:
    return StreamState(sequence=last_sequence(row.pk), subject=CHECKS.state_of(row),
                       duties=duties_of([row.pk]).get(row.pk, {}))


def _moved_since(row: Inspection, seen: int) -> Conflict:
    return moved_since(row.pk, seen, _("Somebody was quicker: the check was done while you looked at it."),
                       _("See below what was found."), check=str(row.pk), version=row.version)


def _told(row: Inspection, items: Iterable[Item], found: rules.Found, words: Mapping[str, str],
          pictures: Iterable[tuple[str, Picture]], *, by: Actor, at: datetime) -> dict[str, str]:
    """Item → the number of its case: the one that still runs for it, else a new one. Where nobody listens, none."""
    numbers = open_case_of(row, found.failed)
    # A keeper need not hold the power to report in the district: then the checklist itself tells, as a sensor does.
    reports = can(by, Power.CASE_REPORT, directory().cards[row.place.district_id].path)
    for item in items:
        if item.code not in found.failed or item.code in numbers:
            continue
        answers = problem_found.send(
            sender=Inspection, place=row.place, category=item.category, source="checklist",
            text=_in_words(item, found.results.get(item.code), words.get(item.code, "")),
            by=by if reports else THE_SYSTEM, at=at, key=f"inspection:{row.pk}:{row.again}:{item.code}",
            photos=[picture for code, picture in pictures if code == item.code])
        number = next((str(number) for _receiver, number in answers if number), "")
        if number:
            numbers[item.code] = number
    return numbers


def _in_words(item: Item, value: object, words: str) -> str:
    said = _("Check by checklist failed: %(what)s.") % {"what": str(item)}
    if item.kind in {Kind.NUMBER, Kind.CHOICE}:
        said += " " + answer_words(item, value) + (f" ({item.limits})" if item.limits else "") + "."
    return f"{said} {words}".strip()


