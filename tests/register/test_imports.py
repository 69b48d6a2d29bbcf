"""Spreadsheets into the register: the difference, all or nothing, and back again."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.city import City
from tests.register.sheets import HEADERS, as_csv, as_ods, messy, row_of, xlsx
from undercity.errors import Conflict, InvalidMove, NotAllowed, NotFound, RuleBroken
from undercity.org.powers import Actor
from undercity.register.states import RowKind
from undercity.science.coordinates import Datum

DAY = date(2026, 7, 17)
OLD = Path(__file__).with_name("old.xls")


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


@pytest.mark.works
def test_a_messy_spreadsheet_is_shown_applied_and_undone(city: City, officer: Actor) -> None:
    from undercity.register.actions.applying import undo
    from undercity.works.models import Work

    count = 5000
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


@pytest.mark.works
def test_what_the_finder_asks_for_comes_by_the_spreadsheet_too_and_no_persons_number(city: City,
                                                                                     officer: Actor) -> None:
    from undercity.places.models import Place
    from undercity.register.actions.applying import undo

    rows = [row_of(1, 咨询电话="0531-0000 0001", 核定人数="300人", 无障碍="有电梯", 联系电话="13800001111"),
            row_of(2, 咨询电话=None, 核定人数=None, 无障碍="仅楼梯", 联系电话=None)]
    done = applied(city, officer, xlsx(rows))
    first, second = Place.objects.filter(names__zh__startswith="虚构·第").order_by("pk")
    assert (first.phone, first.capacity, first.step_free) == ("0531-0000 0001", 300, "yes")
    assert (second.phone, second.capacity, second.step_free) == ("", None, "no")
    assert not any("13800001111" in str(value) for value in Place.objects.filter(pk=first.pk).values().get().values())
    clean()
    undo(done.pk, by=officer, at=city.later(minutes=1))
    assert not Place.objects.filter(pk=first.pk).exists()


@pytest.mark.works
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


@pytest.mark.works
def test_an_import_whose_work_was_changed_later_is_not_undone(city: City, officer: Actor) -> None:
    from undercity.places.models import Place
    from undercity.register.actions.applying import undo
    from undercity.register.actions.renaming import rename

    done = applied(city, officer, xlsx([row_of(number) for number in range(1, 5)]))
    key = Place.objects.get(names__zh="虚构·第3号工程").key
    rename(key, zh="虚构·改了名", en="", day=DAY, by=officer, at=city.later(minutes=1))
    before = held()
    with pytest.raises(RuleBroken) as refusal:
        undo(done.pk, by=officer, at=city.later(minutes=1))
    assert "虚构-测-00003" in str(refusal.value)
    assert refusal.value.details == {"changed_later": 1}
    assert held() == before
    clean()


@pytest.mark.works
def test_the_later_import_is_undone_first_and_then_the_earlier_one(city: City, officer: Actor) -> None:
    from undercity.register.actions.applying import undo

    empty = held()
    first = applied(city, officer, xlsx([row_of(1), row_of(2)]))
    between = held()
    second = applied(city, officer, xlsx([row_of(1, 挡水板=7), row_of(2, 容积=15000)]))
    with pytest.raises(RuleBroken):
        undo(first.pk, by=officer, at=city.later(minutes=1))
    undo(second.pk, by=officer, at=city.later(minutes=1))
    assert held() == between
    undo(first.pk, by=officer, at=city.later(minutes=1))
    assert held() == empty
    with pytest.raises(InvalidMove):
        undo(first.pk, by=officer, at=city.later(minutes=1))
    clean()


@pytest.mark.works
def test_what_others_hold_on_to_is_not_taken_away(city: City, officer: Actor) -> None:
    from undercity.places.models import Place
    from undercity.register.actions.applying import undo
    from undercity.works.actions import register_works

    public = ("工程名称", "所属区县", "工程地址", "平时用途", "开放时间", "经度", "纬度")
    done = applied(city, officer, xlsx([{header: row_of(1)[header] for header in public}]))
    place = Place.objects.get(names__zh="虚构·第1号工程")
    assert not hasattr(place, "work")
    profile = {"managed": "joint", "form": "basement", "area_m2": 4000, "volume_m3": 14000, "levels": 1, "depth_m": 5,
               "capacity": 1500, "condition": "good", "condition_words": "", "pumps": 2, "boards": 3,
               "keeper": officer.body, "built": 2010}
    way = {"name": "主出入口", "lat": 36.65, "lon": 117.0, "width_m": 3, "sill_m": 41.5}
    register_works([{"place": place.pk, "code": "虚构-1", "entrances": [way], **profile}], year=2026)
    with pytest.raises(RuleBroken) as refusal:
        undo(done.pk, by=officer, at=city.later(minutes=1))
    assert refusal.value.field == "import"
    assert Place.objects.filter(pk=place.pk).exists()
    clean()


@pytest.mark.works
def test_faults_are_named_by_row_and_column_with_what_to_do(city: City, officer: Actor) -> None:
    from undercity.places.models import Place
    from undercity.register.actions.applying import apply

    rows = [row_of(1), row_of(2, 容积="很大"), row_of(3, 所属区县="火星区"), row_of(4, 纬度=117.0, 经度=36.6),
            row_of(5, 竣工年份=2199), row_of(6, 建筑形式="坑道"), row_of(1, 挡水板=9), row_of(7, 投用日期="07/01/2026"),
            row_of(8, 纬度=36.9), row_of(9, 管理类别=None), row_of(10, 工程编号=None)]
    upload = sent(city, officer, xlsx(rows))
    shown = difference(upload, officer)
    told = [(row.row, shown.header_of(fault.field)) for row in shown.rows for fault in row.faults]
    assert told == [(5, "I 容积"), (6, "D 所属区县"), (7, "V 纬度"), (8, "Q 竣工年份"),
                    (9, "S 建筑形式"), (10, "B 工程编号"), (11, "T 投用日期"), (12, "V 纬度"),
                    (13, "R 管理类别"), (14, "B 工程编号")]
    assert all(fault.message and fault.remedy for row in shown.rows for fault in row.faults)
    before = Place.objects.count()
    with pytest.raises(RuleBroken) as refusal:
        apply(upload.pk, by=officer, at=city.at)
    assert refusal.value.details == {"faulty": 10}
    assert Place.objects.count() == before
    done = apply(upload.pk, by=officer, at=city.at, good_only=True)
    assert (done.new, done.left_out) == (1, 10)


@pytest.mark.works
def test_what_changed_since_it_was_looked_at_is_not_overwritten(city: City, officer: Actor) -> None:
    from undercity.places.models import Place
    from undercity.register.actions.applying import apply
    from undercity.register.actions.renaming import rename

    applied(city, officer, xlsx([row_of(1)]))
    upload = sent(city, officer, xlsx([row_of(1, 工程名称="虚构·甲")]))
    seen = difference(upload, officer).mark
    rename(Place.objects.get(names__zh="虚构·第1号工程").key, zh="虚构·乙", en="", day=DAY, by=officer, at=city.at)
    with pytest.raises(Conflict):
        apply(upload.pk, by=officer, at=city.at, seen=seen)


@pytest.mark.works
def test_a_keeper_changes_the_works_of_his_body_only(city: City, officer: Actor) -> None:
    applied(city, officer, xlsx([row_of(1), row_of(2, 管理使用单位="op-mall")]))
    keeper = city.post("keeper", 1)
    shown = difference(sent(city, keeper, xlsx([row_of(1, 挡水板=8), row_of(2, 管理使用单位="op-mall")])), keeper)
    # What he may not change he may not learn either: the second row guesses every value right.
    assert [row.kind for row in shown.rows] == [RowKind.CHANGED, RowKind.FAULTY]
    assert (shown.rows[1].changes, shown.rows[1].values) == ({}, {})
    given_away = difference(sent(city, keeper, xlsx([row_of(1, 管理使用单位="op-mall")])), keeper)
    assert given_away.counts == {"faulty": 1}


def test_nobody_without_the_power_and_nobody_else_s_spreadsheet(city: City, officer: Actor) -> None:
    from undercity.register.actions.applying import apply, undo
    from undercity.register.actions.uploading import take_in

    with pytest.raises(NotAllowed):
        take_in("x.xlsx", xlsx([row_of(1)]), by=city.post("inspector"), at=city.at)
    upload = sent(city, officer, xlsx([row_of(1)]))
    with pytest.raises(NotFound):
        apply(upload.pk, by=city.post("keeper"), at=city.at)
    with pytest.raises(NotFound):
        undo(upload.pk, by=city.post("keeper"), at=city.at)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_a_csv_in_either_encoding_is_the_same_table(encoding: str, city: City, officer: Actor) -> None:
    from undercity.register.queries.sheets import read_table

    rows = [row_of(1), row_of(2)]
    book, text = read_table(xlsx(rows, title=False)), read_table(as_csv(rows, encoding))
    assert book.headers == text.headers == list(HEADERS)
    assert difference(sent(city, officer, as_csv([row_of(1), row_of(2)], encoding)), officer).counts == {"new": 2}


def test_an_old_workbook_and_an_open_document_are_the_same_table(city: City, officer: Actor) -> None:
    from undercity.register.queries.sheets import read_table

    rows = [row_of(1), row_of(2)]
    # Written once by another program: the district is one merged cell over both rows.
    old, modern, free = map(read_table, (OLD.read_bytes(), xlsx(rows), as_ods(rows)))
    assert old.headers == modern.headers == free.headers
    for content in (OLD.read_bytes(), as_ods(rows)):
        assert difference(sent(city, officer, content), officer).counts == {"new": 2}
    assert len(old.remarks) == 1


def test_merged_cells_hold_their_value_in_every_row(city: City, officer: Actor) -> None:
    book = load_workbook(io.BytesIO(xlsx([row_of(1), row_of(2, 所属区县=None), row_of(3, 所属区县=None)])))
    book.worksheets[0].merge_cells(start_row=4, end_row=6, start_column=4, end_column=4)
    out = io.BytesIO()
    book.save(out)
    upload = sent(city, officer, out.getvalue())
    assert difference(upload, officer).counts == {"new": 3}
    assert "2" in upload.remarks[0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0nothing", b"\x00\x01\x02",
                                     b"a,b\n1,2\n", b"<html></html>", "工程编号\n".encode()])
def test_what_is_no_spreadsheet_of_ours_is_refused_with_a_remedy(content: bytes, city: City, officer: Actor) -> None:
    from undercity.register.actions.uploading import take_in

    with pytest.raises(RuleBroken) as refusal:
        take_in("x", content, by=officer, at=city.at)
    assert refusal.value.remedy


def test_an_old_spreadsheet_nobody_applied_is_emptied(city: City, officer: Actor) -> None:
    from undercity.register.models import Upload

    old = sent(city, officer, xlsx([row_of(1)]))
    city.later(days=3)
    sent(city, officer, xlsx([row_of(2)]))
    old.refresh_from_db()
    assert (old.state, bytes(old.table)) == ("dropped", b"")
    assert Upload.objects.filter(state="ready").count() == 1


def test_a_large_one_is_carried_out_by_the_worker_once(city: City, officer: Actor, monkeypatch: Any) -> None:
    from undercity.places.models import Place
    from undercity.register.actions import waiting

    monkeypatch.setattr(waiting, "AT_ONCE", 1)
    upload = sent(city, officer, xlsx([row_of(1), row_of(2)]))
    before = Place.objects.count()
    waiting.apply(upload, by=officer, at=city.at, seen=difference(upload, officer).mark, good_only=False)
    assert Place.objects.count() == before
    assert waiting.carry_out_waiting(city.later(seconds=2)) == 1
    assert waiting.carry_out_waiting(city.later(seconds=2)) == 0
    assert Place.objects.count() == before + 2
    upload.refresh_from_db()
    waiting.undo(upload, by=officer, at=city.at)
    assert waiting.carry_out_waiting(city.later(seconds=2)) == 1
    assert Place.objects.count() == before
    clean()


@pytest.mark.works
def test_a_large_one_that_is_refused_says_why_and_stays(city: City, officer: Actor, monkeypatch: Any) -> None:
    from undercity.register.actions import waiting

    monkeypatch.setattr(waiting, "AT_ONCE", 1)
    upload = sent(city, officer, xlsx([row_of(1), row_of(2, 容积="很大")]))
    waiting.apply(upload, by=officer, at=city.at, seen="", good_only=False)
    assert waiting.carry_out_waiting(city.later(seconds=2)) == 1
    upload.refresh_from_db()
    assert upload.state == "ready"
    assert "容积" in upload.asked["told"]
