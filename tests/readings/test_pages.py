"""The pages of readings: what an officer sees and does, and what a citizen never learns."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.city import City
from tests.readings.measured import NOW, SECOND, a_device, hidden, said, taken

PLACE = "/desk/readings/places/cool-foshui/"
CANARY = "0.77"


def signed_in(city: City, role: str = "keeper", nth: int = 1) -> Client:
    from undercity.org.models import Person

    client = Client(headers={"Accept-Language": "en"})
    client.force_login(Person.objects.get(pk=city.post(role, nth).person))
    return client


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return str(answer.content.decode())


def test_silent_and_out_of_range_come_first(city: City) -> None:
    a_device("a-fresh", quantities=("temperature_in", "humidity"))
    a_device("b-silent", "cool-qianfo", quantities=("temperature_in",))
    a_device("c-wet", "cool-anda", quantities=("water_level",))
    taken(said(-60, 21, device="a-fresh"), said(-7200, 21, device="b-silent"),
          said(-60, 1.2, quantity="water_level", device="c-wet"))
    text = page(signed_in(city), "/desk/readings/")
    # What never said anything is silent longest.
    assert re.findall(r"devices/([a-c]-\w+)/", text) == ["c-wet", "a-fresh", "b-silent", "a-fresh"]
    assert re.search(r'class="light red">too high</span> <a href="/desk/cases/\d{8}-\d{6}/">', text)
    assert "2 h 0 min ago" in text
    assert "a-fresh" not in page(signed_in(city), "/desk/readings/?state=out")
    assert page(signed_in(city), "/desk/readings/?state=stale").count('<span class="light yellow">silent') == 2


def test_a_place_shows_its_day_week_and_year_as_a_drawing_with_the_same_in_numbers(city: City) -> None:
    a_device()
    taken(*(said(-600 * number, 20 + number % 5 / 10) for number in range(40, 0, -1)))
    client = signed_in(city)
    for span, first in (("day", "02:00"), ("week", "07-17"), ("year", "2026-07")):
        text = page(client, f"{PLACE}?span={span}")
        assert text.count('<svg class="chart"') == 1
        assert "<title" in text
        assert "40 readings between 20.0 °C and 20.4 °C, 20.2 °C on average." in text
        assert f'<th scope="row">{first}</th>' in text
        assert " style=" not in text
    assert "Nothing was measured in this time." in page(client, f"{PLACE}?span=day&until=2026-07-01")
    assert "2026-07-17" in page(client, f"{PLACE}?span=nonsense&until=never")


def test_who_looks_at_internal_readings_leaves_a_look(city: City) -> None:
    from undercity.ledger.models import Look

    device, _token = a_device("w-1", hidden())
    page(signed_in(city), "/desk/readings/places/yc-001/")
    look = Look.objects.get()
    assert (look.subject, look.fields.split(",")[-1]) == (device.uid, "water_level")


def test_others_find_neither_the_place_nor_the_device(city: City) -> None:
    a_device()
    for role, nth in (("keeper", 0), ("inspector", 0), ("department_handler", 0)):
        client = signed_in(city, role, nth)
        page(client, PLACE, 404)
        page(client, "/desk/readings/devices/t-1/", 404)
        page(client, "/desk/readings/enter/cool-foshui/", 404)
    # Who reads the works of the whole city sees it, and changes nothing.
    officer = signed_in(city, "duty_officer", 0)
    assert "New token" not in page(officer, "/desk/readings/devices/t-1/")
    assert officer.post("/desk/readings/devices/t-1/change/", {"token": "1"}).status_code == 404
    page(officer, "/desk/readings/enter/cool-foshui/", 403)


@pytest.fixture
def secret(city: City) -> str:
    """A hidden work with readings, and a listed place with an internal one."""
    place = hidden()
    a_device("canary-device", place)
    a_device("open-device")
    taken(said(-60, CANARY, quantity="water_level", device="canary-device"),
          said(-60, 23.7, device="canary-device"), said(-60, 33, quantity="occupancy", device="canary-device"),
          said(-60, CANARY, quantity="water_level", device="open-device"),
          said(-60, 777, quantity="co2", device="open-device"), said(-60, 17.3, device="open-device"),
          said(-60, 150, quantity="occupancy", device="open-device"))
    return place


def test_the_public_sees_temperature_and_crowding_of_listed_places_only(city: City, secret: str) -> None:
    citizen = Client(headers={"Accept-Language": "en"})
    text = page(citizen, "/places/cool-foshui/")
    assert "measured 07-17 08:59" in text
    assert "17.3 <small>°C" in text
    assert "busy" in text
    for path in ("/", "/?lat=36.6285&lon=117.039", "/?lat=36.648&lon=117.003", "/places/", "/places/cool-foshui/",
                 "/map/", "/map/?layer=below", "/numbers/", "/api/readings"):
        answer = citizen.get(path)
        for canary in (CANARY, "23.7", "777", "canary-device", "open-device", "虚构一号工程", "Invented works 1"):
            assert canary not in answer.content.decode(), (path, canary)
    page(citizen, f"/places/{secret}/", 404)


def test_what_is_old_is_shown_as_old_and_says_nothing_of_the_crowd(city: City) -> None:
    from undercity.places.models import Place
    from undercity.places.now import now_at

    a_device()
    taken(said(-60, 17.3), said(-60, 190, quantity="occupancy"))
    pk = Place.objects.get(key="cool-foshui").pk
    fresh = now_at([pk])[pk]
    assert (str(fresh.temperature_c), fresh.crowding, fresh.crowded, fresh.stale) == ("17.3", 0.95, "full", False)
    old = now_at([pk], NOW + timedelta(hours=1))[pk]
    assert (old.crowding, old.crowded, old.stale) == (None, "", True)
    assert now_at([]) == now_at([10 ** 9]) == {}


def test_the_newest_of_two_devices_is_what_is_now_by_one_question(city: City, django_assert_num_queries: Any) -> None:
    from undercity.places.models import Place
    from undercity.places.now import now_at

    a_device()
    a_device("t-2")
    taken(said(-60, 17.3), said(-30, 18.1, device="t-2"))
    every = list(Place.objects.values_list("pk", flat=True))
    now_at(every)
    with django_assert_num_queries(1):
        found = now_at(every)
    assert [str(one.temperature_c) for one in found.values()] == ["18.1"]


def test_a_keeper_enters_what_he_read_with_one_hand(city: City) -> None:
    from undercity.readings.models import Device

    a_device()
    taken(said(-300, 21.4))
    client = signed_in(city)
    path = "/desk/readings/enter/cool-foshui/"
    text = page(client, path)
    assert "Last: 21.4 °C, 07-17 08:55" in text
    assert text.count('inputmode="decimal"') == 5
    once = re.search(r'name="once" value="(\w+)"', text)
    assert once is not None
    values = {"once": once[1], "temperature_in": "２１．７", "humidity": "", "occupancy": "45"}
    assert client.post(path, values).status_code == 302
    # Sent again by a thumb that was too quick, it is known.
    assert "This was stored already." in client.post(path, values, follow=True).content.decode()
    assert Device.objects.get(key="hand-cool-foshui").series.count() == 2
    assert "21.7 °C" in page(client, PLACE)


@pytest.mark.parametrize(("value", "words"), [("warm", "Write a number"), ("99", "Possible is -30.0 – 60.0 °C")])
def test_a_slip_of_the_thumb_is_said_beside_its_field_and_nothing_is_lost(city: City, value: str, words: str) -> None:
    from undercity.readings.models import Reading

    a_device()
    answer = signed_in(city).post("/desk/readings/enter/cool-foshui/", {"temperature_in": value, "humidity": "55"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="55"' in answer.content.decode()
    assert not Reading.objects.exists()


def uploaded(client: Client, content: bytes) -> Any:
    return client.post("/desk/readings/csv/", {"file": SimpleUploadedFile("r.csv", content)})


MESSY = """设备；监测量；时间；数值
t-1;室内温度;2026/07/17 08:00;２１．５
t-1;湿度;2026-07-17T08:00:00+08:00;66

