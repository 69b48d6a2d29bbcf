"""A department that runs an Open311 server of its own: another whole deployment of ours, served on loopback."""

from __future__ import annotations

import http.server
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.city import City
from tests.proofs.http import Client, api_key
from tests.server import Server, free_port
from undercity import clock
from undercity.cases.actions import handing_over
from undercity.cases.checks import what_was_handed_over_arrived
from undercity.cases.models import Handover, Peer

# The served city's evening is the 18th; what it tells must lie before our "now".
LATER = datetime(2026, 7, 20, 9, 0, tzinfo=clock.ZONE)
V2 = "/open311/v2"


@pytest.fixture
def other(city_server: Server) -> Server:
    """The department's own server."""
    return city_server


def dispatched(city: City) -> Any:
    return city.walk(city.reported(), "disposal")


def peer_of(case: Any, endpoint: str, **changes: Any) -> Peer:
    return handing_over.set_peer(case.department.key, endpoint, at=case.dispatched_at - timedelta(minutes=1), **changes)


def due_now() -> None:
    """Time has passed: nobody rests any more."""
    Handover.objects.update(next_at=clock.real_now())
    Peer.objects.update(rest_until=None)


def there(other: Server, words: str, key: str) -> list[dict[str, Any]]:
    status, text = Client(other.port).ask("GET", f"{V2}/requests.json?api_key={key}&page_size=100")
    assert status == 200, text
    return [row for row in json.loads(text) if words in (row["description"] or "")]


@pytest.mark.once("postgresql")
def test_a_dispatched_case_arrives_once_and_what_becomes_of_it_there_is_told_here(city: City, other: Server) -> None:
    from undercity.cases.models import Note
    from undercity.cases.queries.lists import time_line

    case, key = dispatched(city), api_key(other)
    peer = peer_of(case, f"{other.base}{V2}", key=key)
    assert handing_over.one_round().sent == 1
    row = Handover.objects.get(case=case.uid)
    arrived = there(other, f"[{case.number}]", key)
    assert [one["service_request_id"] for one in arrived] == [row.reference]
    assert "井盖破损" in arrived[0]["description"]
    assert (arrived[0]["lat"], arrived[0]["long"]) == (case.report.lat, case.report.lon)
    assert [step.answer for step in time_line(case)][-1] == row.reference

    # The answer was lost: sent again it is there once, and known by our number even where no keys are kept.
    Handover.objects.update(state="waiting", reference="", attempts=0)
    due_now()
    assert handing_over.one_round().sent == 1
    Handover.objects.update(state="waiting", reference="", attempts=1)
    due_now()
    assert handing_over.one_round().sent == 1
    assert Handover.objects.get(case=case.uid).reference == row.reference
    assert len(there(other, f"[{case.number}]", key)) == 1

    officer = _intake_officer(other, row.reference)
    page = f"/desk/cases/{row.reference}/"
    status, text = officer.ask("POST", f"{page}refuse_intake/", {
        "csrfmiddlewaretoken": officer.token(page), "note": "不归我们管", "seen": _seen(officer, page)})
    assert status == 302, text
    with clock.standing_at(LATER):
        assert handing_over.one_round().told >= 1
        assert handing_over.one_round().told == 0
    case.refresh_from_db()
    assert case.stage == "disposal"
    assert any("不归我们管" in note.text for note in Note.objects.filter(case=case))
    assert Peer.objects.get(pk=peer.pk).polled_until == LATER
    assert _replayed() == []


def _intake_officer(other: Server, number: str) -> Client:
    """Whoever takes in that street's reports at the department's."""
    accounts = json.loads(other.run("city", "accounts", "--json").stdout)
    for row in accounts:
        if row["role"] == "intake_officer":
            client = Client(other.port).sign_in(row["username"], row["password"])
            if client.ask("GET", f"/desk/cases/{number}/")[0] == 200:
                return client
    raise AssertionError("nobody there takes in this report")


