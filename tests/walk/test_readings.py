"""A keeper with a phone and no script: looks into a sump, types the level, and a case is made of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.server import Server
from tests.walk.test_faces import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.once
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "java_script_enabled": False}


def test_a_level_typed_on_a_phone_becomes_a_case_and_stays_internal(city_server: Server,
                                                                    context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(**PHONE).new_page()
    sign_in(page, city_server, "keeper2")
    page.goto(f"{city_server.base}/desk/readings/")
    page.get_by_role("link", name="录入读数").click()
    page.get_by_role("link", name=re.compile("历下001号")).click()
    field = page.get_by_label(re.compile("集水坑水位"))
    box = field.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert field.get_attribute("inputmode") == "decimal"
    assert "上次：" in page.locator("#l_water_level").inner_text()
    field.fill("12")
    page.get_by_role("button", name="保存").click()
    assert "请再读一次" in page.locator("[role=alert]").inner_text()
    field.fill("０.９３")
    page.get_by_role("button", name="保存").click()
    assert "已入库 1 项" in page.locator(".messages").inner_text()
    page.get_by_role("link", name="监测读数").last.click()
    entered = page.locator("section", has_text="hand-xugou-lixia-001").first
    assert "0.93 m" in entered.inner_text()
    assert entered.locator("svg[role=img] title").text_content()
    number = entered.locator(".light.red + a").inner_text()
    public = context_of(**PHONE).new_page()
    answer = public.goto(f"{city_server.base}/cases/{number}/")
    assert answer is not None
    assert answer.status == 200
    text = public.content()
    for secret in ("0.93", "水位", "历下001号"):
        assert secret not in text
    public.goto(f"{city_server.base}/places/cool-foshui/")
    assert re.search(r"07-18 \d\d:\d\d 实测", public.inner_text("main"))
