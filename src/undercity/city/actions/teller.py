"""Who tells the sample city's cases: what is known once for all, and rows gathered until they are stored."""

from __future__ import annotations

import random
import secrets
from collections import deque
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import numpy as np
import rfc8785
import shapely
import uuid_utils.compat as uuid
from shapely.geometry import shape

from undercity.cases.actions import indexing
from undercity.cases.actions.dispatching import HANDLERS
from undercity.cases.evidence import OF_A_PHOTO, OF_A_REPORT
from undercity.cases.facts import SUBJECT
from undercity.cases.models import Note, Photo, Report
from undercity.cases.queries.scheme import Standard, scheme
from undercity.city.rhythm import Chooser, Problem, Seasons
from undercity.city.sample_files import read
from undercity.city.scenes import SCENES, scene
from undercity.city.tempers import Tempers, read_tempers
from undercity.db import Rows, insert, rows_of, write
from undercity.ledger.actions import record_history
from undercity.ledger.dossier import new_salt
from undercity.ledger.fold import DossierRef, StreamState
from undercity.ledger.pictures import Picture, keep
from undercity.ledger.record import History, Written, history
from undercity.org.models import Post
from undercity.org.queries import Holder, calendar, directory, holders
from undercity.org.states import Power, Role
from undercity.places.grids import grid_at
from undercity.science.worktime import Limit, Unit, deadline

REPORT = ("id", "salt", "case_id", "text", "address", "lat", "lon", "token")
NOTE = ("id", "salt", "case_id", "text")
PHOTO = ("id", "salt", "case_id", "verb", "sha256", "width", "height", "is_public")
SPOTS = 240
# Whose duty a stage is, by the power it takes.
GIVEN_TO = {Power.CASE_INTAKE: Role.INTAKE_OFFICER, Power.CASE_VERIFY: Role.INSPECTOR, Power.CASE_FILE: Role.SHIFT_LEAD,
            Power.CASE_DISPATCH: Role.DISPATCHER, Power.CASE_REVIEW: Role.DISPATCHER, Power.CASE_CHECK: Role.INSPECTOR,
            Power.CASE_CLOSE: Role.SHIFT_LEAD}
WORDS = ("路口东北角", "公交站旁", "小区北门外", "学校对面", "农贸市场门口", "桥下", "人行道上", "非机动车道",
         "医院门口", "地铁口", "菜店门前", "广场西侧", "停车场入口", "幼儿园门口", "天桥下", "老旧小区院内",
         "沿街店铺前", "河边步道", "立交桥下", "绿地旁", "十字路口西南角", "写字楼南门", "加油站旁", "邮局对面")
# A spot that had a problem has it again within so many days, more often than chance would have it.
REMEMBERED = timedelta(days=30)
AGAIN = 0.09


@dataclass(frozen=True, slots=True)
class Spot:
    """A place something happens: its street, position (WGS 84) and words."""

    street: int
    lat: float
    lon: float
    address: str
    unit_grid: str


@dataclass
class Shelf:
    """Rows gathered to be stored together."""

    entries: list[Written] = field(default_factory=list)
    states: dict[UUID, StreamState] = field(default_factory=dict)
    reports: list[tuple[Any, ...]] = field(default_factory=list)
    notes: list[tuple[Any, ...]] = field(default_factory=list)
    photos: list[tuple[Any, ...]] = field(default_factory=list)
    words: list[indexing.Packed] = field(default_factory=list)

    def pack(self) -> Packed:
        """Everything as rows."""
        return Packed(history(SUBJECT, self.entries, self.states),
                      (rows_of(Report, REPORT, self.reports), rows_of(Note, NOTE, self.notes),
                       rows_of(Photo, PHOTO, self.photos)), self.words)


@dataclass(frozen=True, slots=True)
class Packed:
    """Told cases as rows: the record with what it comes to, and the dossiers."""

    history: History
    dossiers: tuple[Rows, ...]
    words: list[indexing.Packed]


def store(packed: Packed) -> int:
    """Write everything; how many entries."""
    with write():
        stored = record_history(packed.history)
        for rows in packed.dossiers:
            insert(rows)
        indexing.remember_many(packed.words)
    return stored


