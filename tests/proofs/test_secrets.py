"""Nothing internal reaches anybody it is not for: every public address is walked, with canaries in every field.

Works without a public place cannot even be inferred: the city answers the same, byte for byte, with them and without.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.city import City, city
from tests.proofs.canaries import Canaries, laid
from tests.site.test_routes import EVERYBODY, TABLE, address

__all__ = ["city"]
pytestmark = pytest.mark.works
LANGUAGES = ("zh-hans", "en")
# Of a page, what differs at every call: what its forms carry, and the marks of the request itself.
_PASSING = re.compile(rb'<input type="hidden"[^>]*>')
PASSING_HEADERS = {"X-Request-ID", "Set-Cookie", "Expires"}
# These officers have no business with works.
STRANGERS = ("intake_officer", "evaluator", "administrator")
ITEMS = "/ogc/collections/places/items"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Every line the log would get, down to the finest, as the deployment writes it."""
    from undercity.site.logs import JsonLines

    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # What a library tells of its own statements at this level no deployment ever writes.
    quiet = {name: logging.getLogger(name).level for name in ("django.db.backends", "django.template")}
    for name in quiet:
        logging.getLogger(name).setLevel(logging.INFO)
    yield sink
    root.removeHandler(handler)
    root.setLevel(level)
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)


def signed_in(actor: Any) -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=actor.person))
    return client


def questions(lat: float, lon: float, key: str) -> Iterator[str]:
    """What a curious stranger would ask about one spot and one key."""
    near = f"{lon - .0005},{lat - .0005},{lon + .0005},{lat + .0005}"
    yield from (f"/?lat={lat}&lon={lon}", "/map/?layer=below&sheet=centre", "/map/?layer=above&sheet=city",
                 "/places/", f"/places/{key}/", f"{ITEMS}?bbox={near}", f"{ITEMS}?bbox={near}&f=html",
                 f"{ITEMS}?limit=1", f"{ITEMS}?limit=1000", f"{ITEMS}?after={key}", f"{ITEMS}/{key}",
                 f"{ITEMS}?open=true&datetime=2026-01-05T04:00:00%2B08:00", f"{ITEMS}?district=shizhong&use=cooling",
                 f"{ITEMS}?offset=9", f"{ITEMS}/{key}?f=html", "/ogc/collections?f=json",
                 "/ogc/collections/places?f=json",
                 "/feeds/places.atom", "/api/openapi.json", f"/no/such/{key}", f"{ITEMS}?bbox={near}&colour=1")


def beside(place: Any) -> tuple[float, float]:
    """A spot forty metres off: a page may repeat what it was asked, and that is no leak."""
    return round(place.lat + .0004, 4), round(place.lon + .0004, 4)


def public(city: City, case: Any) -> dict[str, str]:
    """Every address of the table a citizen may ask, by its route."""
    return {name: address(name, case) for name, (method, who, _) in TABLE.items()
            if method == "GET" and who == EVERYBODY}


