"""Readings from any door: stored once, told apart, summed, warned of; nothing is lost."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies

from tests.city import City
from tests.readings.measured import NOW, SECOND, a_device, hidden, said, taken


def stored() -> list[tuple[int, int]]:
    from undercity.readings.models import Reading

    rows = Reading.objects.order_by("series_id", "at")
    return [(at - SECOND, value) for at, value in rows.values_list("at", "value")]


def apart() -> Counter[str]:
    from undercity.readings.models import KeptApart

    return Counter(KeptApart.objects.values_list("reason", flat=True))


def test_future_unknown_impossible_twice_and_late_are_told_apart_and_nothing_is_lost(city: City) -> None:
    a_device()
    assert taken(said(-600, 21.4)) == ["stored"]
    batch = [said(600, 21), said(-300, 21, device="t-2"), said(-300, 99), said(-600, 21.4), said(-600, 22.0),
             said(-7200, 20.8), said(0, 21.6)]
    assert taken(*batch) == ["future", "unknown_device", "impossible", "duplicate", "other_value", "late", "stored"]
    assert stored() == [(-7200, 208), (-600, 214), (0, 216)]
    assert apart() == {"future": 1, "unknown_device": 1, "impossible": 1, "other_value": 1}


def test_a_batch_sent_again_changes_nothing(city: City) -> None:
    a_device()
    batch = [said(at, 20 + at / 1000) for at in range(-600, 0, 60)] + [said(900, 1), said(-5, 1, device="x")]
    first = taken(*batch)
    before, kept = stored(), apart()
    assert taken(*batch) == ["duplicate"] * 10 + ["future", "unknown_device"]
    assert first == ["stored"] * 10 + ["future", "unknown_device"]
    assert (stored(), apart()) == (before, kept)


def test_of_two_values_for_one_second_in_one_batch_the_first_stands(city: City) -> None:
    a_device()
    assert taken(said(-60, 21), said(-60, 21), said(-60, 23)) == ["stored", "duplicate", "other_value"]
    assert stored() == [(-60, 210)]


def test_a_device_without_a_clock_is_known_by_its_key(city: City) -> None:
    from undercity.readings.rules import Said

    a_device()
    one = Said("t-1", "temperature_in", None, 21.4, "boot-7/1")
    assert taken(one) == ["stored"]
    assert taken(one, at=NOW + timedelta(minutes=5)) == ["duplicate"]
    assert taken(Said("t-1", "temperature_in", None, 25.0, "boot-7/1")) == ["key_reused"]
    assert stored() == [(0, 214)]


@given(strategies.lists(strategies.tuples(strategies.integers(-200_000, 0), strategies.integers(-300, 600)),
                        max_size=40))
def test_the_sums_of_hours_and_days_are_those_of_the_readings(city: City, points: list[tuple[int, int]]) -> None:
    from django.db import transaction

    from undercity.readings.actions.rows import summed
    from undercity.readings.models import Day, Hour, Reading

    with transaction.atomic():
        a_device()
        for first in range(0, len(points), 7):
            taken(*(said(at, value / 10) for at, value in points[first:first + 7]))
        hours, days = summed(Reading.objects.values_list("series_id", "at", "value", "lag"))
        assert {(row.series_id, row.hour): [row.n, row.total, row.low, row.high]
                for row in Hour.objects.all()} == hours
        assert {(row.series_id, row.day): [row.n, row.total, row.low, row.high] for row in Day.objects.all()} == days
        transaction.set_rollback(True)


def alarms() -> list[Any]:
    from undercity.readings.models import Alarm

    return list(Alarm.objects.order_by("began"))


def test_what_stays_out_of_range_is_one_case_and_what_comes_back_ends_the_event(city: City) -> None:
    from undercity.cases.models import Case

    a_device()
    assert taken(said(-3600, 27), said(-3000, 28.1), said(-2400, 29)) == ["late", "late", "late"]
    assert alarms() == []
    taken(said(-1800, 30), said(-1500, 27.9))
    taken(said(-1200, 28.6))
    assert len(alarms()) == 1
    assert (alarms()[0].began, alarms()[0].ended, alarms()[0].extreme) == (SECOND - 3000, None, 300)
    case = Case.objects.select_related("report").get()
    assert (alarms()[0].case, case.source) == (case.number, "sensor")
    assert case.report.text == "室内温度 30.0 °C，高于预警值 28.0 °C（2026-07-17 08:30 测得）。"
    taken(said(-600, 27.5))
    assert alarms()[0].ended == SECOND - 600
    assert Case.objects.count() == 1


def test_a_late_value_changes_neither_what_is_now_nor_a_warning(city: City) -> None:
    from undercity.readings.models import Series

    a_device()
    taken(said(-60, 0.3, quantity="water_level"))
    assert taken(said(-7200, 2.0, quantity="water_level")) == ["late"]
    row = Series.objects.get(quantity=6)
    assert (row.last_at, row.last_value, row.watch) == (SECOND - 60, 30, 0)
    assert alarms() == []


def test_of_an_internal_quantity_the_case_says_neither_name_nor_number(city: City) -> None:
    from undercity.cases.models import Case

    a_device("w-1", hidden())
    taken(said(-60, 1.234, quantity="water_level", device="w-1"))
    case = Case.objects.select_related("report").get()
    assert case.report.text == "此处有仪器读数超出预警范围，详见该场所监测读数。"
    for word in ("1.23", "水位", "虚构"):
        assert word not in case.report.text + case.report.address
    assert case.report.lat is None


def test_a_category_the_scheme_lacks_costs_no_reading(city: City) -> None:
    from undercity.readings.models import QuantityTerms
    from undercity.readings.queries.terms import forget

    a_device()
    QuantityTerms.objects.filter(quantity=6).update(category="no-such-category")
    forget()
    assert taken(said(-60, 1.5, quantity="water_level")) == ["stored"]
    assert alarms()[0].case == ""
    assert alarms()[0].why


def test_readings_of_many_come_in_by_few_statements(city: City, django_assert_max_num_queries: Any) -> None:
    a_device()
    taken(said(-5000, 21))
    with django_assert_max_num_queries(14):
        taken(*(said(at, 21.4) for at in range(-3000, 0)))


@pytest.mark.parametrize(("change", "field"), [
    ('quantity = "radiation"', "quantity"), ("least = 90.0", "least"), ('stale_minutes = "soon"', "stale_minutes"),
    ('source = ""', "source"), ("colour = 3", "colour"), ('valid_from = "today"', "valid_from"),
    ("back = true", "back")])
def test_a_wrong_row_of_terms_is_named_and_nothing_is_loaded(change: str, field: str, db: None, tmp_path: Any) -> None:
    from undercity.errors import RuleBroken
    from undercity.readings.actions.terms import load_terms
    from undercity.readings.models import QuantityTerms

    rows = {"quantity": '"humidity"', "valid_from": "2026-01-01", "least": "0.0", "most": "80.0", "stale_minutes": "30",
            "source": '"test"'}
    name, _, value = change.partition(" = ")
    path = tmp_path / "own.toml"
    path.write_text("[[terms]]\n" + "\n".join(f"{key} = {said}" for key, said in {**rows, name: value}.items()),
                    encoding="utf-8")
    with pytest.raises(RuleBroken) as refusal:
        load_terms(path)
    assert refusal.value.field == field
    assert not QuantityTerms.objects.exists()


def test_terms_hold_from_their_day_on(city: City) -> None:
    from datetime import date

    from undercity.readings.models import QuantityTerms
    from undercity.readings.queries.terms import forget, terms_on
    from undercity.readings.states import Quantity

    a_device()
    QuantityTerms.objects.create(quantity=1, valid_from=date(2026, 8, 1), least=-10, most=50, warn_high=26,
                                 stale_minutes=10, source="test")
    forget()
    assert terms_on(date(2026, 7, 31))[Quantity.TEMPERATURE_IN].warn_high == 280
    assert terms_on(date(2026, 8, 1))[Quantity.TEMPERATURE_IN].warn_high == 260
