"""The directory 通讯录: bodies, names, outlines and post titles held in memory, since every page asks for them.

Kept for a minute in each process, and dropped at once in the process that changes something.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from time import perf_counter
from typing import Any

from django.db.models import F
from shapely import STRtree
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from undercity.clock import ZONE
from undercity.org.models import Body, BodyName, Post, Workday
from undercity.science.worktime import Calendar

KEPT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class BodyCard:
    """A body as the directory knows it."""

    id: int
    key: str
    kind: str
    code: str
    parent: int | None
    path: str
    names: tuple[tuple[date | None, date | None, str, str], ...]


@dataclass
class Directory:
    """All bodies and post titles at one moment."""

    cards: dict[int, BodyCard]
    titles: dict[int, tuple[str, str]]
    outlines: dict[int, Any] = field(repr=False)
    by_key: dict[str, int] = field(init=False)
    by_path: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.by_key = {card.key: card.id for card in self.cards.values()}
        self.by_path = {card.path: card.id for card in self.cards.values()}

    def line(self, body: int) -> list[int]:
        """The body and all above it, from the root down."""
        found = []
        card = self.cards.get(body)
        while card is not None:
            found.append(card.id)
            card = self.cards.get(card.parent) if card.parent is not None else None
        return found[::-1]

    def under(self, path: str) -> list[int]:
        """All bodies in the subtree of a path."""
        return [card.id for card in self.cards.values() if card.path.startswith(path)]

    def above(self, body: int, kind: str) -> BodyCard | None:
        """The body itself or the nearest above it of a kind."""
        for step in reversed(self.line(body)):
            if self.cards[step].kind == kind:
                return self.cards[step]
        return None

    def name(self, body: int, language: str, on: date) -> str:
        """What the body was called on a day; the latest name before it when none covers it; its key without names."""
        card = self.cards.get(body)
        if card is None:
            return ""
        if not card.names:
            return card.key
        begun = [name for name in card.names if name[0] is None or name[0] <= on] or [card.names[0]]
        _, _, zh, en = begun[-1]
        return zh if language.startswith("zh") else en

    def title(self, post: int, language: str) -> str:
        """A post's title."""
        zh, en = self.titles.get(post, ("", ""))
        return zh if language.startswith("zh") else en

    @cached_property
    def _shapes(self) -> tuple[list[int], list[BaseGeometry], STRtree]:
        # Deepest first, so that a point answers with its street before its district.
        ids = sorted(self.outlines, key=lambda body: -self.cards[body].path.count("/"))
        shapes = [shape(self.outlines[body]) for body in ids]
        return ids, shapes, STRtree(shapes)

    def at(self, lat: float, lon: float) -> int | None:
        """The deepest territory whose outline holds the point (WGS 84 degrees); None outside the city."""
        ids, shapes, tree = self._shapes
        point = Point(lon, lat)
        for index in sorted(int(found) for found in tree.query(point)):
            if shapes[index].covers(point):
                return ids[index]
        return None


_kept: tuple[float, Directory] | None = None
_kept_calendar: tuple[float, Calendar] | None = None


def forget() -> None:
    """Read the directory and the calendar anew at the next question. Called by whatever changes them."""
    global _kept, _kept_calendar
    _kept = _kept_calendar = None


def directory() -> Directory:
    """The directory of this minute."""
    global _kept
    if _kept is None or perf_counter() - _kept[0] > KEPT_SECONDS:
        _kept = (perf_counter(), _read())
    return _kept[1]


def _read() -> Directory:
    names: dict[int, list[tuple[date | None, date | None, str, str]]] = {}
    # Names without a first day come first: the databases disagree on where nulls sort.
    eldest_first = F("valid_from").asc(nulls_first=True)
    for body, begins, ends, zh, en in BodyName.objects.order_by("body_id", eldest_first).values_list(
            "body_id", "valid_from", "valid_to", "zh", "en"):
        names.setdefault(body, []).append((begins, ends, zh, en))
    cards, outlines = {}, {}
    for pk, key, kind, code, parent, path, outline in Body.objects.order_by("path").values_list(
            "pk", "key", "kind", "code", "parent_id", "path", "outline"):
        cards[pk] = BodyCard(pk, key, kind, code, parent, path, tuple(names.get(pk, ())))
        if outline:
            outlines[pk] = outline
    titles = {pk: (zh, en) for pk, zh, en in Post.objects.values_list("pk", "title_zh", "title_en")}
    return Directory(cards=cards, titles=titles, outlines=outlines)


def calendar() -> Calendar:
    """The working calendar 工作日历 of this minute, from our own `Workday` table."""
    global _kept_calendar
    if _kept_calendar is None or perf_counter() - _kept_calendar[0] > KEPT_SECONDS:
        days = dict(Workday.objects.values_list("day", "working"))
        _kept_calendar = (perf_counter(), Calendar(zone=ZONE, exceptions=days))
    return _kept_calendar[1]
