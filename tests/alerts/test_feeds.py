"""Feeds fetched from a real server, a folder, the command line: what is new is taken in once, what fails is said."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.alerts.messages import message, xml
from tests.city import City
from undercity import clock
from undercity.alerts.actions import polling, sources
from undercity.alerts.actions.dropping import read_folder
from undercity.alerts.cap.message import MsgType
from undercity.alerts.cap.writing import written
from undercity.alerts.models import Feed, FeedItem, ReceivedWarning, WarningMessage
from undercity.alerts.rules import book
from undercity.alerts.states import Said
from undercity.errors import NotAllowed, RuleBroken
from undercity.science.coordinates import Datum


@dataclass
class Site:
    """A server on this machine: path → (status, headers, body); what was asked is noted."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    base: str = ""
    slow: float = 0

    def put(self, path: str, body: bytes, status: int = 200, **headers: str) -> None:
        self.pages[path] = (status, headers, body)

    def atom(self, *paths: str, carried: bytes = b"") -> None:
        """An index that leads to these messages, and carries one."""
        entries = "".join(f'<entry><link type="application/cap+xml" href="{path}"/></entry>' for path in paths)
        inside = f"<entry><id>x</id><content type='text/xml'>{carried.decode().partition('?>')[2]}</content></entry>"
        self.put("/feed", f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'>{entries}"
                          f"{inside if carried else ''}</feed>".encode(), ETag=f'"{len(paths)}{len(carried)}"')


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, dict(self.headers)))
            status, headers, body = found.pages.get(self.path, (404, {}, b"no"))
            if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for first in range(0, len(body), 4096):
                    self.wfile.write(body[first:first + 4096])
                    if found.slow:
                        stop.wait(found.slow)
            except OSError:
                pass

        def log_message(self, *_: Any) -> None:
            pass

    stop = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    found.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield found
    stop.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def feed(city: City, site: Site) -> Feed:
    return sources.keep_feed(by=city.post("administrator"), at=city.at, label="虚构气象台", url=f"{site.base}/feed")


def asked_again(feed: Feed, city: City) -> polling.Round:
    feed.refresh_from_db()
    return polling.poll(feed, city.at)


def test_an_atom_index_leads_to_messages_that_are_fetched_once(city: City, site: Site, feed: Feed) -> None:
    site.put("/1.xml", xml(city.at))
    site.atom("/1.xml", carried=xml(city.at, identifier="2"))
    assert asked_again(feed, city).taken == 2
    assert WarningMessage.objects.filter(feed=feed).count() == 2
    site.put("/3.xml", xml(city.at, identifier="3"))
    site.atom("/1.xml", "/3.xml")
    assert asked_again(feed, city).taken == 1
    assert [path for path, _ in site.asked].count("/1.xml") == 1


def test_an_index_that_did_not_change_is_not_sent_again(city: City, site: Site, feed: Feed) -> None:
    site.put("/1.xml", xml(city.at))
    site.atom("/1.xml")
    asked_again(feed, city)
    asked_again(feed, city)
    assert site.asked[-1][0] == "/feed"
    assert site.asked[-1][1]["If-None-Match"]
    feed.refresh_from_db()
    assert (feed.failures, feed.taken) == (0, 1)


def test_rss_and_a_bare_message_are_feeds_too(city: City, site: Site, feed: Feed) -> None:
    site.put("/1.xml", xml(city.at))
    item = f"<item><link>{site.base}/1.xml</link></item>"
    site.put("/feed", f"<rss version='2.0'><channel>{item}</channel></rss>".encode())
    assert asked_again(feed, city).taken == 1
    site.put("/feed", xml(city.at, identifier="2"))
    assert asked_again(feed, city).taken == 1
    site.put("/feed", written(message(city.at, identifier="3")))
    assert asked_again(feed, city).taken == 1


@pytest.mark.parametrize(("body", "status", "hint"), [
    (b"no", 500, "500"), (b"<html/>", 200, "Atom"), (b"nonsense", 200, "XML"), (b"", 302, "302"),
    (b"x" * (3 * 1024 * 1024), 200, "2048")])
def test_a_feed_that_fails_says_why_and_is_left_alone_longer_each_time(
        city: City, site: Site, feed: Feed, body: bytes, status: int, hint: str) -> None:
    site.put("/feed", body, status)
    waits = []
    for _ in range(3):
        asked_again(feed, city)
        feed.refresh_from_db()
        waits.append((feed.next_at - feed.tried_at).total_seconds() / 60)  # type: ignore[operator]
    assert waits == [10, 20, 40]
    assert hint in feed.why
    site.atom()
    asked_again(feed, city)
    feed.refresh_from_db()
    assert (feed.failures, feed.why) == (0, "")


