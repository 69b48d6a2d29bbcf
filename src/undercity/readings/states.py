"""What is measured, what became of a reading, and why one was not stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Quantity(IntegerChoices):
    """A quantity 监测量. Its number stands in every stored reading and never changes."""

    TEMPERATURE_IN = 1, _("temperature inside")
    TEMPERATURE_OUT = 2, _("temperature outside")
    HUMIDITY = 3, _("humidity")
    OCCUPANCY = 4, _("people inside")
    CO2 = 5, _("carbon dioxide")
    WATER_LEVEL = 6, _("water level in the sump")
    RAINFALL = 7, _("rain since the last reading")
    STREET_DEPTH = 8, _("water on the street")
    RIVER_LEVEL = 9, _("river level")

    @property
    def code(self) -> str:
        """What machines call it: `temperature_in`."""
        return self.name.lower()

    @property
    def unit(self) -> str:
        """Its unit as it is printed; "" for what is counted."""
        return UNITS[self][0]

    @property
    def decimals(self) -> int:
        """How many decimals are kept: a reading is stored as a whole number of the last one."""
        return UNITS[self][1]

    @property
    def is_internal(self) -> bool:
        """Never shown to the public, whatever the place."""
        return self not in PUBLIC

    def shown(self, value: int | float | None) -> str:
        """A stored value as a number in the unit; "" for none."""
        if value is None:
            return ""
        return f"{Decimal(round(value)).scaleb(-self.decimals):.{self.decimals}f}"

    def with_unit(self, value: int | float | None) -> str:
        """A stored value with its unit; "" for none."""
        return "" if value is None else f"{self.shown(value)} {self.unit}".strip()


UNITS: dict[Quantity, tuple[str, int]] = {
    Quantity.TEMPERATURE_IN: ("°C", 1), Quantity.TEMPERATURE_OUT: ("°C", 1), Quantity.HUMIDITY: ("%", 1),
    Quantity.OCCUPANCY: ("", 0), Quantity.CO2: ("ppm", 0), Quantity.WATER_LEVEL: ("m", 2),
    Quantity.RAINFALL: ("mm", 1), Quantity.STREET_DEPTH: ("m", 2), Quantity.RIVER_LEVEL: ("m", 2)}
PUBLIC = frozenset({Quantity.TEMPERATURE_IN, Quantity.TEMPERATURE_OUT, Quantity.OCCUPANCY})
BY_CODE: dict[str, Quantity] = {one.code: one for one in Quantity}


class DeviceKind(TextChoices):
    """Who measures."""

    SENSOR = "sensor", _("instrument")
    HAND = "hand", _("by hand")


class Door(TextChoices):
    """The way a reading came in."""

    PHONE = "phone", _("phone form")
    CSV = "csv", _("CSV file")
    HTTP = "http", _("HTTP")
    MQTT = "mqtt", _("MQTT")


class Watch(IntegerChoices):
    """How a series stands to its warning range."""

    LOW = -1, _("too low")
    NORMAL = 0, _("in range")
    HIGH = 1, _("too high")


class Result(TextChoices):
    """What became of a reading."""

    STORED = "stored", _("stored")
    DUPLICATE = "duplicate", _("known already")
    REFUSED = "refused", _("kept apart")


class Reason(TextChoices):
    """Why a reading was kept apart and not stored."""

    UNREADABLE = "unreadable", _("cannot be read")
    UNKNOWN_DEVICE = "unknown_device", _("unknown device")
    STOPPED_DEVICE = "stopped_device", _("the device is switched off")
    UNKNOWN_QUANTITY = "unknown_quantity", _("not a quantity of this device")
    BAD_VALUE = "bad_value", _("the value is no number")
    BAD_TIME = "bad_time", _("the time cannot be read")
    NO_TIME = "no_time", _("neither a time nor a key")
    IMPOSSIBLE = "impossible", _("outside the physical range")
    FUTURE = "future", _("from the future")
    TOO_OLD = "too_old", _("too old")
    OTHER_VALUE = "other_value", _("another value at that moment")
    KEY_REUSED = "key_reused", _("the key belongs to another reading")


REMEDIES: dict[Reason, Any] = {
    Reason.UNREADABLE: _("Send JSON as the operator's guide shows it."),
    Reason.UNKNOWN_DEVICE: _("Register the device, or correct its name."),
    Reason.STOPPED_DEVICE: _("Switch the device on again, or take it down."),
    Reason.UNKNOWN_QUANTITY: _("Correct the quantity, or add it to the device."),
    Reason.BAD_VALUE: _("Send a number with a decimal point."),
    Reason.BAD_TIME: _("Write the time like 2026-07-18T16:20:00+08:00."),
    Reason.NO_TIME: _("Send the time, or a key that stays the same when the reading is sent again."),
    Reason.IMPOSSIBLE: _("Check the instrument and the unit."),
    Reason.FUTURE: _("Check the clock of the device."),
    Reason.TOO_OLD: _("Check the time; whoever keeps the place may still accept it."),
    Reason.OTHER_VALUE: _("The first value stands; whoever keeps the place may replace it."),
    Reason.KEY_REUSED: _("Give every reading a key of its own."),
}


class Decided(TextChoices):
    """What an officer made of a reading that was kept apart."""

    OPEN = "open", _("to be decided")
    ACCEPTED = "accepted", _("accepted")
    DROPPED = "dropped", _("dropped")


class Span(TextChoices):
    """What a chart covers."""

    DAY = "day", _("day")
    WEEK = "week", _("week")
    YEAR = "year", _("year")
