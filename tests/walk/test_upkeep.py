"""A keeper's check on a phone becomes a case; a permit's end is proposed, decided, and undone on the sample clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.city import png
from tests.server import Server
from tests.walk.test_duty import moved_to
from tests.walk.test_faces import sign_in
from undercity import clock

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.once
ENDS_TODAY = """
import json
from datetime import date
from undercity.works.models import Permit
row = Permit.objects.filter(valid_to=date(2026, 7, 18), state="valid").first()
print(json.dumps({"uid": str(row.uid), "number": row.number, "code": row.work.code}))
"""
STORY = """
import json
from undercity.ledger.models import Entry
print(json.dumps(list(Entry.objects.filter(stream="UID").order_by("sequence").values_list("verb", flat=True))))
"""


def said(server: Server, code: str) -> str:
    done = server.run("shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1]


def test_a_check_on_a_phone_becomes_a_case_whose_number_is_shown(city_server: Server, phone_page: Page,
                                                                tmp_path: Path) -> None:
    photo = tmp_path / "pump.png"
    photo.write_bytes(png((40, 90, 120), (800, 600)))
    page = phone_page
    sign_in(page, city_server, "keeper1")
    page.locator("tr", has_text="工程维护检查").first.get_by_role("link").first.click()
    page.wait_for_url("**/desk/checks/**")
    # Thumb targets: nothing to hit is smaller than a thumb, and nothing is wider than the screen.
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picks = page.locator("fieldset label.pick", has_text="合格").filter(has_not_text="不合格")
    assert picks.count() == 7
    for nth in range(6):
        picks.nth(nth).tap()
    last = page.locator("section.card.field").nth(6)
    last.locator("label.pick", has_text="不合格").tap()
    # Sent without words, the form comes back with the item open and everything else kept.
    page.get_by_role("button", name="提交检查").tap()
    assert "请用几个字写明问题" in page.locator("section.wrong").inner_text()
    page.get_by_label("什么问题，在哪里").nth(6).fill("东侧移动水泵不能启动")
    page.locator("section.wrong input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="提交检查").tap()
    assert "1项不合格" in page.inner_text(".messages")
    row = page.locator("tr", has_text="消防、防汛设备安全可靠")
    number = row.locator("a[href*='/desk/cases/']").inner_text()
    assert row.locator("img").count() == 1
    lead = page.context.browser.new_context(locale="zh-CN").new_page()  # type: ignore[union-attr]
    sign_in(lead, city_server, "lead1")
    lead.goto(f"{city_server.base}/desk/cases/{number}/")
    story = lead.inner_text("main")
    assert "东侧移动水泵不能启动" in story
    assert "检查单" in story or "清单" in story
    lead.context.close()


@pytest.mark.timeout(300)
def test_the_end_of_a_permit_is_proposed_decided_undone_and_all_of_it_is_in_the_record(
        server: Callable[..., Server], context_of: Callable[..., BrowserContext]) -> None:
    city = server(city=True, with_worker=True)
    permit = json.loads(said(city, ENDS_TODAY))
    where = f"{{}}/desk/permits/{permit['uid']}/"
    page = context_of(viewport={"width": 1366, "height": 900}).new_page()
    sign_in(page, city, "leader2")
    page.goto(where.format(city.base))
    # It holds on its last day.
    assert "有效" in page.inner_text("h1")

    moved_to(city, datetime(2026, 7, 19, 9, 0, tzinfo=clock.ZONE))
    for _ in range(60):
        page.goto(where.format(city.base))
        if "期满待定" in page.inner_text("h1"):
            break
        page.wait_for_timeout(500)
    assert "建议: 终止使用" in page.inner_text(".notice")
    page.locator("details.move[open] textarea").fill("租户已撤场")
    page.get_by_role("button", name="决定：终止").click()
    assert "已终止" in page.inner_text("h1")
    page.locator("details.move[open] textarea").fill("租户要求续租")
    page.get_by_role("button", name="撤回决定").click()
    assert "期满待定" in page.inner_text("h1")
    assert "建议: 终止使用" in page.inner_text(".notice")
    story = json.loads(said(city, STORY.replace("UID", permit["uid"])))
    assert story[-3:] == ["permit.expired/1", "permit.settled/1", "permit.unsettled/1"]
    replayed = city.run("ledger", "replay")
    assert replayed.returncode == 0, replayed.stdout
