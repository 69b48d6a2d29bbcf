"""Reading CAP 1.2 from bytes nobody vouches for: no document type, no entity, nothing fetched, limits on everything.

Whatever is wrong comes out as RuleBroken naming the element and the remedy; nothing else is ever raised.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from lxml import etree

from undercity.alerts.cap.message import (
    LANGUAGE,
    NAMESPACE,
    Alert,
    Area,
    Category,
    Certainty,
    Circle,
    InfoBlock,
    MsgType,
    Named,
    Position,
    Reference,
    Resource,
    Response,
    Scope,
    Severity,
    Status,
    Urgency,
)
from undercity.errors import RuleBroken, TooLarge

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
MOST_INFOS, MOST_AREAS, MOST_POINTS = 20, 200, 100_000
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})\Z", re.ASCII)
_ZONELESS = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?)?\Z", re.ASCII)
_UNFIT = re.compile(r"[\s,<&]")
ENCODINGS = {"utf-8", "utf-16", "ascii", "gb18030", "gbk", "gb2312"}


class NotXml(RuleBroken):
    """It cannot be read as XML at all."""

    code = "not_xml"


class NotCap(RuleBroken):
    """It is XML, but no CAP 1.2 message."""

    code = "not_cap"


def tree_of(raw: bytes, *, most: int) -> Any:
    """The root element of untrusted XML; TooLarge above `most` bytes, NotXml when it cannot be read or is dangerous."""
    if len(raw) > most:
        raise TooLarge(_("The message is larger than %(kb)d kB.") % {"kb": most // 1024}, field="body",
                       remedy=_("Leave out pictures and files; refer to them by address."))
    # Comments are dropped, so that no value can be cut in two by one; a signature does not cover them either.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
                             huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(_text(raw).encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXml(_("This is no XML that can be read: %(why)s") % {"why": str(error)[:200]}, field="body",
                     remedy=_("Send one CAP 1.2 message as it was issued.")) from error
    if root.getroottree().docinfo.internalDTD is not None or any(
            isinstance(one, etree._Entity | etree._ProcessingInstruction) for one in root.iter()):
        raise NotXml(_("The message carries a document type, an entity or an instruction."), field="body",
                     remedy=_("CAP needs neither: take it out and send the message again."))
    return root


def _text(raw: bytes) -> str:
    """The bytes as text, without the declaration: what the file says of its encoding is believed only if we know it."""
    declared = _DECLARED.match(raw)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = declared[1].decode().lower() if declared else "utf-8"
    try:
        known = codecs.lookup(encoding).name
        if known not in ENCODINGS:
            raise LookupError(encoding)
        text = raw.decode("utf-8-sig" if known == "utf-8" else known)
    except (LookupError, UnicodeDecodeError) as error:
        raise NotXml(_("The letters of the message cannot be read."), field="body",
                     remedy=_("Send it in UTF-8.")) from error
    head = text.lstrip()
    if head.startswith("<?xml"):
        head = head.partition("?>")[2]
    if "<!DOCTYPE" in head or "<!ENTITY" in head:
        raise NotXml(_("The message carries a document type, an entity or an instruction."), field="body",
                     remedy=_("CAP needs neither: take it out and send the message again."))
    return head


def alert_of(root: Any) -> Alert:
    """The message in an element tree. RuleBroken names the element that is wrong."""
    name = etree.QName(root)
    if name.localname != "alert":
        raise NotCap(_("This is XML, but no CAP message: it begins with <%(name)s>.") % {"name": name.localname[:60]},
                     field="alert", remedy=_("Send one CAP 1.2 message as it was issued."))
    if name.namespace != NAMESPACE:
        raise NotCap(_("This is not CAP 1.2, but “%(name)s”.") % {"name": (name.namespace or "")[:100]},
                     field="alert", remedy=_("Send it in the namespace %(name)s.") % {"name": NAMESPACE})
    read = _Element(root, "alert", ALERT)
    found = Alert(
        identifier=read.token("identifier"), sender=read.token("sender"), sent=read.moment("sent", needed=True),
        status=read.one("status", Status), msg_type=read.one("msgType", MsgType), scope=read.one("scope", Scope),
        source=read.text("source"), restriction=read.text("restriction"), addresses=read.text("addresses"),
        codes=tuple(read.texts("code")), note=read.text("note"), references=_references(read),
        incidents=read.text("incidents"), infos=tuple(map(_info, read.some("info", MOST_INFOS))))
    if found.msg_type is not MsgType.ALERT and not found.references:
        raise _missing("references", _("%(type)s says which message it is about: sender,identifier,sent.") % {
            "type": found.msg_type.value})
    if found.scope is Scope.RESTRICTED and not found.restriction:
        raise _missing("restriction", _("A restricted message says for whom it is."))
    if found.scope is Scope.PRIVATE and not found.addresses:
        raise _missing("addresses", _("A private message says for whom it is."))
    if found.msg_type in {MsgType.ALERT, MsgType.UPDATE} and not found.infos:
        raise _missing("info", _("A message without <info> warns of nothing."))
    return found


def parsed(raw: bytes, *, most: int = 1024 * 1024) -> Alert:
    """A CAP 1.2 message from bytes; `most`: the largest number of bytes taken."""
    return alert_of(tree_of(raw, most=most))


def is_signed(root: Any) -> bool:
    """Does the message carry a digital signature?"""
    return root.find(SIGNATURE) is not None


def _missing(field: str, remedy: str) -> RuleBroken:
    return RuleBroken(_("<%(name)s> is missing.") % {"name": field}, field=field, remedy=remedy)


def _wrong(field: str, given: str, remedy: str) -> RuleBroken:
    return RuleBroken(_("<%(name)s> is “%(given)s”, which cannot be.") % {"name": field, "given": given[:80]},
                      field=field, remedy=remedy)


class _Element:
    """The children of one element by name; a name that is none of CAP's is refused, foreign ones are passed over."""

    def __init__(self, element: Any, name: str, known: frozenset[str]):
        self.name = name
        self.children: dict[str, list[Any]] = {}
        for child in element:
            tag = etree.QName(child)
            if tag.namespace != NAMESPACE:
                continue
            if tag.localname not in known:
                raise RuleBroken(_("<%(name)s> has no place in <%(where)s>.") % {
                    "name": tag.localname[:60], "where": name}, field=tag.localname[:60],
                    remedy=_("Compare the message with CAP 1.2; names are case-sensitive."))
            self.children.setdefault(tag.localname, []).append(child)

    def texts(self, name: str) -> list[str]:
        """The words of every child of that name."""
        return ["".join(one.itertext()).strip() for one in self.children.get(name, ())]

    def text(self, name: str, *, needed: bool = False) -> str:
        """The words of the only child of that name; "" when there is none."""
        found = self.texts(name)
        if len(found) > 1:
            raise RuleBroken(_("<%(name)s> comes more than once.") % {"name": name}, field=name,
                             remedy=_("It may come once in <%(where)s>.") % {"where": self.name})
        if needed and not (found and found[0]):
            raise _missing(name, _("CAP 1.2 asks for it in <%(where)s>.") % {"where": self.name})
        return found[0] if found else ""

    def token(self, name: str) -> str:
        """A word without spaces, commas and signs of XML."""
        found = self.text(name, needed=True)
        if _UNFIT.search(found) or len(found) > 300:
            raise _wrong(name, found, _("It holds no space, comma, < or &, and at most 300 characters."))
        return found

    def moment(self, name: str, *, needed: bool = False) -> Any:
        """An aware moment; None when there is none."""
        found = self.text(name, needed=needed)
        return moment_of(found, name) if found else None

    def one(self, name: str, kind: type[E]) -> E:
        """The one word of a list of words."""
        return _word(self.text(name, needed=True), name, kind)

    def many(self, name: str, kind: type[E]) -> tuple[E, ...]:
        """Words of a list of words."""
        return tuple(_word(one, name, kind) for one in self.texts(name))

    def some(self, name: str, most: int) -> list[Any]:
        """Elements of that name, not too many."""
        found = self.children.get(name, [])
        if len(found) > most:
            raise RuleBroken(_("<%(name)s> comes %(count)d times.") % {"name": name, "count": len(found)}, field=name,
                             remedy=_("At most %(most)d are taken; split the message.") % {"most": most})
        return found

    def named(self, name: str) -> tuple[Named, ...]:
        """Pairs of <valueName> and <value>."""
        pairs = (_Element(one, name, frozenset({"valueName", "value"})) for one in self.some(name, 500))
        return tuple((one.text("valueName", needed=True), one.text("value")) for one in pairs)

    def number(self, name: str, make: Callable[[str], T]) -> T | None:
        """A number; None when there is none."""
        found = self.text(name)
        return _number(found, name, make) if found else None


