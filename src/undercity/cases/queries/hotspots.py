"""Hot spots 多发点位: places where the same kind of problem came again within so many days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, floor, radians
from typing import cast

from undercity.cases.numbers import number_of
from undercity.cases.queries.filters import Filter
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.similar import METRES_A_DEGREE
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import REPEAT_DAYS, SIMILAR_METRES, Outcome
from undercity.ledger.lights import day_and_minute
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import body_name
from undercity.places.pins import Pin
from undercity.science.coordinates import distance_m

AT_MOST = 50
# pk, reported_at, category, territory, address, lat, lon
Row = tuple[int, datetime, str, int, str, float, float]


@dataclass(frozen=True, slots=True)
class HotSpot:
    """One place and kind: how often, where, when last, its cases (number, address of the page, day), and its pin."""

    category: str
    where: str
    count: int
    last: str
    cases: list[tuple[str, str, str]]
    pin: Pin


def hot_spots(actor: Actor, at: datetime, narrowed: Filter) -> list[HotSpot]:
    """Where the same kind came again at the same place within the days before, the most often first.

    The same place: each within so many metres of the next. What was refused, voided or merged is left out.
    """
    known = scheme()
    since, metres = at - timedelta(days=known.term(REPEAT_DAYS, at)), known.term(SIMILAR_METRES, at)
    rows = visible_to(actor).filter(narrowed.chosen(at), reported_at__range=(since, at), report__lat__isnull=False)
    told = rows.exclude(outcome__in=[Outcome.NOT_TAKEN, Outcome.NOT_FILED, Outcome.VOIDED, Outcome.MERGED]).order_by(
        "id").values_list("pk", "reported_at", "category", "territory_id", "report__address", "report__lat",
                          "report__lon")
    by_category: dict[str, list[Row]] = {}
    for row in told:
        by_category.setdefault(row[2], []).append(cast("Row", row))
    found = [group for same in by_category.values() for group in together(same, metres) if len(group) > 1]
    return [_spot(group) for group in sorted(found, key=lambda group: (-len(group), -group[-1][0]))[:AT_MOST]]


def together(rows: list[Row], metres: float) -> Iterable[list[Row]]:
    """Rows in groups, each within so many metres of another of its group. Only neighbouring squares are measured."""
    group_of = list(range(len(rows)))

    def root(one: int) -> int:
        while group_of[one] != one:
            group_of[one] = group_of[group_of[one]]
            one = group_of[one]
        return one

    squares: dict[tuple[int, int], list[int]] = {}
    high = metres / METRES_A_DEGREE
    # One width for all, that of the row furthest from the equator, so that squares meet and none is too small.
    wide = high / max(cos(radians(max(abs(row[5]) for row in rows))), 0.01)
    for index, (*_rest, lat, lon) in enumerate(rows):
        x, y = floor(lon / wide), floor(lat / high)
        around = [one for east in (-1, 0, 1) for north in (-1, 0, 1) for one in squares.get((x + east, y + north), ())]
        for near in around:
            if root(near) != root(index) and distance_m(lat, lon, *rows[near][5:]) <= metres:
                group_of[root(index)] = root(near)
        squares.setdefault((x, y), []).append(index)
    groups: dict[int, list[Row]] = {}
    for index, row in enumerate(rows):
        groups.setdefault(root(index), []).append(row)
    return groups.values()


def _spot(group: list[Row]) -> HotSpot:
    address, known = address_of("case"), scheme()
    last = group[-1]
    numbered = [(number_of(pk, at), at) for pk, at, *_rest in reversed(group)]
    where = next((one[4] for one in reversed(group) if one[4]), "") or body_name(last[3])
    name = known.name(last[2])
    lat, lon = sum(one[5] for one in group) / len(group), sum(one[6] for one in group) / len(group)
    return HotSpot(name, where, len(group), day_and_minute(last[1]),
                   [(number, address(number), day_and_minute(at)) for number, at in numbered],
                   Pin(lat, lon, f"{name} ×{len(group)}", address(numbered[0][0]), "case"))
