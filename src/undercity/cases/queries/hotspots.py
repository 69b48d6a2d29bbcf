"""Hot spots 多发点位: places where the same kind of problem came again within so many days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from undercity.cases.models import Case
from undercity.cases.numbers import number_of
from undercity.cases.queries.filters import Filter
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import REPEAT_DAYS, SIMILAR_METRES, Outcome
from undercity.ledger.lights import day_and_minute
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import body_name
from undercity.places.pins import Pin
from undercity.science.coordinates import Position
from undercity.science.nearness import pairs_within

AT_MOST, CASES_SHOWN = 50, 20
# Running number, category, position.
Seen = tuple[int, str, Position]


@dataclass(frozen=True, slots=True)
class HotSpot:
    """One place and kind: how often, where, when last, its newest cases (number, address of the page), and its pin."""

    category: str
    where: str
    count: int
    last: str
    cases: list[tuple[str, str]]
    pin: Pin

    @property
    def more(self) -> int:
        """How many cases are older than those listed."""
        return self.count - len(self.cases)


def hot_spots(actor: Actor, at: datetime, narrowed: Filter) -> list[HotSpot]:
    """Where the same kind came again at the same place within the days before, the most often first.

    The same place: each within so many metres of the next. What was refused, voided or merged is left out.
    """
    known = scheme()
    since, metres = at - timedelta(days=known.term(REPEAT_DAYS, at)), known.term(SIMILAR_METRES, at)
    rows = visible_to(actor).filter(narrowed.chosen(at), reported_at__range=(since, at), report__lat__isnull=False)
    seen = [(pk, kind, (cast("float", lat), cast("float", lon))) for pk, kind, lat, lon in rows.exclude(
        outcome__in=[Outcome.NOT_TAKEN, Outcome.NOT_FILED, Outcome.VOIDED, Outcome.MERGED]).order_by("id").values_list(
            "pk", "category", "report__lat", "report__lon")]
    groups = together([kind for _pk, kind, _place in seen], [place for _pk, _kind, place in seen], metres)
    spots = sorted(([seen[index] for index in group] for group in groups),
                   key=lambda spot: (-len(spot), -spot[-1][0]))[:AT_MOST]
    listed = [pk for spot in spots for pk, _kind, _place in spot[-CASES_SHOWN:]]
    told = {pk: rest for pk, *rest in Case.objects.filter(pk__in=listed).values_list(
        "pk", "reported_at", "territory_id", "report__address")}
    return [_spot(spot, told) for spot in spots]


def together(kinds: Sequence[str], places: Sequence[Position], metres: float) -> list[list[int]]:
    """Groups of two and more of one kind, each within so many metres of another of its group, by their indexes."""
    root = list(range(len(places)))

    def of(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    near = pairs_within(places, metres)
    for one, other in near:
        if kinds[one] == kinds[other]:
            root[of(other)] = of(one)
    groups: dict[int, list[int]] = {}
    for index in sorted({index for pair in near for index in pair}):
        groups.setdefault(of(index), []).append(index)
    return [group for group in groups.values() if len(group) > 1]


def _spot(spot: Sequence[Seen], told: Mapping[int, Sequence[Any]]) -> HotSpot:
    address = address_of("case")
    newest = [pk for pk, _kind, _place in reversed(spot[-CASES_SHOWN:])]
    cases = [(number := number_of(pk, told[pk][0]), address(number)) for pk in newest]
    last_at, territory, _where = told[newest[0]]
    where = next((told[pk][2] for pk in newest if told[pk][2]), "") or body_name(territory)
    name = scheme().name(spot[0][1])
    lat, lon = (sum(along) / len(spot) for along in zip(*(place for _pk, _kind, place in spot), strict=True))
    return HotSpot(name, where, len(spot), day_and_minute(last_at), cases,
                   Pin(lat, lon, f"{name} ×{len(spot)}", cases[0][1], "case"))
