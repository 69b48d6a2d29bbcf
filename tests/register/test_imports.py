"""Spreadsheets into the register: the difference, all or nothing, and back again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.city import City
from tests.register.sheets import messy, row_of, xlsx
from undercity.org.powers import Actor
from undercity.register.states import RowKind
from undercity.science.coordinates import Datum

DAY = date(2026, 7, 17)


@pytest.fixture
def officer(city: City) -> Actor:
    return city.post("duty_officer")


def sent(city: City, by: Actor, content: bytes, name: str = "台账.xlsx", datum: Datum | None = Datum.GCJ02) -> Any:
    """A spreadsheet with its columns settled as guessed."""
    from undercity.register.actions.uploading import settle, take_in

    made = take_in(name, content, by=by, at=city.at)
    return settle(made.pk, made.columns, datum=datum, day=DAY, by=by)


def difference(upload: Any, by: Actor) -> Any:
    from undercity.register.queries.previews import preview

    return preview(upload, by)


def applied(city: City, by: Actor, content: bytes, **more: Any) -> Any:
    from undercity.register.actions.applying import apply

    upload = sent(city, by, content)
    return apply(upload.pk, by=by, at=city.later(minutes=1), **more)


def held() -> dict[str, dict[str, dict[str, Any]]]:
    """Everything the register has, by key of the place."""
    from undercity.places.models import Place
    from undercity.register.queries.previews import current

    return {values["place"]["key"]: values
            for values in current(list(Place.objects.values_list("pk", flat=True))).values()}


def clean() -> None:
    from undercity.ledger.replay import replay

    assert [str(one) for one in replay().differences] == []


def test_a_messy_spreadsheet_is_shown_applied_and_undone(city: City, officer: Actor,
                                                         rounds: Callable[[int, int], int]) -> None:
    from undercity.register.actions.applying import undo
    from undercity.works.models import Work

    count = rounds(400, 5000)
    before = held()
    done = applied(city, officer, xlsx(list(messy(count))))
    assert (done.new, done.changed, done.left_out) == (count, 0, 0)
    work = Work.objects.select_related("place").get(code="虚构-测-00007")
    assert (work.area_m2, work.levels, float(work.depth_m), work.capacity, work.built) == (4000, 1, 5.0, 1500, 2010)
    assert work.place.valid_from == date(2012, 5, 1)
    assert (work.place.listed, work.place.invented, work.place.hours) == (False, True, "24/7")
    assert (round(work.place.lat, 5), round(work.place.lon, 5)) == (36.6457, 116.9957)
    assert work.entrances.get().name == "主出入口"
    again = difference(sent(city, officer, xlsx(list(messy(count, seed=6)))), officer)
    assert again.counts == {"same": count}
    clean()
    undo(done.pk, by=officer, at=city.later(minutes=1))
    assert held() == before
    clean()


def test_changes_are_shown_field_by_field_and_put_back(city: City, officer: Actor) -> None:
    from undercity.register.actions.applying import apply, undo
    from undercity.works.models import Work

    rows = [row_of(number) for number in range(1, 6)]
    applied(city, officer, xlsx(rows))
    before = held()
    changed = [{**rows[0], "挡水板": "９块", "完好等级": "较差"}, {**rows[1], "工程名称": "虚构·新名工程"}, rows[2],
               row_of(9), {**rows[3], "建筑面积（㎡）": None}]
    upload = sent(city, officer, xlsx(changed))
    shown = difference(upload, officer)
    assert shown.counts == {"changed": 2, "same": 2, "new": 1}
    first, second = shown.of(RowKind.CHANGED)
    assert first.changes == {"work": {"condition": ("good", "worn"), "boards": (3, 9)}}
    assert second.changes == {"place": {"name_zh": ("虚构·第2号工程", "虚构·新名工程")}}
    done = apply(upload.pk, by=officer, at=city.later(minutes=1), seen=shown.mark)
    assert (done.new, done.changed) == (1, 2)
    work = Work.objects.get(code="虚构-测-00002")
    assert [(name.zh, name.valid_from, name.valid_to) for name in work.place.names.order_by("pk")] == [
        ("虚构·第2号工程", None, DAY), ("虚构·新名工程", DAY, None)]
    clean()
    undo(done.pk, by=officer, at=city.later(minutes=1))
    assert held() == before
    assert [(name.zh, name.valid_to) for name in work.place.names.all()] == [("虚构·第2号工程", None)]
    clean()
