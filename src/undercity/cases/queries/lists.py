"""The case list and one case, as an officer sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _, ngettext

from undercity import clock
from undercity.cases.facts import SUBJECT
from undercity.cases.models import Case, Note, Photo
from undercity.cases.numbers import number_of, row_of
from undercity.cases.queries.cards import card_of, thresholds
from undercity.cases.queries.filters import Filter, late
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.search import AT_ONCE, LONGER, LOOKED_AT, matching, said
from undercity.cases.queries.visible import newest, visible_to
from undercity.cases.states import Appeal, Card, Check, Stage, Told, Verification
from undercity.ledger import facts as vocabulary
from undercity.ledger.lights import day_and_minute, duration, light_at, limit_text
from undercity.ledger.models import Duty
from undercity.ledger.queries import story
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import body_name, calendar, post_titles
from undercity.places.pins import Pin
from undercity.science.worktime import Light, green_for_sure

PAGE = 100
EVERYTHING = Filter()
# The clock of the open duty, read with the case: a list asks once.
_DUTY = Duty.objects.filter(pk=OuterRef("duty"), done_at__isnull=True)
OF_THE_DUTY = {"duty_assigned": Subquery(_DUTY.values("assigned_at")), "duty_due": Subquery(_DUTY.values("due_at")),
               "duty_unit": Subquery(_DUTY.values("limit_unit"))}


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list; `light` is that of its open duty, "" when it has none; `card` what its department is shown."""

    pk: int
    number: str
    href: str
    category: str
    where: str
    department: str
    stage: str
    reported_at: datetime
    due_at: datetime | None
    late: bool
    light: str
    card: Card | None
    pin: Pin | None

    @property
    def light_text(self) -> str:
        """The light in words."""
        return {"green": _("In time"), "yellow": _("Due soon"), "red": _("Overdue")}.get(self.light, "")

    @property
    def reported(self) -> str:
        """When it was reported, as a list shows it."""
        return day_and_minute(self.reported_at)

    @property
    def due(self) -> str:
        """When it is due, as a list shows it."""
        return day_and_minute(self.due_at)


def page(actor: Actor, at: datetime, *, narrowed: Filter = EVERYTHING, before: int | None = None,
         limit: int = PAGE) -> list[Row]:
    """Cases an actor may see, newest first, older than a running number: page 1,000 costs what page 1 does.

    With words: only those whose report or address holds each of them; or the one case with that number.
    """
    return _rows(found_by(actor, at, narrowed, before=before, limit=limit), at)


def found_by(actor: Actor, at: datetime, narrowed: Filter, *, before: int | None = None,
             limit: int = PAGE) -> list[int] | QuerySet[Case, int]:
    """The running numbers of such a page, or the question that gives them."""
    chosen = narrowed.chosen(at)
    if narrowed.words and (number := row_of(narrowed.words)) is not None:
        chosen &= Q(pk=number)
    elif narrowed.words and narrowed.only_open:
        # Of a year's cases one in a hundred is open: these are read sooner than all that hold the words.
        chosen &= said(narrowed.words)
    elif narrowed.words:
        return _with_words(actor, chosen, narrowed.words, before, limit)
    if narrowed.light == Light.YELLOW.value:
        return _due_soon(actor, chosen, at, before, limit)
    if narrowed.light == Light.GREEN.value:
        return _of_a_light(actor, chosen, narrowed.light, at, before, limit)
    if narrowed.light:
        chosen &= late(at)
    return newest(actor, chosen & (Q(id__lt=before) if before is not None else Q()), limit)


def _with_words(actor: Actor, chosen: Q, words: str, before: int | None, limit: int) -> list[int]:
    found: list[int] = []
    for some in matching(words, before):
        found += visible_to(actor).filter(chosen, said(words), pk__in=some).order_by("-id").values_list("pk", flat=True)
        if len(found) >= limit:
            break
    return found[:limit]


