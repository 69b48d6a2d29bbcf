"""A keeper underground: a checklist and the boards' tap without signal, in a phone's browser; both arrive, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.city import png
from tests.server import Server
from tests.walk.test_offline import sign_in, told, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.once
ASK = """
import json
from undercity.inspections.models import *
from undercity.ledger.models import Entry
from undercity.cases.models import Case
row = Inspection.objects.get(pk="UID")
boards = BoardsStand.objects.filter(place__key="KEY").first()
entries = Entry.objects.filter(stream__in=[row.pk, *([boards.pk] if boards else [])]).order_by("number")
print(json.dumps({"status": row.status, "failing": row.failing, "cases": list(row.cases),
    "photos": sorted(InspectionPhoto.objects.filter(inspection_uid=row.pk).values_list("item", flat=True)),
    "set": bool(boards and boards.is_set),
    "apart": [[one.verb, (one.recorded - one.at).total_seconds()] for one in entries if one.verb in (
        "inspection.done/1", "boards.set/1")]}))
"""
OPEN = """
import json
from undercity.inspections.models import Inspection
rows = Inspection.objects.filter(body__key="BODY", checklist="flood-season", status="open")
row = rows.select_related("place").first()
print(json.dumps([str(row.pk), row.place.key]))
"""


@pytest.fixture(scope="module")
def people(city_server: Server) -> dict[str, dict[str, Any]]:
    """The sample accounts by name."""
    rows: list[dict[str, Any]] = json.loads(city_server.run("city", "accounts", "--json").stdout)
    return {row["username"]: row for row in rows}


@pytest.fixture
def underground(city_server: Server, phone_page: Page, people: dict[str, dict[str, Any]]) -> Iterator[Page]:
    """The phone of a keeper who signed in above and has gone below."""
    page = phone_page
    sign_in(page, city_server.base, people["keeper5"])
    page.goto(f"{city_server.base}/field/")
    page.wait_for_selector("html[data-field=ready] #field-net:not(.yellow)")
    until(page, "() => !!navigator.serviceWorker.controller || navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    yield page
    page.context.set_offline(False)


def sent(page: Page) -> None:
    """Signal again, and everything is gone."""
    page.wait_for_timeout(2500)
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    until(page, "() => !document.querySelector('#count-queue').textContent")


def test_a_checklist_underground_asks_for_a_photo_only_where_it_fails_and_arrives_once(
        city_server: Server, underground: Page, tmp_path: Path) -> None:
    uid, key = told(city_server, OPEN.replace("BODY", "op-property-2"))
    photo = tmp_path / "pump.png"
    photo.write_bytes(png((40, 90, 120), (800, 600)))
    page = underground
    box = page.locator(f"details[data-subject='{uid}']")
    box.locator("summary").first.tap()
    form = box.locator("form[data-doing='inspection.done']")
    assert form.locator("input[type=file]:visible").count() == 0
    for name, value in (("pumps", "no"), ("boards", "fit"), ("drains", "yes"), ("roster", "yes")):
        form.locator(f"input[name$='-inspection.done-{name}'][value={value}]").locator("xpath=..").tap()
    form.locator("input[type=number]").fill("64")
    # The failed item, and it alone, now asks for its picture; without it nothing is recorded.
    assert form.locator(".gather:visible").count() == 1
    form.locator("button.full").tap()
    assert form.locator(".errors:visible").count() == 1
    form.locator(".gather:visible input[type=file]").set_input_files(str(photo))
    form.locator(".thumbs figure").wait_for()
    form.locator("button.full").tap()
    page.locator("#field-said li.success").wait_for()
    assert page.locator("#count-queue").text_content() == "1"
    sent(page)
    found = told(city_server, ASK.replace("UID", uid).replace("KEY", key))
    assert (found["status"], found["failing"], found["cases"], found["photos"]) == ("done", ["pumps"], ["pumps"],
                                                                                   ["pumps"])
    assert [verb for verb, _apart in found["apart"]] == ["inspection.done/1"]
    assert 2 <= found["apart"][0][1] < 60


def test_boards_are_set_with_three_touches_and_the_tap_counts_not_the_arrival(
        city_server: Server, underground: Page, tmp_path: Path) -> None:
    uid, key = told(city_server, OPEN.replace("BODY", "op-property-2"))
    photo = tmp_path / "boards.png"
    photo.write_bytes(png((90, 90, 90), (800, 600)))
    page = underground
    box = page.locator("[data-quick='boards.set']")
    box.locator("summary").tap()
    # Huge, and nothing else to hit: the picture first.
    camera = box.locator("label.first-tap")
    size = camera.bounding_box()
    assert size is not None
    assert size["height"] > 300
    camera.locator("input").set_input_files(str(photo))
    box.locator(".thumbs figure").wait_for()
    box.locator(f"input[value='{key}']").locator("xpath=..").tap()
    box.locator("button.full").tap()
    page.locator("#field-said li.success").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    sent(page)
    found = told(city_server, ASK.replace("UID", uid).replace("KEY", key))
    assert found["set"]
    assert [verb for verb, _apart in found["apart"]] == ["boards.set/1"]
    assert 2 <= found["apart"][0][1] < 60