def _seen(client: Client, page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', client.ask("GET", page)[1])
    assert found
    return found[1]


def _replayed() -> list[Any]:
    from undercity.ledger.replay import replay

    return list(replay().differences)


@pytest.mark.once("postgresql")
def test_a_server_that_is_away_is_tried_again_later_and_loses_nothing(
        city: City, server: Callable[..., Server], caplog: pytest.LogCaptureFixture) -> None:
    away = server(city=True, start=False)
    case, key = dispatched(city), api_key(away)
    peer_of(case, f"{away.base}{V2}", key=key)
    assert handing_over.one_round() == handing_over.Round(failed=1)
    row, peer = Handover.objects.get(), Peer.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.next_at > clock.real_now()
    assert peer.rest_until is not None
    assert handing_over.one_round() == handing_over.Round()
    for number in range(2, 5):
        due_now()
        handing_over.one_round()
        assert Handover.objects.get().attempts == number
    assert Peer.objects.get().rest_until > peer.rest_until
    assert key not in caplog.text + Peer.objects.get().last_error + Handover.objects.get().last_error
    away.start()
    due_now()
    assert handing_over.one_round().sent == 1
    assert len(there(away, f"[{case.number}]", key)) == 1
    assert Peer.objects.get().failures == 0


@pytest.mark.once("postgresql")
def test_what_the_other_side_refuses_is_given_up_with_its_reason_until_somebody_mends_it(
        city: City, other: Server) -> None:
    case = dispatched(city)
    peer_of(case, f"{other.base}{V2}", key="wrong")
    handing_over.one_round()
    row = Handover.objects.get()
    assert row.state == "failed"
    assert "403" in row.last_error
    assert "wrong" not in row.last_error
    assert [one.id for one in what_was_handed_over_arrived(["default"])] == ["undercity.W006"]
    peer_of(case, f"{other.base}{V2}", key=api_key(other), services={"gbt47678-": "gbt47678-none"})
    assert handing_over.try_again() == 1
    assert what_was_handed_over_arrived(["default"]) == []
    handing_over.one_round()
    assert "404" in Handover.objects.get().last_error
    peer_of(case, f"{other.base}{V2}", key=api_key(other), jurisdiction="nowhere.example")
    handing_over.try_again(case.department.key)
    handing_over.one_round()
    assert "nowhere.example" in Handover.objects.get().last_error
    peer_of(case, f"{other.base}{V2}", key=api_key(other),
            services={"gbt47678-": "none", "gbt47678-component-01": "gbt47678-component-01-002"})
    handing_over.try_again()
    assert handing_over.one_round().sent == 1
    reference = Handover.objects.get().reference
    status, text = Client(other.port).ask("GET", f"{V2}/requests/{reference}.json")
    assert (status, json.loads(text)[0]["service_code"]) == (200, "gbt47678-component-01-002")


@pytest.mark.once("postgresql")
def test_only_what_was_dispatched_since_and_only_while_the_department_has_it(city: City, other: Server) -> None:
    from undercity.cases.actions import handling

    early, late = dispatched(city), dispatched(city)
    handing_over.set_peer(early.department.key, f"{other.base}{V2}", at=late.dispatched_at, key=api_key(other))
    peer = Peer.objects.get()
    handing_over._queue(peer)
    assert [row.case_id for row in Handover.objects.all()] == [late.uid]
    handling.return_to_dispatch(late.uid, by=city.whose(city.duty(late)), at=city.later(minutes=5), reason="不归我们")
    assert handing_over.one_round().sent == 0
    assert Handover.objects.get().state == "failed"
    handing_over.stop_peer(early.department.key)
    handing_over.try_again()
    assert handing_over.one_round() == handing_over.Round()


@pytest.mark.parametrize("endpoint", ["ftp://a.example/v2", "file:///etc/passwd", "a.example/v2", "https://u:p@a.example",
                                      "http:///v2", "https://a.example/v2?api_key=1"])
def test_only_plain_addresses_of_http_are_taken(endpoint: str) -> None:
    from undercity.cases.open311.remote import checked_endpoint
    from undercity.errors import RuleBroken

    with pytest.raises(RuleBroken):
        checked_endpoint(endpoint)


def test_in_demonstration_mode_nothing_leaves_the_machine(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    def sent(*words: Any, **more: Any) -> Any:
        raise AssertionError("something was sent")

    monkeypatch.setattr(httpx.Client, "stream", sent)
    peer_of(dispatched(city), "https://open311.example.org/v2")
    assert handing_over.one_round() == handing_over.Round(failed=1)
    assert Handover.objects.get().state == "waiting"


# --- a server that gives tokens and has no list of updates: the standard allows both, ours does neither --------------

class Plain(http.server.BaseHTTPRequestHandler):
    """The least a GeoReport server may be, standing for software we do not have."""

    known: dict[str, Any]

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.known["posts"] += 1
        if self.known["loses"]:
            # Taken, and then the line breaks.
            self.known["description"] = sent["description"][0]
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(201, "<service_requests><request><token>t1</token></request></service_requests>")

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/v2/tokens/t1.xml":
            number = self.known["number"]
            self._answer(200, f"<service_requests><request><service_request_id>{number}</service_request_id>"
                              "<token>t1</token></request></service_requests>")
        elif path == "/v2/requests.xml":
            self._answer(200, "<service_requests xmlns='http://wiki.open311.org/GeoReport_v2'><request>"
                              "<service_request_id>77</service_request_id>"
                              f"<description>{self.known['description']}</description>"
                              f"<status>{self.known['status']}</status><status_notes>{self.known['notes']}"
                              "</status_notes></request></service_requests>")
        else:
            self._answer(404, "<errors><error><code>404</code><description>no</description></error></errors>")

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def plain() -> Iterator[tuple[str, dict[str, Any]]]:
    known = {"posts": 0, "number": "", "status": "open", "notes": "", "loses": False, "description": ""}
    served = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), type("Own", (Plain,), {"known": known}))
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}/v2", known
    served.shutdown()
    served.server_close()
    thread.join(5)


def test_a_token_becomes_a_number_and_a_changed_status_is_news(
        city: City, plain: tuple[str, dict[str, Any]]) -> None:
    from undercity.cases.models import Note

    endpoint, known = plain
    case = dispatched(city)
    peer_of(case, endpoint)
    for number, state in (("", "token"), ("", "token"), ("77", "there")):
        known["number"] = number
        handing_over.one_round()
        assert Handover.objects.get().state == state
        due_now()
    assert (known["posts"], Handover.objects.get().reference) == (1, "77")
    assert handing_over.one_round().told == 0
    known |= {"status": "closed", "notes": "lamp changed"}
    assert handing_over.one_round().told == 1
    assert handing_over.one_round().told == 0
    assert Note.objects.filter(case=case, text="lamp changed").count() == 1


def test_an_answer_lost_on_the_way_makes_no_double_even_where_keys_are_unknown(
        city: City, plain: tuple[str, dict[str, Any]]) -> None:
    endpoint, known = plain
    known["loses"] = True
    peer_of(dispatched(city), endpoint)
    assert handing_over.one_round().failed == 1
    assert (known["posts"], Handover.objects.get().state) == (1, "waiting")
    due_now()
    assert handing_over.one_round().sent == 1
    assert (known["posts"], Handover.objects.get().reference) == (1, "77")
