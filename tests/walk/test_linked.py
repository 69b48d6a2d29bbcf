"""The data block of a place's page under the content policy: kept, readable, never run, and no complaint about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.once
# Fires for everything the policy stops, before any script of the page could miss it.
WATCH = """window.stopped = []; document.addEventListener("securitypolicyviolation",
    (event) => window.stopped.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""


def test_the_policy_leaves_the_data_block_alone_and_stops_a_script_beside_it(
        city_server: Server, context_of: Callable[..., BrowserContext]) -> None:
    page = context_of().new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.add_init_script(WATCH)
    answer = page.goto(f"{city_server.base}/places/cool-foshui/")
    assert answer is not None
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    told = json.loads(page.locator('script[type="application/ld+json"]').text_content() or "")
    assert (told["@type"], told["geo"]["latitude"]) == ("Place", 36.6285)
    assert page.evaluate("window.stopped") == complaints == []
    # The watch does see what the policy stops: the same block as a script.
    page.evaluate("""() => { const one = document.createElement("script"); one.textContent = "window.ran = true";
        document.head.append(one); }""")
    page.wait_for_function("window.stopped.length > 0")
    assert page.evaluate("[window.ran ?? false, window.stopped[0].startsWith('script-src')]") == [False, True]


def test_the_filters_of_the_places_for_other_maps_work_by_hand(city_server: Server,
                                                               context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(locale="en", java_script_enabled=False).new_page()
    page.goto(f"{city_server.base}/api/")
    page.get_by_role("link", name="Places and districts as features").click()
    page.get_by_role("link", name="Places open to the public").click()
    assert page.locator("ol.rows > li").count() == 9
    page.get_by_label("District").select_option("lixia")
    page.get_by_role("button", name="Show").click()
    assert 0 < page.locator("ol.rows > li").count() < 9
    page.goto(f"{city_server.base}/ogc/collections/places/items?limit=4")
    page.get_by_role("link", name="Next page").click()
    page.get_by_role("link", name="Next page").click()
    assert page.locator("ol.rows > li").count() == 1
    page.get_by_role("link", name="Back to the start").click()
    assert page.locator("ol.rows > li").count() == 4