def test_a_server_that_drips_is_given_up(city: City, site: Site, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = book.Terms(**{**book.terms(city.at.date()).__dict__, "feed_seconds": 1})
    monkeypatch.setattr(polling, "terms", lambda on: quick)
    site.slow = 0.3
    site.put("/feed", b"<" * 60_000)
    asked_again(feed, city)
    feed.refresh_from_db()
    assert feed.failures == 1


def test_nobody_there_is_said(city: City) -> None:
    row = sources.keep_feed(by=city.post("administrator"), at=city.at, label="x", url="http://127.0.0.1:9/feed")
    polling.poll(row, city.at)
    row.refresh_from_db()
    assert row.failures == 1
    assert row.why


def test_a_bad_message_is_noted_once_and_the_others_come_in(city: City, site: Site, feed: Feed) -> None:
    site.put("/1.xml", b"<html/>")
    site.put("/2.xml", xml(city.at))
    site.atom("/1.xml", "/2.xml", "http://elsewhere.invalid/3.xml")
    done = asked_again(feed, city)
    assert (done.taken, done.refused) == (1, 2)
    assert FeedItem.objects.exclude(why="").count() == 2
    feed.refresh_from_db()
    assert feed.failures == 0


def test_a_message_that_cannot_be_fetched_is_asked_for_again(city: City, site: Site, feed: Feed) -> None:
    site.put("/2.xml", xml(city.at))
    site.atom("/1.xml", "/2.xml")
    assert asked_again(feed, city).taken == 1
    feed.refresh_from_db()
    assert (feed.failures, feed.taken) == (1, 1)
    site.put("/1.xml", xml(city.at, identifier="1b"))
    assert asked_again(feed, city).taken == 1


def test_a_demonstration_asks_nobody_outside_this_machine(city: City) -> None:
    row = sources.keep_feed(by=city.post("administrator"), at=city.at, label="x", url="http://192.0.2.1/feed")
    polling.poll(row, city.at)
    row.refresh_from_db()
    assert "演示" in row.why or "demonstration" in row.why


def test_the_worker_asks_only_what_is_due_and_on(city: City, site: Site, feed: Feed) -> None:
    site.put("/feed", xml(city.at))
    assert polling.poll_due(city.at) == 1
    assert polling.poll_due(city.at) == 0
    assert len(site.asked) == 1
    sources.switch_feed(feed.pk, by=city.post("administrator"), on=False)
    assert polling.poll_due(city.at) == 0
    sources.switch_feed(feed.pk, by=city.post("administrator"), on=True)
    polling.poll_due(city.at)
    assert len(site.asked) == 2


def test_a_feed_may_want_signed_messages_and_may_speak_another_datum(city: City, site: Site) -> None:
    row = sources.keep_feed(by=city.post("administrator"), at=city.at, label="x", url=f"{site.base}/feed",
                            datum=Datum.GCJ02, signed_only=True)
    site.put("/feed", xml(city.at))
    assert polling.poll(row, city.at).refused == 1
    sources.keep_feed(by=city.post("administrator"), at=city.at, label="x", url=f"{site.base}/feed",
                      datum=Datum.GCJ02, number=row.pk)
    row.refresh_from_db()
    assert polling.poll(row, city.at).taken == 1
    assert WarningMessage.objects.get().datum == "gcj02"


def test_only_an_administrator_says_where_warnings_come_from(city: City) -> None:
    with pytest.raises(NotAllowed):
        sources.keep_feed(by=city.post("duty_officer"), at=city.at, label="x", url="http://127.0.0.1/feed")
    admin = city.post("administrator")
    for url in ("ftp://x.invalid/", "nonsense", "http://u:p@x.invalid/", ""):
        with pytest.raises(RuleBroken) as refused:
            sources.keep_feed(by=admin, at=city.at, label="x", url=url)
        assert refused.value.field == "url"


def dropped(folder: Path, name: str, raw: bytes) -> Path:
    path = folder / name
    path.write_bytes(raw)
    old = clock.real_now().timestamp() - 60
    os.utime(path, (old, old))
    return path


def test_dropped_files_are_taken_and_moved_aside(city: City, tmp_path: Path) -> None:
    dropped(tmp_path, "1.xml", xml(city.at))
    dropped(tmp_path, "2.XML", b"<html/>")
    dropped(tmp_path, "3.txt", b"no message")
    (tmp_path / "4.xml").write_bytes(xml(city.at, identifier="4"))  # still being written
    assert read_folder(tmp_path, city.at) == (1, 1)
    assert (tmp_path / "done" / "1.xml").exists()
    assert (tmp_path / "refused" / "2.XML").exists()
    assert "alert" in (tmp_path / "refused" / "2.XML.txt").read_text("utf-8")
    assert sorted(one.name for one in tmp_path.glob("*.*")) == ["3.txt", "4.xml"]
    dropped(tmp_path, "1.xml", xml(city.at))
    assert read_folder(tmp_path, city.at) == (1, 0)
    assert sorted(one.name for one in (tmp_path / "done").iterdir()) == ["1-1.xml", "1.xml"]
    assert ReceivedWarning.objects.count() == 1


def test_a_folder_that_is_not_there_stops_nobody(city: City, tmp_path: Path) -> None:
    assert read_folder(tmp_path / "gone", city.at) == (0, 0)


def test_the_command_takes_files_and_lists_what_is_in_force(city: City, tmp_path: Path, capsys: Any) -> None:
    call_command("warning")
    assert "No warning" in capsys.readouterr().out
    path = dropped(tmp_path, "1.xml", xml(city.at))
    call_command("warning", str(path))
    call_command("warning")
    out = capsys.readouterr().out
    assert "received" in out
    assert "Test" in out
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("warning", str(dropped(tmp_path, "2.xml", b"<html/>")))
    assert "2.xml" in capsys.readouterr().err
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("warning", str(tmp_path / "gone.xml"))


def test_a_cancel_by_the_clock_of_a_feed_ends_the_warning(city: City, site: Site, feed: Feed) -> None:
    first = message(city.at)
    site.put("/feed", written(first))
    asked_again(feed, city)
    site.put("/feed", written(message(city.at + timedelta(minutes=4), identifier="2", msg_type=MsgType.CANCEL,
                                      about=[first])))
    asked_again(feed, city)
    assert ReceivedWarning.objects.get().stage == "cancelled"


def test_a_message_from_the_future_is_kept_and_said(city: City, site: Site, feed: Feed) -> None:
    site.put("/feed", xml(datetime(2027, 1, 1, tzinfo=clock.ZONE)))
    asked_again(feed, city)
    assert WarningMessage.objects.get().said == [Said.FUTURE]
