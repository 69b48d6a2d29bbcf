"""A duty of a template, seen by people: done with a photo; another's late, told upwards, and both in the score."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.city import png
from tests.server import Server
from tests.walk.test_walk import by_post, sign_in
from undercity import clock

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

OPEN_VISITS = """
from undercity.ledger.models import Task
from undercity.org.models import Post
keys = dict(Post.objects.filter(body__key="sz-um").values_list("pk", "key"))
rows = Task.objects.filter(template="monthly-visit", period="2026-07", status="open", held_by__in=keys)
import json
print(json.dumps(sorted(keys[row.held_by] for row in rows)))
"""
DESK = {"viewport": {"width": 1366, "height": 900}}


def moved_to(server: Server, moment: datetime) -> Server:
    """The same city, its clock set to another moment."""
    server.stop()
    server.extra = {**server.extra, "UNDERCITY_CLOCK": clock.describe_offset(moment, datetime.now(UTC))}
    return server.start()


def do_the_visit(page: Page, base: str, photo: Path) -> str:
    """From my work today to done; the address of the duty."""
    page.goto(f"{base}/desk/")
    mine = page.locator("section.group:not([aria-labelledby=others])")
    mine.locator("tr", has_text="大走访").get_by_role("link", name="2026-07").click()
    box = page.locator("details.move[open]")
    box.get_by_label("走访天数").fill("2")
    box.get_by_label("发现问题数").fill("1")
    box.locator("textarea").fill("走访大观园环卫所，听取防暑意见")
    box.locator("input[type=file]").set_input_files(photo)
    box.get_by_role("button", name="报办结").click()
    assert "已办理" in page.inner_text(".messages")
    return page.url


def score_of(page: Page, base: str, title: str) -> str:
    """The composite of a post in July's ranking of duties."""
    page.goto(f"{base}/desk/scores/?month=2026-07&object=duties")
    return page.locator("tbody tr", has_text=title).first.locator("td").nth(2).inner_text().strip()


def told(page: Page, base: str) -> list[str]:
    """The lines of the record of the open page that say who was told."""
    return [line for line in page.locator(".timeline li").all_inner_texts() if "已提醒" in line]


@pytest.mark.timeout(300)
def test_a_visit_is_done_with_a_photo_and_anothers_is_late_told_upwards_and_both_are_scored(
        server: Callable[..., Server], context_of: Callable[..., BrowserContext], tmp_path: Path) -> None:
    photo = tmp_path / "visit.png"
    photo.write_bytes(png((30, 90, 120), (800, 600)))
    city = server(city=True, with_worker=True)
    waiting = json.loads(city.run("shell", "--no-imports", "-c", OPEN_VISITS).stdout.strip().splitlines()[-1])
    assert len(waiting) >= 2, waiting
    keen, silent = waiting[0], waiting[-1]
    accounts: dict[str, Any] = by_post(city)

    leader = sign_in(context_of(**DESK), city.base, accounts[keen])
    address = do_the_visit(leader, city.base, photo)
    assert leader.locator(".timeline .photos img").count() == 1
    assert "走访大观园环卫所" in leader.inner_text(".timeline")

    moved_to(city, datetime(2026, 8, 1, 9, 0, tzinfo=clock.ZONE))
    late = sign_in(context_of(**DESK), city.base, accounts[silent])
    late.goto(f"{city.base}/desk/")
    row = late.locator(".group.late tr", has_text="大走访")
    assert "将提醒上级岗位" in row.inner_text()
    with late.expect_navigation():
        row.get_by_role("link", name="2026-07").click()
    for _ in range(60):
        if told(late, city.base):
            break
        late.wait_for_timeout(500)
        late.reload()
    superior = {"leader-1": "区分管领导"}.get(silent, "城管局局长")
    assert superior in told(late, city.base)[0]

    watcher = sign_in(context_of(**DESK), city.base, accounts["district-leader-1"])
    done = score_of(watcher, city.base, leader.locator(".who").inner_text())
    missed = score_of(watcher, city.base, late.locator(".who").inner_text())
    assert (done, missed) == ("100.00", "0.00")
    watcher.goto(address.replace("#", ""))
    assert "走访大观园环卫所" in watcher.inner_text(".timeline")
    replayed = city.run("ledger", "replay")
    assert replayed.returncode == 0, replayed.stdout
