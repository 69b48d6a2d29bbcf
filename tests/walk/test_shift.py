"""Cases through intake, filing and dispatch by keyboard alone, at one screen and with two keys each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.server import Server
from tests.walk.test_faces import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.once("postgresql")
ROOT = Path(__file__).resolve().parents[2]
PREPARE = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
import json
from tests.city import City
from undercity import clock
from undercity.cases.states import Source
from undercity.org.models import Person, Post
city = City(); city.at = clock.now()
made = [city.reported(at=city.at, by=city.post("inspector"), source=Source.INSPECTOR, text=f"键盘 {{n}}")
        for n in range(COUNT)]
roles = ["intake_officer", "shift_lead", "dispatcher"]
print(json.dumps({{"numbers": [case.number for case in made], "people": {{role: list(Person.objects.filter(
    appointments__post__role=role, appointments__ends__isnull=True).values_list("username", flat=True))
    for role in roles}}}}))
"""
ASK = ("import json,sys; from undercity.cases.models import Case; from undercity.cases.numbers import row_of;"
       "print(json.dumps([Case.objects.get(pk=row_of(number)).stage for number in {numbers!r}]))")


def said(server: Server, code: str) -> str:
    done = server.run("shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.deep
@pytest.mark.timeout(240)
def test_cases_by_keyboard_alone(city_server: Server, context_of: Callable[..., BrowserContext],
                                 rounds: Callable[[int, int], int]) -> None:
    # Three show each key and that the next case opens; ten are the rhythm of a shift.
    count = rounds(3, 10)
    prepared = json.loads(said(city_server, PREPARE.replace("COUNT", str(count))))
    numbers = prepared["numbers"]
    for role, key in (("intake_officer", "1"), ("shift_lead", "1"), ("dispatcher", "1")):
        decided = 0
        for username in prepared["people"][role]:
            page = context_of(locale="zh-CN").new_page()
            sign_in(page, city_server, username)
            page.goto(f"{city_server.base}/desk/shift/")
            seen: set[str] = set()
            while page.locator("[data-answers]").count():
                number = page.locator("input[name=number]").input_value()
                if number in seen:
                    break
                page.wait_for_timeout(320)
                if number in numbers:
                    page.keyboard.press(key)
                    with page.expect_navigation():
                        page.keyboard.press("Enter")
                    assert page.locator(".messages .success").inner_text().count(number) == 1
                    decided += 1
                else:
                    # Cases of the city's own story are put off by their key.
                    seen.add(number)
                    with page.expect_navigation():
                        page.keyboard.press("s")
            page.close()
        assert decided == count, role
    assert json.loads(said(city_server, ASK.format(numbers=numbers))) == ["disposal"] * count
