"""A need in the storm, seen by people: entered, proposed, accepted; a leader signs in by phone; a relief; the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.server import Server
from tests.walk.test_walk import by_post, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "java_script_enabled": False}
DESK = {"viewport": {"width": 1366, "height": 900}}
WHAT, SPOT = "商城2号口进水", (36.6446, 117.0046)


def enter_need(page: Page, base: str) -> None:
    """The form of a need, as the duty officer fills it in."""
    page.goto(f"{base}/desk/forces/needs/")
    page.locator("#id_what").fill(WHAT)
    page.locator("input[name=urgency][value=life]").check()
    page.locator("#id_lat").fill(str(SPOT[0]))
    page.locator("#id_lon").fill(str(SPOT[1]))
    page.locator("#id_m3h").fill("300")
    page.locator("#id_skill_pumping").fill("4")
    page.get_by_role("button", name="登记", exact=True).click()
    assert "已登记" in page.inner_text(".messages")


def leader_of(server: Server, team: str) -> str:
    """The post that leads a team, read as an operator would."""
    said = server.run("shell", "--no-imports", "-c",
                      "from undercity.forces.models import Team; "
                      f"print(Team.objects.select_related('post').get(pk='{team}').post.key)")
    assert said.returncode == 0, said.stderr
    return said.stdout.strip().splitlines()[-1]


def sign_in_on_the_spot(context: BrowserContext, base: str, account: dict[str, Any], code: str) -> Page:
    """What a leader does with the code he scanned."""
    page = sign_in(context, base, account)
    assert "集结到位" in page.inner_text("main"), "the duty is on his list"
    page.goto(f"{base}{code}")
    assert WHAT in page.inner_text("main")
    page.get_by_role("button", name="我队已到位").click()
    assert "已签到" in page.inner_text(".messages")
    return page


@pytest.mark.once
@pytest.mark.timeout(300)
def test_from_a_need_to_a_team_on_the_spot_and_its_relief(server: Callable[..., Server],
                                                          context_of: Callable[..., BrowserContext]) -> None:
    city = server(city=True)
    accounts = by_post(city)
    officer = sign_in(context_of(**DESK), city.base, accounts["duty-officer-1"])
    enter_need(officer, city.base)
    assert "尚未派出" in officer.inner_text("ol.rows")
    officer.get_by_role("button", name="计算调配方案").click()
    officer.wait_for_url("**/proposals/**")
    said = officer.inner_text("main")
    assert "与最优解的差距上限" in said
    assert "车速模型" in said
    team = officer.locator("tbody a").first.get_attribute("href")
    assert team is not None
    officer.get_by_role("button", name="采纳并集结").click()
    assert "集结1支队伍" in officer.inner_text(".messages")
    assert "队伍在途" in officer.inner_text("ol.rows")

    officer.get_by_role("link", name="签到码").click()
    officer.wait_for_url("**/desk/forces/code/**")
    assert officer.locator(".sign-code svg").count() == 1
    code = city.run("shell", "--no-imports", "-c",
                    "from undercity.forces.models import Need; "
                    "from undercity.forces.queries.deployments import token_of; "
                    "print('/checkin/' + token_of('n', Need.objects.get().pk, 'real') + '/')").stdout.split()[-1]
    first = accounts[leader_of(city, team.strip("/").rsplit("/", 1)[-1])]
    leader = sign_in_on_the_spot(context_of(**PHONE), city.base, first, code)
    officer.goto(f"{city.base}/desk/forces/needs/")
    assert "队伍已到位" in officer.inner_text("ol.rows")

    officer.goto(f"{city.base}/desk/forces/?state=free")
    officer.locator("ol.rows h3 a", has_text="水务防汛排涝队").or_(
        officer.locator("ol.rows h3 a", has_text="市政排水抢险一队")).first.click()
    officer.locator("details.move", has_text="集结").first.locator("summary").click()
    officer.locator("#call_aim").select_option(label=WHAT)
    second = officer.url.strip("/").rsplit("/", 1)[-1]
    officer.locator("#call_reason").fill("接替")
    officer.locator("details.move", has_text="集结").first.get_by_role("button", name="集结").click()
    assert "已集结" in officer.inner_text(".messages")
    sign_in_on_the_spot(context_of(**PHONE), city.base, accounts[leader_of(city, second)], code)

    leader.goto(f"{city.base}/desk/")
    leader.locator("tr", has_text="在岗值守").locator("a").first.click()
    officer.goto(leader.url)
    officer.locator("details.move", has_text="换防").locator("summary").click()
    officer.locator("details.move", has_text="换防").get_by_role("button", name="换防").click()
    assert "此次调度已结束" in officer.inner_text("main")
    assert "换防" in officer.inner_text("ol.timeline")
