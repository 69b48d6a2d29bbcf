"""GeoReport v2 to the letter: what the standard says of filters, faults, fields, attributes and jurisdictions."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ElementTree

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as some

from tests.city import EVENING, MANHOLE, SPOT, City
from undercity import clock
from undercity.city.accounts import derived

V2 = "/open311/v2"
VEHICLE = "gbt47678-matter-06-034"
CABLE = "gbt47678-matter-10-002"
FIELDS = {"service_request_id", "status", "status_notes", "service_name", "service_code", "description",
          "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime",
          "address", "address_id", "zipcode", "lat", "long", "media_url"}


@pytest.fixture
def key(city: City) -> str:
    from undercity.org.models import Post

    return derived(f"key:{Post.objects.filter(role='open311_client').order_by('pk')[0].key}")


def ask(path: str, expected: int = 200, /, **words: Any) -> Any:
    answer = Client(headers={"Accept-Language": "en"}).get(f"{V2}/{path}.json", words)
    assert answer.status_code == expected, answer.content
    return json.loads(answer.content)


def numbers(**words: Any) -> list[str]:
    return [row["service_request_id"] for row in ask("requests", **words)]


def post(key: str, expected: int = 201, format: str = "json", /, **changes: Any) -> Any:
    given = {"api_key": key, "service_code": MANHOLE, "lat": str(SPOT[0]), "long": str(SPOT[1]), "description": "x",
             **changes}
    answer = Client(headers={"Accept-Language": "en"}).post(
        f"{V2}/requests.{format}", {name: value for name, value in given.items() if value is not None})
    assert answer.status_code == expected, answer.content
    return json.loads(answer.content) if format == "json" else ElementTree.fromstring(answer.content)


def faults(told: list[dict[str, Any]]) -> set[str]:
    return {one["description"].split(":")[0] for one in told}


# --- the four scenarios of a public test of Chicago's server, in our own words -------------------------------------

def test_the_list_of_services_names_each_with_its_code(city: City) -> None:
    listed = {row["service_code"]: row for row in ask("services")}
    assert listed[VEHICLE]["service_name"] == "Abandoned vehicle"
    assert listed[VEHICLE]["metadata"] is True
    assert all(row["metadata"] is False for code, row in listed.items() if code == "gbt47678-component-05-003")


def test_a_definition_lists_its_attributes(city: City) -> None:
    told = ask(f"services/{VEHICLE}")
    assert told["service_code"] == VEHICLE
    asked = {one["code"]: one for one in told["attributes"]}
    assert asked["vehicle_kind"]["required"] is True
    assert {"key": "van", "name": "van"} in asked["vehicle_kind"]["values"]
    assert [one["order"] for one in told["attributes"]] == list(range(1, len(asked) + 1))


def test_a_request_is_posted_and_found_by_its_token_and_by_its_number(key: str) -> None:
    taken = post(key, service_code=VEHICLE, description=None, **{
        "attribute[vehicle_kind]": "van", "attribute[vehicle_colour]": "blue",
        "attribute[standing_since]": "2026-07-01T08:00:00+08:00", "attribute[vehicle_marks]": "no\nplates"})[0]
    found = ask(f"tokens/{taken['receipt'].strip('/').split('/')[-1]}")[0]
    assert found["service_request_id"] == taken["service_request_id"]
    shown = ask(f"requests/{found['service_request_id']}", api_key=key)[0]
    assert shown["service_code"] == VEHICLE
    assert shown["description"].splitlines() == [
        "What kind of vehicle: van", "Colour: blue", "Standing there since about when: 2026-07-01 08:00+08:00",
        "Other marks: no", "plates"]


def test_a_request_without_a_required_attribute_is_refused_by_name(key: str) -> None:
    told = post(key, 400, service_code=VEHICLE, **{"attribute[vehicle_colour]": "blue"})
    assert told[0]["code"] == 400
    assert "attribute[vehicle_kind]" in told[0]["description"]
    assert "required" in told[0]["description"]


# --- posting ---------------------------------------------------------------------------------------------------------

def test_every_wrong_attribute_is_a_fault_of_its_own(key: str) -> None:
    told = post(key, 400, service_code=VEHICLE, **{
        "attribute[vehicle_kind]": "spaceship", "attribute[standing_since]": "long ago", "attribute[wings]": "2",
        "attribute[vehicle_colour]": "blue\ngreen", "attribute": "?"})
    assert faults(told) == {"attribute[vehicle_kind]", "attribute[standing_since]", "attribute[wings]",
                            "attribute[vehicle_colour]", "attribute"}


def test_several_values_of_one_attribute_come_as_forms_send_them(key: str) -> None:
    body = urlencode([("api_key", key), ("service_code", "gbt47678-matter-06-010"), ("lat", SPOT[0]), ("long", SPOT[1]),
                      ("description", "x"), ("attribute[refuse_kind][]", "bulky"),
                      ("attribute[refuse_kind][]", "garden"), ("attribute[refuse_kind][2]", "bulky")])
    answer = Client(headers={"Accept-Language": "en"}).post(
        f"{V2}/requests.json", body, content_type="application/x-www-form-urlencoded; charset=utf-8")
    assert answer.status_code == 201, answer.content
    shown = ask(f"requests/{answer.json()[0]['service_request_id']}", api_key=key)[0]
    assert "What kind of refuse: bulky; garden waste" in shown["description"]
    told = post(key, 400, service_code=VEHICLE, **{"attribute[vehicle_kind]": ["car", "van"]})
    assert faults(told) == {"attribute[vehicle_kind]"}


def test_what_is_only_told_asks_for_nothing(key: str) -> None:
    told = ask(f"services/{CABLE}")["attributes"][0]
    assert (told["variable"], told["required"]) == (False, False)
    post(key, service_code=CABLE, **{"attribute[keep_away]": "yes"})


def test_one_answer_names_every_fault(key: str) -> None:
    told = post(key, 400, lat="north", long="1e999", email="nobody", datum="mars", description="y" * 4001)
    assert faults(told) == {"lat", "long", "email", "datum", "description"}
    assert {one["code"] for one in told} == {400}
    tree = post(key, 400, "xml", lat="north", description="y" * 4001)
    assert [one.findtext("code") for one in tree.iter("error")] == ["400", "400"]


def test_zero_is_a_coordinate_and_not_a_missing_one(key: str) -> None:
    told = post(key, 400, lat="0", long="0")
    assert "outside" in told[0]["description"]
    assert ask("requests", lat="0", long="0") == []


def test_a_picture_elsewhere_is_kept_as_words_and_never_fetched(key: str) -> None:
    taken = post(key, media_url="https://photos.example.org/a.jpg")[0]
    assert "nothing is fetched" in taken["service_notice"]
    shown = ask(f"requests/{taken['service_request_id']}", api_key=key)[0]
    assert "https://photos.example.org/a.jpg" in shown["description"]


def test_answers_name_their_type_as_the_standard_does(key: str) -> None:
    for door in ("discovery", "services", "requests", "servicerequestupdates", f"services/{MANHOLE}"):
        answer = Client().get(f"{V2}/{door}.xml")
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
        assert Client().get(f"{V2}/{door}.json").headers["Content-Type"] == "application/json; charset=utf-8"


# --- reading ---------------------------------------------------------------------------------------------------------

def test_every_field_is_there_and_xml_and_json_say_the_same(city: City) -> None:
    case = city.walk(city.reported(), "disposal")
    row = ask(f"requests/{case.number}")[0]
    assert set(row) == FIELDS
    tree = ElementTree.fromstring(Client(headers={"Accept-Language": "en"}).get(
        f"{V2}/requests/{case.number}.xml").content)
    assert {node.tag: node.text for node in tree.find("request") or ()} == {
        name: None if value is None else str(value) for name, value in row.items()}
    for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
        assert datetime.fromisoformat(row[name]).utcoffset() == timedelta(hours=8)
    assert row["agency_responsible"]
    assert row["address_id"]


def test_a_case_that_ended_is_closed_at_its_end(city: City) -> None:
    case = city.walk(city.reported(), "closed")
    row = ask(f"requests/{case.number}")[0]
    assert (row["status"], row["status_notes"]) == ("closed", "solved and closed")
    assert datetime.fromisoformat(row["updated_datetime"]) == case.closed_at.replace(microsecond=0)


def test_extensions_are_told_only_when_asked_for(city: City) -> None:
    case = city.reported()
    assert "extended_attributes" not in ask(f"requests/{case.number}")[0]
    assert ask(f"requests/{case.number}", extensions="true")[0]["extended_attributes"]["stage"] == "intake"
    assert ask("services", extensions="true")[0]["extended_attributes"]["scheme"] == "gbt47678"
    assert faults(ask("requests", 400, extensions="perhaps")) == {"extensions"}


def at(days: float) -> str:
    return (EVENING + timedelta(days=days)).isoformat()


def test_one_bound_means_the_ninety_days_beside_it(city: City) -> None:
    old, between, new = (city.reported(at=EVENING + timedelta(days=days)).number for days in (-200, -120, -1))
    assert set(numbers()) == {new}
    assert set(numbers(start_date=at(-200))) == {old, between}
    assert set(numbers(end_date=at(-100))) == {between}
    assert set(numbers(start_date=at(-125), end_date=at(-115))) == {between}
    assert set(numbers(start_date=at(-91), end_date=at(-1))) == {new}


WRONG: list[tuple[dict[str, str], set[str]]] = [
    ({"start_date": at(-91), "end_date": at(0)}, {"end_date"}),
    ({"start_date": at(0), "end_date": at(-1)}, {"end_date"}),
    ({"start_date": "yesterday", "end_date": "tomorrow"}, {"start_date", "end_date"}),
    ({"updated_after": at(0), "updated_before": at(-1)}, {"updated_before"}),
    ({"lat": "36.6"}, {"long"}), ({"long": "117"}, {"lat"}), ({"radius": "100"}, {"lat", "long"}),
    ({"lat": "36.6", "long": "117", "radius": "0"}, {"radius"}), ({"lat": "91", "long": "117"}, {"lat"}),
    ({"lat": "x", "long": "y", "radius": "z"}, {"lat", "long", "radius"}),
    ({"status": "half"}, {"status"}), ({"page": "0", "page_size": "x"}, {"page", "page_size"}),
]


def test_a_wrong_filter_is_refused_by_name(city: City) -> None:
    for words, wrong in WRONG:
        assert faults(ask("requests", 400, **words)) == wrong, words


def test_filters_narrow_and_numbers_make_them_void(city: City) -> None:
    first, second = city.reported(), city.reported(category=VEHICLE, at=EVENING - timedelta(days=2))
    closed = city.walk(city.reported(), "closed")
    assert set(numbers(service_code=f"{VEHICLE},none")) == {second.number}
    assert set(numbers(status="closed")) == {closed.number}
    assert set(numbers(status="OPEN")) == {first.number, second.number}
    assert len(numbers(status="open,closed")) == 3
    assert set(numbers(service_request_id=f"{first.number}, {second.number}", status="closed",
                       service_code="none")) == {first.number, second.number}
    assert numbers(service_request_id="20990101-000001") == []


def test_what_moved_since_is_found_however_old_it_is(city: City) -> None:
    old, still = (city.reported(at=EVENING - timedelta(days=100)) for _ in range(2))
    moved = city.walk(old, "filing")
    since = (EVENING - timedelta(days=1)).isoformat()
    assert numbers(updated_after=since) == [moved.number]
    assert numbers(updated_after=ask(f"requests/{moved.number}")[0]["updated_datetime"]) == [moved.number]
    assert numbers(updated_after=at(-101), updated_before=at(-50)) == [still.number]


def test_near_means_near_to_the_place_the_public_sees(city: City) -> None:
    here = city.reported(lat=36.6554, lon=117.0034)
    city.reported(lat=36.70, lon=117.05)
    assert numbers(lat="36.655", long="117.003", radius="5") == [here.number]
    assert numbers(lat="36.6554", long="117.0034", radius="5") == []
    assert numbers(lat="36.6554", long="117.0034") == [here.number]
    assert len(numbers(lat="36.6554", long="117.0034", radius="20000")) == 2
    assert numbers(lat="36.655", long="117.003", radius="5", page="2", page_size="1") == []


def test_pages_follow_each_other_without_gap_or_double(city: City) -> None:
    made = {city.reported(at=EVENING - timedelta(minutes=minute)).number for minute in range(7)}
    found = [number for page in (1, 2, 3) for number in numbers(page=page, page_size=3)]
    assert len(found) == 7
    assert set(found) == made
    assert numbers(page=4, page_size=3) == []


def test_whoever_asks_for_what_is_not_there_is_told_in_the_door_s_own_words(city: City) -> None:
    for path in ("nothing.json", "services", "requests/", "services/none/more.json", "request.yaml"):
        answer = Client().get(f"{V2}/{path}")
        assert answer.status_code == 404
        assert json.loads(answer.content)[0]["code"] == 404
    assert ElementTree.fromstring(Client().get(f"{V2}/nothing.xml").content).findtext("error/code") == "404"
    assert Client().post(f"{V2}/nothing.json").status_code == 404


# --- jurisdictions ---------------------------------------------------------------------------------------------------

def test_a_jurisdiction_is_accepted_narrows_and_is_not_demanded(city: City, key: str) -> None:
    from undercity.cases.actions.handing_over import set_jurisdiction
    from undercity.org.queries import directory

    case = city.reported()
    own = directory().line(case.territory_id)
    inside = directory().cards[own[-1]].key
    outside = next(card.key for card in directory().cards.values()
                   if card.kind == "district" and card.id not in own)
    for code, body in (("city.example", directory().cards[own[0]].key), ("here.example", inside),
                       ("there.example", outside)):
        set_jurisdiction(code, body, begins=EVENING)
    set_jurisdiction("old.example", inside, begins=EVENING - timedelta(days=9), ends=EVENING - timedelta(days=1))
    for code in (None, "", "city.example", "here.example"):
        words = {} if code is None else {"jurisdiction_id": code}
        assert numbers(**words) == [case.number]
        assert ask(f"requests/{case.number}", **words)
    assert numbers(jurisdiction_id="there.example") == []
    ask(f"requests/{case.number}", 404, jurisdiction_id="there.example")
    for door in ("requests", "services", f"services/{MANHOLE}", "discovery", "servicerequestupdates", "tokens/x"):
        for code in ("nowhere.example", "old.example"):
            assert faults(ask(door, 404, jurisdiction_id=code)) == {"jurisdiction_id"}
    post(key, 404, jurisdiction_id="nowhere.example")
    post(key, jurisdiction_id="here.example")
    assert "outside the jurisdiction" in post(key, 400, jurisdiction_id="there.example")[0]["description"]


# --- keeping ---------------------------------------------------------------------------------------------------------

def test_an_answer_still_valid_is_not_sent_again(city: City) -> None:
    city.reported()
    for door in ("discovery", "services", f"services/{VEHICLE}", "requests", "servicerequestupdates"):
        first = Client().get(f"{V2}/{door}.xml")
        again = Client().get(f"{V2}/{door}.xml", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b""), door
        other = Client().get(f"{V2}/{door}.json", headers={"If-None-Match": first.headers["ETag"]})
        assert other.status_code == 200, door


def test_a_change_is_seen_at_once_and_what_a_key_sees_is_its_own(city: City, key: str) -> None:
    case = city.reported()
    first = Client().get(f"{V2}/requests/{case.number}.json")
    city.walk(case, "filing")
    again = Client().get(f"{V2}/requests/{case.number}.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "no-cache" in again.headers["Cache-Control"]
    own = Client().get(f"{V2}/requests/{case.number}.json", headers={"X-API-Key": key})
    assert "private" in own.headers["Cache-Control"]
    assert "X-API-Key" in own.headers["Vary"]


# --- whatever the filters, what comes back fits them ------------------------------------------------------------------

def test_what_is_listed_fits_what_was_asked(city: City) -> None:
    for days, category, until in ((0, MANHOLE, "intake"), (1, VEHICLE, "closed"), (40, MANHOLE, "disposal"),
                                  (95, VEHICLE, "intake"), (130, MANHOLE, "closed"), (179, VEHICLE, "filing")):
        city.at = EVENING - timedelta(days=days)
        city.walk(city.reported(category=category, at=city.at), until)
    everything = {row["service_request_id"]: row for start in (-180, -90)
                  for row in ask("requests", start_date=at(start), end_date=at(start + 90))}
    assert len(everything) == 6
    day = some.integers(-185, 3)

    @hypothesis_settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(start=some.none() | day, end=some.none() | day, status=some.sampled_from(["", "open", "closed"]),
           code=some.sampled_from(["", MANHOLE, VEHICLE]), size=some.integers(1, 7))
    def check(start: int | None, end: int | None, status: str, code: str, size: int) -> None:
        words = {name: value for name, value in (
            ("start_date", None if start is None else at(start)), ("end_date", None if end is None else at(end)),
            ("status", status), ("service_code", code)) if value}
        low = start if start is not None else (end if end is not None else 0) - 90
        high = end if end is not None else low + 90
        if not low <= high <= low + 90:
            assert faults(ask("requests", 400, **words)) == {"end_date"}
            return
        fits = {number for number, row in everything.items()
                if low <= (datetime.fromisoformat(row["requested_datetime"]) - EVENING) / timedelta(days=1) <= high
                and row["status"] in (status or row["status"]) and row["service_code"] in (code or row["service_code"])}
        found = [number for page in range(1, 6 // size + 2)
                 for number in numbers(**words, page=page, page_size=size)]
        assert len(found) == len(set(found))
        assert set(found) == fits

    with clock.standing_at(EVENING):
        check()
