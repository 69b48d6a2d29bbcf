"""CAP from untrusted bytes: what is good comes back as written, what is bad is refused with element and remedy."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from capvalidator import check_schema
from django.utils import translation
from hypothesis import given, strategies as some

from tests.alerts.messages import message, said, xml
from undercity import clock
from undercity.alerts.cap.message import (
    Alert,
    Area,
    Category,
    Certainty,
    Circle,
    InfoBlock,
    MsgType,
    Reference,
    Resource,
    Response,
    Scope,
    Severity,
    Status,
    Urgency,
)
from undercity.alerts.cap.reading import NotCap, NotXml, parsed
from undercity.alerts.cap.writing import written
from undercity.errors import Refused, RuleBroken, TooLarge

AT = datetime(2026, 7, 18, 16, 0, tzinfo=clock.ZONE)
GOOD = xml(AT)

words = some.text(some.characters(min_codepoint=33, exclude_categories=["Cs", "Cc", "Co", "Cn", "Zs", "Zl", "Zp"]),
                  min_size=1, max_size=20)
lines = some.lists(words, max_size=4).map(" ".join)
tokens = some.text(some.sampled_from("abcXYZ019-_.@:/"), min_size=1, max_size=40)
moments = some.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=some.sampled_from(
    [clock.ZONE, UTC, timezone(timedelta(hours=-3, minutes=-30))])).map(lambda at: at.replace(microsecond=0))
degrees = some.tuples(some.integers(-90_000_000, 90_000_000).map(lambda n: n / 1e6),
                      some.integers(-180_000_000, 180_000_000).map(lambda n: n / 1e6))
rings = some.lists(degrees, min_size=3, max_size=8).map(lambda ring: (*ring, ring[0]))
pairs = some.lists(some.tuples(words, lines), max_size=3).map(tuple)
areas = some.builds(Area, desc=words, polygons=some.lists(rings, max_size=2).map(tuple),
                    circles=some.lists(some.builds(Circle, degrees, some.integers(0, 900).map(float)), max_size=2).map(
                        tuple), geocodes=pairs, altitude=some.none() | some.just(10.5), ceiling=some.none())
resources = some.builds(Resource, desc=words, mime=some.just("image/png"), size=some.none() | some.integers(0, 10 ** 9),
                        uri=some.just("") | some.just("https://a.invalid/x.png"), deref=some.just(""),
                        digest=some.just(""))


def ended(info: InfoBlock) -> InfoBlock:
    """Its end lies after its beginning."""
    starts = info.onset or info.effective
    if info.expires and starts and info.expires < starts:
        return InfoBlock(**{**info.__dict__, "expires": starts + timedelta(hours=1)})
    return info


infos = some.builds(
    InfoBlock, language=some.sampled_from(["zh-CN", "en-US", "en"]), event=words,
    categories=some.lists(some.sampled_from(Category), min_size=1, max_size=3).map(tuple),
    urgency=some.sampled_from(Urgency), severity=some.sampled_from(Severity), certainty=some.sampled_from(Certainty),
    responses=some.lists(some.sampled_from(Response), max_size=2).map(tuple), audience=lines, event_codes=pairs,
    effective=some.none() | moments, onset=some.none() | moments, expires=some.none() | moments, sender_name=lines,
    headline=lines, description=lines, instruction=lines, web=some.just("") | some.just("https://a.invalid/"),
    contact=lines, parameters=pairs, resources=some.lists(resources, max_size=2).map(tuple),
    areas=some.lists(areas, max_size=2).map(tuple)).map(ended)
references = some.builds(Reference, tokens, tokens, moments)
alerts = some.builds(
    Alert, identifier=tokens, sender=tokens, sent=moments, status=some.sampled_from(Status),
    msg_type=some.sampled_from(MsgType), scope=some.sampled_from(Scope), source=lines, restriction=words,
    addresses=words, codes=some.lists(words, max_size=2).map(tuple), note=lines,
    references=some.lists(references, min_size=1, max_size=3).map(tuple), incidents=words,
    infos=some.lists(infos, min_size=1, max_size=2).map(tuple))


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@given(alerts)
def test_what_is_written_is_read_back_and_fits_the_schema_of_the_standard(alert: Alert) -> None:
    raw = written(alert)
    assert parsed(raw) == alert
    assert check_schema(raw).passed


def without(name: str) -> bytes:
    import re

    return re.sub(rf"<{name}>[^<]*</{name}>".encode(), b"", GOOD, count=1)


@pytest.mark.parametrize("name", ["identifier", "sender", "sent", "status", "msgType", "scope", "category", "event",
                                  "urgency", "severity", "certainty", "areaDesc"])
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parsed(without(name))
    assert refused.value.field == name
    assert f"<{name}>" in str(refused.value)
    assert refused.value.remedy


def with_words(name: str, words_: str) -> bytes:
    import re

    return re.sub(rf"<{name}>[^<]*</{name}>".encode(), f"<{name}>{words_}</{name}>".encode(), GOOD, count=1)


@pytest.mark.parametrize(("name", "given_", "hint"), [
    ("status", "actual", "Actual"), ("msgType", "Warn", "Alert"), ("scope", "All", "Public"),
    ("category", "Weather", "Met"), ("urgency", "Now", "Immediate"), ("severity", "Red", "Extreme"),
    ("certainty", "Sure", "Observed"), ("responseType", "Run", "Shelter"), ("sent", "2026-07-18T16:00:00", "zone"),
    ("sent", "18.07.2026", "2026-07-18"), ("sent", "2026-02-30T16:00:00+08:00", "2026-07-18"),
    ("expires", "2026-07-18T16:00:00", "zone"), ("expires", "2020-01-01T00:00:00+08:00", "beginning"),
    ("identifier", "a,b", "comma"), ("sender", "a b", "space")])
def test_what_cannot_be_is_named_with_what_can(name: str, given_: str, hint: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parsed(with_words(name, given_))
    assert refused.value.field == name
    assert hint in str(refused.value)


@pytest.mark.parametrize(("area", "field"), [
    ("<polygon>36.6,117.0 36.7,117.0 36.7,117.1</polygon>", "polygon"), ("<polygon>36.6 117.0</polygon>", "polygon"),
    ("<polygon>x,1 1,1 1,2 x,1</polygon>", "polygon"), ("<polygon>nan,1 1,1 1,2 nan,1</polygon>", "polygon"),
    ("<circle>36.6,117.0</circle>", "circle"), ("<circle>36.6,117.0 -3</circle>", "circle"),
    ("<circle>36.6,117.0 1e999</circle>", "circle"), ("<geocode><value>1</value></geocode>", "valueName"),
    ("<altitude>high</altitude>", "altitude"), ("<Polygon>1,1</Polygon>", "Polygon")])
def test_an_area_that_is_none_is_named(area: str, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parsed(GOOD.replace(b"</areaDesc>", f"</areaDesc>{area}".encode()))
    assert refused.value.field == field


def test_an_update_says_what_it_updates() -> None:
    with pytest.raises(RuleBroken) as refused:
        parsed(xml(AT, msg_type=MsgType.UPDATE))
    assert refused.value.field == "references"
    with pytest.raises(RuleBroken):
        parsed(with_words("scope", "Public").replace(b"</scope>", b"</scope><references>a,b</references>"))


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY a "ha">%s]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&j;</identifier></alert>""" % b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&x;</identifier></alert>"""
FETCHED = b"""<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/cap.dtd">
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>"""


@pytest.mark.parametrize("raw", [
    b"", b"   ", b"hello", b"{}", b"\xff\xfe\x00", b"<alert", b"<a></b>", LAUGHS, OUTSIDE, FETCHED,
    LAUGHS.decode().encode("utf-16"), OUTSIDE.decode().encode("utf-16"),
    b'<?xml version="1.0" encoding="utf-7"?><alert/>', b'<?xml version="1.0" encoding="nonsense"?><alert/>',
    b"<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'>&nbsp;</alert>", b"<a>" * 3000 + b"</a>" * 3000,
    b"<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><?run me?></alert>", b"\x00" * 100, GOOD[:-20]],
    ids=lambda raw: repr(raw[:24]))
def test_what_is_no_xml_or_dangerous_is_refused_before_anything_is_read(raw: bytes) -> None:
    with pytest.raises(NotXml) as refused:
        parsed(raw)
    assert refused.value.remedy
    assert "hostname" not in str(refused.value).replace("file:///etc/hostname", "")


@pytest.mark.parametrize("raw", [
    b"<html/>", b"<alert/>", GOOD.replace(b"cap:1.2", b"cap:1.1"), b"<feed xmlns='http://www.w3.org/2005/Atom'/>"])
def test_what_is_xml_but_no_cap_says_what_it_is(raw: bytes) -> None:
    with pytest.raises(NotCap):
        parsed(raw)


def test_a_message_too_large_is_refused_unread() -> None:
    with pytest.raises(TooLarge) as refused:
        parsed(b"<" * 2000, most=1024)
    assert refused.value.status == 413


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_chinese_messages_come_in_the_encodings_they_come_in(encoding: str) -> None:
    text = GOOD.decode().replace("<?xml version='1.0' encoding='utf-8'?>",
                                 f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>")
    assert parsed(text.encode(encoding)) == parsed(GOOD)


def test_a_comment_cuts_no_word_in_two_and_another_namespace_is_passed_over() -> None:
    raw = GOOD.replace(b"<status>Test", b"<status>Te<!-- Actual -->st").replace(
        b"</scope>", b"</scope><x:more xmlns:x='urn:x'><x:status>Actual</x:status></x:more>")
    assert parsed(raw) == parsed(GOOD)


def test_bytes_changed_at_random_are_read_or_refused_and_nothing_else(rounds: Callable[[int, int], int]) -> None:
    dice = random.Random(20260718)
    rich = written(message(AT, infos=[said(), said("橙", "Rain", language="en", area=[Area(
        desc="x", polygons=(((36.6, 117.0), (36.7, 117.0), (36.7, 117.1), (36.6, 117.0)),),
        circles=(Circle((36.6, 117.0), 3),), geocodes=(("a", "370103"),))])]))
    pieces = [b"<", b">", b"&", b"&amp;", b"</info>", b"<info>", b"\x00", b"\xff", b"]]>", b"<![CDATA[", b"<!--",
              b"1e309", b"-", b"<area>", b" ", "汉".encode(), b"xmlns", b"<!DOCTYPE a>"]
    read = dull = 0
    for _ in range(rounds(1500, 60_000)):
        raw = bytearray(rich)
        for _change in range(dice.choice((1, 1, 2, 5))):
            at = dice.randrange(len(raw))
            match dice.randrange(4):
                case 0:
                    raw[at] = dice.randrange(256)
                case 1:
                    raw[at:at] = dice.choice(pieces)
                case 2:
                    del raw[at:at + dice.choice((1, 3, 40))]
                case _:
                    other = dice.randrange(len(raw))
                    raw[at:at] = raw[other:other + dice.choice((5, 60))]
        try:
            parsed(bytes(raw))
            read += 1
        except Refused as refusal:
            dull += not (refusal.field and refusal.remedy)
    assert read
    assert dull == 0