def _of_a_light(actor: Actor, chosen: Q, light: str, at: datetime, before: int | None, limit: int) -> list[int]:
    """The newest whose open duty shows a light that the working calendar tells, not the moment alone."""
    found: list[int] = []
    looked, at_once = 0, AT_ONCE
    rows = visible_to(actor).filter(chosen).annotate(**OF_THE_DUTY).order_by("-id").values_list("pk", *OF_THE_DUTY)
    while looked < LOOKED_AT and len(found) < limit:
        seen = list((rows if before is None else rows.filter(id__lt=before))[:at_once])
        found += _lit(seen, light, at)
        if len(seen) < at_once:
            break
        before, looked, at_once = seen[-1][0], looked + len(seen), at_once * LONGER
    return found[:limit]


def _due_soon(actor: Actor, chosen: Q, at: datetime, before: int | None, limit: int) -> list[int]:
    """The newest whose open duty is yellow: few of the open ones are, so the duties are asked, not the cases."""
    clocks = Duty.objects.filter(timeline=clock.timeline(), subject_kind=SUBJECT, done_at__isnull=True, due_at__gte=at)
    for due, begun in green_for_sure(at, calendar()):
        clocks = clocks.exclude(due_at__gt=due, assigned_at__gt=begun)
    read = clocks.values_list("pk", "stream", "assigned_at", "due_at", "limit_unit")
    lit = {duty: stream for duty, stream, begins, due, unit in read if light_at(begins, due, unit, at) is Light.YELLOW}
    rows = visible_to(actor).filter(chosen, *([Q(id__lt=before)] if before is not None else []))
    streams = list(lit.values())
    # Questions beside the main line have duties of their own; a case shows the light of its main one.
    found = [pk for first in range(0, len(streams), AT_ONCE)
             for pk, duty in rows.filter(uid__in=streams[first:first + AT_ONCE]).values_list("pk", "duty")
             if duty in lit]
    return sorted(found, reverse=True)[:limit]


def _lit(clocks: Iterable[tuple[Any, ...]], light: str, at: datetime) -> list[int]:
    """Those that show a light, of cases with the clocks of their open duties."""
    return [pk for pk, assigned_at, due_at, unit in clocks
            if assigned_at is not None and light_at(assigned_at, due_at, unit or "", at).value == light]


def _rows(found: list[int] | QuerySet[Case, int], at: datetime) -> list[Row]:
    # Values, not cases: a page of a hundred spends a third of its time on making objects of eighty columns.
    read = Case.objects.filter(pk__in=found).annotate(**OF_THE_DUTY).order_by("-id").values_list(
        "pk", "reported_at", "category", "territory_id", "department_id", "stage", "due_at", "done_at", "closed_at",
        "report__address", "report__lat", "report__lon", *OF_THE_DUTY)
    known, address, limits = scheme(), address_of("case"), thresholds(at)
    rows = []
    for (pk, reported_at, category, territory, department, stage, due_at, done_at, closed_at, where, lat, lon,
         assigned_at, duty_due, unit) in read:
        number, what = number_of(pk, reported_at), known.name(category)
        href = address(number)
        rows.append(Row(
            pk, number, href, what, where or body_name(territory), body_name(department), str(Stage(stage).label),
            reported_at, due_at, due_at is not None and (done_at or closed_at or at) > due_at,
            light_at(assigned_at, duty_due, unit or "", at).value if assigned_at is not None else "",
            card_of(stage, due_at, limits),
            Pin(lat, lon, f"{number} {what}", href, "case") if lat is not None and lon is not None else None))
    return rows


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
    # What another system told, and the number it has the case under.
    status = str(facts.get("status", ""))
    return str(Told(status).label) if status in Told.values else str(facts.get("reference", ""))


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


def verification_of(case: Case) -> str:
    """What the inspector found when he verified it, in words; "" when nobody did."""
    return str(Verification(case.verification).label) if case.verification in Verification.values else ""


def number_merged_into(case: Case) -> str:
    """The number of the case a merged one goes on as; "" when it goes on itself."""
    return _number(case.merged_into)


def numbers_before_and_after(case: Case) -> tuple[str, str]:
    """The numbers of the case this one takes up again, and of the one that takes it up; "" when there is none."""
    return _number(case.continues), _number(case.continued_as)


def _number(uid: UUID | None) -> str:
    other = Case.objects.filter(uid=uid).first() if uid else None
    return other.number if other else ""
