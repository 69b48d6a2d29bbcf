"""A warning, seen by people: pasted on the phone, looked at, taken in; the public reads what to do; lifted again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.alerts.messages import JINAN, message, said
from tests.server import Server
from tests.walk.test_walk import by_post, sign_in
from undercity import clock
from undercity.alerts.cap.message import MsgType
from undercity.alerts.cap.writing import written

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "java_script_enabled": False}
AT = datetime(2026, 7, 18, 16, 20, tzinfo=clock.ZONE)


def paste(page: Page, base: str, raw: bytes) -> None:
    """Paste a message and look it through."""
    page.goto(f"{base}/desk/warnings/enter/")
    page.locator("#id_text").fill(raw.decode())
    page.locator("main form button").click()


@pytest.mark.once
@pytest.mark.timeout(300)
def test_a_warning_is_pasted_looked_at_taken_in_read_by_the_public_and_lifted(
        server: Callable[..., Server], context_of: Callable[..., BrowserContext]) -> None:
    city = server(city=True)
    officer = sign_in(context_of(**PHONE), city.base, by_post(city)["duty-officer-1"])
    citizen = context_of(**PHONE).new_page()
    citizen.goto(f"{city.base}/warnings/")
    assert "暴雨橙色预警" not in citizen.inner_text("main")

    paste(officer, city.base, b"<alert>nothing</alert>")
    assert "CAP 1.2" in officer.inner_text(".errors")
    assert officer.locator("#id_text").input_value() == "<alert>nothing</alert>"
    first = message(AT, colour="橙", infos=[said("橙", area=[JINAN], expires=AT + timedelta(hours=8))])
    paste(officer, city.base, written(first))
    assert "暴雨橙色预警" in officer.inner_text("main")
    assert "测试消息，用于演示" in officer.inner_text("main")
    officer.get_by_role("button", name="收录").click()
    assert "预警已收录" in officer.inner_text("main")
    assert officer.locator("path.ground").count() == 1

    citizen.reload()
    page = citizen.inner_text("main")
    for words in ("暴雨橙色预警", "济南市气象台", "不进入地下空间", "这不是真实预警"):
        assert words in page

    paste(officer, city.base, written(message(AT + timedelta(minutes=5), identifier="2", msg_type=MsgType.CANCEL,
                                              about=[first])))
    officer.get_by_role("button", name="收录").click()
    assert "已解除" in officer.inner_text("main")
    citizen.reload()
    assert "暴雨橙色预警" not in citizen.inner_text("main")
