"""What a list of cases is narrowed to 筛选: read from an address, written back into one, asked of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.db.models import Exists, OuterRef, Q
from django.utils.http import urlencode

from undercity import clock
from undercity.cases.queries.cards import carded
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import OPEN, Card, Source, Stage
from undercity.ledger.models import Duty
from undercity.org.queries import directory
from undercity.science.worktime import Light

WORDS_MAX = 60
OPEN_ONES, LATE_ONES = "open", "late"


@dataclass(frozen=True)
class Filter:
    """A choice of cases; each part left empty narrows nothing.

    `stage`: a stage, `open` or `late`. `category`: a subclass, or a major class (the beginning of its codes).
    `department`, `area`: keys of bodies, the latter with all below it. `light`: of the duty that is open now.
    """

    words: str = ""
    stage: str = ""
    category: str = ""
    department: str = ""
    area: str = ""
    source: str = ""
    light: str = ""
    card: str = ""
    due_from: str = ""
    due_to: str = ""

    @cached_property
    def query(self) -> str:
        """As the words of an address; "" when nothing is narrowed."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    @property
    def narrows(self) -> bool:
        """Narrows anything at all."""
        return bool(self.query)

    @property
    def only_open(self) -> bool:
        """Whatever it chooses is open: a light and a card are those of an open case."""
        return bool(self.light or self.card) or self.stage in {OPEN_ONES, LATE_ONES, *OPEN}

    def chosen(self, at: datetime) -> Q:
        """What the database can tell by itself; words and two of the lights are looked at case by case."""
        asked = self._of_the_stage(at)
        if self.category:
            asked &= Q(category=self.category) if self.category in scheme().categories else Q(
                category__in=sorted(scheme().of_major(self.category)))
        if self.department:
            asked &= Q(department=directory().by_key.get(self.department))
        if self.area:
            asked &= Q(territory__in=self.bodies)
        if self.source:
            asked &= Q(source=self.source)
        if self.card:
            asked &= carded(Card(self.card), at)
        if self.due_from:
            asked &= Q(due_at__gte=_begins(self.due_from))
        if self.due_to:
            asked &= Q(due_at__lt=_begins(self.due_to) + timedelta(days=1))
        return asked

    @property
    def bodies(self) -> list[int]:
        """The territories of the area."""
        book = directory()
        body = book.by_key.get(self.area)
        return book.under(book.cards[body].path) if body is not None else []

    def _of_the_stage(self, at: datetime) -> Q:
        if self.stage == LATE_ONES:
            return Q(stage=Stage.DISPOSAL, due_at__lt=at)
        if self.stage in Stage.values:
            return Q(stage=self.stage) & (Q(stage__in=sorted(OPEN)) if self.light else Q())
        # A light is that of the open duty: what is closed has none.
        return Q(stage__in=sorted(OPEN)) if self.stage == OPEN_ONES or self.light else Q()


def late(at: datetime) -> Q:
    """The open duty of a case is past its end: red, whatever the calendar says."""
    return Q(Exists(Duty.objects.filter(pk=OuterRef("duty"), done_at__isnull=True, due_at__lt=at)))


def read(given: Mapping[str, str]) -> Filter:
    """What an address asks for. A word that means nothing narrows nothing, so that an old link still works."""
    said = {name: given.get(name, "").replace("\0", "").strip() for name in Filter.__dataclass_fields__}
    known, keys = scheme(), directory().by_key
    fits = {
        "stage": said["stage"] in {OPEN_ONES, LATE_ONES, *Stage.values},
        "category": said["category"] in known.categories or bool(known.of_major(said["category"])),
        "department": said["department"] in keys, "area": said["area"] in keys,
        "source": said["source"] in Source.values,
        "light": said["light"] in {one.value for one in Light}, "card": said["card"] in Card.values,
        "due_from": _is_day(said["due_from"]), "due_to": _is_day(said["due_to"]), "words": True}
    return Filter(**{name: value[:WORDS_MAX] for name, value in said.items() if fits[name]})


def _is_day(text: str) -> bool:
    try:
        # A year later than this overflows when a day is added to it.
        return 1900 <= date.fromisoformat(text).year < 9999
    except ValueError:
        return False


def _begins(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), clock.ZONE)