def said(answer: Any) -> str:
    """Everything an answer says: its body, its headers but what the question itself brought."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode(errors="replace") + str({name: value for name, value in answer.headers.items()
                                                if name not in {"Location", "Link", "X-Request-ID"}})


def without_echo(text: str, path: str) -> str:
    """An answer without its own address, which may stand in it (a link to itself, the way back after signing in)."""
    from django.utils.html import escape

    for form in (path, path.replace("&", "\\u0026"), escape(path)):
        text = text.replace(form, "")
    return text


def test_no_canary_stands_in_anything_a_citizen_can_ask_for(city: City, log: io.StringIO) -> None:
    hidden, canaries = laid(city)
    shown, inner = laid(city, key="shown-place", listed=True)
    case, citizen = city.reported(), Client()
    paths = {**public(city, case), "its own page": reverse("place", args=[shown.key])}
    paths |= {path: path for path in questions(*beside(hidden), "jinan-no-such-place")}
    leaks = []
    for name, path in paths.items():
        for language in LANGUAGES:
            answer = citizen.get(path, headers={"accept-language": language})
            text = without_echo(said(answer), path)
            leaks += [f"{name}: {one}" for one in canaries.found_in(text) + inner.found_in(text)]
    for name, (method, who, _) in TABLE.items():
        if method == "POST" or who != EVERYBODY:
            # Refused, sent to sign in, or wrongly filled: an error page is public too.
            answer = citizen.generic(method, address(name, case))
            leaks += [f"{name}: {one}" for one in canaries.found_in(said(answer)) + inner.found_in(said(answer))]
    assert leaks == []
    assert canaries.found_in(log.getvalue()) + inner.found_in(log.getvalue()) == []
    assert "/ogc/collections/places/items" in log.getvalue(), "the walk was logged"


def test_the_key_of_a_hidden_place_is_answered_like_any_other(city: City) -> None:
    hidden, canaries = laid(city)
    citizen = Client()
    for path in (f"/places/{hidden.key}/", f"{ITEMS}/{hidden.key}", f"{ITEMS}/{hidden.key}?f=html"):
        answer, other = citizen.get(path), citizen.get(path.replace(hidden.key, "never-there"))
        assert answer.status_code == other.status_code == 404
        assert _PASSING.sub(b"", answer.content).replace(hidden.key.encode(), b"") == _PASSING.sub(
            b"", other.content).replace(b"never-there", b"")
        assert set(canaries.found_in(said(answer))) <= {"Place.key"}, "beside what was asked for"


def test_officers_without_the_power_find_nothing_internal_either(city: City, log: io.StringIO) -> None:
    _place, canaries = laid(city)
    inner = Canaries({name: ways for name, ways in canaries.by_field.items() if not name.startswith("Place")})
    case, leaks = city.reported(), []
    for role in STRANGERS:
        client = signed_in(city.post(role))
        for name, (method, _who, _) in TABLE.items():
            if method == "GET":
                path = address(name, case)
                text = without_echo(said(client.get(path)), path)
                leaks += [f"{role} {name}: {one}" for one in inner.found_in(text)]
    assert leaks == []
    assert inner.found_in(log.getvalue()) == []


def test_the_same_canaries_do_stand_on_the_page_of_those_who_may_and_not_in_the_log(city: City,
                                                                                  log: io.StringIO) -> None:
    from undercity.works.models import Work

    place, canaries = laid(city)
    answer = signed_in(city.post("duty_officer")).get(reverse("work", args=[Work.objects.get(place=place).code]))
    assert answer.status_code == 200
    told = set(canaries.found_in(said(answer)))
    assert {"Work.code", "Work.volume_m3", "Work.levels", "Work.depth_m", "Work.capacity", "Work.pumps", "Work.boards",
            "Entrance.name", "Entrance.lat", "Entrance.sill_m"} <= told
    assert canaries.found_in(log.getvalue()) == []


def test_our_own_mistake_says_nothing_of_what_it_was_about(city: City, log: io.StringIO,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    """A row the database refuses is quoted whole by PostgreSQL: neither the page nor the log may repeat it."""
    from undercity.places import queries
    from undercity.works.models import Work

    place, canaries = laid(city)

    def refused(*_words: Any, **_more: Any) -> None:
        Work.objects.filter(place=place).update(levels=0)

    monkeypatch.setattr(queries, "_seen", refused)
    answer = Client(raise_request_exception=False).get("/places/")
    assert answer.status_code == 500
    assert canaries.found_in(said(answer)) == []
    assert "IntegrityError" in log.getvalue()
    assert canaries.found_in(log.getvalue()) == []


def test_the_city_answers_the_same_with_hidden_works_and_without(city: City) -> None:
    from django.db import transaction

    from undercity.city.actions.underground import open_works
    from undercity.places.models import Place

    with transaction.atomic():
        open_works()
        spots = list(Place.objects.filter(listed=False).order_by("key").values_list("lat", "lon", "key")[::150])
        transaction.set_rollback(True)
    assert len(spots) == 2
    case = city.reported()
    paths = [*public(city, case).values(), *(path for spot in spots for path in questions(*spot))]
    before = {path: asked(path) for path in paths}
    open_works()
    assert Place.objects.filter(listed=False).count() == 300
    assert [path for path in paths if asked(path) != before[path]] == []


def asked(path: str) -> tuple[int, bytes, dict[str, str]]:
    """A whole answer, but for what differs at every call."""
    answer = Client().get(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING_HEADERS}
    return answer.status_code, _PASSING.sub(b"", body), headers
