"""What a citizen sees of a case: the steps, the deadline, who is responsible now. No names, no internal words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _, pgettext

from undercity.cases.models import Case, Note, Photo
from undercity.cases.numbers import row_of
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.similar import public_cases
from undercity.cases.queries.speakers import Speaker, speaker
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
    "case.appealed/1", "case.appeal_agreed/1", "case.appeal_decided/1", "case.remarked/1", "case.order_taken/1",
    "case.order_contacted/1", "case.order_called_back/1", "case.order_redone/1", "case.order_returned/1"})
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


# The verbs whose note the citizen reads: why it ended, or was not taken up again.
WITH_REASON = frozenset({"case.refused/1", "case.voided/1"})


def ending(case: Case) -> tuple[str, bool]:
    """How it ended, in plain words, and whether the problem is gone; ("", False) while it is open."""
    words = {
        Outcome.RESOLVED: (_("Solved, and checked on site."), True),
        Outcome.SELF_HANDLED: (_("Put right on the spot by an inspector."), True),
        Outcome.NOT_TAKEN: (_("Not ours: this office does not deal with it."), False),
        Outcome.NOT_FILED: (_("It cannot be taken on now."), False),
        Outcome.VOIDED: (_("It was taken off: it should not have been a case."), False),
        Outcome.FORCED: (_("Closed by the administrator without being solved."), False),
        Outcome.MERGED: (_("It goes on as part of another case."), False)}
    return words[Outcome(case.outcome)] if case.outcome else ("", False)


@dataclass(frozen=True)
class PublicCase:
    """A case as anybody may see it."""

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
    ending: str
    solved: bool


@dataclass(frozen=True)
class Receipt(PublicCase):
    """回执: the same for whoever reported it or supports it. `merged`: the same was reported before, what is shown is
    the case it goes on as; `before`: the cases it went on from, newest first; `again`: why it is not taken up again."""

    speaker: Speaker
    merged: bool
    before: tuple[PublicCase, ...]
    again: str
    said: list[Said]


@dataclass(frozen=True, slots=True)
class Said:
    """What the reader said himself, and when."""

    what: str
    at: datetime
    text: str


def public_case(number: str) -> PublicCase | None:
    """A case by its number; None when there is none."""
    row = row_of(number)
    case = public_cases().filter(pk=row).select_related("report").first() if row is not None else None
    return _public(case, exact=False) if case is not None and case.number == number else None


def receipt(token: str) -> Receipt | None:
    """The receipt behind a token; None when there is none."""
    one = speaker(token)
    if one is None:
        return None
    shown = _public(one.case, exact=True)
    return Receipt(**vars(shown), speaker=one, merged=one.merged,
                   before=tuple(_public(case, exact=True) for case in one.before), again=_again(one.case),
                   said=_said(one))


def _public(case: Case, *, exact: bool) -> PublicCase:
    """`exact`: the place as the reporter said it; else only the territory's name."""
    entries = list(story(case.uid))
    duty = Duty.objects.filter(pk=case.duty).first() if case.duty else None
    words, solved = ending(case)
    return PublicCase(
        case=case, category=scheme().name(case.category),
        where=(case.report.address if exact else "") or body_name(case.territory_id),
        responsible=body_name(duty.body_id) if duty else "", due_at=case.due_at or (duty.due_at if duty else None),
        steps=[Step(vocabulary.label(entry.verb), entry.at) for entry in entries
               if not entry.verb.startswith("duty.") and entry.verb not in AMONG_OFFICERS],
        # Why it ended is the officer's answer to the reporter; the public sees how it ended.
        reason=_reason(entries, WITH_REASON) if exact else "",
        photos=list(case.photos.filter(is_public=True, erased_at__isnull=True)), closing=_closing(case),
        chain=chain(case.stage, case.outcome), ending=words, solved=solved)


def _reason(entries: list[Entry], verbs: frozenset[str]) -> str:
    """The officer's own words with the last of these verbs."""
    said = next((entry for entry in reversed(entries) if entry.verb in verbs), None)
    row = Note.objects.filter(pk=said.facts["note"]["id"]).first() if said and said.facts.get("note") else None
    return row.text if row else ""


def _again(case: Case) -> str:
    """Why it was not taken up again; empty when that was not asked, or not decided, or agreed to."""
    decided = [entry for entry in story(case.uid) if entry.verb == "case.reopen_decided/1"]
    return _reason(decided, frozenset({"case.reopen_decided/1"})) if decided and not decided[-1].facts[
        "agreed"] else ""


def _said(one: Speaker) -> list[Said]:
    """What the reader said after the report."""
    spoken = list(Entry.objects.filter(stream__in=[one.case.uid, *(case.uid for case in one.before)],
                                       facts__speaker=str(one.id)).order_by("number"))
    notes = dict(Note.objects.filter(pk__in=[entry.facts["note"]["id"] for entry in spoken if entry.facts.get("note")])
                 .values_list("pk", "text"))
    return [Said(vocabulary.label(entry.verb) + (f" {'★' * entry.facts['stars']}" if "stars" in entry.facts else ""),
                 entry.at, notes.get(UUID(entry.facts["note"]["id"]), "") if entry.facts.get("note") else "")
            for entry in spoken]


def _closing(case: Case) -> str:
    standard = scheme().standards.get(case.standard)
    if case.outcome != Outcome.RESOLVED or standard is None:
        return ""
    return standard.closing_text
