"""Every page at both widths, in both languages, light and dark: no overflow, no fault of accessibility, by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.once

PUBLIC = ("/", "/?lat=36.65&lon=117.0", "/?lat=x&lon=y", "/places/", "/places/cool-foshui/", "/places/cool-anda/",
          "/map/", "/map/?layer=below&sheet=centre", "/map/?sheet=city", "/report/", "/about/", "/components/",
          "/signin/", "/receipt/no-such-code", "/tour/", "/numbers/", "/duties/", "/source/", "{receipt}")
# Asked for what is not there, or cannot be read.
REFUSED = ("/receipt/no-such-code", "/?lat=x&lon=y")
# Pages of officers by who looks at them. A new page is added here.
DESK = {
    "leader1": ("/desk/", "/desk/board/", "/desk/cases/", "{closed}", "{sheet}", "/desk/duties/",
                "/desk/duties/?state=done", "/desk/duties/give/", "{task}", "{visit}", "/desk/scores/",
                "/desk/scores/?object=inspector", "{score}",
                "{score}intime_dispose_rate/", "/desk/works/", "{work}", "/map/", "/map/?layer=below",
                "/places/cool-foshui/"),
    "lead1": ("/desk/", "{filing}", "/desk/grids/", "{grid}"),
    "intake1": ("/desk/hotline/",),
    "admin1": ("/desk/outbox/",),
}
ASK = """
from undercity.cases.models import Case
from undercity.ledger.models import Task
from undercity.org.models import Post
from undercity.org.queries import directory
from undercity.places.models import UnitGrid
from undercity.works.models import Work
import json
def case(**more): return Case.objects.filter(**more).order_by("-id").select_related("report").first()
leader = Post.objects.get(key="leader-1").pk
task = Task.objects.filter(held_by=leader, status="open").first()
work = Work.objects.filter(code__startswith="虚构-市中").first()
visit = Task.objects.filter(template="monthly-visit", status="done").first()
grid = UnitGrid.objects.order_by("code").first().responsibility
print(json.dumps({
    "grid": f"/desk/grids/{grid}/",
    "receipt": f"/receipt/{case(stage='closed').report.token}", "filing": f"/desk/cases/{case(stage='filing').number}/",
    "sheet": f"/desk/cases/{case(stage='closed', outcome='resolved').number}/sheets/check/",
    "closed": f"/desk/cases/{case(stage='closed').number}/", "task": f"/desk/duties/{task.pk}/",
    "visit": f"/desk/duties/{visit.pk}/", "work": f"/desk/works/{work.code}/",
    "score": f"/desk/scores/2026-07/department/{directory().by_key['sz-sanitation']}/"}))
"""
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
       "resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def places(city_server: Server) -> dict[str, str]:
    """Addresses that differ from city to city: a receipt carried to closed, cases, duties, a work, a score."""
    said = city_server.run("shell", "--no-imports", "-c", ASK)
    assert said.returncode == 0, said.stderr
    found: dict[str, str] = json.loads(said.stdout.strip().splitlines()[-1])
    return found


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands, a line each."""
    found = [f"wider than the screen by {over}" for over in [
        int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))] if over > 0]
    for violation in Axe().run(page, options=AXE).response["violations"]:
        found += [f"{violation['id']}: {node['html'][:140]} {node.get('failureSummary', '')[:200]}"
                  for node in violation["nodes"][:3]]
    return found


def settled(page: Page) -> None:
    """The script's map, where there is one, is in place."""
    if page.locator("[data-map]").count():
        page.wait_for_selector(".stage-map path", state="attached")


def walk(page: Page, base: str, paths: tuple[str, ...], places: dict[str, str]) -> list[str]:
    wrong = []
    for path in paths:
        answer = page.goto(f"{base}{path.format(**places)}")
        assert answer is not None
        if answer.status >= 400 and path not in REFUSED:
            wrong.append(f"{path}: {answer.status}")
        settled(page)
        wrong += [f"{path}: {fault}" for fault in faults(page)]
    return wrong


def walk_the_desk(page: Page, server: Server, places: dict[str, str]) -> list[str]:
    """Every page of officers, as each of them sees it."""
    wrong = []
    for username, paths in DESK.items():
        page.context.clear_cookies(name="sessionid")
        sign_in(page, server, username)
        wrong += walk(page, server.base, paths, places)
    return wrong


def sign_in(page: Page, server: Server, username: str = "admin1") -> None:
    account = next(row for row in json.loads(server.run("city", "accounts", "--json").stdout)
                   if row["username"] == username)
    page.goto(f"{server.base}/signin/")
    page.locator("#id_username").fill(account["username"])
    page.locator("#id_password").fill(account["password"])
    page.locator("main button").click()
    page.wait_for_url("**/desk/")


