"""Devices 监测设备: registered, given a token, switched off and on."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.text import slugify
from django.utils.translation import gettext as _

from undercity.db import write
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.org.powers import Actor, require
from undercity.org.queries import digest_of
from undercity.places.models import Place
from undercity.readings.models import Device, Series
from undercity.readings.queries.visible import kept_by, may_keep
from undercity.readings.states import BY_CODE, DeviceKind, Quantity

TOKEN_BYTES = 24


def register_device(*, by: Actor | None, at: datetime, key: str, place: Place, keeper: int,
                    quantities: Iterable[Quantity], label: str = "", kind: DeviceKind = DeviceKind.SENSOR,
                    full: int | None = None, invented: bool = False) -> tuple[Device, str]:
    """登记设备: a device of a place and what it measures; with its token, which is shown once and never again.

    `by` None: whoever runs the command line. `full`: how many people the place may hold, for what is counted.
    """
    wanted = list(dict.fromkeys(quantities))
    if by is not None:
        require(may_keep(by, district=place.district_id, keeper=keeper))
    if not key or key != slugify(key) or len(key) > 60:
        raise RuleBroken(_("“%(key)s” is no name for a device.") % {"key": key[:60]}, field="key",
                         remedy=_("Use small letters, digits and hyphens, 60 at most."))
    if not wanted:
        raise RuleBroken(_("A device must measure something."), field="quantities", remedy=_("Choose at least one."))
    token = secrets.token_urlsafe(TOKEN_BYTES) if kind is DeviceKind.SENSOR else ""
    with write():
        if Device.objects.filter(key=key).exists():
            raise RuleBroken(_("There is a device “%(key)s” already.") % {"key": key}, field="key",
                             remedy=_("Choose another name, or look it up."))
        device = Device.objects.create(key=key, place=place, keeper_id=keeper, kind=kind.value, label=label[:80],
                                       token_digest=digest_of(token) if token else None, made_at=at,
                                       token_at=at if token else None, invented=invented)
        add_quantities(device, wanted, full=full)
    return device, token


def add_quantities(device: Device, quantities: Iterable[Quantity], *, full: int | None = None) -> None:
    """Let a device measure more. What it measures already stays as it is."""
    Series.objects.bulk_create(
        [Series(device=device, quantity=one.value, full=full if one is Quantity.OCCUPANCY else None)
         for one in quantities], ignore_conflicts=True)


def quantities_of(codes: Iterable[str]) -> list[Quantity]:
    """Quantities by their codes; RuleBroken names the first that is none."""
    found = []
    for code in codes:
        if code not in BY_CODE:
            raise RuleBroken(_("There is no quantity “%(code)s”.") % {"code": code[:60]}, field="quantities",
                             remedy=_("Use one of: %(codes)s.") % {"codes": ", ".join(sorted(BY_CODE))})
        found.append(BY_CODE[code])
    return found


def hand_of(place: Place, *, keeper: int, at: datetime, quantities: Mapping[Quantity, int | None]) -> Device:
    """The keeper's own eye at a place: made when it is first needed. Quantity → how many the place may hold."""
    device, _made = Device.objects.get_or_create(
        key=f"hand-{place.key}", defaults={"place": place, "keeper_id": keeper, "kind": DeviceKind.HAND.value,
                                                "made_at": at, "invented": place.invented})
    for quantity, full in quantities.items():
        add_quantities(device, [quantity], full=full)
    return device


def _kept(by: Actor, key: str) -> Device:
    device = kept_by(by).filter(key=key).select_for_update(of=("self",)).first()
    if device is None:
        raise NotFound(_("There is no such device."), remedy=_("It may also be kept by others."))
    return device


def new_token(key: str, *, by: Actor, at: datetime) -> str:
    """换发令牌: a new token; the one before is worth nothing from now on."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with write():
        device = _kept(by, key)
        if device.kind != DeviceKind.SENSOR:
            raise InvalidMove(_("What is read by hand needs no token."), remedy=_("Register an instrument."))
        Device.objects.filter(pk=device.pk).update(token_digest=digest_of(token), token_at=at)
    return token


def switch(key: str, *, on: bool, by: Actor, at: datetime) -> Device:
    """停用 or 启用: readings of a device that is off are kept apart. Doing it twice changes nothing."""
    with write():
        device = _kept(by, key)
        if (device.stopped_at is None) is not on:
            device.stopped_at = None if on else at
            device.save(update_fields=["stopped_at"])
    return device
