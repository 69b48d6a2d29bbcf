"""What judging a batch of readings needs to know of its devices, asked once a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from undercity.readings.models import Device, Series
from undercity.readings.rules import Known
from undercity.readings.states import Quantity


def known_devices(keys: Iterable[str]) -> dict[str, Known]:
    """Device key → its number, whether it is stopped, its series by quantity."""
    rows = list(Device.objects.filter(key__in=set(keys)).values_list("pk", "key", "stopped_at"))
    series: dict[int, dict[Quantity, int]] = defaultdict(dict)
    for pk, device, quantity in Series.objects.filter(device__in=[row[0] for row in rows]).values_list(
            "pk", "device_id", "quantity"):
        series[device][Quantity(quantity)] = pk
    return {key: Known(pk, stopped is not None, series[pk]) for pk, key, stopped in rows}
