"""Whatever is asked of the door: an answer, or a refusal that names what is wrong; never a mistake of ours."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given, strategies as some

from tests.city import City

ITEMS = "/ogc/collections/{}/items"
NUMBERS = some.one_of(some.floats(-400, 400).map(repr), some.sampled_from(
    ["0", "-180", "180", "90", "1e309", "-inf", "nan", "", "１１７", "0x1", "1_0", " 5 ", "117.0" * 9]))
MOMENTS = some.one_of(
    some.datetimes().map(lambda at: at.isoformat()), some.dates().map(str),
    some.datetimes().map(lambda at: f"{at.isoformat()}Z"), some.sampled_from(
        ["..", "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31", "2026-07-18T24:00:00Z",
         "2026-07-18t16:30:00z", "2026-07-18 16:30:00 08:00", "2026-W29", "20260718", "２０２６-07-18"]))
WORDS = some.one_of(some.text(max_size=20), some.sampled_from(["true", "false", "1", "lixia", "cooling", "json", "html",
                                                               "cool-foshui", "xugou-lixia-001", "../..", "\0", "%00"]))
VALUES = {
    "bbox": some.lists(NUMBERS, max_size=7).map(",".join), "datetime": some.one_of(
        MOMENTS, some.tuples(MOMENTS, MOMENTS).map("/".join), WORDS),
    "bbox-crs": WORDS, "limit": some.one_of(NUMBERS, some.integers(-5, 10 ** 30).map(str)),
    "offset": some.one_of(NUMBERS, some.integers(-5, 20_000).map(str)), "after": WORDS, "district": WORDS, "use": WORDS,
    "open": WORDS, "f": WORDS}
QUERIES = some.lists(some.one_of(
    *(some.tuples(some.just(name), values) for name, values in VALUES.items()),
    some.tuples(some.text(max_size=12), WORDS)), max_size=4)


@pytest.mark.deep
def test_a_question_is_answered_or_refused_with_the_parameter_named(looked_at: City) -> None:
    @given(some.sampled_from(["places", "districts"]), QUERIES)
    def ask(collection: str, query: list[tuple[str, str]]) -> None:
        answer = Client().get(f"{ITEMS.format(collection)}?{urlencode(query)}")
        assert answer.status_code in {200, 400}, (answer.status_code, query)
        if answer.status_code == 400 and "json" in answer.headers["Content-Type"]:
            told = answer.json()
            assert told["field"] in {name[:40] or "?" for name, _value in query}, told
            assert told["description"]

    ask()


@pytest.mark.deep
def test_an_address_is_answered_or_missing(looked_at: City) -> None:
    @given(some.text(max_size=30), some.sampled_from(["/ogc/", "/ogc/collections/", "/ogc/collections/places/items/"]),
           some.sampled_from(["", "application/json", "text/html", "*/*", "image/png", ";;", "text/*;q=x", "a/b/c,,"]))
    def ask(rest: str, before: str, accept: str) -> None:
        from urllib.parse import quote

        answer = Client().get(before + quote(rest, safe="/"), headers={"accept": accept})
        assert answer.status_code in {200, 404, 406}, (answer.status_code, rest)

    ask()
