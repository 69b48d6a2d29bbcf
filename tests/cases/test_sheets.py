"""The sheets for print: each when a case has come to need it, and never to whoever may not see the case."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import City
from undercity.cases.states import Supervision


def page(client: Any, city: City, case: Any, code: str, status: int = 200, role: str = "intake_officer") -> str:
    from undercity.org.models import Person

    client.force_login(Person.objects.get(pk=city.post(role).person))
    answer = client.get(f"/desk/cases/{case.number}/sheets/{code}/")
    assert answer.status_code == status
    text: str = answer.content.decode()
    return text


@pytest.mark.parametrize(("stage", "codes"), [
    ("intake", ["registration"]), ("dispatch", ["registration"]), ("disposal", ["registration", "dispatch"]),
    ("check", ["registration", "dispatch", "check"])])
def test_a_sheet_is_there_when_the_case_needs_it(stage: str, codes: list[str], city: City) -> None:
    from undercity.cases.pages.sheets import sheets_of

    assert [code for code, _ in sheets_of(city.walk(city.reported(), stage))] == codes


def test_the_dispatch_sheet_says_what_until_when_and_how_it_is_closed(city: City, client: Any) -> None:
    from undercity.cases.queries.scheme import scheme

    case = city.walk(city.reported(), "disposal")
    text = page(client, city, case, "dispatch")
    assert "任务派遣单" in text
    assert scheme().standards[case.standard].closing_text in text
    assert "演示数据" in text


def test_the_supervision_sheet_holds_every_order(city: City, client: Any) -> None:
    from undercity.cases.actions.supervising import supervise

    case = city.walk(city.reported(), "disposal")
    for reason in ("群众反映强烈", "请今天办结"):
        case = supervise(case.uid, by=city.post("shift_lead"), at=city.later(minutes=2), reason=reason,
                         why=Supervision.KEY)
    text = page(client, city, case, "supervision")
    assert "群众反映强烈" in text
    assert "请今天办结" in text


def test_a_sheet_too_early_unknown_or_of_a_hidden_case_is_not_found(city: City, client: Any) -> None:
    case = city.reported()
    page(client, city, case, "check", status=404)
    page(client, city, case, "nonsense", status=404)
    page(client, city, case, "registration", status=404, role="department_handler")
