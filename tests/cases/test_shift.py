"""One screen and two keys: which case opens, what is proposed, what happens when somebody else was quicker."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.city import SPOT, City
from undercity import clock
from undercity.cases.states import Source, Verb, Verification

ANSWER = re.compile(r'name="answer" value="([^"]+)" data-key="(.)"([^>]*)>')


def at_the_desk(city: City, actor: Any) -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=actor.person))
    return client


def opened(client: Client) -> tuple[str, list[tuple[str, str, bool]], str]:
    """The case's number, its answers (what, key, preselected), the page."""
    page = client.get("/desk/shift/").content.decode()
    number = re.search(r'name="number" value="([^"]+)"', page)
    offered = [(what, key, "checked" in rest) for what, key, rest in ANSWER.findall(page)]
    return number[1] if number else "", offered, page


def by_an_inspector(city: City) -> Any:
    return city.reported(by=city.post("inspector"), source=Source.INSPECTOR)


def decided(client: Client, number: str, answer: str, seen: int, **more: str) -> Any:
    return client.post("/desk/shift/", {"number": number, "answer": answer, "seen": seen, **more})


def test_the_likely_answer_is_preselected_at_each_stage(city: City) -> None:
    from undercity.cases.actions.intake import answer_verification, send_verification
    from undercity.places.grids import inspector_for

    case = city.reported()
    officer = city.whose(city.duty(case))
    # The inspector of the case's own grid; then whoever's turn it is.
    own = inspector_for(*SPOT, city.at.date())
    assert own is not None
    assert opened(at_the_desk(city, officer))[1][:2] == [(f"send_verification:{own.post}", "1", True),
                                                         ("send_verification:", "2", False)]
    send_verification(case.uid, by=officer, at=city.later(minutes=1))
    case.refresh_from_db()
    answer_verification(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=1), answer=Verification.ABSENT)
    case.refresh_from_db()
    offered = opened(at_the_desk(city, city.whose(city.duty(case))))[1]
    assert offered[0] == ("refuse_intake:", "r", True)
    found = by_an_inspector(city)
    client = at_the_desk(city, city.whose(city.duty(found)))
    client.post("/desk/shift/", {"number": case.number, "skip": "1"})
    assert opened(client)[1][0][0] == "pass_on:"


def test_three_enters_bring_a_case_from_intake_to_its_department(city: City) -> None:
    from undercity.cases.queries.departments import usual_department

    case = by_an_inspector(city)
    for stage in ("filing", "dispatch", "disposal"):
        client = at_the_desk(city, city.whose(city.duty(case)))
        number, offered, page = opened(client)
        assert number == case.number
        assert [key for _what, key, _checked in offered] == sorted({key for _what, key, _checked in offered})
        assert "立案" in page
        chosen = next(what for what, _key, checked in offered if checked)
        with clock.standing_at(city.later(minutes=1)):
            answer = decided(client, number, chosen, case.version)
        assert answer.url == "/desk/shift/"
        case.refresh_from_db()
        assert case.stage == stage
        after = client.get("/desk/shift/").content.decode()
        assert f"/desk/cases/{number}/" in after.partition("</ul>")[0] + after
        assert "没有待您决定" in after
    assert case.department_id == usual_department(case.category)


def test_put_off_comes_again_after_the_others(city: City) -> None:
    cases = [by_an_inspector(city) for _ in range(6)]
    officer = city.whose(city.duty(cases[0]))
    mine = [case.number for case in cases if city.duty(case).post_id == officer.post]
    assert len(mine) > 1
    client = at_the_desk(city, officer)
    shown = []
    for _ in range(len(mine) + 1):
        shown.append(opened(client)[0])
        client.post("/desk/shift/", {"number": shown[-1], "skip": "1"})
    assert shown == [*mine, mine[0]]


def test_whoever_is_slower_is_told_what_changed_and_the_next_case_opens(city: City) -> None:
    from undercity.cases.actions.intake import pass_on

    case = by_an_inspector(city)
    officer, version = city.whose(city.duty(case)), case.version
    client = at_the_desk(city, officer)
    assert opened(client)[0] == case.number
    pass_on(case.uid, by=officer, at=city.later(minutes=1))
    answer = decided(client, case.number, "pass_on:", version)
    assert answer.url == "/desk/shift/"
    page = client.get("/desk/shift/").content.decode()
    assert "有人先处理了" in page
    assert case.number in page
    case.refresh_from_db()
    assert case.stage == "filing"


@pytest.mark.parametrize(("answer", "status", "words"), [
    ("refuse_intake:", 422, 'id="note_error"'), ("", 422, 'id="answer_error"'), ("nonsense:", 422, 'id="answer_error"'),
    ("close:", 302, "")])
def test_an_answer_that_cannot_be_moves_nothing(answer: str, status: int, words: str, city: City) -> None:
    case = by_an_inspector(city)
    told = decided(at_the_desk(city, city.whose(city.duty(case))), case.number, answer, case.version)
    assert told.status_code == status
    assert words in told.content.decode()
    case.refresh_from_db()
    assert case.stage == "intake"


def test_another_department_must_be_named(city: City) -> None:
    from undercity.cases.queries.departments import departments_for

    case = city.walk(city.reported(), "dispatch")
    client = at_the_desk(city, city.whose(city.duty(case)))
    answer = f"{Verb.DISPATCH.value}:"
    told = decided(client, case.number, answer, case.version)
    assert told.status_code == 422
    assert 'id="department_error"' in told.content.decode()
    other = departments_for(case)[1][-1][0]
    assert decided(client, case.number, answer, case.version, department=str(other)).status_code == 302
    case.refresh_from_db()
    assert case.department_id == other


def test_a_case_out_of_sight_is_not_decided(city: City) -> None:
    case = city.reported()
    handler = at_the_desk(city, city.post("department_handler"))
    assert decided(handler, case.number, "pass_on:", case.version).status_code == 302
    assert "不再" in handler.get("/desk/shift/").content.decode()


def test_what_was_decided_today_is_counted(city: City) -> None:
    from undercity.cases.queries.shift import done_since

    case = by_an_inspector(city)
    officer = city.whose(city.duty(case))
    before = city.at
    with clock.standing_at(city.later(minutes=1)):
        decided(at_the_desk(city, officer), case.number, "pass_on:", case.version)
    assert done_since(officer, before) == 1
    assert done_since(officer, city.later(minutes=1)) == 0