def _number(given: str, name: str, make: Callable[[str], T]) -> T:
    try:
        found = make(given)
        if not isfinite(found):  # type: ignore[arg-type]
            raise ValueError(given)
    except (ValueError, OverflowError) as error:
        raise _wrong(name, given, _("Write a number with a decimal point.")) from error
    return found


def _word(given: str, name: str, kind: type[E]) -> E:
    try:
        return kind(given)
    except ValueError as error:
        raise _wrong(name, given, _("Use one of: %(words)s.") % {"words": ", ".join(kind)}) from error


def moment_of(given: str, name: str) -> datetime:
    """An aware moment as CAP writes it; without a zone it is refused, for nobody can tell when that is."""
    try:
        if _MOMENT.match(given):
            return datetime.fromisoformat(given)
    except ValueError:
        pass
    remedy = _("Add the zone, for example %(moment)s.") % {"moment": "2026-07-18T16:20:00+08:00"} if _ZONELESS.match(
        given) else _("Write it like %(moment)s.") % {"moment": "2026-07-18T16:20:00+08:00"}
    raise _wrong(name, given, remedy)


def _references(read: _Element) -> tuple[Reference, ...]:
    found = []
    for one in read.text("references").split():
        parts = one.split(",")
        if len(parts) != 3 or not all(parts):
            raise _wrong("references", one, _("Write sender,identifier,sent for each, with spaces between them."))
        found.append(Reference(parts[0], parts[1], moment_of(parts[2], "references")))
    return tuple(found)


