"""How devices and places stand now: the last value of each series, stale, silent, out of range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Abs, Coalesce
from django.utils.translation import gettext

from undercity.clock import ZONE
from undercity.ledger.lights import duration
from undercity.org.powers import Actor
from undercity.org.queries import body_name
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names
from undercity.readings.models import Alarm, Series
from undercity.readings.queries.terms import terms_on
from undercity.readings.queries.visible import visible_to
from undercity.readings.rules import Terms, is_stale
from undercity.readings.states import Quantity, Watch

PAGE = 100


def moment(at: int | None) -> datetime | None:
    """A stored moment in the city's zone."""
    return None if at is None else datetime.fromtimestamp(at, UTC).astimezone(ZONE)


@dataclass(frozen=True, slots=True)
class Row:
    """A series as a list shows it."""

    series: Series
    quantity: Quantity
    place: Place
    name: str
    keeper: str
    value: str
    at: datetime | None
    ago: str
    stale: bool
    watch: Watch
    case: str
    terms: Terms | None

    @property
    def range(self) -> str:
        """The warning range in words; "" without one."""
        if self.terms is None or (self.terms.warn_low is None and self.terms.warn_high is None):
            return ""
        low, high = (self.quantity.shown(limit) or "–" for limit in (self.terms.warn_low, self.terms.warn_high))
        return f"{low} … {high} {self.quantity.unit}".strip()

    @property
    def source(self) -> str:
        """Where the terms are from, in the reader's language if it is one we ship."""
        return gettext(self.terms.source) if self.terms is not None else ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many series are out of range, stale and well, and all."""

    out: int
    stale: int
    well: int

    @property
    def all(self) -> int:
        """Every series of devices that are on."""
        return self.out + self.stale + self.well


def _stale(at: datetime) -> Q:
    """Series whose last value is too old, by quantity; one never heard of is silent too."""
    chosen, now = Q(last_at__isnull=True), int(at.timestamp())
    for quantity, terms in terms_on(at.date()).items():
        chosen |= Q(quantity=quantity.value, last_at__lt=now - terms.stale_seconds)
    return chosen


def shown_to(actor: Actor) -> QuerySet[Series]:
    """The series of devices an actor sees that are switched on."""
    return Series.objects.filter(device__in=visible_to(actor), device__stopped_at__isnull=True)


def counts(actor: Actor, at: datetime) -> Counts:
    """How the series an actor sees stand."""
    rows = shown_to(actor)
    out = rows.exclude(watch=Watch.NORMAL).count()
    stale = rows.filter(_stale(at), watch=Watch.NORMAL).count()
    return Counts(out, stale, rows.count() - out - stale)


def overview(actor: Actor, at: datetime, *, state: str = "", page: int = 1) -> tuple[list[Row], int]:
    """A page of series, out of range first, then the longest silent; and how many there are. `state`: out or stale."""
    rows = shown_to(actor)
    if state == "out":
        rows = rows.exclude(watch=Watch.NORMAL)
    elif state == "stale":
        rows = rows.filter(_stale(at), watch=Watch.NORMAL)
    ordered = rows.annotate(alarmed=Abs(F("watch"), output_field=IntegerField()),
                            heard=Coalesce("last_at", Value(0))).order_by("-alarmed", "heard", "pk")
    first = (page - 1) * PAGE
    return listed(ordered[first:first + PAGE], at), rows.count()


def of_place(actor: Actor, place: Place, at: datetime) -> list[Row]:
    """The series of a place an actor sees, in the order of their quantities."""
    return listed(shown_to(actor).filter(device__place=place).order_by("quantity", "pk"), at)


def listed(rows: QuerySet[Series], at: datetime) -> list[Row]:
    """Series as rows, with the case of an open event."""
    found = list(rows.select_related("device__place").prefetch_related(with_names("device__place__")))
    cases = dict(Alarm.objects.filter(series__in=[row.pk for row in found], ended__isnull=True)
                 .values_list("series_id", "case"))
    terms, now = terms_on(at.date()), int(at.timestamp())
    return [_row(row, at, now, terms.get(Quantity(row.quantity)), cases.get(row.pk, "")) for row in found]


def _row(row: Series, at: datetime, now: int, terms: Terms | None, case: str) -> Row:
    quantity, place = Quantity(row.quantity), row.device.place
    ago = duration(timedelta(seconds=max(0, now - row.last_at))) if row.last_at is not None else ""
    return Row(row, quantity, place, name_of(place, at), body_name(row.device.keeper_id),
               quantity.with_unit(row.last_value), moment(row.last_at), ago, is_stale(row.last_at, now, terms),
               Watch(row.watch), case, terms)
