"""The officers' desk: filters, cards, many cases at once, today, hot spots, the nearest inspector, files, the map."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.city import MANHOLE, METRE, SPOT, City, png
from undercity import clock
from undercity.cases.states import BatchState, Card, Check, Source, Supervision, Verb
from undercity.errors import Conflict, NotFound, RuleBroken

LITTER = "gbt47678-matter-06-001"


def signed_in(city: City, role: str = "intake_officer", nth: int = 0) -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=city.post(role, nth).person))
    return client


def found(city: City, role: str = "intake_officer", **asked: str) -> list[str]:
    from undercity.cases.queries.filters import read
    from undercity.cases.queries.lists import page

    return [row.number for row in page(city.post(role), city.at, narrowed=read(asked))]


# --- filters ----------------------------------------------------------------------------------------------------------

def test_filters_narrow_together_and_what_means_nothing_narrows_nothing(city: City) -> None:
    from undercity.org.queries import directory

    litter = city.reported(category=LITTER, source=Source.HOTLINE)
    cover = city.reported()
    elsewhere = city.reported(territory=directory().by_key["lixia"], lat=None, lon=None)
    handled = city.walk(city.reported(), "disposal")
    every = [case.number for case in (handled, elsewhere, cover, litter)]
    assert found(city) == every
    assert found(city, category=LITTER) == [litter.number]
    assert found(city, category="gbt47678-component-01") == every[:3]
    assert found(city, source="hotline") == [litter.number]
    assert found(city, source="hotline", category=MANHOLE) == []
    assert found(city, area="lixia") == [elsewhere.number]
    assert found(city, area="shizhong") == [handled.number, cover.number, litter.number]
    department = directory().cards[handled.department_id].key
    assert found(city, department=department) == [handled.number]
    assert found(city, stage="disposal", area="lixia") == []
    due = handled.due_at.astimezone(clock.ZONE).date()
    assert found(city, due_from=str(due), due_to=str(due)) == [handled.number]
    assert found(city, due_to=str(due - timedelta(days=1))) == []
    assert found(city, stage="?", area="\0", light="blue", due_from="9999-12-31", category="x") == every


def test_a_light_is_that_of_the_open_duty(city: City) -> None:
    case = city.reported()
    start = city.at
    # The intake officer has a quarter of an hour: green up to twelve minutes, yellow up to fifteen, red beyond.
    for minutes, light in ((12, "green"), (13, "yellow"), (15, "yellow"), (16, "red")):
        city.at = start + timedelta(minutes=minutes)
        assert [one for one in ("green", "yellow", "red") if found(city, light=one)] == [light]
    assert found(city, light="red", words="井盖") == [case.number]
    assert found(city, light="green", words="井盖") == []


def test_a_light_pages_on_where_the_last_page_ended(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from undercity.cases.queries import lists
    from undercity.cases.queries.filters import read

    monkeypatch.setattr(lists, "AT_ONCE", 2)
    late = [city.reported() for _ in range(5)]
    city.later(hours=1)
    city.reported()
    rows = lists.page(city.post("intake_officer"), city.at, narrowed=read({"light": "red"}), limit=3)
    assert [row.pk for row in rows] == [case.pk for case in late[:1:-1]]
    rest = lists.page(city.post("intake_officer"), city.at, narrowed=read({"light": "red"}), limit=3,
                      before=rows[-1].pk)
    assert [row.pk for row in rest] == [late[1].pk, late[0].pk]


def test_a_filtered_list_costs_no_more_statements_than_a_plain_one(city: City) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(3):
        city.reported()
    client = signed_in(city)
    costs = []
    for query in ("", "?category=gbt47678-component-01&area=shizhong&source=citizen&stage=open&due_to=2027-01-01"):
        client.get(f"/desk/cases/{query}")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/desk/cases/{query}")
        costs.append(len(captured))
    assert costs[1] <= costs[0] <= 6


def test_filters_are_kept_for_the_post_renamed_and_deleted_by_nobody_else(city: City) -> None:
    from undercity.cases.models import SavedFilter

    mine, others = signed_in(city), signed_in(city, "intake_officer", 1)
    query = "source=hotline&light=red"
    answer = mine.post("/desk/cases/filters/keep/", {"query": query, "name": " 热线  红灯 "})
    assert answer.url.endswith("source=hotline&light=red")
    kept = SavedFilter.objects.get()
    assert kept.name == "热线 红灯"
    assert "热线 红灯" in mine.get("/desk/cases/").content.decode()
    assert "热线 红灯" not in others.get("/desk/cases/").content.decode()
    assert others.post(f"/desk/cases/filters/{kept.pk}/", {"delete": "1"}).status_code == 404
    for name in ("", "热线 红灯", "字" * 41):
        mine.post("/desk/cases/filters/keep/", {"query": query, "name": name})
    mine.post("/desk/cases/filters/keep/", {"query": "nothing=1", "name": "空"})
    assert SavedFilter.objects.count() == 1
    mine.post(f"/desk/cases/filters/{kept.pk}/", {"name": "红灯"})
    assert SavedFilter.objects.get().name == "红灯"
    mine.post(f"/desk/cases/filters/{kept.pk}/", {"delete": "1"})
    assert not SavedFilter.objects.exists()


# --- cards ------------------------------------------------------------------------------------------------------------

def test_yellow_from_one_working_day_before_red_from_the_first_day_over(city: City) -> None:
    from undercity.cases.queries.cards import card_of, thresholds

    def card(at: str, due: str) -> Card | None:
        now, deadline = (datetime.fromisoformat(one).replace(tzinfo=clock.ZONE) for one in (at, due))
        return card_of("disposal", deadline, thresholds(now))

    # A Friday: one working day before Monday 15:00 is Friday 15:00.
    assert card("2026-07-17T14:59", "2026-07-20T15:00") is None
    assert card("2026-07-17T15:00", "2026-07-20T15:00") is Card.YELLOW
    assert card("2026-07-20T15:00", "2026-07-20T15:00") is Card.YELLOW
    assert card("2026-07-20T15:01", "2026-07-20T15:00") is Card.RED


def test_the_filter_shows_the_cards_the_list_shows(city: City) -> None:
    from undercity.cases.queries.lists import page

    case = city.walk(city.reported(), "disposal")
    due = case.due_at
    for at, card in ((due - timedelta(days=9), None), (due, Card.YELLOW), (due + timedelta(minutes=1), Card.RED)):
        city.at = at
        assert page(city.post("intake_officer"), at)[0].card == card
        assert [one for one in Card if found(city, card=one.value)] == ([card] if card else [])
    city.at = due
    city.walk(case, "review")
    city.later(days=9)
    assert not found(city, card="red")


# --- many at once -----------------------------------------------------------------------------------------------------

def batch(city: City, verb: Verb, cases: list[Any], role: str, **more: Any) -> Any:
    from undercity.cases.actions.batches import put_together

    return put_together(uuid4(), by=city.post(role), at=city.at, verb=verb, cases=[case.uid for case in cases], **more)


def carried(city: City, made: Any, **later: float) -> dict[str, str]:
    from undercity.cases.actions.batches import carry_out_ripe
    from undercity.cases.models import BatchCase

    carry_out_ripe(city.later(**later))
    return {row.case.number: row.result for row in BatchCase.objects.filter(batch=made).select_related("case")}


def test_a_batch_waits_and_then_each_case_moves_by_its_own_rules(city: City) -> None:
    from undercity.cases.models import BatchCase

    taken = [city.walk(city.reported(), "dispatch") for _ in range(2)]
    early = city.reported()
    made = batch(city, Verb.DISPATCH, [*taken, early], "dispatcher")
    assert set(carried(city, made, seconds=9).values()) == {""}
    assert carried(city, made, seconds=1) == {taken[0].number: "done", taken[1].number: "done", early.number: "refused"}
    for case in taken:
        case.refresh_from_db()
        assert case.stage == "disposal"
    assert "受理" in BatchCase.objects.get(case=early).told
    made.refresh_from_db()
    assert made.state == BatchState.ENDED


def test_a_batch_taken_back_moves_nothing_and_one_carried_out_is_not_taken_back(city: City) -> None:
    from undercity.cases.actions.batches import take_back

    case = city.walk(city.reported(), "dispatch")
    made = batch(city, Verb.DISPATCH, [case], "dispatcher")
    with pytest.raises(NotFound):
        take_back(made.pk, by=city.post("dispatcher", 1), at=city.at)
    take_back(made.pk, by=city.post("dispatcher"), at=city.at)
    assert carried(city, made, minutes=1) == {case.number: ""}
    again = batch(city, Verb.DISPATCH, [case], "dispatcher")
    assert carried(city, again, minutes=1) == {case.number: "done"}
    with pytest.raises(Conflict):
        take_back(again.pk, by=city.post("dispatcher"), at=city.at)


def test_a_batch_killed_in_the_middle_goes_on_and_moves_each_case_once(city: City, monkeypatch: pytest.MonkeyPatch
                                                                       ) -> None:
    from undercity.cases.actions import batches
    from undercity.ledger.models import Entry

    cases = [city.walk(city.reported(), "dispatch") for _ in range(3)]
    made = batch(city, Verb.DISPATCH, cases, "dispatcher")
    city.later(minutes=1)
    whole, moved = batches._carry_out_one, []

    def killed(*words: Any) -> None:
        if len(moved) == 1:
            raise KeyboardInterrupt
        moved.append(words)
        whole(*words)

    monkeypatch.setattr(batches, "_carry_out_one", killed)
    with pytest.raises(KeyboardInterrupt):
        batches.carry_out(made.pk, at=city.at)
    monkeypatch.setattr(batches, "_carry_out_one", whole)
    made.refresh_from_db()
    assert made.state == BatchState.RUNNING
    assert set(carried(city, made).values()) == {"done"}
    batches.carry_out(made.pk, at=city.at)
    for case in cases:
        assert Entry.objects.filter(stream=case.uid, verb__startswith="case.dispatched").count() == 1


def test_the_same_form_sent_twice_makes_one_batch_and_words_are_kept_only_with_the_case(city: City) -> None:
    from undercity.cases.models import Batch, Note

    case, client = city.reported(), signed_in(city, "shift_lead")
    sent = {"key": str(uuid4()), "verb": "supervise", "why": Supervision.KEY.value, "note": "请尽快",
            "cases": [case.number]}
    first, second = (client.post("/desk/cases/batches/", sent) for _ in range(2))
    assert first.url == second.url
    assert Batch.objects.count() == 1
    with clock.standing_at(city.at + timedelta(minutes=1)):
        page = client.get(first.url)
    assert "Refresh" not in page
    assert Note.objects.filter(case=case, text="请尽快").count() == 1
    assert Batch.objects.get().note == ""


@pytest.mark.parametrize(("sent", "words"), [
    ({"verb": "dispatch"}, "没有选中"), ({"verb": "close_by_magic", "cases": ["x"]}, "没有选择"),
    ({"verb": "dispatch", "key": "x", "cases": ["x"]}, "表单已过时")])
def test_a_choice_that_cannot_be_says_why(sent: dict[str, Any], words: str, city: City) -> None:
    page = signed_in(city, "dispatcher").post("/desk/cases/batches/", {"key": str(uuid4()), **sent}, follow=True)
    assert words in page.content.decode()


def test_supervision_of_many_needs_its_reason(city: City) -> None:
    with pytest.raises(RuleBroken) as told:
        batch(city, Verb.SUPERVISE, [city.reported()], "shift_lead", why="key")
    assert told.value.field == "note"


def test_sheets_of_many_cases_stand_on_one_page(city: City) -> None:
    cases = [city.reported(), city.walk(city.reported(), "disposal")]
    page = signed_in(city).post("/desk/cases/batches/", {
        "verb": "print:dispatch", "cases": [case.number for case in cases]}).content.decode()
    assert page.count("sheet-page") == 1
    assert cases[1].number in page


def test_whoever_lost_the_post_meanwhile_moves_nothing(city: City) -> None:
    from undercity.org.models import Appointment

    case = city.walk(city.reported(), "dispatch")
    made = batch(city, Verb.DISPATCH, [case], "dispatcher")
    Appointment.objects.filter(person=made.person_id).update(ends=clock.now())
    assert carried(city, made, minutes=1) == {case.number: "refused"}


# --- today ------------------------------------------------------------------------------------------------------------

def test_the_list_of_today_is_in_the_order_of_its_hours_and_done_by_a_photo(city: City) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from undercity.cases.queries.today import today

    case = city.walk(city.reported(), "disposal")
    holder = city.whose(city.duty(case))
    hour = case.due_at.astimezone(clock.ZONE).hour
    for at, code in ((case.due_at - timedelta(minutes=1), f"h{hour:02}"), (case.due_at - timedelta(days=1), "later"),
                     (case.due_at + timedelta(minutes=1), "late")):
        assert [one.code for one in today(holder, at)] == [code]
    client = Client()
    from undercity.org.models import Person

    client.force_login(Person.objects.get(pk=holder.person))
    assert f"/desk/cases/{case.number}/done/" in client.get("/desk/today/").content.decode()
    with clock.standing_at(city.later(minutes=1)):
        sent = client.post(f"/desk/cases/{case.number}/done/", {
            "seen": case.version, "back": "today", "photos": SimpleUploadedFile("a.png", png(), "image/png")})
    assert sent.url == "/desk/today/"
    case.refresh_from_db()
    assert case.stage == "review"
    assert case.number not in client.get("/desk/today/").content.decode()


# --- hot spots --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("metres", "days", "category", "counted"), [
    (49.99, 0, MANHOLE, True), (50.1, 0, MANHOLE, False), (0, 29, MANHOLE, True), (0, 31, MANHOLE, False),
    (0, 0, LITTER, False)])
def test_a_hot_spot_is_the_same_again_near_within_a_month(metres: float, days: int, category: str, counted: bool,
                                                          city: City) -> None:
    from undercity.cases.queries.filters import Filter
    from undercity.cases.queries.hotspots import hot_spots

    city.reported(at=city.at - timedelta(days=days))
    last = city.reported(lat=SPOT[0] + metres * METRE, category=category)
    spots = hot_spots(city.post("intake_officer"), city.at, Filter())
    assert [spot.count for spot in spots] == ([2] if counted else [])
    if counted:
        assert spots[0].cases[0][0] == last.number
    assert hot_spots(city.post("intake_officer"), city.at, Filter(area="lixia")) == []


def test_a_row_of_near_cases_is_one_spot_whatever_the_squares() -> None:
    from undercity.cases.queries.hotspots import together

    along = [(SPOT[0] + n * 45 * METRE, SPOT[1]) for n in (5, 0, 2, 1, 9, 1.5)]
    assert together([MANHOLE] * 5 + [LITTER], along, 50) == [[1, 2, 3]]
    assert together([MANHOLE] * 6, along, 50) == [[1, 2, 3, 5]]


# --- the nearest inspector --------------------------------------------------------------------------------------------

def test_who_was_near_a_while_ago_is_proposed_first_and_can_be_sent(city: City) -> None:
    from undercity.cases.actions.intake import send_verification
    from undercity.cases.queries.nearest import inspectors_near
    from undercity.org.states import Power
    from undercity.places.grids import grid_at

    case = city.reported()
    nobody = inspectors_near(case, Power.CASE_VERIFY, city.at)
    assert nobody
    assert {one.metres for one in nobody} == {None}
    grid = grid_at(*SPOT, city.at.date())
    assert grid is not None
    assert [(one.post, one.own, one.proposed) for one in nobody if one.own] == [(grid.post, True, True)]
    assert nobody[0].own
    chosen = nobody[-1]
    by = next(actor for nth in range(9) if (actor := city.post("inspector", nth)).post == chosen.post)
    city.reported(by=by, source=Source.INSPECTOR, lat=SPOT[0] + 100 * METRE)
    near = inspectors_near(case, Power.CASE_VERIFY, city.later(minutes=30))
    assert (near[0].post, near[0].metres) == (chosen.post, 100)
    assert inspectors_near(case, Power.CASE_VERIFY, city.at + timedelta(hours=2))[0].metres is None
    page = signed_in(city, "intake_officer").get(f"/desk/cases/{case.number}/").content.decode()
    assert f'<option value="{chosen.post}"' in page
    sent = send_verification(case.uid, by=city.post("intake_officer"), at=city.at, inspector=chosen.post)
    assert city.duty(sent).post_id == chosen.post
    with pytest.raises(RuleBroken) as told:
        send_verification(city.reported().uid, by=city.post("intake_officer"), at=city.at,
                          inspector=city.post("dispatcher").post)
    assert told.value.field == "inspector"


def test_a_check_just_answered_says_where_the_inspector_is(city: City) -> None:
    from undercity.cases.actions.checking import answer_check
    from undercity.cases.queries.nearest import inspectors_near
    from undercity.org.states import Power

    checked = city.walk(city.reported(), "check")
    by = city.whose(city.duty(checked))
    answer_check(checked.uid, by=by, at=city.later(minutes=1), answer=Check.PASSED)
    near = inspectors_near(city.reported(), Power.CASE_CHECK, city.later(minutes=5))
    assert (near[0].post, near[0].metres) == (by.post, 0)


# --- files and the map ------------------------------------------------------------------------------------------------

def test_the_workbook_holds_what_the_filter_chose_and_no_formula(city: City) -> None:
    city.reported(category=LITTER, address="=1+1\x07")
    city.reported()
    answer = signed_in(city).get(f"/desk/cases.xlsx?category={LITTER}")
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))
    assert rows[0][0] == "演示数据"
    assert len(rows) == 3
    assert rows[2][2] == "'=1+1"
    lines = b"".join(signed_in(city).get(f"/desk/cases.csv?category={LITTER}").streaming_content).decode()
    assert len(lines.strip().splitlines()) == 3


def test_the_squares_of_any_area_add_up(city: City) -> None:
    from undercity.cases.queries.clusters import Box, view
    from undercity.cases.queries.filters import Filter

    for n in range(40):
        city.reported(lat=SPOT[0] + (n % 7) * 0.011, lon=SPOT[1] + (n % 5) * 0.013)
    city.reported(lat=None, lon=None)
    actor = city.post("intake_officer")
    whole = view(actor, city.at, Filter(), None, "/desk/cases/map/")
    assert (whole.inside, whole.outside, whole.without) == (40, 0, 1)
    assert len(whole.clusters) <= 20
    for one in whole.clusters:
        if one.count > 1:
            closer = view(actor, city.at, Filter(), one.box, "/desk/cases/map/")
            # An edge belongs to both its squares when they are looked at alone.
            assert closer.inside >= one.count
            assert closer.inside + closer.outside + closer.without == 41
    nowhere = view(actor, city.at, Filter(), Box(1, 1, 2, 2), "/desk/cases/map/")
    assert (nowhere.inside, nowhere.outside) == (0, 40)


def test_of_very_many_cases_the_newest_are_counted(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from undercity.cases.queries import clusters
    from undercity.cases.queries.filters import Filter

    for _ in range(4):
        city.reported()
    actor = city.post("intake_officer")
    for most, counted, said in ((3, 3, 3), (4, 4, None)):
        monkeypatch.setattr(clusters, "MOST", most)
        seen = clusters.view(actor, city.at, Filter(), None, "/desk/cases/map/")
        assert (seen.inside + seen.outside + seen.without, seen.most) == (counted, said)


@pytest.mark.parametrize("box", ["", "36.5,116.9,36.8,117.2", "x", "1,1,1,1", "nan,1,2,3",
                                 "36.655,117.003,36.656,117.004"])
def test_a_map_of_any_area_is_small(box: str, city: City) -> None:
    for n in range(60):
        city.reported(lat=SPOT[0] + (n % 7) * 0.011, lon=SPOT[1] + (n % 5) * 0.013)
    answer = signed_in(city).get("/desk/cases/map/", {"box": box})
    assert answer.status_code == 200
    assert len(answer.content) < 100_000
    counts = [int(one) for one in re.findall(r"(\d+) 件案卷</a>", answer.content.decode())]
    if not box:
        assert sum(counts) + answer.content.decode().count('data-label="2026') == 60
