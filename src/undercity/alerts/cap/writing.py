"""Writing CAP 1.2: elements in the order of the standard's schema, moments with their zone and whole seconds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lxml import etree

from undercity.alerts.cap.message import NAMESPACE, Alert, Area, InfoBlock, Named, Position, Resource

# XML 1.0 has no way to write these, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(alert: Alert) -> bytes:
    """The message as UTF-8."""
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _put(root, identifier=alert.identifier, sender=alert.sender, sent=moment(alert.sent), status=alert.status.value,
         msgType=alert.msg_type.value, source=alert.source, scope=alert.scope.value, restriction=alert.restriction,
         addresses=alert.addresses)
    for code in alert.codes:
        _put(root, code=code)
    _put(root, note=alert.note, references=" ".join(
        f"{one.sender},{one.identifier},{moment(one.sent)}" for one in alert.references))
    _put(root, incidents=alert.incidents)
    for info in alert.infos:
        _info(_child(root, "info"), info)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def moment(at: datetime | None) -> str:
    """As the schema wants it: whole seconds, and never Z."""
    return at.isoformat(timespec="seconds").replace("Z", "+00:00") if at else ""


def _child(above: Any, name: str) -> Any:
    return etree.SubElement(above, f"{{{NAMESPACE}}}{name}")


def _put(above: Any, **values: str) -> None:
    for name, value in values.items():
        if value:
            _child(above, name).text = _UNWRITABLE.sub("\ufffd", value)


def _named(above: Any, name: str, pairs: Iterable[Named]) -> None:
    for value_name, value in pairs:
        pair = _child(above, name)
        _put(pair, valueName=value_name)
        _child(pair, "value").text = _UNWRITABLE.sub("\ufffd", value)


def _info(at: Any, info: InfoBlock) -> None:
    _put(at, language=info.language)
    for category in info.categories:
        _put(at, category=category.value)
    _put(at, event=info.event)
    for response in info.responses:
        _put(at, responseType=response.value)
    _put(at, urgency=info.urgency.value, severity=info.severity.value, certainty=info.certainty.value,
         audience=info.audience)
    _named(at, "eventCode", info.event_codes)
    _put(at, effective=moment(info.effective), onset=moment(info.onset), expires=moment(info.expires),
         senderName=info.sender_name, headline=info.headline, description=info.description,
         instruction=info.instruction, web=info.web, contact=info.contact)
    _named(at, "parameter", info.parameters)
    for resource in info.resources:
        _resource(_child(at, "resource"), resource)
    for area in info.areas:
        _area(_child(at, "area"), area)


def _resource(at: Any, resource: Resource) -> None:
    _put(at, resourceDesc=resource.desc, mimeType=resource.mime,
         size="" if resource.size is None else str(resource.size), uri=resource.uri, derefUri=resource.deref,
         digest=resource.digest)


def _area(at: Any, area: Area) -> None:
    _put(at, areaDesc=area.desc)
    for ring in area.polygons:
        _put(at, polygon=" ".join(map(_position, ring)))
    for circle in area.circles:
        _put(at, circle=f"{_position(circle.at)} {_decimal(circle.km)}")
    _named(at, "geocode", area.geocodes)
    _put(at, altitude="" if area.altitude is None else _decimal(area.altitude),
         ceiling="" if area.ceiling is None else _decimal(area.ceiling))


def _position(at: Position) -> str:
    return f"{_decimal(at[0])},{_decimal(at[1])}"


def _decimal(number: float) -> str:
    """Nine decimals and no exponent, which the schema's decimals do not know."""
    return f"{number:.9f}".rstrip("0").rstrip(".")
