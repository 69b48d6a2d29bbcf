"""On a phone without script: find the nearest place, open it, print its poster, large type, English; then script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.server import Server
from tests.walk.test_faces import faults

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.once
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
# Paper of A4 in PDF's points.
A4 = re.compile(rb"/MediaBox ?\[ ?0 0 59[45][\d.]* 84[12]")


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type ?/Page\b", pdf))


def test_without_script_from_an_address_to_the_poster_in_large_type_and_english(
        city_server: Server, context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(**PHONE, java_script_enabled=False).new_page()
    page.goto(city_server.base)
    page.get_by_label("您在哪里？").fill("英雄山路")
    press(page, "查找")
    assert "从英雄山路量起" in page.inner_text("main")
    first = page.locator(".rows.numbered li").first
    assert "正在开放" in first.inner_text()
    assert "步行约" in first.inner_text()
    name = first.locator("h3 a").inner_text()
    with page.expect_navigation():
        first.locator("h3 a").click()
    assert page.locator("h1").inner_text().startswith(name)
    for label in ("高德地图", "百度地图", "OpenStreetMap"):
        assert page.get_by_role("link", name=label).count() == 1, label
    with page.expect_navigation():
        page.get_by_role("link", name="入口海报").click()
    assert name in page.inner_text(".sign")
    press(page, "大字")
    assert page.locator("html").get_attribute("data-type") == "large"
    press(page, "English")
    assert page.locator("html").get_attribute("lang") == "en"
    assert "A cool place, open to everybody" in page.inner_text(".sign")
    # What is printed is one page of A4, in any size of type.
    for path in (page.url, page.url.replace("poster", "flood-board")):
        page.goto(path)
        printed = page.pdf(prefer_css_page_size=True)
        assert pages_of(printed) == 1, path
        assert A4.search(printed), path


def test_a_tap_on_the_map_finds_too_with_script_and_without(
        city_server: Server, context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(**PHONE, java_script_enabled=False).new_page()
    page.goto(f"{city_server.base}/find/map/")
    for _tap in range(2):
        frame = page.locator(".frame svg")
        box = frame.bounding_box()
        assert box is not None
        with page.expect_navigation():
            page.mouse.click(box["x"] + box["width"] * 0.47, box["y"] + box["height"] * 0.6)
    assert "/find/?lat=" in page.url
    assert page.locator(".rows.numbered li").count() > 0
    page = context_of(**PHONE).new_page()
    page.goto(f"{city_server.base}/find/map/")
    page.wait_for_selector(".stage-map path", state="attached")
    box = page.locator(".stage-map").bounding_box()
    assert box is not None
    with page.expect_navigation():
        page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.55)
    assert re.search(r"/find/\?lat=\d\d\.\d{3}&lon=\d{3}\.\d{3}$", page.url)


def test_the_devices_position_is_rounded_and_keeps_the_wishes(
        city_server: Server, context_of: Callable[..., BrowserContext]) -> None:
    context = context_of(**PHONE, permissions=["geolocation"],
                         geolocation={"latitude": 36.6441234, "longitude": 117.0056789})
    page = context.new_page()
    page.goto(f"{city_server.base}/find/?with=seats")
    with page.expect_navigation():
        page.get_by_role("button", name="使用我的位置").click()
    assert "lat=36.644&lon=117.006" in page.url
    assert "with=seats" in page.url
    assert page.locator(".rows.numbered li").first.inner_text().startswith("经十一路英雄山人防商城")
    # The asker stands on the map without a number, and the first pin is the first row.
    page.wait_for_selector(".pin-number", state="attached")
    assert page.locator(".pin-number").first.inner_text() == "1"
    assert page.locator(".pin-number").count() == page.locator(".rows.numbered li").count()


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_view_for_weak_eyes_fits_a_phone(locale: str, city_server: Server,
                                             context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(locale=locale, color_scheme="dark", **PHONE).new_page()
    page.goto(city_server.base)
    page.locator("button[name=type][value=sight]").last.click()
    assert page.locator("html").get_attribute("data-type") == "sight"
    wrong = []
    for path in ("/", "/find/?lat=36.65&lon=117.0", "/find/map/", "/places/cool-foshui/", "/map/", "/report/",
                 "/places/cool-foshui/flood-board/"):
        page.goto(f"{city_server.base}{path}")
        wrong += [f"{path}: {fault}" for fault in faults(page)]
    assert wrong == []


def test_first_screen_and_place_are_light_and_nothing_blocks_them(
        city_server: Server, context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(**PHONE).new_page()
    for path in ("/", "/find/?lat=36.65&lon=117.0", "/places/cool-foshui/"):
        sizes: dict[str, int] = {}
        scripts: list[str] = []

        def weigh(answer: object, sizes: dict[str, int] = sizes, scripts: list[str] = scripts) -> None:
            kind = answer.request.resource_type  # type: ignore[attr-defined]
            if kind in {"document", "stylesheet"} and "leaflet" not in answer.url:  # type: ignore[attr-defined]
                sizes[answer.url] = len(answer.body())  # type: ignore[attr-defined]
            if kind == "script":
                scripts.append(answer.url)  # type: ignore[attr-defined]

        page.on("response", weigh)
        page.goto(f"{city_server.base}{path}")
        page.wait_for_load_state("networkidle")
        page.remove_listener("response", weigh)
        assert sum(sizes.values()) < 50_000, (path, sizes)
        assert page.locator("script:not([defer]):not([async])").count() == page.locator("head > script").count() - (
            page.locator("head > script[defer]").count()), path
        assert all(url.startswith(city_server.base) for url in scripts)
        # Every field has a name that is read out, the page one heading and a title.
        assert page.evaluate("""[...document.querySelectorAll('main input:not([type=hidden]), main select')]
            .filter(one => !one.labels.length && !one.getAttribute('aria-label')).length""") == 0
        assert page.locator("h1").count() == 1
        assert page.title()
