"""Many cases on one map 聚合: counted by the squares of an area, so that a view of any area is small and adds up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Avg, Count, F, FloatField, Max, Min, Q, Value
from django.db.models.functions import Cast, Floor, Least
from django.utils.translation import gettext as _, ngettext

from undercity.cases.numbers import number_of
from undercity.cases.queries.filters import OPEN_ONES, Filter
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.places.drawing import Sheet
from undercity.places.pins import Pin

# As many squares as a map numbers.
ACROSS, DOWN = 5, 4
# Of more cases the newest are counted: those closed in ten years would take seconds, and say little.
MOST = 20_000
SMALLEST = 0.0005


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the earth, edges in WGS 84 degrees; the northern and eastern edges belong to it."""

    south: float
    west: float
    north: float
    east: float

    @property
    def sheet(self) -> Sheet:
        """The area with some room around it, as a map draws it."""
        high, wide = (self.north - self.south) * 0.08, (self.east - self.west) * 0.08
        # No higher than it is wide, or the drawing would not fit beside a list.
        more = max((self.north - self.south) * 1.3 - (self.east - self.west), 0) / 2
        return Sheet(self.south - high, self.west - wide - more, self.north + high, self.east + wide + more)

    @property
    def query(self) -> str:
        """As an address says it."""
        return f"{self.south:.6f},{self.west:.6f},{self.north:.6f},{self.east:.6f}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cases of one square: how many, the middle of them, the square, and one case when it is alone."""

    count: int
    pin: Pin
    where: str
    box: Box
    number: str


@dataclass(frozen=True, slots=True)
class View:
    """An area with its clusters; `inside` + `outside` + `without` (a position) = all that was asked for, or the newest
    so many of them, if there are more than `most`."""

    box: Box
    clusters: list[Cluster]
    inside: int
    outside: int
    without: int
    most: int | None = None


def read_box(text: str) -> Box | None:
    """An area from an address; None when it is none."""
    try:
        south, west, north, east = (float(one) for one in text.split(","))
    except ValueError:
        return None
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        return None
    return Box(south, west, north, east)


def on_a_map(narrowed: Filter) -> Filter:
    """The part of a filter a map follows: words and single lights are looked at case by case, so it leaves them out."""
    return replace(narrowed, words="", light="", stage=narrowed.stage or OPEN_ONES)


def view(actor: Actor, at: datetime, narrowed: Filter, box: Box | None, page: str) -> View:
    """What lies in an area, or in all there is; `page` is the address a square opens at."""
    rows = visible_to(actor).filter(on_a_map(narrowed).chosen(at))
    last = rows.order_by("-id").values_list("pk", flat=True)[MOST:MOST + 1].first()
    rows, most = (rows, None) if last is None else (rows.filter(id__gt=last), MOST)
    seen = rows.aggregate(all=Count("pk"), placed=Count("report__lat"), south=Min("report__lat"),
                          north=Max("report__lat"), west=Min("report__lon"), east=Max("report__lon"))
    if not seen["placed"]:
        return View(box or Box(0, 0, SMALLEST, SMALLEST), [], 0, 0, seen["all"], most)
    area = box or Box(seen["south"], seen["west"], max(seen["north"], seen["south"] + SMALLEST),
                      max(seen["east"], seen["west"] + SMALLEST))
    clusters = _clusters(rows.filter(_within(area)), area, narrowed, page)
    inside = sum(one.count for one in clusters)
    return View(area, clusters, inside, seen["placed"] - inside, seen["all"] - seen["placed"], most)


def _within(box: Box) -> Q:
    return Q(report__lat__range=(box.south, box.north), report__lon__range=(box.west, box.east))


def _clusters(rows: object, area: Box, narrowed: Filter, page: str) -> list[Cluster]:
    high, wide = (area.north - area.south) / DOWN, (area.east - area.west) / ACROSS

    def square(field: str, least: float, size: float, last: int) -> Least:
        return Least(Floor((F(field) - Value(least)) / Value(size)), Cast(Value(last), FloatField()))

    found = (rows.annotate(y=square("report__lat", area.south, high, DOWN - 1),  # type: ignore[attr-defined]
                           x=square("report__lon", area.west, wide, ACROSS - 1))
             .order_by().values("y", "x").annotate(count=Count("pk"), lat=Avg("report__lat"), lon=Avg("report__lon"),
                                                   one=Min("pk"), at=Min("reported_at"), kind=Min("category")))
    address, book, squares = address_of("case"), directory(), list(found)
    clusters = []
    for row in sorted(squares, key=lambda one: (-one["count"], one["y"], one["x"])):
        box = Box(area.south + row["y"] * high, area.west + row["x"] * wide, area.south + (row["y"] + 1) * high,
                  area.west + (row["x"] + 1) * wide)
        number = number_of(row["one"], row["at"]) if row["count"] == 1 else ""
        label = (f"{number} {scheme().name(row['kind'])}" if number else
                 ngettext("%(n)d case", "%(n)d cases", row["count"]) % {"n": row["count"]})
        kept = narrowed.query
        href = address(number) if number else f"{page}?{kept}{'&' if kept else ''}box={box.query}"
        where = body_name(book.at(row["lat"], row["lon"])) or _("outside the city")
        clusters.append(Cluster(row["count"], Pin(row["lat"], row["lon"], label, href, "case"), where, box, number))
    return clusters
