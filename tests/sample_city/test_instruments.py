"""The invented instruments of the sample city: four weeks, one flood, two that fell silent, and time that goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.city import City
from undercity.city.actions.instruments import install_instruments, measure_on
from undercity.city.actions.loading import EVENING
from undercity.city.actions.underground import open_works
from undercity.clock import standing_at


@pytest.fixture
def installed(city: City) -> int:
    open_works()
    with standing_at(EVENING):
        return install_instruments(EVENING)


def test_four_weeks_are_there_and_all_of_it_is_marked_invented(installed: int) -> None:
    from undercity.readings.models import Device, Hour, Reading

    assert 30_000 < installed == Reading.objects.count() < 90_000
    assert sum(Hour.objects.values_list("n", flat=True)) == installed
    assert set(Device.objects.values_list("invented", flat=True)) == {True}


def test_one_sump_overflows_and_nothing_else_is_out_of_range(installed: int) -> None:
    from undercity.cases.models import Case
    from undercity.readings.models import Alarm, KeptApart

    alarm = Alarm.objects.select_related("series__device").get()
    assert (alarm.series.device.key, alarm.ended) == ("demo-xugou-shizhong-001", None)
    assert alarm.case == Case.objects.get().number
    assert sorted(KeptApart.objects.values_list("reason", flat=True)) == [
        "future", "impossible", "other_value", "unknown_device"]


def test_the_instruments_go_on_measuring_and_the_silent_stay_silent(installed: int, city: City) -> None:
    from undercity.readings.models import Series

    later = EVENING + timedelta(minutes=45)
    with standing_at(later):
        came = measure_on(later)
        assert came > 100
        assert measure_on(later) == 0
    heard: dict[str, Any] = dict(Series.objects.values_list("device__key", "last_at"))
    silent = {key for key, at in heard.items() if at < EVENING.timestamp()}
    assert silent == {"demo-xugou-lixia-002", "demo-xugou-huaiyin-001"}
    assert {at for key, at in heard.items() if key not in silent} == {int((later - timedelta(minutes=5)).timestamp())}


def test_with_no_instruments_nothing_is_measured(city: City) -> None:
    assert measure_on(EVENING) == 0