def test_faults_are_found_where_there_are_some(city_server: Server, desk_page: Page) -> None:
    desk_page.goto(f"{city_server.base}/about/")
    assert faults(desk_page) == []
    desk_page.evaluate("""() => { const p = document.querySelector('main p'); p.style.color = '#cfd8da';
        document.querySelector('footer p').style.width = '4000px';
        document.querySelector('footer button').textContent = ''; }""")
    found = "\n".join(faults(desk_page))
    for rule in ("wider than", "color-contrast", "button-name"):
        assert rule in found


@pytest.mark.timeout(400)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_at_fault(width: int, locale: str, scheme: str, city_server: Server, places: dict[str, str],
                             context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 844}).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error"
            and not re.search(r"\b4\d\d\b", message.text) else None)
    wrong = walk(page, city_server.base, PUBLIC, places)
    wrong += walk_the_desk(page, city_server, places)
    assert "\n".join(wrong) == ""
    assert complaints == []


@pytest.mark.timeout(400)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_large_type_fits_a_phone(locale: str, city_server: Server, places: dict[str, str],
                                 context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(locale=locale, viewport={"width": 390, "height": 844}).new_page()
    page.goto(city_server.base)
    page.locator("button[name=type]").click()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    wrong = walk(page, city_server.base, PUBLIC, places)
    wrong += walk_the_desk(page, city_server, places)
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_portals_two_answers_stand_on_a_phones_first_screen(locale: str, city_server: Server,
                                                                context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(locale=locale, viewport={"width": 390, "height": 844}, java_script_enabled=True).new_page()
    page.goto(city_server.base)
    for part in (".answer .figures, .answer .light", ".call .button"):
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844, part


def test_a_chosen_dark_page_is_dark_on_a_light_device(city_server: Server,
                                                      context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(color_scheme="light").new_page()
    page.goto(f"{city_server.base}/about/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("button[name=theme][value=dark]").click()
    assert page.url.endswith("/about/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    assert page.locator("button[name=theme][value=dark]").get_attribute("aria-pressed") == "true"
    page.locator("button[name=theme][value=auto]").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_the_lists_of_the_map_are_walked_by_keyboard_and_light_their_pins(city_server: Server,
                                                                          desk_page: Page) -> None:
    page = desk_page
    page.goto(f"{city_server.base}/map/?layer=below")
    page.wait_for_selector(".stage-map .pin")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        if page.evaluate("!!document.activeElement.closest('[data-lat]')"):
            reached.append(page.evaluate("document.activeElement.textContent"))
            assert page.locator(".pin.on").count() == 1
            assert page.locator(".lit").count() == 1
        elif reached:
            break
    assert len(reached) == page.locator("[data-lat]").count() == 9


def test_the_map_is_there_without_script(city_server: Server, context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(java_script_enabled=False).new_page()
    page.goto(f"{city_server.base}/map/?sheet=centre")
    assert page.locator(".frame svg").is_visible()
    assert page.locator(".frame svg .pin").count() == 7
    page.get_by_role("link", name="地下一张网").last.click()
    assert page.locator(".frame.below svg .link").count() > 5


def test_a_position_from_the_device_answers_with_what_is_near(city_server: Server,
                                                              context_of: Callable[..., BrowserContext]) -> None:
    context = context_of(geolocation={"latitude": 36.6285, "longitude": 117.039}, permissions=["geolocation"])
    page = context.new_page()
    page.goto(city_server.base)
    page.get_by_role("button", name="使用我的位置").click()
    page.wait_for_url("**/?lat=36.6*")
    assert page.locator("#near").input_value() == ""
    assert page.locator(".errors").count() == 0


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_each_step_of_a_report_is_without_fault_on_a_phone(locale: str, city_server: Server,
                                                           context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(locale=locale, viewport={"width": 390, "height": 844}, is_mobile=True).new_page()
    page.goto(f"{city_server.base}/report/")
    wrong = []
    for fill in (lambda: None, lambda: page.locator("#id_area").select_option(index=2),
                 lambda: None, lambda: (page.locator("#id_category").select_option(index=1),
                                        page.locator("#id_text").fill("路面塌陷"))):
        fill()
        page.locator("main button.big").click()
        wrong += [f"step {page.locator('[aria-current=step]').inner_text()}: {fault}" for fault in faults(page)]
    assert page.locator(".steps [aria-current]").inner_text().strip() in {"提交", "Send"}
    assert "\n".join(wrong) == ""


def test_a_printed_receipt_keeps_what_counts_and_drops_the_controls(city_server: Server, places: dict[str, str],
                                                                    context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(color_scheme="dark").new_page()
    page.goto(f"{city_server.base}{places['receipt']}")
    page.emulate_media(media="print")
    for kept in (".demo", ".chain", ".pairs", ".timeline", ".code"):
        assert page.locator(kept).first.is_visible(), kept
    for gone in ("nav", ".tools", "footer form", ".horizon"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