def _info(element: Any) -> InfoBlock:
    read = _Element(element, "info", INFO)
    found = InfoBlock(
        language=read.text("language") or LANGUAGE, categories=read.many("category", Category),
        event=read.text("event", needed=True), responses=read.many("responseType", Response),
        urgency=read.one("urgency", Urgency), severity=read.one("severity", Severity),
        certainty=read.one("certainty", Certainty), audience=read.text("audience"), event_codes=read.named("eventCode"),
        effective=read.moment("effective"), onset=read.moment("onset"), expires=read.moment("expires"),
        sender_name=read.text("senderName"), headline=read.text("headline"), description=read.text("description"),
        instruction=read.text("instruction"), web=read.text("web"), contact=read.text("contact"),
        parameters=read.named("parameter"), resources=tuple(map(_resource, read.some("resource", 50))),
        areas=tuple(map(_area, read.some("area", MOST_AREAS))))
    if not found.categories:
        raise _missing("category", _("CAP 1.2 asks for it in <%(where)s>.") % {"where": "info"})
    if found.expires and found.expires < (found.onset or found.effective or found.expires):
        raise _wrong("expires", found.expires.isoformat(), _("It lies before the beginning: correct one of the two."))
    return found


def _resource(element: Any) -> Resource:
    read = _Element(element, "resource", RESOURCE)
    return Resource(desc=read.text("resourceDesc", needed=True), mime=read.text("mimeType", needed=True),
                    size=read.number("size", int), uri=read.text("uri"), deref=read.text("derefUri"),
                    digest=read.text("digest"))


def _area(element: Any) -> Area:
    read = _Element(element, "area", AREA)
    return Area(desc=read.text("areaDesc", needed=True), polygons=tuple(map(_ring, read.texts("polygon"))),
                circles=tuple(map(_circle, read.texts("circle"))), geocodes=read.named("geocode"),
                altitude=read.number("altitude", float), ceiling=read.number("ceiling", float))


def _position(given: str, name: str) -> Position:
    parts = given.split(",")
    if len(parts) != 2:
        raise _wrong(name, given, _("Write positions as latitude,longitude with spaces between them."))
    return _number(parts[0], name, float), _number(parts[1], name, float)


def _ring(given: str) -> tuple[Position, ...]:
    points = given.split()
    if len(points) > MOST_POINTS:
        raise _wrong("polygon", given, _("At most %(most)d are taken; split the message.") % {"most": MOST_POINTS})
    ring = tuple(_position(one, "polygon") for one in points)
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise _wrong("polygon", given, _("Give at least four positions; the last is the first again."))
    return ring


def _circle(given: str) -> Circle:
    parts = given.split()
    if len(parts) != 2:
        raise _wrong("circle", given, _("Write latitude,longitude, a space, and the radius in kilometres."))
    radius = _number(parts[1], "circle", float)
    if radius < 0 or radius > 20_100:
        raise _wrong("circle", given, _("Write latitude,longitude, a space, and the radius in kilometres."))
    return Circle(_position(parts[0], "circle"), radius)


ALERT = frozenset((
    "identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses", "code", "note",
    "references", "incidents", "info"))
INFO = frozenset((
    "language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience", "eventCode",
    "effective", "onset", "expires", "senderName", "headline", "description", "instruction", "web", "contact",
    "parameter", "resource", "area"))
RESOURCE = frozenset(("resourceDesc", "mimeType", "size", "uri", "derefUri", "digest"))
AREA = frozenset(("areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling"))
