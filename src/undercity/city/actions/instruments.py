"""Four weeks of invented readings, and instruments that go on measuring while the sample city is looked at."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from undercity.city.accounts import derived
from undercity.city.sample_files import read
from undercity.clock import ZONE
from undercity.db import write
from undercity.org.queries import digest_of, directory
from undercity.places.models import Place
from undercity.readings.actions.devices import register_device
from undercity.readings.actions.history import store_history
from undercity.readings.actions.taking import take
from undercity.readings.actions.terms import load_terms
from undercity.readings.models import Device, Series
from undercity.readings.rules import Said
from undercity.readings.states import BY_CODE, Door, Quantity

STEP, LONG_STEP = 600, 1800
# The last hour comes in by the front door: what is out of range there becomes a case.
FRESH = 3600
FINE = 2 * 86400
# Who was not looked at for a day is not made up for.
MOST_STEPS = 144


@dataclass(frozen=True, slots=True)
class Profile:
    """What one instrument of the sample city measures: around a base, with a swing a day; `rises` by so much a minute
    during the last hour before the evening."""

    quantity: Quantity
    seed: int
    base: float
    swing: float
    rises: float

    def value(self, at: int, evening: int) -> float:
        """The value at a moment, in the unit: always the same for the same moment."""
        hour = (at + 8 * 3600) % 86400 / 3600
        wave = math.sin((hour - 9) / 24 * 2 * math.pi)
        noise = ((at // STEP * 2_654_435_761 + self.seed * 40_503) >> 7) % 1000 / 500 - 1
        rise = self.rises * max(0, min(at - evening + 3600, 3600 * 3)) / 60
        drift = 0.4 * math.sin((at / 86400 + self.seed) / 9 * 2 * math.pi)
        found = self.base + self.swing * (wave + 0.18 * noise + drift) + rise
        if self.quantity is Quantity.RAINFALL and at - evening > 2 * 3600:
            return 0.0  # The storm of the evening passes.
        if self.quantity is Quantity.OCCUPANCY:
            found = found if 8.5 < hour < 21 else 0
        return max(0.0, found) if self.quantity is not Quantity.TEMPERATURE_OUT else found


def devices() -> list[dict[str, Any]]:
    """The rows of the file, each with its key and profiles."""
    told = read("instruments.toml")
    rows = []
    for number, row in enumerate(told["device"]):
        kinds = [Profile(BY_CODE[code], told["seed"] % 1000 + number * 7 + nth, values["base"], values["swing"],
                         values.get("rises", 0.0))
                 for nth, (code, values) in enumerate((code, row[code]) for code in BY_CODE if code in row)]
        rows.append({**row, "key": "-".join(filter(None, ("demo", row["place"], row.get("name")))), "profiles": kinds})
    return rows


def install_instruments(evening: datetime) -> int:
    """Register the invented devices and tell their four weeks; how many readings there are."""
    load_terms()
    now, days = int(evening.timestamp()), read("instruments.toml")["days"]
    places = Place.objects.in_bulk([row["place"] for row in devices()], field_name="key")
    book, count = directory(), 0
    fresh: list[Said] = []
    with write():
        for row in devices():
            place = places.get(row["place"])
            if place is None:
                continue
            device, _token = register_device(
                by=None, at=evening - timedelta(days=days), key=row["key"], place=place,
                keeper=book.by_key[row["keeper"]], quantities=[one.quantity for one in row["profiles"]],
                full=row.get("full"), label=row.get("label", ""), invented=True)
            Device.objects.filter(pk=device.pk).update(token_digest=digest_of(derived(f"device:{device.key}")))
            ends = now - row.get("silent_hours", 0) * 3600
            series = dict(Series.objects.filter(device=device).values_list("quantity", "pk"))
            for one in row["profiles"]:
                points = [(at, round(one.value(at, now) * 10 ** one.quantity.decimals))
                          for at in _moments(now - days * 86400, min(ends, now - FRESH), now)]
                count += store_history(series[one.quantity.value], points)
                fresh += [Said(device.key, one.quantity.code, at, round(one.value(at, now), 2))
                          for at in range(now - FRESH, ends + 1, STEP)]
        take(fresh, door=Door.MQTT, at=evening)
        take(_wrong(now), door=Door.HTTP, at=evening)
    return count + len(fresh)


def _moments(begins: int, ends: int, now: int) -> Iterator[int]:
    at = begins
    while at < ends:
        yield at
        at += STEP if at >= now - FINE else LONG_STEP


def _wrong(now: int) -> list[Said]:
    """One of each kind that is kept apart."""
    return [Said("demo-cool-anda", "temperature_in", now + 5 * 86400, 22.4),
            Said("demo-cool-qianfo", "temperature_in", now - 1200, 2140),
            Said("demo-cool-yinzuo", "temperature_in", now - FRESH, 99.9 / 4),
            Said("sensor-0417", "temperature_in", now - 300, 21.6)]


def measure_on(at: datetime) -> int:
    """Let the invented instruments measure up to this moment; how many readings came. The silent ones stay silent."""
    until = int(at.timestamp()) // STEP * STEP
    evening = int(datetime(2026, 7, 18, 16, 30, tzinfo=ZONE).timestamp())
    last = {(key, quantity): moment for key, quantity, moment in Series.objects.filter(
        device__key__startswith="demo-", device__stopped_at__isnull=True).values_list(
        "device__key", "quantity", "last_at")}
    given = [Said(row["key"], one.quantity.code, moment, round(one.value(moment, evening), 2))
             for row in devices() if "silent_hours" not in row for one in row["profiles"]
             if (since := last.get((row["key"], one.quantity.value))) is not None
             for moment in range(max(since + STEP, until - MOST_STEPS * STEP), until + 1, STEP)]
    if given:
        take(given, door=Door.MQTT, at=at)
    return len(given)
