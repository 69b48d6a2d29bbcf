"""A rainy evening in earnest: warning, proposal, orders, a tap on a phone, silence, report, standing down."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.alerts.messages import SHIZHONG, message, said
from tests.city import png
from tests.server import Server
from tests.walk.test_walk import by_post, sign_in
from undercity import clock
from undercity.alerts.cap.writing import written

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.once("postgresql")

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
BEGAN = datetime(2026, 7, 18, 17, 0, tzinfo=clock.ZONE)
# The link in the message of a keeper, as the gateway got it, and his longest order.
LINK = """
import json
from datetime import timedelta
from undercity import clock
from undercity.notices.links import token_of
from undercity.notices.models import Notice
from undercity.response.models import Order
told = Notice.objects.filter(code="response.orders", post__key="keeper-5", timeline="real").latest("id")
order = Order.objects.filter(response=told.subject, post__key="keeper-5", evidence="photo").first()
print(json.dumps({"link": f"/n/{token_of(told.pk, told.appointment, clock.real_now() + timedelta(days=1))}/",
                  "order": f"/desk/orders/{order.pk}/"}))
"""


def at(server: Server, moment: datetime) -> None:
    """The same deployment, its clock at this moment."""
    server.extra = {**server.extra, "UNDERCITY_CLOCK": clock.describe_offset(moment, datetime.now(UTC))}
    server.restart()


def found(server: Server, script: str) -> dict[str, str]:
    """What a script prints as JSON."""
    done = server.run("shell", "--no-imports", "-c", script)
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def warn(page: Page, base: str) -> None:
    """The officer takes in the weather office's yellow warning for the district."""
    page.goto(f"{base}/desk/warnings/enter/")
    infos = [said("黄", area=[SHIZHONG], effective=BEGAN, expires=BEGAN + timedelta(hours=6))]
    page.locator("#id_text").fill(written(message(BEGAN, identifier="walk", infos=infos)).decode())
    page.locator("main form button").click()
    page.get_by_role("button", name="收录").click()
    page.wait_for_url("**/desk/warnings/*/")


def confirm(page: Page, base: str) -> str:
    """The district's proposal, read and confirmed; the address of the response."""
    page.goto(f"{base}/desk/response/")
    page.get_by_role("link", name="市中区", exact=True).first.click()
    assert "三级响应" in page.locator("#confirm_text").input_value()
    with page.expect_navigation():
        page.get_by_role("button", name="确认并下达指令").click()
    page.get_by_text("已生效，指令已下达").wait_for()
    return page.url


def on_the_phone(page: Page, server: Server, photo: Path) -> None:
    """One tap in the message; later one order is done with its photo."""
    told = found(server, LINK)
    page.goto(server.base + told["link"])
    with page.expect_navigation():
        page.locator("main form button").first.click()
    page.goto(server.base + told["order"])
    page.get_by_text("消息链接签收").first.wait_for()
    page.get_by_text("执行完毕", exact=True).first.click()
    page.locator("#finish_photos").set_input_files(photo)
    with page.expect_navigation():
        page.locator("details[open] button").click()
    page.locator("h1").get_by_text("已完成").wait_for()


def silence(page: Page, response: str) -> None:
    """The board shows who stayed silent; the officer telephones."""
    page.goto(f"{response}board/?standing=silent")
    page.locator("tr", has_text="管护人").locator("a").first.click()
    page.get_by_text("未响应，已通知上一级").first.wait_for()
    with page.expect_navigation():
        page.get_by_role("button", name="签收").click()
    page.get_by_text("电话答复").first.wait_for()


def report(page: Page, response: str, tmp_path: Path) -> None:
    """A situation report is written and printed."""
    page.goto(f"{response}reports/")
    with page.expect_navigation():
        page.get_by_role("button", name="立即生成").click()
    page.get_by_role("link", name="情况报告").last.click()
    page.get_by_role("heading", name="急需处理").wait_for()
    printed = tmp_path / "report.pdf"
    page.pdf(path=printed, format="A4")
    assert printed.read_bytes().startswith(b"%PDF")


def stand_down(page: Page, response: str) -> None:
    """Standing down is confirmed like any level, with a reason; gauges may have proposed another one meanwhile."""
    page.goto(response)
    if page.locator("#change-level").count():
        page.locator("#change-level").select_option("0")
        page.locator("#change-note").fill("雨停，积水已退")
        with page.expect_navigation():
            page.get_by_role("button", name="提交建议").click()
    else:
        page.locator("#confirm_level").select_option("0")
        page.locator("#confirm_note").fill("雨停，积水已退")
    with page.expect_navigation():
        page.get_by_role("button", name="确认并下达指令").click()
    page.get_by_text("响应已终止").first.wait_for()


@pytest.mark.timeout(300)
def test_from_the_warning_to_standing_down(server: Callable[..., Server],
                                           context_of: Callable[..., BrowserContext], tmp_path: Path) -> None:
    served = server(city=True, with_worker=True)
    at(served, BEGAN + timedelta(minutes=1))
    photo = tmp_path / "boards.png"
    photo.write_bytes(png())
    accounts = {row["username"]: row for row in by_post(served).values()}
    officer = sign_in(context_of(), served.base, accounts["duty1"])
    warn(officer, served.base)
    response = confirm(officer, served.base)
    citizen = context_of(**PHONE).new_page()
    citizen.goto(f"{served.base}/flood/")
    citizen.get_by_text("三级响应").first.wait_for()
    keeper = sign_in(context_of(**PHONE), served.base, accounts["keeper5"])
    on_the_phone(keeper, served, photo)
    at(served, BEGAN + timedelta(minutes=40))
    silence(officer, response)
    report(officer, response, tmp_path)
    stand_down(officer, response)
    replayed = served.run("ledger", "replay")
    assert replayed.returncode == 0, replayed.stdout[-2000:]
