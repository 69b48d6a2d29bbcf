"""Minutes on the road: by an engine that speaks OSRM's or Valhalla's table, by the speed model when it does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any

import numpy as np
import pytest
from django.utils import translation

from tests.city import City
from tests.forces.conftest import AT
from undercity.forces.queries.travel import roads
from undercity.forces.rules import terms

HERE, THERE = np.array([[36.65, 117.0], [36.66, 117.02]]), np.array([[36.60, 116.98], [36.70, 117.10], [36.5, 117.0]])
KEPT = terms(AT.date())
Said = Callable[[str, bytes], tuple[int, Any]]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def engine(settings: Any) -> Iterator[Callable[..., list[str]]]:
    """`engine(answers)`: a small HTTP server that answers every question so; the questions it got."""
    running: list[ThreadingHTTPServer] = []

    def serve(said: Said, path: str = "") -> list[str]:
        asked: list[str] = []

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, words = said(self.path, body)
                self.send_response(status)
                self.end_headers()
                with suppress(BrokenPipeError):
                    self.wfile.write(words if isinstance(words, bytes) else json.dumps(words).encode())

            do_POST = do_GET

            def log_message(self, *words: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        running.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.ROUTING = f"http://127.0.0.1:{server.server_port}{path}"
        return asked

    yield serve
    for server in running:
        server.shutdown()
        server.server_close()


def osrm(path: str, _body: bytes) -> tuple[int, Any]:
    """An OSRM: seconds are 60 × (source + 1) + destination."""
    query = path.partition("?")[2]
    parts = dict(one.split("=") for one in query.split("&"))
    sources, destinations = (parts[name].replace("%3B", ";").split(";") for name in ("sources", "destinations"))
    return 200, {"code": "Ok", "durations": [[60.0 * (int(s) + 1) + int(d) for d in destinations] for s in sources]}


def test_without_an_engine_the_speed_model_says_how_it_reckons() -> None:
    found = roads(HERE, THERE, AT, KEPT)
    assert found.minutes.shape == (2, 3)
    assert (found.minutes > 0).all()
    assert "22 km/h" in found.source, "the speed of this hour"
    assert not found.fell_back


def test_an_osrm_answers_in_minutes(engine: Any) -> None:
    asked = engine(osrm)
    found = roads(HERE, THERE, AT, KEPT)
    assert found.minutes.tolist() == [[(60 + d) / 60 for d in (2, 3, 4)], [(120 + d) / 60 for d in (2, 3, 4)]]
    assert asked[0].startswith("/table/v1/driving/117.000000,36.650000;117.020000,36.660000;")
    assert not found.fell_back


def test_many_places_are_asked_in_parts(engine: Any) -> None:
    asked = engine(osrm)
    many = np.tile(HERE, (40, 1))
    assert roads(many, THERE, AT, KEPT).minutes.shape == (80, 3)
    assert len(asked) == 2


def test_a_valhalla_answers_too_and_ways_it_does_not_know_come_from_the_model(engine: Any) -> None:
    def valhalla(_path: str, body: bytes) -> tuple[int, Any]:
        said = json.loads(body)
        return 200, {"sources_to_targets": [[{"time": None if n == 0 else 300} for n, _t in enumerate(said["targets"])]
                                            for _s in said["sources"]]}

    engine(valhalla, "/sources_to_targets")
    found = roads(HERE, THERE, AT, KEPT)
    assert found.minutes[:, 1:].tolist() == [[5.0, 5.0], [5.0, 5.0]]
    assert (found.minutes[:, 0] > 5).all()
    assert "2" in found.source


@pytest.mark.parametrize("said", [(500, b"no"), (200, b"<html>"), (200, {"code": "InvalidQuery"}), (200, [1]),
                                  (200, {"code": "Ok", "durations": [[1.0]]}), (200, {"code": "Ok"})])
def test_an_engine_that_fails_is_replaced_by_the_model_and_that_is_said(engine: Any, said: Any) -> None:
    engine(lambda _path, _body: said)
    found = roads(HERE, THERE, AT, KEPT)
    assert found.fell_back
    assert (found.minutes > 0).all()


def test_an_engine_that_is_slow_or_gone_does_not_hold_anybody_up(engine: Any, settings: Any,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    from undercity.forces.queries import travel

    monkeypatch.setattr(travel, "SECONDS", 0.2)
    engine(lambda path, body: (sleep(0.6), osrm(path, body))[1])
    assert roads(HERE, THERE, AT, KEPT).fell_back
    settings.ROUTING = "http://127.0.0.1:9"
    assert roads(HERE, THERE, AT, KEPT).fell_back


def test_the_nearest_team_of_a_leader_counts_and_who_leads_none_is_left_out(forces: City) -> None:
    from undercity.forces.models import Team, TeamWords
    from undercity.forces.queries.leading import minutes_to_places
    from undercity.forces.rules import terms
    from undercity.org.models import Post
    from undercity.places.models import Place

    leading = Team.objects.exclude(post=None).select_related("post").first()
    none = Post.objects.exclude(pk__in=Team.objects.exclude(post=None).values("post")).first()
    assert leading is not None
    assert leading.post_id is not None
    assert none is not None
    base = TeamWords.objects.get(pk=leading.words_id)
    near, far = Place.objects.order_by("key")[:2]
    Place.objects.filter(pk=near.pk).update(lat=base.lat, lon=base.lon)
    Place.objects.filter(pk=far.pk).update(lat=base.lat + 0.2, lon=base.lon)
    found = minutes_to_places([leading.post_id, none.pk], [near.pk, far.pk], AT)
    assert set(found) == {(leading.post_id, near.pk), (leading.post_id, far.pk)}
    assert found[leading.post_id, near.pk] == terms(AT.date()).muster_minutes
    assert found[leading.post_id, far.pk] > found[leading.post_id, near.pk] + 30
    assert minutes_to_places([none.pk], [near.pk], AT) == {}
