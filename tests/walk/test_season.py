"""Closed because of rain, seen by people: a keeper proposes, an officer decides, the portal says so, it is undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.server import Server
from tests.walk.test_walk import by_post, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PLACE, NAME, REASON = "/places/cool-yingxiongshan/", "经十一路英雄山人防商城", "因降雨"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "java_script_enabled": False}
DESK = {"viewport": {"width": 1366, "height": 900}}


def open_year(page: Page, base: str) -> None:
    """From the list of seasons to the place's year."""
    page.goto(f"{base}/desk/seasons/")
    page.get_by_role("link", name=NAME).first.click()
    assert NAME in page.inner_text("h1")


def first_answer(page: Page, base: str) -> str:
    """The portal's card for the street in which the place lies."""
    page.goto(f"{base}/")
    return page.inner_text("section.card >> nth=0")


@pytest.mark.once
@pytest.mark.timeout(300)
def test_rain_closes_a_place_by_proposal_and_decision_and_the_portal_says_so_until_it_is_undone(
        server: Callable[..., Server], context_of: Callable[..., BrowserContext]) -> None:
    city = server(city=True)
    accounts = by_post(city)
    citizen = context_of(**PHONE).new_page()
    assert NAME in citizen.goto(f"{city.base}{PLACE}").text()  # type: ignore[union-attr]
    assert REASON not in citizen.inner_text("article")
    assert first_answer(citizen, city.base).index(NAME) < 200

    keeper = sign_in(context_of(**PHONE), city.base, accounts["keeper-1"])
    open_year(keeper, city.base)
    assert "加一条例外" in keeper.inner_text(".greyed"), "what a keeper may not do is greyed, with the reason"
    box = keeper.locator("details.move", has_text="建议临时关闭").first
    box.locator("summary").click()
    box.locator("textarea").fill("门前积水，台阶湿滑")
    box.get_by_role("button", name="建议临时关闭").click()
    assert "等待审定" in keeper.inner_text(".messages")
    assert REASON not in citizen.goto(f"{city.base}{PLACE}").text()  # type: ignore[union-attr]

    officer = sign_in(context_of(**DESK), city.base, accounts["duty-officer-1"])
    officer.goto(f"{city.base}/desk/seasons/")
    assert "门前积水" in officer.inner_text("section.today")
    open_year(officer, city.base)
    waits = officer.locator("article.waiting")
    waits.get_by_role("button", name="同意", exact=True).click()
    assert officer.locator("article.waiting .errors").count() or officer.locator("textarea:invalid").count()
    officer.locator("article.waiting textarea").first.fill("情况属实")
    officer.locator("article.waiting").get_by_role("button", name="同意", exact=True).click()
    assert "已同意" in officer.inner_text(".messages")

    citizen.goto(f"{city.base}{PLACE}")
    said = citizen.inner_text("article")
    assert "未开放" in said
    assert REASON in said
    assert "情况属实" in said
    portal = first_answer(citizen, city.base)
    assert f"{NAME} 未开放 {REASON}" in portal.replace("\n", " ")
    assert not portal.split("此刻", 1)[-1].lstrip().startswith(NAME)

    officer.locator("article.card details.move", has_text="撤销决定").first.locator("summary").click()
    undo = officer.locator("article.card details.move[open]", has_text="撤销决定").first
    undo.locator("textarea").fill("雨已停")
    undo.get_by_role("button", name="撤销决定").click()
    assert "已撤销" in officer.inner_text(".messages")
    told = officer.locator(".timeline li").all_inner_texts()
    assert [line for line in ("提出建议", "同意建议", "撤销决定") if not any(line in one for one in told)] == []
    assert REASON not in citizen.goto(f"{city.base}{PLACE}").text()  # type: ignore[union-attr]
    replayed = city.run("ledger", "replay")
    assert replayed.returncode == 0, replayed.stdout
