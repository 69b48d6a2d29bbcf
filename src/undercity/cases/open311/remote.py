"""Another Open311 server, spoken to as its client: XML, the format every server must have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ElementTree

import httpx

from undercity.clock import ZONE
from undercity.errors import RuleBroken

SECONDS, CONNECT_SECONDS = 15.0, 5.0
BYTES_MAX = 8 * 1024 * 1024
# A list of numbers goes into an address, and addresses have an end.
NUMBERS_AT_ONCE = 40
# What another side may answer and still get better by waiting.
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class Unanswered(Exception):
    """Nothing, or nothing that can be read, came back: try again. `seconds`: not before, if the other side said so."""

    def __init__(self, why: str, seconds: int = 0):
        super().__init__(why)
        self.seconds = seconds


class TurnedAway(Exception):
    """The other side understood and refused: trying again is no use. `status` is what it answered."""

    def __init__(self, why: str, status: int):
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Taken:
    """A request was taken: under a number, or under a token that will turn into one."""

    number: str
    token: str


@dataclass(frozen=True, slots=True)
class News:
    """What the other side tells of a request."""

    number: str
    request: str
    status: str
    at: datetime | None
    words: str
    link: str


def checked_endpoint(endpoint: str) -> str:
    """An address of an Open311 server, without a slash at its end. RuleBroken says what is wrong with it."""
    endpoint = endpoint.strip().rstrip("/")
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RuleBroken("The address is none of http or https.", field="endpoint",
                         remedy="Write it like https://open311.example.org/open311/v2.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise RuleBroken("The address holds more than host and path.", field="endpoint",
                         remedy="Leave names, keys, ? and # out; the key has a place of its own.")
    return endpoint


def is_here(endpoint: str) -> bool:
    """Is it on this very machine? Nothing else is spoken to in demonstration mode."""
    host = urlsplit(endpoint).hostname or ""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False


class Remote:
    """One server. Redirects are not followed: only the host that was configured is ever spoken to."""

    def __init__(self, endpoint: str, *, key: str = "", jurisdiction: str = ""):
        self.endpoint, self.key = checked_endpoint(endpoint), key
        self.always = {"jurisdiction_id": jurisdiction} if jurisdiction else {}
        self.link = httpx.Client(timeout=httpx.Timeout(SECONDS, connect=CONNECT_SECONDS), follow_redirects=False,
                                 trust_env=False, headers={"Accept": "text/xml, application/xml"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.link.close()

    def post_request(self, fields: Mapping[str, str], *, once: str) -> Taken:
        """Post a request. `once`: servers that know it give the first one back when it comes again."""
        root = self._ask("POST", "requests.xml", {**fields, "client_key": once}, {"Idempotency-Key": once})
        row = root.find("request")
        number, token = _text(row, "service_request_id"), _text(row, "token")
        if not number and not token:
            raise Unanswered("the answer holds neither a number nor a token")
        return Taken(number, token)

    def number_of(self, token: str) -> str:
        """The number a token turned into; "" when it has none yet."""
        return _text(self._ask("GET", f"tokens/{quote(token, safe='')}.xml").find("request"), "service_request_id")

    def number_with(self, words: str, *, service: str, since: datetime) -> str:
        """The number of a request whose description holds these words, posted since; "" when there is none."""
        root = self._ask("GET", "requests.xml", {"service_code": service, "start_date": _stamp(since),
                                                 "end_date": _stamp(since + timedelta(days=60))}, keyed=True)
        return next((_text(row, "service_request_id") for row in root.iter("request")
                     if words in _text(row, "description")), "")

    def news(self, begins: datetime, ends: datetime) -> list[News] | None:
        """What is told of requests between two moments; None when this server has no list of updates."""
        try:
            root = self._ask("GET", "servicerequestupdates.xml",
                             {"start_date": _stamp(begins), "end_date": _stamp(ends)}, keyed=True)
        except TurnedAway as refusal:
            if refusal.status in {404, 405, 501}:
                return None
            raise
        return [News(number=_text(row, "update_id"), request=_text(row, "service_request_id"),
                     status=_text(row, "status"), at=_moment(_text(row, "updated_datetime")),
                     words=_text(row, "description"), link=_text(row, "media_url"))
                for row in root.iter("request_update") if _text(row, "update_id")]

    def standing(self, numbers: Iterable[str]) -> list[News]:
        """How these requests stand now, for a server that has no list of updates."""
        wanted, found = list(numbers), []
        for start in range(0, len(wanted), NUMBERS_AT_ONCE):
            root = self._ask("GET", "requests.xml", {
                "service_request_id": ",".join(wanted[start:start + NUMBERS_AT_ONCE])})
            found += [News(number="", request=_text(row, "service_request_id"), status=_text(row, "status"),
                           at=_moment(_text(row, "updated_datetime")), words=_text(row, "status_notes"), link="")
                      for row in root.iter("request")]
        return found

    def _ask(self, method: str, path: str, fields: Mapping[str, str] | None = None,
             headers: Mapping[str, str] | None = None, *, keyed: bool = False) -> ElementTree.Element:
        """One question; the root of its answer without namespaces."""
        given = {**self.always, **(fields or {})}
        if self.key and (keyed or method == "POST"):
            given["api_key"] = self.key
        sent: dict[str, Any] = {"data": given} if method == "POST" else {"params": given}
        try:
            with self.link.stream(method, f"{self.endpoint}/{path}", headers=dict(headers or {}), **sent) as answer:
                content = b""
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > BYTES_MAX:
                        raise Unanswered("the answer is too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unanswered(f"{type(error).__name__}: {error}".replace(self.key or "\0", "…")) from error
        if answer.status_code in TRANSIENT:
            raise Unanswered(f"HTTP {answer.status_code}", _seconds(answer.headers.get("Retry-After", "")))
        if not answer.is_success:
            raise TurnedAway(f"HTTP {answer.status_code} {_refusal(content)}".strip().replace(self.key or "\0", "…"),
                             answer.status_code)
        return _read(content)


def _read(content: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Unanswered("the answer brings definitions of its own")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise Unanswered("the answer is no XML") from error
    for node in root.iter():
        node.tag = str(node.tag).rpartition("}")[2]
    return root


def _refusal(content: bytes) -> str:
    with suppress(Unanswered):
        return "; ".join(_text(row, "description") for row in _read(content).iter("error"))
    return ""


def _text(row: ElementTree.Element | None, name: str) -> str:
    return (row.findtext(name) or "").strip() if row is not None else ""


def _seconds(given: str) -> int:
    return min(int(given), 86_400) if given.isascii() and given.isdecimal() and len(given) < 9 else 0


def _stamp(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def _moment(given: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(given)
        return found if found.tzinfo else found.replace(tzinfo=ZONE)
    return None
