"""Upkeep checks: made once by their rhythm, done by the seven standards, each finding a case; history; the field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, strategies as st

from tests.city import City, png
from tests.works.conftest import a_work, at, by_key
from undercity.errors import Conflict, InvalidMove, NotAllowed, NotFound, RuleBroken
from undercity.ledger.models import Duty, Entry
from undercity.ledger.pictures import read_picture
from undercity.ledger.replay import replay
from undercity.works.upkeep.rules import complete
from undercity.works.upkeep.states import Answer

pytestmark = pytest.mark.works
STANDARDS = ("structure", "clean", "gear", "systems", "rust", "ways", "fire")
GOOD = dict.fromkeys(STANDARDS, Answer.PASS)


def due(work: Any, when: Any = None) -> Any:
    """The July check of a work, made by the worker."""
    from undercity.works.upkeep.actions import make_due
    from undercity.works.upkeep.models import UpkeepCheck

    make_due(when or at(7, 17))
    return UpkeepCheck.objects.get(work=work, rhythm="quarterly", period="2026-Q3")


def done(check: Any, **more: Any) -> Any:
    from undercity.works.upkeep.actions import finish_check

    return finish_check(check.pk, **{"by": by_key("keeper-1"), "at": at(7, 18), "answers": GOOD, "notes": {}, **more})


# --- when they arise ------------------------------------------------------------------------------------------------

def test_a_check_made_twice_is_there_once_with_owner_and_deadline(work: Any) -> None:
    from undercity.works.upkeep.actions import make_due
    from undercity.works.upkeep.models import UpkeepCheck

    check = due(work)
    assert make_due(at(7, 17)) == make_due(at(7, 18)) == 0
    assert UpkeepCheck.objects.count() == Entry.objects.filter(verb="check.given/1").count() == 1
    duty = Duty.objects.get(pk=check.duty)
    assert (duty.kind, duty.post_id, duty.limit_value) == ("check.upkeep", by_key("keeper-1").post, 15)
    # From Friday the 10th, eight in the morning: the fifteenth working day ends at the close of the 30th.
    assert (check.given_at, check.due_at) == (at(7, 10, 8), at(7, 30, 18))


def test_the_second_quarter_has_the_yearly_check_and_a_store_that_one_only(city: City) -> None:
    from undercity.works.upkeep.actions import make_checks
    from undercity.works.upkeep.models import UpkeepCheck

    a_work("shop")
    a_work("store", use="store")
    make_checks(date(2026, 1, 1), date(2026, 12, 31), at=at(12, 31))
    made = UpkeepCheck.objects.values_list("work__code", "rhythm", "period")
    assert sorted(made) == sorted([
        ("虚构-shop", "quarterly", "2026-Q1"), ("虚构-shop", "yearly", "2026"), ("虚构-shop", "quarterly", "2026-Q3"),
        ("虚构-shop", "quarterly", "2026-Q4"), ("虚构-store", "yearly", "2026")])


def test_nothing_arises_before_its_morning(work: Any) -> None:
    from undercity.works.upkeep.actions import make_due

    assert make_due(at(7, 10, 7)) == 0
    assert make_due(at(7, 10, 8)) == 1


def test_a_body_without_a_keeper_answers_itself(city: City) -> None:
    check = due(a_work("lonely", keeper="op-water"))
    duty = Duty.objects.get(pk=check.duty)
    assert (duty.post_id, duty.body.key) == (None, "op-water")


# --- doing them -----------------------------------------------------------------------------------------------------

def test_a_clean_check_ends_the_duty_and_makes_no_case(work: Any) -> None:
    from undercity.cases.models import Case

    check = done(due(work))
    assert (check.status, check.failed, check.cases, check.done_by) == ("done", 0, {}, by_key("keeper-1").post)
    assert Duty.objects.get(stream=check.pk).outcome == "done"
    assert not Case.objects.exists()
    assert [str(one) for one in replay().differences] == []


def test_every_failed_standard_and_banned_act_becomes_a_case_under_its_category(work: Any) -> None:
    from undercity.cases.models import Case

    check = done(due(work), answers={**GOOD, "fire": Answer.FAIL, "rust": Answer.NONE}, banned=["goods"],
                 notes={"fire": "东侧灭火器过期", "goods": "西库存放油漆桶"},
                 photos=[("fire", read_picture(png()))])
    assert set(check.cases) == {"fire", "goods"}
    assert check.failed == 2
    cases = {case.number: case for case in Case.objects.select_related("report")}
    assert set(cases) == set(check.cases.values())
    fire = cases[check.cases["fire"]]
    assert (fire.source, fire.category) == ("checklist", "gbt47678-matter-01-013")
    assert "东侧灭火器过期" in fire.report.text
    # The public does not know this work: its case says the district and nothing nearer.
    assert (fire.report.lat, fire.territory_id) == (None, work.place.district_id)
    assert work.place.address_zh not in fire.report.address
    assert [str(one) for one in replay().differences] == []


def test_no_word_of_a_check_stands_in_the_record(work: Any) -> None:
    import json

    done(due(work), answers={**GOOD, "ways": Answer.FAIL}, notes={"ways": "通道堆物三箱"})
    facts = json.dumps(list(Entry.objects.filter(stream_kind="check").values_list("facts", flat=True)),
                       ensure_ascii=False)
    assert "堆物" not in facts


@pytest.mark.parametrize(("changes", "field"), [
    ({"answers": {}}, "structure-answer"), ({"answers": {**GOOD, "fire": Answer.FAIL}}, "fire-note"),
    ({"banned": ["dig"]}, "dig-note"), ({"answers": {**GOOD, "wifi": Answer.PASS}}, "items"),
    ({"banned": ["dancing"]}, "items"), ({"notes": {"ways": "x" * 501}}, "ways-note")])
def test_an_incomplete_form_is_refused_with_its_item(changes: dict[str, Any], field: str, work: Any) -> None:
    check = due(work)
    with pytest.raises(RuleBroken) as refused:
        done(check, **changes)
    assert refused.value.field == field
    check.refresh_from_db()
    assert check.status == "open"


@given(answers=st.fixed_dictionaries({code: st.sampled_from(Answer) for code in STANDARDS}),
       banned=st.sets(st.sampled_from(("alter", "dig", "waste"))))
def test_what_is_found_is_what_failed_and_what_is_banned_in_their_order(answers: dict[str, Answer],
                                                                       banned: set[str]) -> None:
    known = ("alter", "dig", "waste")
    found = complete(answers, STANDARDS, banned, known, dict.fromkeys((*STANDARDS, *known), "x"))
    assert [one.code for one in found] == [code for code in STANDARDS if answers[code] is Answer.FAIL] + [
        code for code in known if code in banned]


def test_only_the_keepers_of_the_body_may(work: Any) -> None:
    check = due(work)
    with pytest.raises(NotFound):
        done(check, by=by_key("keeper-2"))
    with pytest.raises(NotAllowed):
        done(check, by=by_key("leader-2"))


def test_a_check_is_done_once(work: Any) -> None:
    check = due(work)
    seen = check.version
    done(check, seen=seen)
    with pytest.raises(Conflict):
        done(check, seen=seen)
    with pytest.raises(InvalidMove):
        done(check)


def test_a_check_nobody_asked_for_is_begun_once_and_a_waiting_one_comes_first(work: Any) -> None:
    from undercity.works.upkeep.actions import begin_check

    first = begin_check(work.uid, by=by_key("keeper-1"), at=at(7, 1))
    assert begin_check(work.uid, by=by_key("keeper-1"), at=at(7, 1)).pk == first.pk
    assert (first.rhythm, first.due_at) == ("", None)
    with pytest.raises(NotAllowed):
        begin_check(work.uid, by=by_key("leader-2"), at=at(7, 1))


# --- history and pages ----------------------------------------------------------------------------------------------

def test_the_history_tells_standard_by_standard_and_says_whether_it_gets_better(work: Any) -> None:
    from undercity.works.upkeep.actions import begin_check
    from undercity.works.upkeep.queries import history

    for nth, failing in enumerate((("clean", "fire"), ("fire",))):
        when = at(7, 1) + timedelta(days=nth)
        check = begin_check(work.uid, by=by_key("keeper-1"), at=when)
        done(check, at=when, answers={**GOOD, **dict.fromkeys(failing, Answer.FAIL)},
             notes=dict.fromkeys(failing, "坏"))
    trend = history(work.uid)
    assert [one.failed for one in trend.checks] == [2, 1]
    assert trend.better == 1
    rows = {setting.code: answers for setting, answers in trend.rows}
    assert rows["clean"] == ["fail", "pass"]
    assert rows["fire"] == ["fail", "fail"]
    assert [height for _x, _y, height, _label in trend.bars] == [36, 43]


def form(**changes: Any) -> dict[str, Any]:
    return {**{f"{code}-answer": "pass" for code in STANDARDS}, "seen": 1, **changes}


def test_a_check_by_its_page_becomes_a_case_whose_number_is_shown(work: Any, signed_in: Callable[[Any], Any]) -> None:
    from undercity.cases.models import Case

    check = due(work)
    keeper, where = signed_in(by_key("keeper-1")), f"/desk/checks/{check.pk}/"
    assert keeper.get(where).content.decode().count('type="radio"') == 21
    wrong = keeper.post(where, form(**{"fire-answer": "fail"}))
    assert (wrong.status_code, Case.objects.count()) == (422, 0)
    no_picture = SimpleUploadedFile("x.png", b"no picture", content_type="image/png")
    given = form(**{"fire-answer": "fail", "fire-note": "水泵不能启动", "fire-photo": no_picture})
    assert keeper.post(where, given).status_code == 422
    given["fire-photo"] = SimpleUploadedFile("x.png", png(), content_type="image/png")
    assert keeper.post(where, given).status_code == 302
    # Sent once more, it shows what was recorded.
    given["fire-photo"] = SimpleUploadedFile("x.png", png(), content_type="image/png")
    page = keeper.post(where, given).content.decode()
    case = Case.objects.get()
    assert case.number in page
    assert "水泵不能启动" in page
    photo = page.partition("/desk/checks/photos/")[2].partition("/")[0]
    picture = keeper.get(f"/desk/checks/photos/{photo}/")
    assert (picture.headers["Content-Type"], b"".join(picture.streaming_content)[:2]) == ("image/jpeg", b"\xff\xd8")
    assert signed_in(by_key("keeper-2")).get(f"/desk/checks/photos/{photo}/").status_code == 404


def test_a_leader_sees_the_open_check_but_no_form(work: Any, signed_in: Callable[[Any], Any]) -> None:
    page = signed_in(by_key("leader-2")).get(f"/desk/checks/{due(work).pk}/").content.decode()
    assert 'type="radio"' not in page


def test_a_picture_for_each_of_fourteen_items_passes_the_door(work: Any, signed_in: Callable[[Any], Any]) -> None:
    from undercity.works.terms.queries import in_force
    from undercity.works.upkeep.models import CheckPhoto

    check = due(work)
    codes = [*in_force("standard"), *in_force("banned")]
    given = form(**{f"{code}-photo": SimpleUploadedFile("x.png", png(), content_type="image/png") for code in codes})
    assert signed_in(by_key("keeper-1")).post(f"/desk/checks/{check.pk}/", given).status_code == 302
    assert CheckPhoto.objects.count() == 14


# --- the field and the command --------------------------------------------------------------------------------------

def test_a_check_is_offered_in_the_field_and_done_there_without_signal(work: Any) -> None:
    from uuid_utils.compat import uuid7

    from undercity.field.kinds import Given, doing, rooms
    from undercity.field.rules import checked

    check, keeper = due(work), by_key("keeper-1")
    tasks = [task for room in rooms() for task in room.tasks(keeper, at(7, 18)) if task.subject == check.pk]
    assert [(task.number, task.doings) for task in tasks] == [("2026-Q3", ("check.done",))]
    done_there = doing("check.done")
    values = checked(done_there.fields(check.pk), {
        **{f"{code}-answer": "pass" for code in STANDARDS}, "ways-answer": "fail", "ways-note": "西侧口堆物",
        "banned": "goods", "banned-note": "油漆六桶"}, 1)
    before = done_there.now(keeper, check.pk, check.version)
    assert before is not None
    assert [one["code"] for one in before["allowed"]] == ["check.done"]
    outcome = done_there.apply(Given(by=keeper, at=at(7, 18), key=uuid7(), subject=check.pk, seen=check.version,
                                     values=values, photos=[read_picture(png())]))
    check.refresh_from_db()
    assert (outcome.version, check.failed, set(check.cases)) == (check.version, 2, {"ways", "goods"})
    after = done_there.now(keeper, check.pk, None)
    assert after is not None
    assert after["allowed"] == []


def test_the_command_brings_what_has_come_once_and_lists_the_terms_with_their_source(work: Any) -> None:
    import io
    import json

    from django.core.management import call_command

    from undercity import clock

    out = io.StringIO()
    with clock.standing_at(at(7, 17)):
        call_command("upkeep", "make", stdout=out)
        call_command("upkeep", "make", stdout=out)
        call_command("upkeep", "load", stdout=out)
        call_command("upkeep", "terms", "--json", stdout=out)
    first, second, loaded, *listed = out.getvalue().splitlines()
    assert (first, second) == ("0 permits warned of or expired, 1 checks made",
                               "0 permits warned of or expired, 0 checks made")
    assert loaded.endswith("terms loaded")
    rows = json.loads("\n".join(listed))
    assert {row["kind"] for row in rows} == {"term", "standard", "banned", "rhythm", "document", "refused"}
    assert [row["code"] for row in rows if not row["source"]] == []


@pytest.mark.parametrize(("text", "said"), [
    ('[[term]]\ncode = "sleep"\nlimit = { value = 1, unit = "working_day" }', "code"),
    ('[[term]]\ncode = "decide"\nlimit = { value = 0, unit = "working_day" }', "limit"),
    ('[[term]]\ncode = "warn_last"\nlimit = { value = 7, unit = "working_day" }', "limit"),
    ('[[song]]\ncode = "x"', "kind"), ('[[standard]]\ncode = "x"\norder = 1\ncategory = "c"\nlook_zh = "a"', "look_en"),
    ('[[rhythm]]\ncode = "x"\ndo_zh = "a"\ndo_en = "a"\nrule = "FREQ=SOMETIMES"\ncycle = "year"\nuntil = "limit"',
     "rule"),
    ("term = {", "file")])
def test_a_file_of_terms_with_a_fault_is_refused_whole(text: str, said: str, city: City, tmp_path: Any) -> None:
    from undercity.works.terms.actions import load_terms
    from undercity.works.terms.models import Term

    before = Term.objects.count()
    path = tmp_path / "terms.toml"
    path.write_text(f'{text}\nzh = "z"\nen = "e"\nsource = "s"\nvalid_from = 2026-01-01\n', encoding="utf-8")
    with pytest.raises(RuleBroken) as refused:
        load_terms([path])
    assert (refused.value.field, Term.objects.count()) == (said, before)
    assert "terms.toml" in str(refused.value)
