"""The attributes of a service definition, and what a client answered to them."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language, gettext as _

from undercity import clock
from undercity.cases.models import Attribute
from undercity.cases.open311.faults import Faults
from undercity.cases.open311.parameters import as_moment, as_number, as_text
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import Datatype
from undercity.errors import RuleBroken

# attribute[code]=value, and attribute[code][]=value or attribute[code][0]=value as forms of several values write it.
_NAME = re.compile(r"attribute\[([^\[\]]{1,80})\](?:\[\d{0,4}\])?\Z")
STRING_MAX, TEXT_MAX = 300, 1000


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def _name(one: Attribute) -> str:
    return one.zh if _chinese() else one.en


def _values(one: Attribute) -> dict[str, str]:
    return {value["key"]: value["zh"] if _chinese() else value["en"] for value in one.values}


def _asked(category: str) -> list[Attribute]:
    return scheme().attributes_of(category, clock.now().date())


def shown(category: str) -> list[dict[str, Any]]:
    """The attributes of a service as its definition lists them."""
    return [{"variable": not one.is_told, "code": one.code, "datatype": one.datatype, "required": one.required,
             "datatype_description": "" if one.is_told else str(Datatype(one.datatype).label), "order": place,
             "description": _name(one),
             "values": [{"key": key, "name": name} for key, name in _values(one).items()]}
            for place, one in enumerate(_asked(category), 1)]


def answers(category: str, given: QueryDict, faults: Faults) -> str:
    """What a client answered, as lines that go with the words of the report; each wrong attribute is a fault."""
    told = _told(given, faults)
    asked = {one.code: one for one in _asked(category)}
    for code in told.keys() - asked.keys():
        faults.add(RuleBroken(_("This service asks for no such attribute."), field=f"attribute[{code}]",
                              remedy=_("Its definition lists those it asks for.")))
    lines = []
    for code, one in asked.items():
        values = [] if one.is_told else told.get(code, [])
        if values:
            with faults.noting():
                lines.append(_("%(what)s: %(answer)s") % {"what": _name(one), "answer": _checked(one, values)})
        elif one.required:
            faults.add(RuleBroken(_("“%(name)s” is required.") % {"name": _name(one)}, field=f"attribute[{code}]",
                                  remedy=_("Its service's definition says what to send.")))
    return "\n".join(lines)


def _told(given: QueryDict, faults: Faults) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for name in given:
        if (found := _NAME.match(name)) is not None:
            told.setdefault(found[1], []).extend(one.strip() for one in given.getlist(name) if one.strip())
        elif name.startswith("attribute"):
            faults.add(RuleBroken(_("This is no attribute."), field=name[:60].replace("\x00", ""),
                                  remedy=_("Write attribute[code]=value.")))
    return {code: values for code, values in told.items() if values}


def _checked(one: Attribute, values: list[str]) -> str:
    field = f"attribute[{one.code}]"
    if one.datatype == Datatype.MANY:
        return _("; ").join(_chosen(one, value, field) for value in dict.fromkeys(values))
    if len(values) > 1:
        raise RuleBroken(_("One value only."), field=field, remedy=_("Send the attribute once."))
    value = values[0]
    if one.datatype == Datatype.ONE:
        return _chosen(one, value, field)
    if one.datatype == Datatype.NUMBER:
        return f"{as_number(value, field):g}"
    if one.datatype == Datatype.DATETIME:
        return as_moment(value, field).isoformat(sep=" ", timespec="minutes")
    text = as_text(value, field, STRING_MAX if one.datatype == Datatype.STRING else TEXT_MAX)
    if one.datatype == Datatype.STRING and len(text.splitlines()) > 1:
        raise RuleBroken(_("This is one line only."), field=field, remedy=_("Leave the line breaks out."))
    return text


def _chosen(one: Attribute, key: str, field: str) -> str:
    values = _values(one)
    if key not in values:
        raise RuleBroken(_("There is no value “%(value)s”.") % {"value": key[:60].replace("\x00", "")}, field=field,
                         remedy=_("Use one of: %(all)s.") % {"all": ", ".join(values)})
    return values[key]
