"""预警: a series that leaves its warning range is a problem found at its place, told once an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _, override

from undercity.clock import ZONE
from undercity.errors import Refused
from undercity.org.powers import THE_SYSTEM
from undercity.places.models import Place
from undercity.places.signals import problem_found
from undercity.readings.actions.rows import Point
from undercity.readings.models import Alarm, Series
from undercity.readings.rules import Standing, Terms, stepped
from undercity.readings.states import Quantity, Watch

SAVED = "UPDATE readings_series SET last_at = %s, last_value = %s, watch = %s, out_since = %s WHERE id = %s"


def watch_over(newer: Mapping[int, Sequence[Point]], standing: Mapping[int, Series],
               quantities: Mapping[int, Quantity], terms: Mapping[Quantity, Terms], *, at: datetime) -> None:
    """Step each series through its new points, in order; open and close events. Inside the caller's `write()`."""
    rows: list[tuple[int, int, int, int | None, int]] = []
    for series, points in sorted(newer.items()):
        row, limits = standing[series], terms.get(quantities[series])
        now = Standing(Watch(row.watch), row.out_since)
        for _series, moment, value, _lag in points:
            if limits is None:
                continue
            was, now = now, stepped(now, moment, value, limits)
            if was.watch is not Watch.NORMAL or now.watch is not Watch.NORMAL:
                _event(row, was, now, moment, value, limits, at)
        last = points[-1]
        rows.append((last[1], last[2], now.watch.value, now.out_since, series))
    with connection.cursor() as cursor:
        cursor.executemany(SAVED, rows)


def _event(series: Series, was: Standing, now: Standing, moment: int, value: int, terms: Terms, at: datetime) -> None:
    if was.watch is not Watch.NORMAL:
        alarm = Alarm.objects.filter(series=series, ended__isnull=True).first()
        if alarm is not None and was.watch is now.watch:
            worst = max(alarm.extreme, value) if was.watch is Watch.HIGH else min(alarm.extreme, value)
            if worst != alarm.extreme:
                Alarm.objects.filter(pk=alarm.pk).update(extreme=worst)
            return
        if alarm is not None:
            Alarm.objects.filter(pk=alarm.pk).update(ended=moment)
    if now.watch is not Watch.NORMAL and now.watch is not was.watch:
        _open(series, now, moment, value, terms, at)


def _open(series: Series, now: Standing, moment: int, value: int, terms: Terms, at: datetime) -> None:
    began = now.out_since if now.out_since is not None else moment
    alarm = Alarm.objects.create(series=series, side=now.watch.value, began=began, extreme=value)
    case, why = "", ""
    if not terms.category:
        why = "no category in the terms"
    else:
        place = Place.objects.get(devices__series=series)
        try:
            # A city whose scheme lacks the category must not lose readings by it.
            with transaction.atomic(), override("zh-hans"):
                told = problem_found.send(
                    sender=Alarm, place=place, category=terms.category, source="sensor", by=THE_SYSTEM, at=at,
                    text=in_words(terms, value, moment, now.watch), key=f"reading-{series.pk}-{began}")
            case = next((str(number) for _receiver, number in told if number), "")
        except Refused as refusal:
            why = str(refusal)[:200]
    Alarm.objects.filter(pk=alarm.pk).update(case=case, why=why)


def in_words(terms: Terms, value: int, moment: int, side: Watch) -> str:
    """What a case says. Of an internal quantity neither its name nor its number: cases travel to other systems."""
    if terms.quantity.is_internal:
        return _("An instrument at this place is out of its range; the readings of the place say which.")
    limit = terms.warn_high if side is Watch.HIGH else terms.warn_low
    when = datetime.fromtimestamp(moment, UTC).astimezone(ZONE)
    words = _("%(quantity)s is %(value)s, above %(limit)s (measured %(when)s).") if side is Watch.HIGH else \
        _("%(quantity)s is %(value)s, below %(limit)s (measured %(when)s).")
    return words % {"quantity": terms.quantity.label, "value": terms.quantity.with_unit(value),
                    "limit": terms.quantity.with_unit(limit), "when": f"{when:%Y-%m-%d %H:%M}"}
