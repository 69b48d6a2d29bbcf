"""The desk pages of coverage as officers use them; nothing of them reaches the public."""

from __future__ import annotations

import json
import re
from typing import Any

import h3
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.city import City
from tests.coverage.conftest import cells_round, leader

PAGES = ("/desk/coverage/", "/desk/coverage/cells/", "/desk/coverage/cells.csv", "/desk/coverage/cells.geojson",
         "/desk/coverage/plans/", "/desk/coverage/what-if/", "/desk/coverage/people/")
PLAN = {"kind": "cover", "k": "2", "minutes": "15", "open": "all", "listing": "all", "uses": ["reading"],
        "area": "jinan", "client_key": "one"}


def signed_in(post: str = "leader-2") -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=leader(post).person))
    return client


def body(answer: Any) -> str:
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(text).decode()


def made_plan(client: Client, **changes: Any) -> str:
    answer = client.post("/desk/coverage/plans/", {**PLAN, **changes})
    assert answer.status_code == 302, body(answer)[:500]
    return str(answer.headers["Location"])


def test_every_page_says_what_to_do_while_there_are_no_figures(city: City) -> None:
    client = signed_in()
    for page in PAGES:
        assert client.get(page).status_code == 200, page
    assert 'href="/desk/coverage/people/"' in body(client.get("/desk/coverage/"))


def test_the_map_shows_bands_and_the_table_the_same_numbers(city: City, people: Any) -> None:
    page = body(signed_in().get("/desk/coverage/"))
    assert f"{people.people:,.0f}" in page
    assert re.findall(r'<path class="reach (\w+)" d="M', page)
    assert 'class="reach far"' in page
    assert "1.3" in page
    assert "虚构" in page


def test_the_page_is_there_for_every_question_that_can_be(city: City, people: Any) -> None:
    client = signed_in()
    for query in ("area=shizhong", "area=shizhong&open=now", "by=street&sheet=centre", "sheet=city", "minutes=5",
                  "open=at&at=2026-07-18T03:00", "area=daguanyuan"):
        assert client.get(f"/desk/coverage/?{query}").status_code == 200, query
    for query, status in (("minutes=0", 422), ("minutes=x", 422), ("open=at&at=soon", 422), ("area=nowhere", 404),
                          ("open=at", 422)):
        assert client.get(f"/desk/coverage/?{query}").status_code == status, query


def test_a_district_leader_sees_his_district_only(city: City, people: Any) -> None:
    client = signed_in("leader-1")
    assert client.get("/desk/coverage/?area=lixia").status_code == 404
    assert client.get("/desk/coverage/?area=jinan").status_code == 404
    page = body(client.get("/desk/coverage/"))
    assert f"{people.people:,.0f}" not in page


def test_a_duty_officer_sees_coverage_but_neither_candidates_nor_plans(city: City, people: Any) -> None:
    client = signed_in("duty-officer-1")
    assert client.get("/desk/coverage/").status_code == 200
    assert "/desk/coverage/plans/" not in body(client.get("/desk/coverage/"))
    for page in ("/desk/coverage/plans/", "/desk/coverage/what-if/", "/desk/coverage/people/"):
        assert client.get(page).status_code == 403


def test_numbers_open_to_the_cells_behind_them(city: City, people: Any) -> None:
    client = signed_in()
    page = body(client.get("/desk/coverage/cells/?far=1&minutes=15"))
    assert len(re.findall(r'class="code">[0-9a-f]{15}<', page)) == 100
    assert "page=2" in page
    told = json.loads(body(client.get("/desk/coverage/cells.geojson?far=1")))
    listed = body(client.get("/desk/coverage/cells.csv?far=1")).splitlines()
    assert len(told["features"]) == len(listed) - 2  # the mark of a demonstration, and the head
    assert {len(one["geometry"]["coordinates"][0]) for one in told["features"]} == {7}


def test_a_plan_is_made_opened_compared_and_taken_along(city: City, people: Any, cellars: list[str]) -> None:
    client = signed_in()
    first, second = made_plan(client), made_plan(client, k="1", client_key="two")
    assert made_plan(client) == first
    page = body(client.get(first))
    assert "已证明" in page
    assert "暗渠yc-near工程" in page
    assert "yc-far" not in page
    assert "refresh" not in page
    ids = [address.rstrip("/").rsplit("/", 1)[1] for address in (first, second)]
    side = body(client.get(f"/desk/coverage/plans/compare/?a={ids[0]}&b={ids[1]}"))
    assert "暗渠yc-near工程" in side
    rows = body(client.get(f"{first}places.csv")).splitlines()
    assert len(rows) == 4
    points = json.loads(body(client.get(f"{first}places.geojson")))["features"]
    assert [one["properties"]["rank"] for one in points] == [1, 2]
    assert first in body(client.get("/desk/coverage/plans/"))
    assert client.get("/desk/coverage/plans/compare/?a=x").status_code == 404


