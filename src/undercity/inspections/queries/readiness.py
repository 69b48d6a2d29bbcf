"""The readiness board 备汛看板: how ready the places of an area are, were on a day, and become day by day.

All of it comes from two statements, however many places there are: the places, and their checks of the season.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from undercity import clock
from undercity.inspections.checklist_rules import Topic
from undercity.inspections.models import Inspection
from undercity.inspections.queries.checklists import checklists, topics, uses_of, version_of
from undercity.inspections.queries.inspections import bodies_read
from undercity.inspections.queries.keepers import keepers
from undercity.inspections.rules import Looked, counts, newest, standing_at
from undercity.inspections.states import Standing
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names

# A check of before that long ago holds no more, whatever its list says.
FURTHEST = timedelta(days=800)
WORST_FIRST = {Standing.FAILING: 0, Standing.UNCHECKED: 1, Standing.LAPSED: 2, Standing.READY: 3}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with the body that keeps it and its checks."""

    place: int
    district: int
    keeper: int | None
    looked: tuple[Looked, ...]
    # Each check with the day its checklist is valid from and the items that failed.
    failing: tuple[tuple[Looked, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a district's places, or of a keeper's, stand how."""

    key: str
    name: str
    counts: Counter[Standing]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def ready(self) -> int:
        """Of a hundred so many are ready, rounded down: a hundred means all."""
        return 100 * self.counts[Standing.READY] // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Row:
    """A place in the list: how it stands, what is missing in words, when it was last checked."""

    place: Place
    name: str
    district: str
    keeper: str
    standing: Standing
    missing: tuple[str, ...]
    checked_at: datetime | None


@dataclass(frozen=True)
class Board:
    """The board of a topic at a moment, over the spots an actor sees."""

    topic: Topic
    day: date
    at: datetime
    spots: list[Spot]
    standings: dict[int, Standing]
    trend: list[tuple[date, Counter[Standing]]] = field(default_factory=list)

    @property
    def total(self) -> Counter[Standing]:
        """How many stand how."""
        return Counter(self.standings.values())

    @property
    def ready(self) -> int:
        """Of a hundred so many are ready, rounded down."""
        return 100 * self.total[Standing.READY] // len(self.spots) if self.spots else 0

    def shares(self, by: str) -> list[Share]:
        """By district or by keeper, the least ready first."""
        found: dict[int | None, Counter[Standing]] = {}
        for spot in self.spots:
            whose = spot.keeper if by == "keeper" else spot.district
            found.setdefault(whose, Counter())[self.standings[spot.place]] += 1
        cards = directory().cards
        rows = [Share(cards[body].key if body else "", body_name(body) if body else "–", count)
                for body, count in found.items()]
        return sorted(rows, key=lambda row: (row.ready, -row.total, row.key))


def end_of(day: date, now: datetime) -> datetime:
    """The last moment of a day, or now on the day that is not over."""
    last = datetime.combine(day + timedelta(days=1), time.min, clock.ZONE) - timedelta(microseconds=1)
    return min(last, now)


def board(actor: Actor, topic: Topic, day: date, now: datetime, *, district: str = "", keeper: str = "",
          use: str = "", trend: bool = True) -> Board:
    """The board as it stood at the end of a day (now, today), narrowed; eight statements at most."""
    at, bodies, kept, book = end_of(day, now), bodies_read(actor), keepers(), directory()
    uses = uses_of(topic.code, day) & ({use} if use else uses_of(topic.code, day))
    rows = [(place, of_district) for place, of_district in Place.objects.filter(use__in=uses).values_list(
        "pk", "district_id") if of_district in bodies or (place in kept and kept[place].body in bodies)]
    if district:
        rows = [row for row in rows if book.cards[row[1]].key == district]
    if keeper:
        rows = [row for row in rows if row[0] in kept and book.cards[kept[row[0]].body].key == keeper]
    looked = _looked(topic.code, at)
    spots = []
    for place, of_district in rows:
        found = looked.get(place, [])
        spots.append(Spot(place, of_district, kept[place].body if place in kept else None,
                          tuple(one for one, _code, _failing in found), tuple(found)))
    days = []
    if trend and spots:
        first = min(topic.begins_in(day.year), day)
        days = [first + timedelta(days=nth) for nth in range((day - first).days + 1)]
    told = counts((spot.looked for spot in spots), [end_of(one, now) for one in days])
    return Board(topic, day, at, spots, {spot.place: standing_at(spot.looked, at) for spot in spots},
                 list(zip(days, told, strict=True)))


def _looked(topic: str, at: datetime, places: Iterable[int] | None = None) -> dict[
        int, list[tuple[Looked, str, tuple[str, ...]]]]:
    """Place → its checks done by a moment, each with its checklist's first day and what failed."""
    rows = Inspection.objects.filter(topic=topic, timeline=clock.timeline(), done_at__lte=at,
                                     done_at__gte=at - FURTHEST)
    if places is not None:
        rows = rows.filter(place__in=list(places))
    found: dict[int, list[tuple[Looked, str, tuple[str, ...]]]] = {}
    for place, code, since, done, clean, holds, failed, failing in rows.order_by("done_at").values_list(
            "place_id", "checklist", "since", "done_at", "clean_at", "holds_days", "failed", "failing").iterator(
                chunk_size=10_000):
        assert done is not None
        one = Looked(code, done, clean, done + timedelta(days=holds))
        # Mended since: on an earlier day what failed at first is what was missing.
        found.setdefault(place, []).append((one, since.isoformat(), tuple(failed if clean else failing)))
    return found


def listed(found: Board, spots: Iterable[Spot]) -> list[Row]:
    """Spots as rows of the list, in their order: two statements."""
    spots = list(spots)
    rows = Place.objects.prefetch_related(with_names()).in_bulk([spot.place for spot in spots])
    return [Row(place := rows[spot.place], name_of(place, found.at), body_name(spot.district),
                body_name(spot.keeper) if spot.keeper else "", found.standings[spot.place], missing_of(spot, found.at),
                max((one.done_at for one in spot.looked), default=None)) for spot in spots]


def missing_of(spot: Spot, at: datetime) -> tuple[str, ...]:
    """What fails at a place, in the words of the checklist, without doubles."""
    counting, found = newest(spot.looked, at), dict[str, str]()
    for one, since, failing in spot.failing:
        if one not in counting or (one.clean_at is not None and one.clean_at <= at):
            continue
        version = version_of(one.checklist, date.fromisoformat(since))
        for code in failing:
            item = version.item(code) if version else None
            found.setdefault(code, str(item) if item else code)
    return tuple(found.values())


def worst_first(found: Board, standing: str = "") -> list[Spot]:
    """The spots, those with the most to do first; only those that stand so, if one is named ("not": all but ready)."""
    chosen = [spot for spot in found.spots if not standing or found.standings[spot.place] == standing or (
        standing == "not" and found.standings[spot.place] is not Standing.READY)]
    return sorted(chosen, key=lambda spot: (WORST_FIRST[found.standings[spot.place]], spot.district, spot.place))


def standing_of(place: int, topic: str, at: datetime) -> Standing:
    """How one place stands; for other rooms."""
    return standing_at([one for one, _since, _failing in _looked(topic, at, [place]).get(place, [])], at)


def choices(found: Board) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Districts and keepers to narrow by: those there are."""
    cards = directory().cards

    def named(bodies: set[int]) -> list[tuple[str, str]]:
        return sorted((cards[body].key, body_name(body)) for body in bodies)

    return named({spot.district for spot in found.spots}), named({spot.keeper for spot in found.spots if spot.keeper})


def due_now(topic: str) -> list[str]:
    """The checklists of a topic, for a heading."""
    return [str(one) for one in checklists().values() if one.topic == topic]


def topic_asked(code: str) -> Topic | None:
    """The topic asked for, else the first; None when none is loaded."""
    known = topics()
    return known.get(code) or next(iter(known.values()), None)
