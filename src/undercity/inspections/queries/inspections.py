"""What pages, the field and the worker ask of checks. Reading starts from what an actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from undercity import clock
from undercity.cases.models import Case
from undercity.cases.numbers import row_of
from undercity.inspections.checklist_rules import Checklist, Item
from undercity.inspections.models import BoardsPhoto, BoardsStand, Inspection, InspectionNote, InspectionPhoto
from undercity.inspections.queries.checklists import checklists, version_of
from undercity.inspections.queries.keepers import keepers
from undercity.inspections.states import Kind, Said, Status
from undercity.ledger import facts as vocabulary
from undercity.ledger.models import Entry
from undercity.ledger.rules import occurrences, period_of, start_of
from undercity.org.powers import SYSTEM, Actor
from undercity.org.queries import calendar, directory, post_titles
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.places.queries import with_names

SHOWN = 20


def bodies_read(actor: Actor) -> set[int]:
    """The bodies whose readiness an actor sees: those under his power, and his own."""
    found = {body for path in actor.scopes(Power.READINESS_READ) for body in directory().under(path)}
    return found | ({actor.body} if actor.body else set())


def visible_to(actor: Actor) -> QuerySet[Inspection]:
    """The checks of the places in an actor's area, and those his own body answers for; time itself sees all."""
    rows = Inspection.objects.filter(timeline=clock.timeline())
    if actor.kind == SYSTEM:
        return rows
    bodies = bodies_read(actor)
    return rows.filter(Q(place__district__in=bodies) | Q(body__in=bodies))


def check_for(actor: Actor, uid: UUID) -> Inspection | None:
    """One check with its place; None when there is none, or it is not this actor's business."""
    return visible_to(actor).filter(pk=uid).select_related("place").first()


def photo_for(actor: Actor, uid: UUID) -> InspectionPhoto | BoardsPhoto | None:
    """A picture of a check or of boards an actor may see."""
    row = InspectionPhoto.objects.filter(pk=uid, erased_at__isnull=True).first()
    if row is not None:
        return row if check_for(actor, row.inspection_uid) is not None else None
    board = BoardsPhoto.objects.filter(pk=uid, erased_at__isnull=True).first()
    if board is None:
        return None
    stand, bodies = BoardsStand.objects.select_related("place").get(pk=board.boards_uid), bodies_read(actor)
    return board if bodies & {stand.body_id, stand.place.district_id} else None


@dataclass(frozen=True, slots=True)
class Due:
    """A check that a checklist asks for: its version, its day and when it arises."""

    checklist: Checklist
    day: date
    begins: datetime

    @property
    def period(self) -> str:
        """The period it stands for."""
        return period_of(self.day, self.checklist.template.cycle)

    def places(self) -> list[Place]:
        """The places it is about."""
        return list(Place.objects.filter(use__in=self.checklist.uses).only("pk", "district_id", "use").order_by("pk"))


def due_between(since: date, until: date, at: datetime) -> list[Due]:
    """Every check the checklists ask for in these days and whose morning has come."""
    found = []
    for one in checklists(until).values():
        for day in occurrences(one.template, since, until):
            begins = start_of(day, one.template, calendar())
            if begins <= at:
                found.append(Due(one, day, begins))
    return found


def items_now(row: Inspection) -> list[Item]:
    """The items a check asks for now: all of its version's, or those that failed when it is looked at again."""
    version = version_of(row.checklist, row.since)
    items = list(version.items) if version else []
    return items if row.status == Status.OPEN else [one for one in items if one.code in row.failing]


def closed_cases(numbers: Iterable[str]) -> set[str]:
    """Those of these cases that are over."""
    rows = {number: row_of(number) for number in set(numbers)}
    over = set(Case.objects.filter(pk__in=[row for row in rows.values() if row], closed_at__isnull=False)
               .values_list("pk", flat=True))
    return {number for number, row in rows.items() if row in over}


