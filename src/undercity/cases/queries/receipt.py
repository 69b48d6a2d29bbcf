"""What a citizen sees of a case: the steps, the deadline, who is responsible now. No names, no internal words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import pgettext

from undercity.cases.models import Case, Note, Photo, Report
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import Outcome, Stage
from undercity.ledger import facts as vocabulary
from undercity.ledger.models import Duty, Entry
from undercity.ledger.queries import story
from undercity.org.queries import body_name


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, for a citizen."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """One of the seven links 环节 of a case; `state` is "done", "now" or "" (still to come)."""

    label: str
    state: str


# Where each stage stands on the way, counted from the report (0).
ON_THE_WAY = {Stage.INTAKE: 1, Stage.FILING: 2, Stage.DISPATCH: 3, Stage.DISPOSAL: 4, Stage.ON_HOLD: 4, Stage.REVIEW: 5,
              Stage.CHECK: 5, Stage.CLOSING: 6, Stage.CLOSED: 7}
# What officers settle among themselves; a citizen is told what it comes to.
AMONG_OFFICERS = frozenset({
    "case.extension_asked/1", "case.hold_asked/1", "case.hold_agreed/1", "case.hold_refused/1", "case.supervised/1",
    "case.supervision_answered/1", "case.shirking_flagged/1", "case.void_asked/1", "case.void_refused/1",
    "case.appealed/1", "case.appeal_agreed/1", "case.appeal_decided/1", "case.order_taken/1", "case.order_contacted/1",
    "case.order_called_back/1", "case.order_redone/1", "case.order_returned/1"})
ORDERS = "case.order_"
STOPPED = {Outcome.NOT_TAKEN: 1, Outcome.NOT_FILED: 2}


def chain(stage: str, outcome: str) -> list[Link]:
    """The seven links with what is done and where the case stands; a refused case stands where it was refused."""
    names = [pgettext("link", "Report"), pgettext("link", "Intake"), pgettext("link", "File"),
             pgettext("link", "Dispatch"), pgettext("link", "Handle"), pgettext("link", "Check"),
             pgettext("link", "Close")]
    if stage == Stage.CLOSED and outcome != Outcome.RESOLVED:
        # Closed on a shorter way: what was left out is not shown as done.
        return [Link(name, "done" if place in {0, 1, 6} else "") for place, name in enumerate(names)]
    stands = STOPPED.get(Outcome(outcome), 1) if stage == Stage.VOID and outcome else ON_THE_WAY.get(Stage(stage), 1)
    return [Link(name, "done" if place < stands else "now" if place == stands else "")
            for place, name in enumerate(names)]


@dataclass(frozen=True)
class Receipt:
    """回执."""

    case: Case
    category: str
    where: str
    responsible: str
    due_at: datetime | None
    steps: list[Step]
    reason: str
    photos: list[Photo]
    closing: str
    chain: list[Link]
    # The same was reported before: what is shown is the case it goes on as.
    merged: bool


def receipt(token: str) -> Receipt | None:
    """The receipt behind a token; None when there is none."""
    # PostgreSQL refuses the zero character even in a question.
    words = Report.objects.select_related("case").filter(token=token[:64].replace("\x00", "")).first()
    if words is None:
        return None
    case, merged = words.case, False
    while case.merged_into is not None:
        case, merged = Case.objects.get(uid=case.merged_into), True
    entries = list(story(case.uid))
    duty = Duty.objects.filter(pk=case.duty).first() if case.duty else None
    return Receipt(
        case=case, category=scheme().name(case.category), where=words.address or body_name(case.territory_id),
        responsible=body_name(duty.body_id) if duty else "", due_at=case.due_at or (duty.due_at if duty else None),
        steps=[Step(vocabulary.label(entry.verb), entry.at) for entry in entries
               if not entry.verb.startswith("duty.") and entry.verb not in AMONG_OFFICERS],
        reason=_reason(case, entries), photos=list(case.photos.filter(is_public=True)), closing=_closing(case),
        chain=chain(case.stage, case.outcome), merged=merged)


def _reason(case: Case, entries: list[Entry]) -> str:
    """Why it was not taken or not filed: the citizen reads the officer's own words."""
    # An order of the hotline goes on after its case has ended.
    told = [entry for entry in entries if not entry.verb.startswith(ORDERS)]
    if case.stage != Stage.VOID or not (note := told[-1].facts.get("note")):
        return ""
    row = Note.objects.filter(pk=note["id"]).first()
    return row.text if row else ""


def _closing(case: Case) -> str:
    standard = scheme().standards.get(case.standard)
    if case.outcome != Outcome.RESOLVED or standard is None:
        return ""
    return standard.closing_text
