"""Every row of the table of moves, once by the post that may, in a browser; and refused once to one that may not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.city import png
from tests.proofs.http import TOKEN
from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

# The two suites run side by side, and that of SQLite ends first.
pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(900)
def test_every_row_of_the_table(city_server: Server, context_of: Callable[..., BrowserContext], tmp_path: Path) -> None:
    said = city_server.run("shell", "--no-imports", "-c",
                           f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.prepared import main; main()")
    assert said.returncode == 0, said.stderr[-3000:]
    rows = json.loads(said.stdout.strip().splitlines()[-1])
    assert len(rows) > 60
    accounts = {row["username"]: row for row in json.loads(city_server.run("city", "accounts", "--json").stdout)}
    photo = tmp_path / "after.png"
    photo.write_bytes(png((40, 160, 60)))
    desks: dict[str, Page] = {}

    def desk(user: str) -> Page:
        if user not in desks:
            desks[user] = context_of().new_page()
            # Forms need no script, and the maps' would be drawn a hundred times.
            desks[user].route("**/*.js", lambda route: route.abort())
            desks[user].goto(f"{city_server.base}/signin/")
            desks[user].locator("#id_username").fill(user)
            desks[user].locator("#id_password").fill(accounts[user]["password"])
            with desks[user].expect_navigation():
                desks[user].get_by_role("button", name="登录").click()
        return desks[user]

    failed = [f"{row['from']} {row['verb']}: {trouble}" for row in rows
              if (trouble := refused(desk(row["may_not"]), city_server.base, row)
                  or carried_out(desk(row["may"]), city_server.base, row, photo))]
    assert failed == []


def refused(page: Page, base: str, row: dict[str, Any]) -> str:
    """The form is not there, and a request made by hand is turned down."""
    browser = page.context.request
    seen = browser.get(f"{base}/desk/cases/{row['number']}/").text()
    if f"/{row['verb']}/\"" in seen:
        return f"offered to {row['may_not']}"
    token = TOKEN.search(seen)
    assert token is not None, seen[:1000]
    status = browser.post(f"{base}/desk/cases/{row['number']}/{row['verb']}/", max_redirects=0, form={
        "csrfmiddlewaretoken": token[1], "note": "理由"}).status
    return "" if status == 403 else f"answered {status} to {row['may_not']}"


def carried_out(page: Page, base: str, row: dict[str, Any], photo: Path) -> str:
    """Fill in what the form asks for and send it."""
    page.goto(f"{base}/desk/cases/{row['number']}/")
    form = page.locator(f"form[action$='/{row['verb']}/']")
    if form.count() != 1:
        return f"not offered to {row['may']}"
    if form.evaluate("form => !form.closest('details').open"):
        form.locator("xpath=..").locator("summary").click()
    form.locator("textarea").fill("理由")
    for kind, fill in (("input[type=file]", lambda field: field.set_input_files(photo)),
                       ("input[type=date]", lambda field: field.fill(str(date.fromisoformat(
                           page.locator("header .demo").inner_text().split("·")[1].strip()[:10])
                           + timedelta(days=9)))),
                       ("input[name=into]", lambda field: field.fill(row["into"]))):
        if form.locator(kind).count():
            fill(form.locator(kind))
    if form.locator("input[type=radio]").count() and not form.locator("input[type=radio]:checked").count():
        form.locator("input[type=radio]").first.check()
    with page.expect_navigation():
        form.locator("button").last.click()
    if page.locator(".messages .success").count() != 1:
        return f"by {row['may']}: {page.locator('main').inner_text()[:200]}"
    return ""
