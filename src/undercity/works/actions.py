"""Everything that changes the internal side of works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from undercity.db import insert_objects, reserve, write
from undercity.errors import RuleBroken
from undercity.org.powers import Actor, require
from undercity.org.queries import directory
from undercity.places.models import Place
from undercity.works.models import Entrance, Work
from undercity.works.rules import checked, may_read
from undercity.works.states import Condition, Form, Managed


def register_work(*, by: Actor, place: Place, code: str, entrances: Iterable[Mapping[str, Any]], year: int,
                  **profile: Any) -> Work:
    """登记工程: give a place its internal profile and its ways in. RuleBroken when the profile cannot be."""
    cards = directory().cards
    require(may_read(by, district=cards[place.district_id].path, keeper=cards[profile["keeper"]].path))
    if Work.objects.filter(code=code).exists() or Work.objects.filter(place=place).exists():
        raise RuleBroken(_("This work is registered already."), field="code",
                         remedy=_("Look it up by its code or its place."))
    return register_works([{"place": place.pk, "code": code, "entrances": list(entrances), **profile}], year=year)[0]


def register_works(rows: Iterable[Mapping[str, Any]], *, year: int) -> list[Work]:
    """Many works of a list whose right to enter was settled before; each is checked as a single one is."""
    given = list(rows)
    for row in given:
        if not row["entrances"]:
            raise RuleBroken(_("A work needs at least one entrance."), field="entrances",
                             remedy=_("Give its name, position, width and sill."))
        checked(row, year=year)
    with write():
        works = [_work(number, row) for number, row in zip(reserve(Work, len(given)), given, strict=True)]
        insert_objects(Work, works)
        ways = [(work, way) for work, row in zip(works, given, strict=True) for way in row["entrances"]]
        insert_objects(Entrance, [
            Entrance(pk=number, work=work, name=way["name"], lat=way["lat"], lon=way["lon"],
                     width_m=Decimal(str(way["width_m"])), sill_m=Decimal(str(way["sill_m"])))
            for number, (work, way) in zip(reserve(Entrance, len(ways)), ways, strict=True)])
    return works


def _work(number: int, row: Mapping[str, Any]) -> Work:
    return Work(pk=number, place_id=row["place"], code=row["code"], managed=Managed(row["managed"]).value,
                form=Form(row["form"]).value, area_m2=row["area_m2"], volume_m3=row["volume_m3"], levels=row["levels"],
                depth_m=Decimal(str(row["depth_m"])), capacity=row["capacity"],
                condition=Condition(row["condition"]).value, condition_words=row["condition_words"],
                pumps=row["pumps"], boards=row["boards"], keeper_id=row["keeper"], built=row["built"])
