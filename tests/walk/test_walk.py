"""One report from a phone to closed: every role in a real browser, and the citizen's receipt at the end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.city import png
from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

WORDS = "井盖破损，有人险些摔倒"


def by_post(server: Server) -> dict[str, dict[str, Any]]:
    """Post title in Chinese → the account that holds it."""
    rows = json.loads(server.run("city", "accounts", "--json").stdout)
    return {row["post"]: row for row in rows}


def report(page: Page, base: str, photo: Path) -> str:
    """Three steps on a phone; the address of the receipt."""
    page.goto(f"{base}/")
    page.get_by_role("link", name="上报问题").last.click()
    page.locator("#id_area").select_option(index=2)
    page.locator("#id_address").fill("学校大门以西 200 米")
    page.get_by_role("button", name="下一步：是什么问题").click()
    page.locator("#id_category").select_option("gbt47678-component-01-001")
    page.locator("#id_text").fill(WORDS)
    page.locator("#id_photos").set_input_files(photo)
    page.get_by_role("button", name="下一步：提交").click()
    assert WORDS in page.inner_text("main")
    page.locator("#id_phone").fill("13800001111")
    page.get_by_role("button", name="提交上报").click()
    page.wait_for_url("**/receipt/*")
    assert "当前责任单位" in page.inner_text("main")
    return page.url


def holder(server: Server, number: str) -> tuple[str, str]:
    """Who holds the open duty of a case, and which kind it is: read as an operator would, from the database."""
    said = server.run("shell", "--no-imports", "-c",
                      "from undercity.cases.models import Case; from undercity.ledger.models import Duty;"
                      f"c = Case.objects.get(pk={int(number.split('-')[1])});"
                      "d = Duty.objects.filter(pk=c.duty).select_related('post').first();"
                      "print((d.post.key if d else '-') + ' ' + (d.kind if d else '-'))")
    assert said.returncode == 0, said.stderr
    post, kind = said.stdout.strip().splitlines()[-1].split()
    return post, kind


def department(server: Server, number: str) -> str:
    """What the department that handled a case is called."""
    said = server.run("shell", "--no-imports", "-c",
                      "from undercity import clock; from undercity.cases.models import Case;"
                      "from undercity.org.queries import directory;"
                      f"c = Case.objects.get(pk={int(number.split('-')[1])});"
                      "print(directory().name(c.department_id, 'zh', clock.now().date()))")
    assert said.returncode == 0, said.stderr
    return said.stdout.strip().splitlines()[-1]


def sign_in(context: BrowserContext, base: str, account: dict[str, Any]) -> Page:
    page = context.new_page()
    page.goto(f"{base}/signin/")
    page.locator("#id_username").fill(account["username"])
    page.locator("#id_password").fill(account["password"])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/desk/")
    return page


STEPS = [  # kind of duty → the move, and what is filled in
    ("case.intake", "发核实"), ("case.verify", "核实反馈"), ("case.intake", "批转立案"), ("case.file", "立案"),
    ("case.dispatch", "派遣"), ("case.dispose", "处置反馈"), ("case.review", "转核查"), ("case.check", "核查反馈"),
    ("case.confirm", "确认：已解决"), ("case.close", "结案"),
]


@pytest.mark.timeout(300)
def test_a_report_from_a_phone_is_carried_to_closed(city_server: Server, phone_page: Page,
                                                    context_of: Callable[..., BrowserContext],
                                                    tmp_path: Path) -> None:
    photo = tmp_path / "cover.png"
    photo.write_bytes(png((120, 60, 30), (800, 600)))
    receipt = report(phone_page, city_server.base, photo)
    number = phone_page.locator("dl.pairs dd").first.inner_text()
    accounts, pages = by_post(city_server), {}
    for kind, move in STEPS:
        post, open_kind = holder(city_server, number)
        assert open_kind == kind
        if post not in pages:
            pages[post] = sign_in(context_of(viewport={"width": 1366, "height": 900}), city_server.base,
                                  accounts[post])
        page = pages[post]
        page.goto(f"{city_server.base}/desk/")
        page.get_by_role("link", name=number).click()
        box = page.locator("details.move", has=page.locator("summary", has_text=re.compile(f"^{move}$")))
        if not box.get_attribute("open") and box.get_attribute("open") != "":
            box.locator("summary").click()
        for choice in box.get_by_role("radio").all()[:1]:
            choice.check()
        if kind == "case.dispose":
            box.locator("input[type=file]").set_input_files(photo)
            box.locator("textarea").fill("已更换井盖")
        with page.expect_navigation():
            box.locator("button").click()
        assert page.locator(".messages .success, h1").first.is_visible()
        assert page.locator(".errors").count() == 0, page.inner_text("main")
    phone_page.goto(receipt)
    told = phone_page.inner_text("main")
    assert "已结案" in told
    assert "13800001111" not in told
    assert phone_page.locator(".photos img").count() == 1
    evaluator = sign_in(context_of(viewport={"width": 1366, "height": 900}), city_server.base,
                        next(one for one in accounts.values() if one["username"] == "evaluator1"))
    assert_the_score_names(evaluator, city_server.base, department(city_server, number), number)
    replayed = city_server.run("ledger", "replay")
    assert replayed.returncode == 0, replayed.stdout


def assert_the_score_names(page: Page, base: str, department: str, number: str) -> None:
    """From the ranking to the department, to its cases in time, to the case and its photographs: three clicks."""
    page.goto(f"{base}/desk/scores/")
    with page.expect_navigation():
        page.get_by_role("link", name=department, exact=True).click()
    with page.expect_navigation():
        page.locator("tbody tr", has_text="按期处置率").get_by_role("link").first.click()
    cases = page.url
    # A score is counted at the beginning of each minute.
    for _ in range(70):
        line = page.locator("tbody tr", has_text=number)
        if line.count() and "得分" in line.inner_text():
            break
        page.wait_for_timeout(1000)
        page.goto(cases)
    with page.expect_navigation():
        page.get_by_role("link", name=number).click()
    assert "已结案" in page.inner_text("main")
    assert page.locator(".photos img").count() == 2
