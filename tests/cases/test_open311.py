"""GeoReport v2 as its clients see it."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.city import MANHOLE, SPOT, City, png
from undercity.city.accounts import derived
from undercity.science.coordinates import Datum, from_wgs84

URL = "/open311/v2/requests"


@pytest.fixture
def key(city: City) -> str:
    from undercity.org.models import Post

    return derived(f"key:{Post.objects.filter(role='open311_client').order_by('pk')[0].key}")


def send(key: str, format: str = "json", **changes: Any) -> Any:
    given = {"api_key": key, "service_code": MANHOLE, "lat": str(SPOT[0]), "long": str(SPOT[1]),
             "description": "井盖破损", **changes}
    return Client().post(f"{URL}.{format}", {name: value for name, value in given.items() if value is not None})


def told(answer: Any) -> str:
    return " ".join(one["description"] for one in json.loads(answer.content))


def test_discovery_and_services_speak_xml_and_json(city: City) -> None:
    for name in ("discovery", "services"):
        assert ElementTree.fromstring(Client().get(f"/open311/v2/{name}.xml").content).tag == name
        assert json.loads(Client().get(f"/open311/v2/{name}.json").content)
    codes = {one["service_code"] for one in json.loads(Client().get("/open311/v2/services.json").content)}
    assert MANHOLE in codes
    assert len(codes) > 390


def test_a_report_with_a_photo_is_taken_and_can_be_read_back(key: str) -> None:
    answer = send(key, "xml", media=SimpleUploadedFile("a.png", png(), "image/png"))
    assert answer.status_code == 201, answer.content
    number = ElementTree.fromstring(answer.content).findtext("request/service_request_id")
    shown = json.loads(Client().get(f"{URL}/{number}.json").content)[0]
    assert (shown["status"], shown["service_code"]) == ("open", MANHOLE)


def test_the_public_sees_neither_words_nor_the_exact_place_and_nobody_the_contact(key: str) -> None:
    number = json.loads(send(key, lat="36.655432", long="117.003456", first_name="小明", phone="13800001111").content)[
        0]["service_request_id"]
    public = Client().get(f"{URL}/{number}.json").content.decode()
    own = Client().get(f"{URL}/{number}.json", {"api_key": key}).content.decode()
    assert "井盖破损" not in public
    assert "36.655432" not in public
    assert "井盖破损" in own
    assert "13800001111" not in public + own


def test_the_same_key_again_gives_the_first_case(key: str) -> None:
    answers = [Client().post(f"{URL}.json", {"api_key": key, "service_code": MANHOLE, "lat": SPOT[0], "long": SPOT[1],
                                             "description": "x"}, headers={"Idempotency-Key": "once"})
               for _ in range(2)]
    first, second = (json.loads(answer.content)[0]["service_request_id"] for answer in answers)
    assert first == second


@pytest.mark.parametrize(("changes", "status", "word"), [
    ({"api_key": None}, 403, "api_key"), ({"api_key": "wrong"}, 403, "api_key"),
    ({"service_code": None}, 400, "service_code"), ({"service_code": "no-such"}, 404, "service_code"),
    ({"lat": None}, 400, "lat"), ({"lat": "north"}, 400, "lat"), ({"lat": "nan"}, 400, "lat"),
    ({"lat": "1e400"}, 400, "lat"), ({"lat": "36.6,5"}, 400, "lat"),
    ({"lat": "117.003", "long": "36.655"}, 400, "swapped"), ({"lat": "31.2", "long": "121.5"}, 400, "outside"),
    ({"lat": None, "long": None}, 400, "lat"), ({"description": "x" * 5000}, 400, "description"),
    ({"description": "a\x00b"}, 400, "description"), ({"description": ""}, 400, "description"),
    ({"media_url": "ftp://example.org/a.jpg"}, 400, "media_url"), ({"datum": "mars"}, 400, "datum"),
    ({"media": SimpleUploadedFile("a.png", b"no picture", "image/png")}, 400, "photo"),
])
def test_what_is_wrong_is_said_with_its_field(key: str, changes: dict[str, Any], status: int, word: str) -> None:
    from django.utils.translation import override

    with override("en"):
        answer = Client(headers={"Accept-Language": "en"}).post(f"{URL}.json", {
            name: value for name, value in {"api_key": key, "service_code": MANHOLE, "lat": str(SPOT[0]),
                                            "long": str(SPOT[1]), "description": "x", **changes}.items()
            if value is not None})
    assert answer.status_code == status, answer.content
    assert word in told(answer)


@pytest.mark.parametrize(("path", "status"), [
    (f"{URL}.yaml", 404), (f"{URL}/20990101-999999.json", 404), (f"{URL}/nonsense.xml", 404),
    (f"{URL}.json?status=half", 400), (f"{URL}.json?start_date=yesterday", 400), (f"{URL}.json?page=-1", 400),
    (f"{URL}.json?page_size=99999999999999999999", 400), ("/open311/v2/services/none.json", 404),
    ("/open311/v2/tokens/none.json", 404), (f"{URL}.json?service_request_id=%00,1", 400),
])
def test_a_wrong_question_gets_the_standards_error(path: str, status: int, city: City) -> None:
    answer = Client().get(path)
    assert answer.status_code == status
    if path.endswith(".xml"):
        assert ElementTree.fromstring(answer.content).findtext("error/code") == str(status)
    else:
        assert json.loads(answer.content)[0]["code"] == status


def test_a_body_that_is_no_form_and_a_wrong_method_are_refused(key: str) -> None:
    assert Client().post(f"{URL}.json", data="{}", content_type="application/json").status_code == 400
    assert Client().put(f"{URL}.json").status_code == 405
    broken = Client().post(f"{URL}.json", data=b"--x\r\nrubbish", content_type="multipart/form-data; boundary=x")
    assert broken.status_code in {400, 403}


def test_a_position_of_a_chinese_map_is_converted(key: str) -> None:
    lat, lon = from_wgs84(*SPOT, Datum.GCJ02)
    number = json.loads(send(key, lat=str(lat), long=str(lon), datum="gcj02").content)[0]["service_request_id"]
    shown = json.loads(Client().get(f"{URL}/{number}.json", {"api_key": key}).content)[0]
    assert (shown["lat"], shown["long"]) == pytest.approx(SPOT, abs=2e-5)


def test_a_place_is_found_by_its_name(key: str) -> None:
    answer = send(key, lat=None, long=None, address_string="市中区二七新村街道某小区门口")
    assert answer.status_code == 201, answer.content


def test_a_list_of_a_hundred_costs_at_most_six_statements(city: City, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        city.reported(text=f"第 {number} 处")
    Client().get(f"{URL}.json")
    with django_assert_max_num_queries(6):
        rows = json.loads(Client().get(f"{URL}.json?page_size=100").content)
    assert len(rows) == 12
