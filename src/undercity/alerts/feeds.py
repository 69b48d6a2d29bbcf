"""Fetching over HTTP with limits 拉取: so many bytes, so many seconds, no redirect; and what an index lists.

An index is Atom, RSS or a CAP message itself. Its entries carry messages, or lead to them by a link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from django.utils.translation import gettext as _
from lxml import etree

from undercity.alerts.cap.message import NAMESPACE
from undercity.alerts.cap.reading import tree_of
from undercity.errors import Refused, RuleBroken

ATOM = "{http://www.w3.org/2005/Atom}"
ALERT = f"{{{NAMESPACE}}}alert"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Unreachable(Refused):
    """It did not answer, or not as it should."""

    status = 502
    code = "unreachable"


@dataclass(frozen=True)
class Fetched:
    """An answer; `raw` None: nothing changed since."""

    raw: bytes | None
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class Listed:
    """An entry of an index: its address, and the message if the index carries it."""

    url: str
    raw: bytes | None = None


@dataclass(frozen=True)
class Limits:
    """What one fetch may cost. `loopback`: only this machine may be asked, as in a demonstration."""

    seconds: float
    kilobytes: int
    loopback: bool = False


def fetch(client: httpx.Client, url: str, limits: Limits, *, etag: str = "", modified: str = "") -> Fetched:
    """One address. Unreachable says why not, in words."""
    if limits.loopback and urlsplit(url).hostname not in LOOPBACK:
        raise Unreachable(_("A demonstration asks nobody outside this machine."))
    headers = {"Accept": "application/cap+xml, application/atom+xml, application/rss+xml, application/xml, text/xml"}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": modified} if modified else {}
    ends = perf_counter() + limits.seconds
    try:
        with client.stream("GET", url, headers=headers, timeout=limits.seconds) as answer:
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return Fetched(None, etag, modified)
            if answer.status_code != httpx.codes.OK:
                raise Unreachable(_("It answered %(status)d.") % {"status": answer.status_code})
            return Fetched(_read(answer, ends, limits.kilobytes), answer.headers.get("ETag", "")[:200],
                           answer.headers.get("Last-Modified", "")[:60])
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise Unreachable(_("It does not answer: %(why)s") % {"why": f"{type(error).__name__} {error}"[:200]}
                          ) from error


def _read(answer: httpx.Response, ends: float, kilobytes: int) -> bytes:
    found = bytearray()
    for piece in answer.iter_bytes():
        found += piece
        if len(found) > kilobytes * 1024:
            raise Unreachable(_("It sends more than %(kb)d kB.") % {"kb": kilobytes})
        if perf_counter() > ends:
            raise Unreachable(_("It takes too long."))
    return bytes(found)


def listed(raw: bytes, base: str, *, kilobytes: int) -> list[Listed]:
    """What an index lists, in its order. RuleBroken when it is no index that is known."""
    root = tree_of(raw, most=kilobytes * 1024)
    if root.tag == ALERT:
        return [Listed(base, raw)]
    if root.tag == f"{ATOM}feed":
        return _each(root.findall(f"{ATOM}entry"), base, _atom)
    if etree.QName(root).localname in {"rss", "RDF"}:
        return _each([one for one in root.iter() if isinstance(one.tag, str)
                      and etree.QName(one).localname == "item"], base, _rss)
    raise RuleBroken(_("This is neither Atom nor RSS nor CAP."), field="url",
                     remedy=_("Give the address of the feed itself, not of a page about it."))


def _each(entries: list[Any], base: str, link: Callable[[Any], str]) -> list[Listed]:
    found: list[Listed] = []
    for entry in entries:
        carried = entry.find(f".//{ALERT}")
        address = link(entry)
        if carried is not None:
            raw = etree.tostring(carried, encoding="utf-8", xml_declaration=True, with_tail=False)
            found.append(Listed(urljoin(base, address) if address else f"{base}#{len(found)}", raw))
        elif address:
            found.append(Listed(urljoin(base, address)))
    return found


def _atom(entry: Any) -> str:
    links = entry.findall(f"{ATOM}link")
    cap = [one for one in links if "cap" in one.get("type", "").lower()]
    plain = [one for one in links if one.get("rel", "alternate") in {"alternate", "enclosure", "self"}]
    return next((str(one.get("href")).strip() for one in [*cap, *plain] if one.get("href")), "")


def _rss(item: Any) -> str:
    for name in ("enclosure", "link", "guid"):
        for one in item:
            if isinstance(one.tag, str) and etree.QName(one).localname == name:
                found = str(one.get("url") or one.text or "").strip()
                if found.startswith(("http://", "https://", "/")):
                    return found
    return ""


def may_lie_at(url: str, feed: str, hosts: str) -> bool:
    """May a message of a feed lie at this address: on its own host and port, or on another host that was named?"""
    one, home = urlsplit(url), urlsplit(feed)
    if one.scheme not in {"http", "https"} or one.username:
        return False
    return one.netloc == home.netloc or one.hostname in hosts.split()