def test_a_plan_with_room_shows_who_goes_where(city: City, people: Any, cellars: list[str]) -> None:
    client = signed_in()
    page = body(client.get(made_plan(client, kind="room", client_key="room")))
    assert "2 %" in page
    assert page.count("<table") == 2


def test_while_a_plan_waits_its_page_looks_again(city: City, people: Any) -> None:
    from tests.coverage.test_plans import asked

    plan = asked(city, leader("leader-2"))
    page = body(signed_in().get(f"/desk/coverage/plans/{plan.pk}/"))
    assert '<meta http-equiv="refresh" content="2">' in page


def test_a_wrong_form_comes_back_with_the_reason_and_what_was_typed(city: City, people: Any) -> None:
    from undercity.coverage.models import Plan

    client = signed_in()
    wrong: dict[str, Any] = {"k": "0", "minutes": "99", "uses": [], "open": "at"}
    for field, value in wrong.items():
        answer = client.post("/desk/coverage/plans/", {**PLAN, field: value})
        assert answer.status_code == 422, field
        assert 'role="alert"' in body(answer)
        assert 'value="2"' in body(answer) or field == "k"
    assert not Plan.objects.exists()


def test_what_if_says_gain_and_loss_at_once(city: City, people: Any, cellars: list[str]) -> None:
    client = signed_in()
    page = body(client.get("/desk/coverage/what-if/"))
    assert "暗渠yc-near工程" in page
    assert body(client.get("/desk/coverage/what-if/?place=yc-near")).count('id="one"') == 1
    assert 'class="red"' in body(client.get("/desk/coverage/what-if/?place=cool-yingxiongshan"))
    assert client.get("/desk/coverage/what-if/?place=nowhere").status_code == 404
    assert client.get("/desk/coverage/what-if/?area=daguanyuan").status_code == 200


def test_a_table_is_looked_through_then_stored_then_withdrawn(city: City) -> None:
    from undercity.coverage.models import Population

    client = signed_in()
    good = "\n".join(f"{h3.int_to_str(one.cell)},{one.people}" for one in cells_round(2))
    form = {"resolution": "9", "valid_from": "2026-07-01", "source": "虚构", "invented": "on"}
    answer = client.post("/desk/coverage/people/check/", {
        **form, "file": SimpleUploadedFile("people.csv", f"cell,people\n{good}\nnonsense,3\n".encode())})
    assert answer.status_code == 422
    page = body(answer)
    assert not Population.objects.exists()
    carried = re.search(r'name="carried" value="([^"]+)"', page)
    assert carried is not None
    assert client.post("/desk/coverage/people/store/", {"carried": carried[1] + "x"}).status_code == 422
    for _twice in range(2):
        assert client.post("/desk/coverage/people/store/", {"carried": carried[1]}).status_code == 302
    made = Population.objects.get()
    assert (made.cells, made.invented, made.source) == (len(cells_round(2)), True, "虚构")
    gone = client.post(f"/desk/coverage/people/{made.pk}/withdraw/", {"seen": made.version})
    assert gone.status_code == 302
    assert client.post(f"/desk/coverage/people/{made.pk}/withdraw/").status_code == 409


def test_a_table_without_a_source_is_not_even_looked_through(city: City) -> None:
    answer = signed_in().post("/desk/coverage/people/check/", {
        "resolution": "9", "valid_from": "2026-07-01", "source": "", "file": SimpleUploadedFile("p.csv", b"x")})
    assert answer.status_code == 422
    assert signed_in("leader-1").post("/desk/coverage/people/check/").status_code == 403


def test_a_place_that_is_not_public_stays_on_the_desk(city: City, people: Any, cellars: list[str]) -> None:
    made_plan(signed_in())
    public = Client()
    for page in ("/", "/?lat=36.66&lon=116.985", "/places/", "/map/", "/map/?layer=below", "/map/schematic.json",
                 "/numbers/", "/tour/", "/about/", "/duties/"):
        text = body(public.get(page))
        assert "yc-near" not in text, page
        assert "暗渠" not in text, page
    for page in PAGES:
        assert public.get(page).status_code == 302