def open_case_of(row: Inspection, items: Iterable[str]) -> dict[str, str]:
    """Item → the case that still runs for it, from this check or an earlier one: it is not reported twice."""
    wanted: set[str] = set(items)
    found: dict[str, str] = {}
    earlier = (Inspection.objects.filter(place=row.place_id, topic=row.topic, timeline=row.timeline,
                                         done_at__isnull=False).exclude(pk=row.pk).order_by("-done_at")[:SHOWN])
    for one in (row, *earlier):
        for code in one.failing:
            if code in wanted and one.cases.get(code):
                found.setdefault(code, one.cases[code])
    over = closed_cases(found.values())
    return {code: number for code, number in found.items() if number not in over}


def to_look_again() -> QuerySet[Inspection]:
    """Done checks of which something fails and nobody has to look, and which no newer check of the list replaced."""
    newer = Inspection.objects.filter(place=OuterRef("place"), checklist=OuterRef("checklist"),
                                      timeline=OuterRef("timeline"), done_at__gt=OuterRef("done_at"))
    return Inspection.objects.filter(timeline=clock.timeline(), done_at__isnull=False, clean_at__isnull=True,
                                     duty__isnull=True).filter(~Exists(newer))


@dataclass(frozen=True, slots=True)
class Line:
    """An item as the page of a check shows it."""

    item: Item
    answer: str
    fails: bool
    note: str
    photos: tuple[InspectionPhoto, ...]
    case: str


def lines_of(row: Inspection) -> tuple[list[Line], list[InspectionPhoto]]:
    """What was found, item by item, and the pictures of the check as a whole."""
    version = version_of(row.checklist, row.since)
    notes: dict[str, list[str]] = {}
    for item, text in InspectionNote.objects.filter(inspection_uid=row.pk).order_by("turn", "pk").values_list(
            "item", "text"):
        notes.setdefault(item, []).append(text)
    photos: dict[str, list[InspectionPhoto]] = {}
    for photo in InspectionPhoto.objects.filter(inspection_uid=row.pk, erased_at__isnull=True).order_by("pk"):
        photos.setdefault(photo.item, []).append(photo)
    lines = [Line(one, answer_words(one, row.results.get(one.code)), one.code in row.failing,
                  " / ".join(filter(None, notes.get(one.code, ()))), tuple(photos.get(one.code, ())),
                  row.cases.get(one.code, "")) for one in (version.items if version else ())]
    return lines, photos.get("", [])


def answer_words(item: Item, value: object) -> str:
    """An answer in words."""
    if value is None or item.kind in {Kind.TEXT, Kind.PHOTO}:
        return ""
    if item.kind is Kind.NUMBER:
        return f"{value:g} {item.unit}".strip()
    if item.kind is Kind.YES_NO:
        return str(Said(str(value)).label)
    return next((str(one) for one in item.options if one.code == value), str(value))


@dataclass(frozen=True, slots=True)
class Step:
    """An entry on the time-line: when it happened and, if later, when it arrived."""

    what: str
    who: str
    at: datetime
    arrived: datetime | None


def steps_of(stream: UUID) -> list[Step]:
    """Everything that happened to a check, boards or a stock, the oldest first."""
    entries = list(Entry.objects.filter(stream=stream).order_by("sequence"))
    titles = post_titles(entry.post for entry in entries if entry.post)
    return [Step(vocabulary.label(entry.verb), titles.get(entry.post, "") if entry.post else "", entry.at,
                 entry.recorded if (entry.recorded - entry.at).total_seconds() > 60 else None) for entry in entries]


def of_place(place: int, limit: int = SHOWN) -> Sequence[Inspection]:
    """The latest checks of a place, open ones first."""
    rows = Inspection.objects.filter(place=place, timeline=clock.timeline()).order_by("-given_at", "-pk")[:limit]
    return sorted(rows, key=lambda row: row.duty is None)


def kept_places(actor: Actor, uses: Iterable[str]) -> list[Place]:
    """The places of these uses that the actor's own body keeps."""
    mine = [place for place, one in keepers().items() if one.body == actor.body]
    return list(Place.objects.filter(pk__in=mine, use__in=list(uses)).prefetch_related(with_names()).order_by("pk"))
