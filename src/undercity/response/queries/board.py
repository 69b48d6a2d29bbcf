"""The live board 响应看板: how ten thousand orders stand, and which of them need somebody now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import get_language

from undercity.ledger.lights import day_and_minute
from undercity.ledger.models import Entry
from undercity.org.queries import body_name, directory
from undercity.places.queries import name_of, with_names
from undercity.response.models import Order, Response
from undercity.response.queries.words import words_of
from undercity.response.states import OPEN_STANDINGS, Standing

# How the board is narrowed: code → which orders.
SILENT, LATE, REFUSED = "silent", "late", "refused"
PAGE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """An order as the board shows it."""

    row: Order
    text: str
    where: str
    post: str
    standing: str
    light: str
    due: str
    answer: str
    water: str
    telephone: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """How the orders stand. `silent`: past the time for an answer; `late`: past their deadline and not done."""

    counts: dict[str, int]
    silent: int
    late: int

    @property
    def total(self) -> int:
        """All orders that were not withdrawn."""
        return sum(count for standing, count in self.counts.items() if standing != Standing.WITHDRAWN)

    @property
    def cells(self) -> list[tuple[str, str, int, int]]:
        """Standing, its name, how many, and their share in whole per cent."""
        total = self.total or 1
        return [(one.value, str(one.label), self.counts.get(one, 0), self.counts.get(one, 0) * 100 // total)
                for one in Standing]


Tally = tuple[int | None, int, str, int, int, int]


def tallies(response: Response, at: datetime) -> list[Tally]:
    """Territory, body, standing → how many orders, of these late, of these told on; all the board's numbers at once."""
    return list(Order.objects.filter(response=response).values_list("territory_id", "body_id", "standing").annotate(
        count=Count("pk"), late=Count("pk", filter=Q(standing__in=OPEN_STANDINGS, due_at__lt=at)),
        silent=Count("pk", filter=Q(standing=Standing.ISSUED, told__gt=0))).order_by())


def numbers_of(rows: list[Tally]) -> Numbers:
    """The numbers of a response's orders, summed up."""
    counts: Counter[str] = Counter()
    for _territory, _body, standing, count, _late, _silent in rows:
        counts[standing] += count
    return Numbers(dict(counts), sum(row[5] for row in rows), sum(row[4] for row in rows))


def numbers(response: Response, at: datetime) -> Numbers:
    """The same, asked for alone; one statement however many orders there are."""
    return numbers_of(tallies(response, at))


def marks(response: Response) -> str:
    """Changes with everything the board could show: the newest entry of the record, and the response's version."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(number) FROM {Entry._meta.db_table}")
        newest = cursor.fetchone()[0]
    return f"{response.pk}:{response.version}:{newest or 0}:{get_language()}"


def narrowed(response: Response, at: datetime, *, standing: str = "", verb: str = "", area: int | None = None,
             words: str = "") -> QuerySet[Order]:
    """The orders of a response, narrowed. `standing`: a standing, or silent, late, refused; `area`: a body above."""
    rows = Order.objects.filter(response=response)
    if standing == SILENT:
        rows = rows.filter(standing=Standing.ISSUED, told__gt=0)
    elif standing == LATE:
        rows = rows.filter(standing__in=OPEN_STANDINGS, due_at__lt=at)
    elif standing:
        rows = rows.filter(standing=standing)
    if verb:
        rows = rows.filter(verb=verb)
    if area is not None:
        under = directory().under(directory().cards[area].path)
        rows = rows.filter(Q(territory__in=under) | Q(territory__isnull=True, body__in=under))
    if words:
        rows = rows.filter(Q(place__names__zh__icontains=words) | Q(place__names__en__icontains=words)).distinct()
    return rows


def most_pressing(rows: QuerySet[Order]) -> QuerySet[Order]:
    """Refused and silent ones first, of these what the water reaches first; then what is due first."""
    return rows.order_by(F("told").desc(), F("water_at").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "uid")


def lines(rows: list[Order], at: datetime) -> list[Line]:
    """Orders as the board shows them; the rows bring place and response."""
    said, book, language = words_of(rows), directory(), get_language() or "zh-hans"
    return [Line(row, said[row.uid], name_of(row.place, at) if row.place else body_name(row.territory_id),
                 book.title(row.post_id, language) if row.post_id else body_name(row.body_id),
                 str(Standing(row.standing).label), _light(row, at), day_and_minute(row.due_at),
                 day_and_minute(row.answered_at), _water(row), _telephone(row)) for row in rows]


def _water(row: Order) -> str:
    """When the water is expected where the order is still to be carried out."""
    return day_and_minute(row.water_at) if row.standing in OPEN_STANDINGS or row.standing == Standing.REFUSED else ""


def _telephone(row: Order) -> str:
    """The number that hangs at the place's door, day and night, while nobody answers."""
    place = row.place if row.standing in (Standing.ISSUED, Standing.REFUSED) else None
    return place.flood_board.phone_24h if place is not None and hasattr(place, "flood_board") else ""


def _light(row: Order, at: datetime) -> str:
    if row.standing in (Standing.DONE, Standing.WITHDRAWN):
        late = row.ended_at and row.due_at and row.ended_at > row.due_at and row.standing == Standing.DONE
        return "yellow" if late else "green"
    if row.standing == Standing.REFUSED or row.told or (row.due_at is not None and row.due_at < at):
        return "red"
    return "yellow" if row.standing == Standing.ISSUED else "green"


def with_places(rows: QuerySet[Order]) -> QuerySet[Order]:
    """With what a line needs."""
    return rows.select_related("place__flood_board", "response", "words").prefetch_related(with_names("place__"))


def page(rows: QuerySet[Order], at: datetime, number: int) -> list[Line]:
    """One page of a hundred."""
    start = (max(number, 1) - 1) * PAGE
    # Which hundred first: joined to their places, all ten thousand would be.
    chosen = list(most_pressing(rows).values_list("pk", flat=True)[start:start + PAGE])
    found = with_places(Order.objects.filter(pk__in=chosen)).in_bulk()
    return lines([found[pk] for pk in chosen], at)


def mine(post: int | None, timeline: str, at: datetime) -> list[Line]:
    """The open orders of a post, the most urgent first; refused ones that came back to nobody are not his."""
    rows = Order.objects.filter(post=post, standing__in=OPEN_STANDINGS, timeline=timeline)
    return lines(list(with_places(rows.order_by(F("due_at").asc(nulls_last=True), "uid"))[:500]), at)


def by_area(response: Response, rows: list[Tally]) -> list[dict[str, Any]]:
    """District by district: orders, unanswered, late, done."""
    book = directory()
    found: dict[int, dict[str, Any]] = {}
    for territory, body, standing, count, late, _silent in rows:
        if standing == Standing.WITHDRAWN:
            continue
        district = book.above(territory or body, "district")
        key = district.id if district else response.body_id
        one = found.setdefault(key, {"body": body_name(key), "id": key, "orders": 0, "issued": 0, "done": 0, "late": 0})
        one["orders"] += count
        one["late"] += late
        if standing in (Standing.ISSUED, Standing.DONE):
            one[standing] += count
    return sorted(found.values(), key=lambda one: (-one["issued"], -one["late"], one["body"]))


def order_for(uid: UUID, timeline: str) -> Order | None:
    """An order on this timeline, with what its page needs."""
    return with_places(Order.objects.filter(pk=uid, timeline=timeline)).first()
