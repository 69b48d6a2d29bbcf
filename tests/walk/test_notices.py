"""How an officer is told: he gives his number, tests it, answers by its link on the phone; the outbox shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.server import Server
from tests.walk.test_walk import by_post, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "java_script_enabled": False}
DESK = {"viewport": {"width": 1366, "height": 900}}


@pytest.mark.once
@pytest.mark.timeout(300)
def test_a_number_is_given_tested_and_answered_with_one_tap_without_signing_in(
        server: Callable[..., Server], context_of: Callable[..., BrowserContext]) -> None:
    city = server(city=True, with_worker=True)
    accounts = by_post(city)
    officer = sign_in(context_of(**PHONE), city.base, accounts["leader-1"])
    officer.get_by_role("link", name="我的通知方式").click()
    officer.get_by_label("方式").select_option("email")
    officer.get_by_label("号码或地址").fill("zhang@")
    officer.get_by_role("button", name="添加", exact=True).click()
    assert "电子邮箱" in officer.inner_text(".errors")
    officer.get_by_label("号码或地址").fill("zhang@example.com")
    officer.get_by_role("button", name="添加", exact=True).click()
    row = officer.locator("tr", has_text="z***@example.com")
    assert "尚未测试" in row.inner_text()
    row.get_by_role("button", name="发测试").click()
    assert "测试消息已发出" in officer.inner_text(".messages")

    # In a demonstration the message stands on the outbox page, and as a file in the folder of mails.
    keeper = sign_in(context_of(**DESK), city.base, accounts["administrator-1"])
    path = ""
    for _ in range(40):
        keeper.goto(f"{city.base}/desk/outbox/?words=测试消息")
        if (found := re.search(r"/n/[A-Za-z0-9_-]+/", keeper.content())) is not None:
            path = found[0]
            break
        keeper.wait_for_timeout(500)
    assert path, city.log[-2000:]
    assert "z***@example.com" in keeper.content()
    assert "未发送" in keeper.inner_text("tbody") or "写入文件" in keeper.inner_text("tbody")

    phone = context_of(**PHONE).new_page()
    phone.goto(f"{city.base}{path}")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="签收").click()
    assert "已签收" in phone.inner_text("main")
    assert phone.get_by_role("button", name="签收").count() == 0
    officer.reload()
    assert "测试已确认" in officer.locator("tr", has_text="z***@example.com").inner_text()