class Teller:
    """What every case of the city is told with. The same seed tells the same city, but for ids and salts."""

    def __init__(self, until: datetime, begins: datetime, seed: int = 20260718):
        self.until, self.begins = until, begins
        self.dice = random.Random(seed)
        self.scheme = scheme()
        self.book = directory()
        self.calendar = calendar()
        self.shelf = Shelf()
        self.seasons = read_seasons()
        self.chooser = Chooser(read_problems(), self.seasons)
        self.tempers: Tempers = read_tempers()
        self.post_keys: dict[int, str] = dict(Post.objects.values_list("pk", "key"))
        self.spots = self._spots()
        self.pictures = {(name, after): scene(name, after=after) for name in SCENES for after in (False, True)}
        for picture in self.pictures.values():
            keep(picture)
        self._recent: deque[tuple[datetime, Spot, Problem]] = deque()
        # All of them now: once the telling has begun there is no database to ask.
        self._holders = {(power, street): holders(power, street, role=role)
                         for power, role in GIVEN_TO.items() for street in {spot.street for spot in self.spots}}
        departments = {self.book.by_key[one.department] for one in self.scheme.categories.values()}
        self._handlers = {one: _handlers(one) for one in departments}
        self.standards = cache(self._standards)
        self.stage_limit = cache(self._stage_limit)

    def another(self, which: int) -> Teller:
        """One more teller who knows the same, with dice, a memory and a shelf of its own."""
        other = copy(self)
        other.dice, other.shelf = random.Random(f"{self.dice.getstate()[1][0]}:{which}"), Shelf()
        other._recent = deque()
        return other

    def _spots(self) -> list[Spot]:
        """Spots of every street of the district the centre serves, drawn once: a case takes one of them."""
        district = self.book.cards[self.book.by_key["shizhong"]].path
        streets = [b for b in self.book.under(district) if self.book.cards[b].kind == "street"]
        points = np.random.default_rng(self.dice.getrandbits(32))
        found = []
        for street in streets:
            outline = shape(self.book.outlines[street])
            west, south, east, north = outline.bounds
            lons, lats = points.uniform(west, east, SPOTS * 6), points.uniform(south, north, SPOTS * 6)
            inside = np.flatnonzero(shapely.contains_xy(outline, lons, lats))[:SPOTS]
            name = self.book.name(street, "zh-hans", self.until.date())
            for i in inside:
                lat, lon = round(float(lats[i]), 6), round(float(lons[i]), 6)
                grid = grid_at(lat, lon, self.begins.date())
                found.append(Spot(street, lat, lon, name + self.dice.choice(WORDS), grid.code if grid else ""))
        return found

    def where_and_what(self, at: datetime) -> tuple[Spot, Problem]:
        """A spot and its problem: sometimes one that was there within the month."""
        recent, dice = self._recent, self.dice
        while recent and recent[0][0] < at - REMEMBERED:
            recent.popleft()
        if recent and dice.random() < AGAIN:
            _, spot, problem = recent[dice.randrange(len(recent))]
        else:
            spot, problem = dice.choice(self.spots), self.chooser.choose(at, dice)
        recent.append((at, spot, problem))
        return spot, problem

    def _standards(self, category: str, day: date) -> list[Standard]:
        return self.scheme.standards_of(category, day)

    def _stage_limit(self, kind: str, day: date) -> tuple[Limit | None, timedelta]:
        """A stage's limit on a day; a length above zero when it simply runs, so that no calendar need be asked."""
        limit = self.scheme.stage_limit(kind, datetime.combine(day, self.until.timetz()))
        runs = limit is not None and limit.unit is Unit.MINUTE
        return limit, timedelta(minutes=limit.value) if limit is not None and runs else timedelta(0)

    def due(self, kind: str, at: datetime) -> tuple[Limit | None, datetime | None]:
        """The limit of a stage that begins at a moment, and when it ends."""
        limit, runs = self.stage_limit(kind, at.date())
        if limit is None:
            return None, None
        # The city's zone never changes its clocks, so minutes are added as they are.
        return limit, at + runs if runs else deadline(at, limit, self.calendar)

    def handler(self, department: int, turn: int) -> Holder:
        """Who handles cases in a department; several take turns."""
        found = self._handlers[department]
        return found[turn % len(found)]

    def to(self, power: Power, street: int, turn: int) -> Holder | None:
        """Who gets a duty in a street; several take turns."""
        found = self._holders[power, street]
        return found[turn % len(found)] if found else None

    def report(self, case: UUID, text: str, spot: Spot) -> DossierRef:
        """Keep what was reported; its mark."""
        row, salt = uuid.uuid7(), new_salt()
        self.shelf.reports.append((row, salt, case, text, spot.address, spot.lat, spot.lon, secrets.token_urlsafe(16)))
        self.shelf.words.append(indexing.packed(case, text, spot.address))
        values: dict[str, Any] = dict(zip(OF_A_REPORT, (text, spot.address, spot.lat, spot.lon),
                                          strict=True))
        return _mark("case.report", row, salt, rfc8785.dumps(values))

    def note(self, case: UUID, text: str) -> DossierRef:
        """Keep words that came with a move; their mark."""
        row, salt = uuid.uuid7(), new_salt()
        self.shelf.notes.append((row, salt, case, text))
        return _mark("case.note", row, salt, _of_note(text))

    def photo(self, case: UUID, verb: str, name: str, *, after: bool) -> DossierRef:
        """Keep a drawing as the photo of a step; its mark."""
        row, salt, picture = uuid.uuid7(), new_salt(), self.pictures[name, after]
        self.shelf.photos.append((row, salt, case, verb, picture.sha256, picture.width, picture.height, after))
        return _mark("case.photo", row, salt, _of_photo(verb, picture))


def _handlers(department: int) -> tuple[Holder, ...]:
    found = (holders(Power.CASE_DISPOSE, department, role=role, body=department) for role in HANDLERS)
    return next(some for some in found if some)


def read_problems() -> list[Problem]:
    """What is reported in the sample city."""
    return [Problem(code=f"gbt47678-{row['code']}", words=tuple(row["words"]),
                    months=tuple(row.get("months", (1.0,) * 12)),
                    **{name: value for name, value in row.items() if name not in {"code", "words", "months"}})
            for row in read("problems.toml")["problem"]]


def read_seasons() -> Seasons:
    """The invented weather and feasts."""
    told = read("seasons.toml")
    return Seasons(rain={date.fromisoformat(day): millimetres for day, millimetres in told["rain"].items()},
                   **{name: frozenset(told[name]) for name in ("heat", "snow", "lull", "fireworks")})


def _mark(kind: str, row: UUID, salt: str, canonical: bytes) -> DossierRef:
    # The same as ledger.dossier.ref; texts and photos come again and again, so their canonical form is kept.
    return DossierRef(kind=kind, id=row, sha256=sha256(bytes.fromhex(salt) + canonical).hexdigest())


@cache
def _of_note(text: str) -> bytes:
    return rfc8785.dumps({"text": text})


@cache
def _of_photo(verb: str, picture: Picture) -> bytes:
    values = (verb, picture.sha256, picture.width, picture.height, None, None)
    return rfc8785.dumps(dict(zip(OF_A_PHOTO, values, strict=True)))
