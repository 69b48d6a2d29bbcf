"""Pages as people meet them: narrow and wide, in both languages, by keyboard, with mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

# How pages look is the same on either database; the other suite looks at all of them.
pytestmark = pytest.mark.once("postgresql")
PUBLIC = ("/", "/report/", "/places/", "/about/", "/signin/", "/no-such-page/")
DESK = ("/desk/", "/desk/cases/", "/desk/cases/?stage=open", "/desk/outbox/")


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_wider_than_its_screen_and_none_complains(city_server: Server, locale: str, width: int,
                                                             context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(locale=locale, viewport={"width": width, "height": 844}).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error"
            and "404" not in message.text else None)
    account = next(row for row in json.loads(city_server.run("city", "accounts", "--json").stdout)
                   if row["role"] == "administrator")
    for path in PUBLIC:
        page.goto(f"{city_server.base}{path}")
        assert overflow(page) <= 0, path
        assert page.locator("h1").count() == 1, path
        assert page.locator("html").get_attribute("lang") == locale
    page.goto(f"{city_server.base}/signin/")
    page.locator("#id_username").fill(account["username"])
    page.locator("#id_password").fill(account["password"])
    page.locator("main button").click()
    page.wait_for_url("**/desk/")
    for path in DESK:
        page.goto(f"{city_server.base}{path}")
        assert overflow(page) <= 0, path
    page.goto(f"{city_server.base}/desk/cases/")
    with page.expect_navigation():
        page.locator("tbody a").first.click()
    assert overflow(page) <= 0
    assert complaints == []


def test_what_was_typed_stays_when_something_is_wrong(city_server: Server, phone_page: Page, tmp_path: Path) -> None:
    page = phone_page
    page.goto(f"{city_server.base}/report/")
    page.locator("summary").click()
    page.locator("#id_lat").fill("117.003")
    page.locator("#id_lon").fill("36.655")
    page.locator("main button.big").click()
    assert "写反" in page.inner_text("main")
    assert page.locator("#id_lat").input_value() == "117.003"
    page.locator("#id_lat").fill("36.655")
    page.locator("#id_lon").fill("117.003")
    page.locator("main button.big").click()
    wrong = tmp_path / "note.txt"
    wrong.write_text("not a picture")
    page.locator("#id_category").select_option(index=1)
    page.locator("#id_text").fill("路面塌陷")
    page.locator("#id_photos").set_input_files(wrong)
    page.locator("main button.big").click()
    assert "不是可读取的图片" in page.inner_text("main")
    assert page.locator("#id_text").input_value() == "路面塌陷"
    page.locator("main button.big").click()
    page.get_by_role("button", name="返回").click()
    assert page.locator("#id_text").input_value() == "路面塌陷"


def test_the_portal_is_usable_by_keyboard_alone(city_server: Server, desk_page: Page) -> None:
    desk_page.goto(f"{city_server.base}/")
    desk_page.keyboard.press("Tab")
    assert desk_page.evaluate("document.activeElement.className") == "skip"
    desk_page.keyboard.press("Enter")
    for _ in range(10):
        desk_page.keyboard.press("Tab")
        shown = desk_page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert shown == "solid"


def test_the_language_can_be_changed_and_stays(city_server: Server, desk_page: Page) -> None:
    desk_page.goto(f"{city_server.base}/places/")
    desk_page.get_by_role("button", name="English").click()
    assert desk_page.url.endswith("/places/")
    assert "Cool places" in desk_page.inner_text("h1")
    desk_page.goto(f"{city_server.base}/report/")
    assert "Report a problem" in desk_page.inner_text("h1")


def test_a_wrong_password_says_so_and_keeps_the_name(city_server: Server, desk_page: Page) -> None:
    desk_page.goto(f"{city_server.base}/signin/?next=/desk/cases/")
    desk_page.locator("#id_username").fill("nobody")
    desk_page.locator("#id_password").fill("wrong")
    desk_page.locator("main button").click()
    assert "不匹配" in desk_page.inner_text("main")
    assert desk_page.locator("#id_username").input_value() == "nobody"
