"""Which instruments a rule over readings watches, and how they stand to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from undercity import clock
from undercity.alerts.models import Episode, GaugeStand
from undercity.alerts.rules.book import GaugeRule, gauge_rules
from undercity.alerts.rules.windows import Limits, value_at
from undercity.org.queries import directory
from undercity.readings.models import Reading, Series
from undercity.readings.states import BY_CODE, Quantity


def limits(rule: GaugeRule) -> Limits:
    """A rule as readings are stored."""
    scale = 10 ** quantity(rule).decimals
    return Limits(rule.how, rule.window_minutes * 60, round(rule.threshold * scale), round(rule.back * scale))


def quantity(rule: GaugeRule) -> Quantity:
    """What a rule looks at."""
    return BY_CODE[rule.quantity]


def watched_series(rule: GaugeRule) -> list[Series]:
    """The series a rule looks at: of the instruments it names, or of every one that lies in its area."""
    rows = Series.objects.filter(quantity=quantity(rule).value, device__stopped_at__isnull=True).select_related(
        "device__place").order_by("device__key")
    if rule.devices:
        return list(rows.filter(device__key__in=rule.devices))
    book = directory()
    body = book.by_key.get(rule.body)
    return [] if body is None else list(rows.filter(device__place__district__in=book.under(book.cards[body].path)))


@dataclass(frozen=True)
class Stand:
    """An instrument beside a rule's threshold. `percent`: of the threshold, at most 100; `at`: the last reading."""

    rule: GaugeRule
    series: Series
    value: str
    percent: int
    at: datetime | None
    silent: bool
    episode: Episode | None

    @property
    def instrument(self) -> str:
        """What people call it."""
        return self.series.device.label or self.series.device.key

    @property
    def since(self) -> datetime | None:
        """Since when the rule is reached."""
        return moment(self.episode.began) if self.episode else None


def moment(seconds: int) -> datetime:
    """Unix seconds as a moment of the city."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(clock.ZONE)


def stands(at: datetime) -> list[tuple[GaugeRule, list[Stand]]]:
    """Every rule of the day with its instruments: those nearest to the threshold first."""
    now = int(at.timestamp())
    open_ones = {(one.rule, one.series_id): one for one in Episode.objects.filter(
        timeline=clock.timeline(), ended__isnull=True)}
    found = []
    for rule in gauge_rules(at.astimezone(clock.ZONE).date()):
        held = limits(rule)
        rows = [_stand(rule, one, held, now, open_ones.get((rule.code, one.pk))) for one in watched_series(rule)]
        found.append((rule, sorted(rows, key=lambda row: (row.episode is None, -row.percent, row.instrument))))
    return found


def _stand(rule: GaugeRule, series: Series, held: Limits, now: int, episode: Episode | None) -> Stand:
    kind, last = quantity(rule), series.last_at
    points = list(Reading.objects.filter(series=series, at__gt=now - held.seconds, at__lte=now).order_by(
        "at").values_list("at", "value"))
    value = value_at(points, now, held)
    percent = 0 if value is None else max(0, min(100, round(100 * value / held.threshold)))
    return Stand(rule, series, kind.with_unit(value), percent, moment(last) if last else None,
                 value is None or last is None, episode)


def recent(limit: int = 30) -> list[Episode]:
    """The newest episodes of the current timeline."""
    return list(Episode.objects.filter(timeline=clock.timeline()).select_related("series__device").order_by(
        "-began")[:limit])


def gone_through(rule: GaugeRule) -> dict[int, GaugeStand]:
    """Series → how far its readings were gone through for a rule."""
    return {row.series_id: row for row in GaugeStand.objects.filter(timeline=clock.timeline(), rule=rule.code)}
