"""A spreadsheet into the register in a real browser: sent, its columns settled, looked at, applied, undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.register.sheets import messy, row_of, xlsx
from tests.server import Server
from tests.walk.test_faces import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.once


def test_a_spreadsheet_is_sent_settled_looked_at_applied_and_undone(
        city_server: Server, context_of: Callable[..., BrowserContext], tmp_path: Path) -> None:
    good, bad = tmp_path / "台账.xlsx", tmp_path / "有误.xlsx"
    good.write_bytes(xlsx([*messy(30), row_of(31, 容积="很大")], extra=["经手人"]))
    bad.write_bytes(xlsx([row_of(1, 抗力等级="6级")]))
    # A browser without script: the pages need none. Columns nobody sent before, so that nothing is remembered of them.
    page = context_of(locale="zh-CN", java_script_enabled=False).new_page()
    sign_in(page, city_server, "duty1")
    page.goto(f"{city_server.base}/desk/works/")
    page.get_by_role("link", name="导入导出").click()
    page.locator("#id_file").set_input_files(bad)
    page.get_by_role("button", name="上传并确认各列").click()
    assert "涉密不上网" in page.inner_text("main")
    page.locator("#id_file").set_input_files(good)
    page.get_by_role("button", name="上传并确认各列").click()
    assert page.locator("#id_work-volume_m3").input_value() == "8"
    page.get_by_role("button", name="查看差异").click()
    # What positions count in is never assumed.
    assert "坐标系" in page.locator(".errors").first.inner_text()
    page.locator("input[name=datum][value=gcj02]").check()
    page.get_by_role("button", name="查看差异").click()
    assert "I 容积" in page.inner_text("main")
    page.get_by_role("link", name="新增 30").click()
    assert "虚构·第1号工程" in page.inner_text("main")
    page.get_by_role("button", name="导入无误的30行").click()
    assert "已导入" in page.inner_text("main")
    where = page.url
    page.goto(f"{city_server.base}/desk/works/虚构-测-00001/")
    assert "登记入台账" in page.inner_text("main")
    page.goto(where)
    page.locator("details.confirm summary").click()
    page.get_by_role("button", name="确认撤销").click()
    assert "台账恢复到导入之前" in page.inner_text("main")
    answer = page.goto(f"{city_server.base}/desk/works/虚构-测-00001/")
    assert answer is not None
    assert answer.status == 404
    replayed = city_server.run("ledger", "replay")
    assert replayed.returncode == 0, replayed.stdout
