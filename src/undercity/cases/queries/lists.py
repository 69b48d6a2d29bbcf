"""The case list and one case, as an officer sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _, ngettext

from undercity.cases.models import Case, Note, Photo
from undercity.cases.numbers import row_of
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.search import matching, said
from undercity.cases.queries.visible import newest, visible_to
from undercity.cases.states import OPEN, Appeal, Check, Stage, Verification
from undercity.ledger import facts as vocabulary
from undercity.ledger.lights import day_and_minute, duration, limit_text
from undercity.ledger.models import Duty
from undercity.ledger.queries import story
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import body_name, post_titles

PAGE = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list."""

    case: Case
    category: str
    where: str
    department: str
    stage: str
    late: bool
    number: str
    href: str

    @property
    def reported(self) -> str:
        """When it was reported, as a list shows it."""
        return day_and_minute(self.case.reported_at)

    @property
    def due(self) -> str:
        """When it is due, as a list shows it."""
        return day_and_minute(self.case.due_at)


def page(actor: Actor, at: datetime, *, stage: str = "", words: str = "", before: int | None = None,
         limit: int = PAGE) -> list[Row]:
    """Cases an actor may see, newest first, older than a running number: page 1,000 costs what page 1 does.

    `words`: only those whose report or address holds each of them; or the one case with that number.
    """
    chosen = Q()
    if stage == "open":
        chosen &= Q(stage__in=sorted(OPEN))
    elif stage == "late":
        chosen &= Q(stage=Stage.DISPOSAL, due_at__lt=at)
    elif stage in Stage.values:
        chosen &= Q(stage=stage)
    if words and (number := row_of(words)) is not None:
        found = newest(actor, chosen & Q(pk=number), limit)
    elif words:
        found = _with_words(actor, chosen, words, before, limit)
    else:
        found = newest(actor, chosen & (Q(id__lt=before) if before is not None else Q()), limit)
    known, address = scheme(), address_of("case")
    rows = Case.objects.filter(pk__in=found).select_related("report").order_by("-id")
    return [Row(case, known.name(case.category), case.report.address or body_name(case.territory_id),
                body_name(case.department_id), str(Stage(case.stage).label), _late(case, at), number,
                address(number)) for case in rows for number in (case.number,)]


def _with_words(actor: Actor, chosen: Q, words: str, before: int | None, limit: int) -> list[int]:
    found: list[int] = []
    for some in matching(words, before):
        rows = visible_to(actor).filter(chosen, said(words), pk__in=some).order_by("-id")
        found += rows.values_list("pk", flat=True)[:limit - len(found)]
        if len(found) == limit:
            break
    return found


def _late(case: Case, at: datetime) -> bool:
    return case.due_at is not None and (case.done_at or case.closed_at or at) > case.due_at


def by_number(actor: Actor, number: str) -> Case | None:
    """A case by its number, if the actor may see it."""
    row = row_of(number)
    if row is None:
        return None
    case = visible_to(actor).select_related("report").filter(pk=row).first()
    return case if case is not None and case.number == number else None


def by_uid(actor: Actor, uid: UUID) -> Case | None:
    """A case by its id, if the actor may see it."""
    return visible_to(actor).select_related("report").filter(uid=uid).first()


@dataclass(frozen=True, slots=True)
class Step:
    """An entry on the time-line: what, by whom, when, how long it took, what the limit was, what was said and shown."""

    what: str
    who: str
    at: datetime
    took_text: str
    limit: str
    late: bool
    answer: str
    note: str
    photos: list[Photo]


def time_line(case: Case) -> list[Step]:
    """办理记录: everything that happened to a case."""
    entries = list(story(case.uid))
    duties = {duty.id: duty for duty in Duty.objects.filter(stream=case.uid)}
    notes = {str(note.id): note.text for note in Note.objects.filter(case=case)}
    photos = {str(photo.id): photo for photo in Photo.objects.filter(case=case, erased_at__isnull=True)}
    titles = post_titles(entry.post for entry in entries if entry.post)
    steps = []
    for entry in entries:
        facts = entry.facts
        closed = duties.get(UUID(facts["closes"])) if facts.get("closes") else None
        steps.append(Step(
            what=vocabulary.label(entry.verb), who=titles.get(entry.post, "") if entry.post else "", at=entry.at,
            took_text=duration(entry.at - closed.assigned_at) if closed else "",
            limit=limit_text(closed.limit_value, closed.limit_unit) if closed else "",
            late=bool(closed and closed.due_at and entry.at > closed.due_at), answer=_answer(facts),
            note=notes.get((facts.get("note") or {}).get("id", ""), ""),
            photos=[photos[one["id"]] for one in facts.get("photos", ()) if one["id"] in photos]))
    return steps


def _answer(facts: Mapping[str, object]) -> str:
    answer = str(facts.get("answer", ""))
    for kind in (Verification, Check):
        if answer in kind.values:
            return str(kind(answer).label)
    return ""


def marks(case: Case) -> list[str]:
    """What a case carries with it, in words: merged reports, more time, supervision, shirking, an appeal."""
    found = [
        case.on_the_spot and _("handled on the spot"),
        case.reporters > 1 and ngettext("%(n)d reporter", "%(n)d reporters", case.reporters) % {"n": case.reporters},
        case.extensions and ngettext("more time %(n)d×", "more time %(n)d×", case.extensions) % {"n": case.extensions},
        case.misdirected and ngettext("wrong dispatch %(n)d×", "wrong dispatch %(n)d×", case.misdirected) % {
            "n": case.misdirected},
        case.shirking and ngettext("shirking %(n)d×", "shirking %(n)d×", case.shirking) % {"n": case.shirking},
        case.supervisions and ngettext("supervised %(n)d×", "supervised %(n)d×", case.supervisions) % {
            "n": case.supervisions},
        case.ratings and ngettext("rated %(stars)s of 5 by %(n)d", "rated %(stars)s of 5 by %(n)d", case.ratings) % {
            "stars": f"{case.stars / case.ratings:.1f}", "n": case.ratings},
        case.appeal and _("appeal %(how)s") % {"how": Appeal(case.appeal).label}]
    return [words for words in found if words]


def number_merged_into(case: Case) -> str:
    """The number of the case a merged one goes on as; "" when it goes on itself."""
    return _number(case.merged_into)


def numbers_before_and_after(case: Case) -> tuple[str, str]:
    """The numbers of the case this one takes up again, and of the one that takes it up; "" when there is none."""
    return _number(case.continues), _number(case.continued_as)


def _number(uid: UUID | None) -> str:
    other = Case.objects.filter(uid=uid).first() if uid else None
    return other.number if other else ""