t-1;室内温度;2026/07/17 08:00;21.5
t-1;室内温度;2026/07/17 08:00;25
t-1;室内温度;2026/07/18 08:00;21
t-9;室内温度;2026/07/17 08:00;21
t-1;室内温度;昨天;21
t-1;室内温度;2026/07/17 08:10;热
""".replace("；", ";")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_messy_file_is_reported_row_by_row_and_stored_only_when_told(city: City, encoding: str) -> None:
    from undercity.readings.models import KeptApart, Reading

    a_device()
    client = signed_in(city)
    answer = uploaded(client, MESSY.encode(encoding))
    text = answer.content.decode()
    assert "5 of 8 rows cannot be stored; 2 can, 1 are known already." in text
    for row, column, words in ((5, "value", "another value at that moment"), (6, "at", "from the future"),
                               (7, "device", "unknown device"), (8, "at", "the time cannot be read"),
                               (9, "value", "the value is no number")):
        assert re.search(rf'>{row}</td><td data-label="Column">{column}</td>.*?{words}', text), row
    assert not Reading.objects.exists()
    carried = re.search(r'name="carried" value="([^"]+)"', text)
    assert carried is not None
    # All or nothing, unless the officer says otherwise.
    assert client.post("/desk/readings/csv/take/", {"carried": carried[1]}).status_code == 422
    assert (Reading.objects.count(), KeptApart.objects.count()) == (0, 0)
    client.post("/desk/readings/csv/take/", {"carried": carried[1], "good": "1"})
    assert (Reading.objects.count(), KeptApart.objects.count()) == (2, 5)
    assert client.post("/desk/readings/csv/take/", {"carried": "forged"}).status_code == 422


def test_a_good_file_is_stored_whole(city: City) -> None:
    from undercity.readings.models import Reading

    a_device()
    client = signed_in(city)
    rows = "\n".join(f"t-1,temperature_in,{SECOND - 600 * number},21.{number % 10}" for number in range(1, 200))
    text = uploaded(client, f"device,quantity,at,value\n{rows}".encode()).content.decode()
    assert "Store all rows" in text
    client.post("/desk/readings/csv/take/", {"carried": re.search(r'name="carried" value="([^"]+)"', text)[1]})  # type: ignore[index]
    assert Reading.objects.count() == 199


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2", b"device,quantity,at,value\n", b"\x89PNG\r\n\x1a\n\x00\x00"])
def test_what_is_no_such_file_is_said(city: City, content: bytes) -> None:
    a_device()
    answer = uploaded(signed_in(city), content)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_file_of_somebody_elses_devices_is_a_file_of_unknown_ones(city: City) -> None:
    a_device()
    text = uploaded(signed_in(city, nth=0), f"device,quantity,at,value\nt-1,co2,{SECOND - 60},500".encode())
    assert "1 of 1 rows cannot be stored" in text.content.decode()


def apart() -> Any:
    from undercity.readings.models import KeptApart

    return KeptApart.objects.order_by("pk")


def test_what_was_kept_apart_is_corrected_accepted_dropped_and_taken_back(city: City) -> None:
    from undercity.readings.models import Hour, Reading

    a_device()
    taken(said(-60, 21.4))
    taken(said(900, 21), said(-120, 2150), said(-60, 23), said(-30, 22, device="t-9"))
    client = signed_in(city)
    assert page(client, "/desk/readings/apart/").count('<details class="move">') == 4
    future, impossible, other, unknown = apart()

    def decide(row: Any, **given: str) -> Any:
        return client.post(f"/desk/readings/apart/{row.pk}/", {"device": "t-1", "quantity": "temperature_in", **given})

    assert decide(future, moment=future.at_said, value="21").status_code == 422
    assert decide(future, moment="2026-07-17 08:45:00", value="21").status_code == 302
    assert decide(impossible, moment=impossible.at_said, value="21.5").status_code == 302
    assert decide(other, moment=other.at_said, value="23").status_code == 302
    assert decide(unknown, moment=unknown.at_said, value="22", drop="1").status_code == 302
    assert list(Reading.objects.order_by("at").values_list("at", "value")) == [
        (SECOND - 900, 210), (SECOND - 120, 215), (SECOND - 60, 230)]
    hours = Hour.objects.get(hour=(SECOND - 60) // 3600)
    assert (hours.n, hours.total, hours.low, hours.high) == (3, 655, 210, 230)
    assert list(apart().values_list("decided", flat=True)) == ["accepted"] * 3 + ["dropped"]
    assert decide(other, moment=other.at_said, value="24").status_code == 409
    assert decide(unknown, back="1").status_code == 302
    assert apart().get(pk=unknown.pk).decided == "open"


def test_an_officer_may_vouch_for_what_no_range_knew(city: City) -> None:
    from undercity.readings.models import Reading

    a_device()
    taken(said(-60, 61.5))
    row = apart().get()
    given = {"device": "t-1", "quantity": "temperature_in", "moment": row.at_said, "value": row.value_said}
    assert signed_in(city).post(f"/desk/readings/apart/{row.pk}/", given).status_code == 302
    assert Reading.objects.get().value == 615


def test_who_keeps_nothing_there_decides_nothing_there(city: City) -> None:
    a_device()
    taken(said(900, 21))
    row = apart().get()
    assert signed_in(city, nth=0).post(f"/desk/readings/apart/{row.pk}/", {"drop": "1"}).status_code == 404
    assert signed_in(city, "duty_officer", 0).post(f"/desk/readings/apart/{row.pk}/", {"drop": "1"}).status_code == 403
    assert apart().get().decided == "open"


def test_a_new_device_shows_its_token_once(city: City) -> None:
    client = signed_in(city)
    text = client.post("/desk/readings/devices/new/", {"key": "new-1", "place": "cool-foshui", "label": "门厅",
                                                       "quantities": ["temperature_in", "co2"]}).content.decode()
    token = re.search(r'<p class="code">([\w-]{32})</p>', text)
    assert token is not None
    assert token[1] not in page(client, "/desk/readings/devices/new-1/")
    answer = client.post("/desk/readings/devices/new-1/change/", {"token": "1"})
    assert token[1] not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("change", "words"), [
    ({"key": "Big Name"}, "is no name for a device"), ({"key": "t-1"}, "There is a device"),
    ({"place": "nowhere"}, "There is no such place"), ({"quantities": []}, "required")])
def test_a_wrong_device_is_refused_with_its_field(city: City, change: dict[str, Any], words: str) -> None:
    a_device()
    given = {"key": "new-1", "place": "cool-foshui", "quantities": ["co2"], **change}
    answer = signed_in(city).post("/desk/readings/devices/new/", given)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_without_devices_the_pages_say_what_to_do(city: City) -> None:
    client = signed_in(city)
    for path in ("/desk/readings/", "/desk/readings/enter/", "/desk/readings/apart/"):
        assert 'class="empty"' in page(client, path)
