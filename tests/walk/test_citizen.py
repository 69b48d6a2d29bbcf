"""A citizen on a phone, without script: three steps, support, messages, rating, asking again, erasing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.city import png
from tests.server import Server
from tests.walk.test_faces import faults

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

# The two suites run side by side, and that of PostgreSQL has room.
pytestmark = pytest.mark.once("postgresql")
ROOT = Path(__file__).resolve().parents[2]
CLOSE = """
import sys; sys.path.insert(0, {root!r})
from datetime import timedelta
from tests.city import City
from undercity import clock
from undercity.cases.models import Case
city = City(); city.at = clock.now()
case = Case.objects.select_related("report").get(pk={pk})
city.at = case.reported_at + timedelta(minutes=1)
print(city.walk(case, "closed").stage)
"""


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def two_steps(page: Page, base: str, words: str, photo: Path | None = None) -> None:
    """Where and what; the kind is left to the words."""
    page.goto(f"{base}/report/")
    page.locator("summary", has_text="改为填写坐标").click()
    page.locator("#id_lat").fill("36.6402")
    page.locator("#id_lon").fill("116.9915")
    press(page, "下一步：是什么问题")
    page.locator("#id_text").fill(words)
    if photo:
        page.locator("#id_photos").set_input_files(photo)
    press(page, "下一步：提交")
    assert page.locator(".steps [aria-current]").inner_text().strip() == "问题"
    assert "建议类别" in page.inner_text("main")
    press(page, "下一步：提交")


@pytest.mark.timeout(400)
def test_a_citizens_whole_way(city_server: Server, context_of: Callable[..., BrowserContext], tmp_path: Path) -> None:
    photo = tmp_path / "cover.png"
    photo.write_bytes(png((120, 60, 30), (800, 600)))
    page = context_of(viewport={"width": 390, "height": 844}, is_mobile=True, java_script_enabled=False).new_page()
    base = city_server.base
    two_steps(page, base, "路边的污水井盖破损", photo)
    press(page, "返回")
    assert page.locator("#id_text").input_value() == "路边的污水井盖破损"
    assert "已保存 1 张照片" in page.inner_text("main")
    press(page, "下一步：提交")
    page.locator("#id_email").fill("zhang.san@example.com")
    press(page, "提交上报")
    receipt, number = page.url, page.locator("dl.pairs dd").first.inner_text()
    assert "/receipt/" in receipt

    looker = context_of(viewport={"width": 390, "height": 844}).new_page()
    two_steps(looker, base, "污水井盖破损")
    assert "是不是这一件" in looker.inner_text("main")
    assert number in looker.inner_text("main")
    assert faults(looker) == []
    press(looker, "是，附议")
    assert number in looker.inner_text("main")
    assert looker.url != receipt
    looker.locator("summary", has_text="补充说明或照片").click()
    looker.locator("#id_add-text").fill("今天又塌了一块")
    press(looker, "提交补充")
    assert "今天又塌了一块" in looker.inner_text("main")

    said = city_server.run("shell", "--no-imports", "-c", CLOSE.format(root=str(ROOT), pk=int(number.split("-")[1])))
    assert said.stdout.strip().endswith("closed"), said.stderr[-2000:]
    page.goto(receipt)
    assert "已解决，并经现场核查" in page.inner_text("main")
    assert faults(looker) == []
    page.get_by_label("2 · 不满意").check()
    press(page, "提交评价")
    assert "您已经评价过" not in page.inner_text(".messages")
    assert "★★" in page.inner_text("main")
    assert page.get_by_role("button", name="提交评价").count() == 0
    page.locator("summary", has_text="没有解决").click()
    page.locator("#id_again-reason").fill("井盖又松了")
    press(page, "提交申请")
    assert page.url == receipt
    assert "申请重办" in page.locator(".timeline").first.inner_text()
    page.goto(f"{base}/cases/{number}/")
    told = page.inner_text("main")
    for secret in ("路边的污水井盖破损", "zhang.san", "井盖又松了"):
        assert secret not in told
    replayed = city_server.run("ledger", "replay")
    assert replayed.returncode == 0, replayed.stdout
