"""热线工单: orders of the hotline, taken from a spreadsheet, and what is done about them beside the main line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from undercity.cases import kinds, order_rules
from undercity.cases.actions.dossiers import write_note
from undercity.cases.actions.moving import locked, paths
from undercity.cases.actions.reporting import Sender, report
from undercity.cases.actions.voices import ask_again
from undercity.cases.facts import SUBJECT, Aside
from undercity.cases.fold import CaseState
from undercity.cases.models import Case
from undercity.cases.order_facts import (
    OrderCalledBack,
    OrderContacted,
    OrderRedone,
    OrderReplied,
    OrderReturned,
    OrderTaken,
)
from undercity.cases.projection import state_of
from undercity.cases.queries.order_files import Checked, Draft
from undercity.cases.queries.orders import return_until
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.rules import may_ask_again
from undercity.cases.states import REOPEN_DAYS, Callback, OrderVerb, Source
from undercity.clock import timeline
from undercity.db import write
from undercity.errors import RuleBroken
from undercity.ledger.actions import assigned, record
from undercity.ledger.fold import Assigned, DossierRef, StreamState
from undercity.org.powers import Actor, can, require
from undercity.org.queries import calendar, directory, holder
from undercity.org.states import Power, Role
from undercity.science.worktime import deadline

NOTE_MAX = 4000


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import came to: new cases, and orders that were taken before."""

    cases: list[Case]
    known: list[str]


def take_orders(checked: Checked, *, by: Actor, at: datetime, all_or_nothing: bool = False) -> Taken:
    """Take the good rows of a spreadsheet, each as a case with its order. An order taken before makes no double.

    RuleBroken when `all_or_nothing` and a row is bad; then, and when anything fails, nothing is stored.
    """
    if all_or_nothing and checked.wrong:
        raise RuleBroken(_("%(bad)d rows are bad, so none was taken.") % {"bad": len(checked.bad_rows)}, field="file",
                         remedy=_("Correct them, or take the good rows only."))
    cases, known = list[Case](), list(checked.known)
    with write():
        for draft in checked.good:
            case = take_order(draft, by=by, at=at)
            if case is None:
                known.append(draft.order)
            else:
                cases.append(case)
    return Taken(cases, known)


def take_order(draft: Draft, *, by: Actor, at: datetime) -> Case | None:
    """One order as a case; None when it was taken before, by whomever."""
    require(can(by, Power.CASE_INTAKE, directory().cards[draft.at.territory].path))
    if _taken_before(draft.order):
        return None
    try:
        with write():
            case = report(by=by, at=at, source=Source.HOTLINE, category=draft.category, text=draft.text,
                          territory=draft.at.territory, address=draft.address, lat=draft.at.lat, lon=draft.at.lon,
                          sender=Sender(name=draft.name, phone=draft.phone))
            opens, due = _opens(kinds.ORDER, case.territory_id, case.uid, draft.called_at)
            row, stream = locked(Case.objects.filter(uid=case.uid))
            record(OrderTaken(order=draft.order, called_at=draft.called_at, due_at=due, opens=opens),
                   stream_kind=SUBJECT, stream=case.uid, was=stream, by=by, at=at)
            row.refresh_from_db()
            return row
    except IntegrityError:
        if _taken_before(draft.order):
            return None
        raise


def _taken_before(order: str) -> bool:
    return Case.objects.filter(timeline=timeline(), order=order).exists()


def _opens(kind: str, territory: int, uid: UUID, begins: datetime) -> tuple[Assigned, datetime | None]:
    """A duty of the intake officer of the territory, its clock counted from a moment, and when that ends."""
    limit = scheme().stage_limit(kind, begins)
    due = deadline(begins, limit, calendar()) if limit else None
    to = holder(Power.CASE_INTAKE, territory, role=Role.INTAKE_OFFICER, turn=uid.int)
    return assigned(kind, to=to, body=territory, territory=territory, limit=limit, due_at=due), due


@dataclass
class OrderTurn:
    """A case whose row is locked while something is done about its order."""

    row: Case
    case: CaseState
    stream: StreamState
    by: Actor
    at: datetime
    note: DossierRef | None

    def record(self, said: Aside) -> Case:
        """Write the entry; the case as it is now."""
        record(said, stream_kind=SUBJECT, stream=self.row.uid, was=self.stream, by=self.by, at=self.at)
        self.row.refresh_from_db()
        return self.row


@contextmanager
def _turn(case: UUID, verb: OrderVerb, *, by: Actor, at: datetime, note: str) -> Iterator[OrderTurn]:
    with write():
        row, stream = locked(visible_to(by).filter(uid=case))
        state: CaseState = stream.subject
        order_rules.legal(state, verb, at, return_until(row))
        territory, department = paths(row)
        require(order_rules.may(by, verb, territory=territory, department=department), verb=verb.value, case=row.number)
        if verb in order_rules.WORDS_NEEDED and not note.strip():
            raise RuleBroken(_("Words are missing."), field="note", remedy=_("Write in one sentence what was said."))
        if len(note) > NOTE_MAX:
            raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": NOTE_MAX}, field="note",
                             remedy=_("Shorten it."))
        yield OrderTurn(row, state, stream, by, at, write_note(row.uid, note))


def contact(case: UUID, *, by: Actor, at: datetime, note: str = "") -> Case:
    """首次联系: somebody spoke to the caller."""
    with _turn(case, OrderVerb.CONTACT, by=by, at=at, note=note) as now:
        return now.record(OrderContacted(note=now.note))


def reply(case: UUID, *, by: Actor, at: datetime, note: str) -> Case:
    """答复: what the caller was told; calling back becomes a duty."""
    with _turn(case, OrderVerb.REPLY, by=by, at=at, note=note) as now:
        opens, _due = _opens(kinds.CALLBACK, now.case.territory_id, now.row.uid, at)
        return now.record(OrderReplied(closes=now.case.order_duty, opens=opens, note=now.note, order=now.case.order,
                                       due_at=now.case.order_due))


def call_back(case: UUID, *, by: Actor, at: datetime, answer: Callback, note: str = "") -> Case:
    """回访: is the caller satisfied?"""
    with _turn(case, OrderVerb.CALL_BACK, by=by, at=at, note=note) as now:
        return now.record(OrderCalledBack(closes=now.case.order_duty, note=now.note, order=now.case.order, said=answer))


def redo(case: UUID, *, by: Actor, at: datetime, note: str) -> Case:
    """重办: open the order again, its clock counted from now.

    What was closed is not done again by that: it is asked for in the caller's name, and decided like every such wish.
    """
    with write():
        with _turn(case, OrderVerb.REDO, by=by, at=at, note=note) as now:
            opens, due = _opens(kinds.ORDER, now.case.territory_id, now.row.uid, at)
            row = now.record(OrderRedone(opens=opens, note=now.note, order=now.case.order, due_at=due))
        days = scheme().term(REOPEN_DAYS, row.closed_at or at)
        return ask_again(row.report.token, at=at, reason=note, by=by) if may_ask_again(
            state_of(row), at, days=days) else row


def send_back(case: UUID, *, by: Actor, at: datetime, note: str) -> Case:
    """退单: it was for another unit, and goes back to the hotline in time."""
    with _turn(case, OrderVerb.RETURN, by=by, at=at, note=note) as now:
        return now.record(OrderReturned(closes=now.case.order_duty, note=now.note, order=now.case.order))


