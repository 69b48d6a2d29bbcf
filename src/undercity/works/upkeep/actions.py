"""Everything that changes upkeep checks: made when they fall due, begun, done; what fails becomes a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

import uuid_utils.compat as uuid
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import Conflict, NotFound
from undercity.ledger.actions import assigned, begin_once, last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.evidence import kept_pictures_by_item, kept_words_by_item
from undercity.ledger.fold import StreamState
from undercity.ledger.pictures import Picture
from undercity.ledger.record import duties_of
from undercity.ledger.rules import due_of
from undercity.org.powers import THE_SYSTEM, Actor, can, require
from undercity.org.queries import calendar, directory
from undercity.org.states import Power
from undercity.places.signals import problem_found
from undercity.works.models import Work
from undercity.works.permits.queries import keeper_of
from undercity.works.queries import visible_to as visible_works
from undercity.works.terms.queries import in_force
from undercity.works.upkeep import rules
from undercity.works.upkeep.facts import SUBJECT, CheckDone, CheckGiven
from undercity.works.upkeep.kinds import CHECK
from undercity.works.upkeep.models import UpkeepCheck
from undercity.works.upkeep.queries import Due, due_between, open_of, visible_to
from undercity.works.upkeep.rows import state_of
from undercity.works.upkeep.rules import Finding
from undercity.works.upkeep.states import Answer

NAMESPACE = UUID("0b0f4f4e-9d0c-5c57-8b6e-5a1d9e2b7c33")
# A worker that slept makes up for what it missed, this far back.
LOOK_BACK = timedelta(days=31)


def uid_of(rhythm: str, work: UUID, period: str, timeline: str = clock.REAL) -> UUID:
    """The id of a check by rhythm: the same for the same rhythm, work and period, whoever makes it."""
    return uuid5(NAMESPACE, f"{timeline}:{rhythm}:{work}:{period}")


def make_due(at: datetime) -> int:
    """Make every check that has come by now and is not there yet; how many were new."""
    return make_checks((at - LOOK_BACK).date(), at.date(), at=at)


def make_checks(since_day: date, until: date, *, at: datetime) -> int:
    """Make the checks of these days. Made twice, they are there once: their ids follow."""
    made = 0
    for due in due_between(since_day, until, at):
        wanted = {uid_of(due.rhythm.code, work.uid, due.period, clock.timeline()): work for work in due.works()}
        there = set(UpkeepCheck.objects.filter(rhythm=due.rhythm.code, period=due.period, timeline=clock.timeline())
                    .values_list("pk", flat=True))
        for uid, work in wanted.items():
            if uid not in there:
                made += begin_once(given(due, work), stream_kind=SUBJECT, stream=uid, at=due.begins)
    return made


def given(due: Due, work: Work) -> CheckGiven:
    """The facts of a check that a rhythm asks for."""
    opens = assigned(CHECK, to=keeper_of(work.keeper_id, work.pk), body=work.keeper_id,
                     territory=work.place.district_id, limit=due.rhythm.limit,
                     due_at=due_of(due.day, due.begins, due.rhythm, calendar()))
    return CheckGiven(work=work.uid, rhythm=due.rhythm.code, version=due.rhythm.valid_from, period=due.period,
                      opens=opens)


def begin_check(work: UUID, *, by: Actor, at: datetime) -> UpkeepCheck:
    """Begin a check nobody asked for; one that this work has open already is given back instead."""
    with write():
        row = visible_works(by).select_for_update(of=("self",)).filter(uid=work).select_related("place").first()
        if row is None:
            raise NotFound(_("There is no such work."), remedy=_("Check the code; it may also lie outside your area."))
        require(can(by, Power.WORK_KEEP, directory().cards[row.keeper_id].path))
        if waiting := open_of(work):
            return waiting[0]
        opens = assigned(CHECK, to=keeper_of(row.keeper_id, row.pk), body=row.keeper_id,
                         territory=row.place.district_id, due_at=None)
        said = CheckGiven(work=work, rhythm="", version=None, period=at.date().isoformat(), opens=opens)
        uid = uuid.uuid7()
        record(said, stream_kind=SUBJECT, stream=uid, was=StreamState(), by=by, at=at)
        return UpkeepCheck.objects.get(pk=uid)


def finish_check(check: UUID, *, by: Actor, at: datetime, answers: Mapping[str, Answer], notes: Mapping[str, str],
                 photos: Iterable[tuple[str, Picture]] = (), banned: Sequence[str] = (),
                 seen: int | None = None) -> UpkeepCheck:
    """检查完毕: report what was found. Each failed standard and each banned act becomes a case under its category.

    `notes` and `photos` go by item ("" for the check as a whole).
    """
    with write():
        row = visible_to(by).select_for_update(of=("self",)).filter(pk=check).first()
        if row is None:
            raise NotFound(_("There is no such check."), remedy=_("It may lie outside your area."))
        if seen is not None and seen != row.version:
            raise _moved_since(row, seen)
        rules.still_open(row.status)
        duties = duties_of([row.pk]).get(row.pk, {})
        assert row.duty is not None
        duty = duties[row.duty]
        require(rules.may_check(by, post=duty.post_id, path=directory().cards[row.body_id].path))
        standards, acts = in_force("standard", at.date()), in_force("banned", at.date())
        words = {code: text.strip() for code, text in notes.items() if text.strip()}
        findings = rules.complete(answers, list(standards), banned, list(acts), words)
        row.work = Work.objects.select_related("place").get(uid=row.work_id)
        said = CheckDone(closes=row.duty, answers=dict(answers), banned=tuple(code for code in acts if code in banned),
                         cases=_told(row, findings, by=by, at=at),
                         notes=kept_words_by_item("check.note", words, check_uid=row.pk),
                         photos=kept_pictures_by_item("check.photo", photos, check_uid=row.pk))
        record(said, stream_kind=SUBJECT, stream=row.pk, by=by, at=at, was=StreamState(
            sequence=last_sequence(row.pk), subject=state_of(row), duties=duties))
        row.refresh_from_db()
        return row


def _moved_since(row: UpkeepCheck, seen: int) -> Conflict:
    return moved_since(row.pk, seen, _("Somebody was quicker: the check was done while you looked at it."),
                       _("See below what was found."), check=str(row.pk), version=row.version)


def _told(row: UpkeepCheck, findings: Iterable[Finding], *, by: Actor, at: datetime) -> dict[str, str]:
    """Item → the number of the case somebody made of it. Where nobody listens there is none."""
    place, numbers = row.work.place, {}
    # A keeper need not hold the power to report in the district: then the checklist itself tells, as a sensor does.
    reports = can(by, Power.CASE_REPORT, directory().cards[place.district_id].path)
    for one in findings:
        setting = in_force("banned" if one.banned else "standard", at.date())[one.code]
        told = (_("Banned act found: %(what)s.") if one.banned else _("Upkeep check failed: %(what)s.")) % {
            "what": str(setting)}
        answers = problem_found.send(
            sender=UpkeepCheck, place=place, category=setting.content["category"], text=f"{told} {one.words}",
            source="checklist", by=by if reports else THE_SYSTEM, at=at, key=f"check:{row.pk}:{one.code}")
        number = next((str(number) for _receiver, number in answers if number), "")
        if number:
            numbers[one.code] = number
    return numbers


