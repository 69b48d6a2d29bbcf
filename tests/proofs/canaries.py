"""Canaries 金丝雀: rows whose every field holds a value that stands nowhere else, found from the models themselves.

A field that is added to a model tomorrow gets its canary without anybody thinking of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils import timezone

from tests.city import City

ROOM = "works"
BIRD = "金丝雀"
# Where in a row each kind of value begins: far from whatever the sample city holds.
FIRST_DAY = date(1957, 3, 17)
# What a model demands beyond the types of its fields.
DEMANDS: dict[str, dict[str, Any]] = {"Work": {"managed": "joint", "form": "basement", "condition": "unfit"}}


@dataclass
class Canaries:
    """The values laid out: for each field (`model.field`) the ways it could be written."""

    by_field: dict[str, list[str]] = field(default_factory=dict)
    number: int = 0

    def lay(self, instance: models.Model) -> None:
        """Note every canary of a row."""
        for one in instance._meta.concrete_fields:
            if ways := list(written(one, getattr(instance, one.attname))):
                self.by_field[f"{instance._meta.object_name}.{one.name}"] = ways

    def found_in(self, text: str) -> list[str]:
        """The fields of which a value stands in a text."""
        # Alone, not as part of a longer number or hash.
        return [name for name, ways in self.by_field.items() for way in ways
                if way in text and re.search(rf"(?<![0-9A-Za-z.]){re.escape(way)}(?![0-9A-Za-z])", text)]

    def value(self, one: models.Field[Any, Any]) -> Any:
        """A value for a field of a model that stands nowhere else; None where no value can be told apart."""
        self.number += 1
        n = self.number
        if one.choices or isinstance(one, models.BooleanField):
            return one.choices[0][0] if one.choices else False
        kinds: list[tuple[type[models.Field[Any, Any]], Any]] = [
            (models.UUIDField, UUID(int=0xC0FFEE0000000000000000000000 + n * 7919)),
            (models.PositiveSmallIntegerField, 20_001 + n * 17), (models.SmallIntegerField, 20_001 + n * 17),
            (models.IntegerField, 73_190_000 + n * 137), (models.FloatField, round(36.613579 + n * 0.00217, 6)),
            (models.DateTimeField, timezone.make_aware(datetime.combine(FIRST_DAY + timedelta(days=n), time(3, 17)))),
            (models.DateField, FIRST_DAY + timedelta(days=n)), (models.TimeField, time(3, n % 60, 17)),
            (models.JSONField, [f"{BIRD}{n:03d}"]), (models.CharField, f"{BIRD}{n:03d}"),
            (models.TextField, f"{BIRD}{n:03d}"), (models.BinaryField, f"{BIRD}{n:03d}".encode())]
        if isinstance(one, models.DecimalField):
            whole = one.max_digits - one.decimal_places
            return Decimal(f"{'7931648'[:whole]}.{str(52_713 + n * 3)[:one.decimal_places]}")
        return next((value for kind, value in kinds if isinstance(one, kind)), None)


def written(one: models.Field[Any, Any], value: Any) -> Iterator[str]:
    """The ways in which a page, a file or a line of the log could write a canary."""
    if value is None or one.choices or one.is_relation or isinstance(value, bool) or (
            one.primary_key and not isinstance(value, UUID)):
        return
    if isinstance(value, UUID):
        yield from (str(value), value.hex)
    elif isinstance(value, float):
        # A position cut to ten metres still betrays a door.
        yield from {f"{value:.{digits}f}" for digits in (4, 5, 6)}
    elif isinstance(value, Decimal):
        yield from {str(value), str(float(value))}
    elif isinstance(value, int):
        if value >= 1000:
            yield from (str(value), f"{value:,}", f"{value:,}".replace(",", " "))
    elif isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        yield from (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}")
    elif isinstance(value, time):
        yield value.isoformat("minutes")
    elif isinstance(value, list | dict):
        yield from re.findall(rf"{BIRD}\d+", str(value))
    elif BIRD in str(value):
        yield str(value)


def laid(city: City, *, key: str = "jin-si-que", listed: bool = False) -> tuple[Any, Canaries]:
    """A place of which every field is a canary, and a row of every table of the room of works that hangs on it.

    A listed place keeps what the public may know of it: then only its internal rows are canaries.
    """
    canaries = Canaries(number=400 if listed else 0)
    place = _place(city, key, listed, canaries)
    made: dict[type[models.Model], models.Model] = {type(place): place}
    for model in in_order(apps.get_app_config(ROOM).get_models()):
        made[model] = _row(model, made, canaries)
        canaries.lay(made[model])
    return place, canaries


def _place(city: City, key: str, listed: bool, canaries: Canaries) -> Any:
    from undercity.org.queries import directory
    from undercity.places.actions import cell_of
    from undercity.places.models import Place, PlaceName

    lat, lon = (36.651, 117.001) if listed else (36.613571, 117.024683)
    fixed: dict[str, Any] = {
        "key": key, "district_id": directory().by_key["shizhong"], "lat": lat, "lon": lon, "cell": cell_of(lat, lon),
        "hours": "24/7", "listed": listed, "invented": True, "valid_from": city.at.date(), "use": "cooling"}
    if listed:
        place = Place.objects.create(**fixed, address_zh="示例路1号（虚构）", source="test")
        PlaceName.objects.create(place=place, zh="一处公开的工程", en="Works in the open")
        return place
    given = {one.name: canaries.value(one) for one in Place._meta.concrete_fields
             if not one.primary_key and not one.is_relation}
    place = Place.objects.create(**{**given, **fixed, "hours": "Jan 03-Dec 29 03:17-23:43",
                                    "temperature_c": Decimal("13.7")})
    name = PlaceName.objects.create(place=place, zh=f"{BIRD}工程", en="Canary works")
    canaries.lay(place)
    canaries.lay(name)
    canaries.by_field |= {"Place.key": [key], "Place.hours": ["03:17"], "PlaceName.en": ["Canary works"]}
    # Degrees of heat are like any other's, the day it was entered is today's.
    for one in ("Place.temperature_c", "Place.valid_from", "Place.cell"):
        canaries.by_field.pop(one, None)
    return place


def in_order(given: Iterable[type[models.Model]]) -> list[type[models.Model]]:
    """The models, what others point at first."""
    waiting, done = list(given), list[type[models.Model]]()
    while waiting:
        ready = [one for one in waiting if not {
            link.related_model for link in one._meta.concrete_fields if link.is_relation and not link.null
        } & (set(waiting) - {one})]
        assert ready, f"models point at each other: {waiting}"
        done += ready
        waiting = [one for one in waiting if one not in ready]
    return done


def _row(model: type[models.Model], made: dict[type[models.Model], models.Model], canaries: Canaries) -> models.Model:
    given: dict[str, Any] = {}
    for one in model._meta.concrete_fields:
        if one.is_relation:
            known = made.get(one.related_model) or one.related_model._default_manager.order_by("pk").first()
            if known is not None or not one.null:
                given[one.name] = known
        elif not isinstance(one, models.AutoField):
            given[one.name] = canaries.value(one)
    given |= DEMANDS.get(model.__name__, {})
    try:
        row = model._default_manager.create(**given)
    except Exception as error:
        raise AssertionError(f"no canary could be made for {model.__name__}: {error}. Say in DEMANDS (tests/proofs/"
                             "canaries.py) what its rows must be like.") from error
    row.refresh_from_db()
    return row
