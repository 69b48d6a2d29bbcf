"""Hotline orders: a spreadsheet with bad rows, no doubles, the own clock, contact, answer, call-back, once more."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from openpyxl import Workbook, load_workbook

from tests.city import SPOT, City
from tests.officers import replayed_clean
from undercity.errors import InvalidMove, NotAllowed, RuleBroken
from undercity.science.coordinates import Datum

HEAD = ["工单编号", "来电时间", "诉求内容", "类别", "地址", "经度", "纬度", "坐标系", "来电人", "联系电话"]
GOOD = ["", "2026-07-17 08:00", "路面塌陷", "", "大观园街道某处", SPOT[1], SPOT[0], "", "王某", "13800000000"]
# Column → a bad cell.
BAD: list[dict[str, Any]] = [
    {"工单编号": ""}, {"工单编号": "长" * 41}, {"来电时间": "昨天"}, {"来电时间": "2027-01-01 08:00"},
    {"诉求内容": ""}, {"诉求内容": "长" * 4001}, {"类别": "没有的类别"}, {"经度": "东经117"},
    {"经度": SPOT[0], "纬度": SPOT[1]}, {"经度": 10, "纬度": 10}, {"经度": ""}, {"坐标系": "北京54"}]
ODD = ["<script>alert(1)</script>", "'; DROP TABLE cases_case; --", "=1+1", "😀 مرحبا \u202eabc", "长" * 4000]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def category() -> str:
    from undercity.cases.queries.scheme import scheme

    return next(iter(scheme().categories.values())).minor_zh


def row(order: str, **changes: Any) -> list[Any]:
    cells = dict(zip(HEAD, GOOD, strict=True)) | {"工单编号": order, "类别": category()} | changes
    return [cells[name] for name in HEAD]


def xlsx(rows: list[list[Any]], head: list[str] = HEAD) -> bytes:
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    sheet.append(head)
    for cells in rows:
        sheet.append([f"'{cell}" if isinstance(cell, str) and cell.startswith("=") else cell for cell in cells])
    book.save(out)
    return out.getvalue()


def looked(city: City, content: bytes) -> tuple[Any, Any]:
    from undercity.cases.queries.order_files import check, table

    given = table("x.xlsx", content)
    return given, check(given, at=city.at, datum=Datum.WGS84)


def taken(city: City, *orders: str, **changes: Any) -> list[Any]:
    from undercity.cases.actions.hotline import take_orders

    _, checked = looked(city, xlsx([row(order, **changes) for order in orders]))
    assert checked.wrong == []
    return take_orders(checked, by=city.post("intake_officer"), at=city.at).cases


def test_twelve_bad_rows_are_named_and_the_good_ones_are_taken(city: City) -> None:
    from undercity.cases.actions.hotline import take_orders
    from undercity.cases.models import Case
    from undercity.cases.queries.order_files import wrong_rows

    rows = [row(f"JN-{number}") for number in range(28)]
    for number, bad in enumerate(BAD):
        rows.insert(number * 2, row(f"BAD-{number}") if "工单编号" not in bad else row(bad["工单编号"]))
        rows[number * 2] = [bad.get(name, cell) for name, cell in zip(HEAD, rows[number * 2], strict=True)]
    given, checked = looked(city, xlsx(rows))
    assert (checked.rows, len(checked.bad_rows), len(checked.good)) == (40, 12, 28)
    assert checked.bad_rows == [2 + 2 * number for number in range(12)]
    assert all(one.column and one.message and one.remedy for one in checked.wrong)
    assert any("36.655" in one.remedy and "117.003" in one.remedy for one in checked.wrong)
    with pytest.raises(RuleBroken):
        take_orders(checked, by=city.post("intake_officer"), at=city.at, all_or_nothing=True)
    assert Case.objects.count() == 0
    assert len(take_orders(checked, by=city.post("intake_officer"), at=city.at).cases) == 28
    sheet = load_workbook(io.BytesIO(wrong_rows(given, checked))).active
    assert sheet is not None
    assert sheet.max_row == 13
    assert all(sheet.cell(line, len(HEAD) + 1).value for line in range(2, 14))
    replayed_clean()


def test_the_same_number_makes_no_double_whoever_sends_it(city: City) -> None:
    from undercity.cases.actions.hotline import take_orders
    from undercity.cases.models import Case

    _, before = looked(city, xlsx([row("A-1")]))
    first = taken(city, "A-1", "A-2")
    # Looked through before the first was taken: it is noticed all the same.
    again = take_orders(before, by=city.post("intake_officer", 1), at=city.at)
    assert (again.cases, again.known) == ([], ["A-1"])
    _, later = looked(city, xlsx([row("A-1"), row("A-1"), row("A-3"), row("A-3")]))
    assert later.known == ["A-1", "A-1"]
    assert [one.row for one in later.wrong] == [5]
    assert Case.objects.count() == len(first) == 2


def test_whatever_a_cell_holds_is_text_and_the_caller_stays_out_of_the_record(city: City) -> None:
    from undercity.cases.models import Contact
    from undercity.ledger.models import Entry

    for number, words in enumerate(ODD):
        case, = taken(city, f"ODD-{number}", 诉求内容=words, 来电人="李某某", 联系电话="13900001111")
        assert case.report.text == ("'" + words if words.startswith("=") else words)
        assert Contact.objects.get(case=case).phone == "13900001111"
    told = str(list(Entry.objects.values_list("facts", flat=True)))
    assert "李某某" not in told
    assert "13900001111" not in told


def test_a_position_in_another_datum_is_converted(city: City) -> None:
    from undercity.science.coordinates import distance_m, from_wgs84

    lat, lon = from_wgs84(*SPOT, Datum.GCJ02)
    case, = taken(city, "G-1", 经度=lon, 纬度=lat, 坐标系="GCJ02（高德）")
    assert distance_m(case.report.lat, case.report.lon, *SPOT) < 1


def test_a_position_just_outside_that_another_datum_brings_inside_asks_which_it_is(city: City) -> None:
    from shapely import union_all
    from shapely.geometry import shape

    from undercity.cases.whereabouts import locate
    from undercity.org.queries import directory
    from undercity.science.coordinates import from_wgs84

    edge = union_all([shape(one) for one in directory().outlines.values()]).exterior.coords
    for lon, lat in edge:
        # GCJ-02 lies to the east and south here: from a corner in the east just inside it leads outside.
        spot = (lat + 0.0005, lon - 0.0005)
        moved = from_wgs84(*spot, Datum.GCJ02)
        if directory().at(*spot) is not None and directory().at(*moved) is None:
            with pytest.raises(RuleBroken) as told:
                locate(*moved, "", datum=Datum.WGS84)
            assert "GCJ-02" in str(told.value)
            found = locate(*moved, "", datum=Datum.GCJ02)
            assert abs(found.lat - spot[0]) < 1e-5
            return
    pytest.fail("no corner of the city lies so")


def test_an_order_goes_its_way_on_its_own_clock(city: City) -> None:
    from undercity.cases.actions import hotline
    from undercity.cases.states import Callback
    from undercity.ledger.models import Duty

    case, = taken(city, "W-1")
    by = city.post("intake_officer")
    duty = Duty.objects.get(pk=case.order_duty)
    assert (duty.kind, duty.limit_value, duty.limit_unit) == ("case.order", 5, "working_day")
    assert case.order_due - case.order_at >= timedelta(days=5)
    with pytest.raises(InvalidMove, match="contact"):
        hotline.reply(case.uid, by=by, at=city.later(hours=1), note="已处理")
    hotline.contact(case.uid, by=by, at=city.later(hours=1))
    with pytest.raises(InvalidMove, match="no longer goes back"):
        hotline.send_back(case.uid, by=by, at=city.later(minutes=1), note="非本单位")
    with pytest.raises(RuleBroken):
        hotline.reply(case.uid, by=by, at=city.at, note="  ")
    case = hotline.reply(case.uid, by=by, at=city.later(hours=1), note="已修复")
    assert Duty.objects.get(pk=duty.pk).outcome == "answered"
    assert Duty.objects.get(pk=case.order_duty).kind == "case.callback"
    case = hotline.call_back(case.uid, by=by, at=city.later(days=1), answer=Callback.UNSATISFIED, note="没有修好")
    assert case.order_duty is None
    was = case.order_due
    case = hotline.redo(case.uid, by=by, at=city.later(hours=1), note="重新处理")
    assert (case.redos, case.callback, case.contacted_at) == (1, "", None)
    assert case.order_due > was
    assert case.stage == "intake"
    replayed_clean()


def test_redoing_the_order_of_a_closed_case_asks_for_the_case_to_be_taken_up_again(city: City) -> None:
    from undercity.cases.actions import hotline
    from undercity.cases.actions.reopening import agree_to_reopen
    from undercity.cases.models import Case
    from undercity.cases.states import Ask, Callback
    from undercity.org.models import Person

    case, = taken(city, "C-1")
    case = city.walk(case, "closed")
    by = city.post("intake_officer")
    hotline.contact(case.uid, by=by, at=city.later(minutes=1))
    hotline.reply(case.uid, by=by, at=city.later(minutes=1), note="已修复")
    hotline.call_back(case.uid, by=by, at=city.later(minutes=1), answer=Callback.UNSATISFIED, note="又坏了")
    case = hotline.redo(case.uid, by=by, at=city.later(minutes=1), note="又坏了，请重办")
    assert (case.redos, case.stage, case.asked) == (1, "closed", Ask.REOPEN)
    case = agree_to_reopen(case.uid, by=by, at=city.later(minutes=1))
    again = Case.objects.get(continues=case.uid)
    assert (again.stage, again.report.text) == ("intake", "又坏了，请重办")
    client = Client()
    client.force_login(Person.objects.get(pk=by.person))
    assert again.number in client.get(f"/desk/hotline/{case.number}/").content.decode()
    replayed_clean()


def test_an_order_for_another_unit_goes_back_within_two_working_days(city: City) -> None:
    from undercity.cases.actions import hotline

    one, other = taken(city, "R-1", "R-2")
    by = city.post("intake_officer")
    case = hotline.send_back(one.uid, by=by, at=city.later(hours=2), note="不属本单位")
    assert (case.order_returned, case.order_duty) == (True, None)
    with pytest.raises(InvalidMove, match="over"):
        hotline.send_back(other.uid, by=by, at=city.later(days=10), note="不属本单位")
    with pytest.raises((NotAllowed, InvalidMove)):
        hotline.contact(other.uid, by=city.post("inspector", 3), at=city.at)
    replayed_clean()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"\xff\xfe\xff", "工单编号\n".encode(), b"a,b\n1,2\n"])
def test_what_is_no_such_spreadsheet_says_so(city: City, content: bytes) -> None:
    with pytest.raises(RuleBroken):
        looked(city, content)


def test_a_csv_in_either_encoding_is_read(city: City) -> None:
    text = ",".join(HEAD) + "\r\n" + ",".join(str(cell) for cell in row("C-1")) + "\r\n"
    for encoding in ("utf-8-sig", "gb18030"):
        _, checked = looked(city, text.encode(encoding))
        assert [one.order for one in checked.good] == ["C-1"]


def test_the_page_shows_first_and_stores_when_told(city: City) -> None:
    from undercity.cases.models import Case
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=city.post("intake_officer").person))
    rows = [row("P-1"), row("P-2", 诉求内容=ODD[0]), row("P-3", 类别="没有的类别")]
    file = io.BytesIO(xlsx(rows))
    file.name = "工单.xlsx"
    shown = client.post("/desk/hotline/check/", {"file": file, "datum": "wgs84"})
    assert shown.status_code == 200
    assert ODD[0] not in shown.content.decode()
    assert Case.objects.count() == 0
    carried = shown.context["carried"]
    wrong = client.post("/desk/hotline/wrong.xlsx", {"carried": carried})
    assert load_workbook(io.BytesIO(wrong.content)).active.max_row == 2
    assert client.post("/desk/hotline/take/", {"carried": carried, "all": "1"}).status_code == 422
    for _twice in range(2):
        assert client.post("/desk/hotline/take/", {"carried": carried}).status_code == 302
    assert sorted(Case.objects.values_list("order", flat=True)) == ["P-1", "P-2"]
    case = Case.objects.get(order="P-2")
    assert client.post("/desk/hotline/take/", {"carried": "x"}).status_code == 422
    assert client.post("/desk/hotline/check/", {"datum": "wgs84"}).status_code == 422
    assert client.get("/desk/hotline/?state=all").status_code == 200
    assert client.post(f"/desk/hotline/{case.number}/contact/", {}).status_code == 302
    assert client.post(f"/desk/hotline/{case.number}/reply/", {"note": ""}).status_code == 422
    assert client.post(f"/desk/hotline/{case.number}/reply/", {"note": "好"}).status_code == 302
    page = client.get(f"/desk/hotline/{case.number}/").content.decode()
    assert "&lt;script&gt;" in page
    assert client.get(f"/desk/cases/{case.number}/").status_code == 200


def test_coverage_counts_the_grids_an_inspector_was_in(city: City) -> None:
    from undercity.cases.queries.patrol import coverage
    from undercity.cases.states import Source
    from undercity.places.grids import grid_at

    leader, grid = city.post("leader"), grid_at(*SPOT, city.at.date())
    assert grid is not None
    owner = next(actor for actor in (city.post("inspector", nth) for nth in range(4)) if actor.post == grid.post)

    def visited() -> int:
        return next(one.visited for one in coverage(leader, city.at) if one.post == grid.post)

    assert visited() == 0
    city.reported()
    assert visited() == 0
    city.reported(by=owner, source=Source.INSPECTOR)
    assert visited() == 1
    missed = [visit.grid.code for one in coverage(leader, city.at) if one.post == grid.post
              for some in one.rounds for visit in some.missed]
    assert grid.code not in missed
    city.later(days=8)
    assert visited() == 0


def test_only_an_answer_given_on_the_spot_is_a_visit(city: City) -> None:
    from undercity.cases.actions.intake import answer_verification, send_verification
    from undercity.cases.actions.supervising import force_close
    from undercity.cases.queries.patrol import coverage
    from undercity.cases.states import Verification
    from undercity.places.grids import grid_at

    grid = grid_at(*SPOT, city.at.date())
    assert grid is not None
    owner = next(actor for actor in (city.post("inspector", nth) for nth in range(4)) if actor.post == grid.post)

    def visited() -> int:
        return next(one.visited for one in coverage(city.post("leader"), city.at) if one.post == grid.post)

    first, second = city.reported(), city.reported()
    for case in (first, second):
        send_verification(case.uid, by=city.post("intake_officer"), at=city.at, inspector=owner.post)
    force_close(first.uid, by=city.post("administrator"), at=city.at, reason="重复上报")
    assert visited() == 0
    answer_verification(second.uid, by=owner, at=city.at, answer=Verification.EXISTS)
    assert visited() == 1
