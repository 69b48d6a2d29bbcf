"""Minutes on the road: by a routing engine where one is set, by the speed model otherwise or when the engine is silent.

`UNDERCITY_ROUTING` is the address of an OSRM (`…/table/v1/driving` is added where it is missing) or of a Valhalla
(an address that ends in `/sources_to_targets`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from time import perf_counter
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.utils.translation import gettext as _

from undercity.clock import ZONE
from undercity.forces.rules import Terms
from undercity.science.travelling import minutes

Floats = npt.NDArray[np.float64]
# An engine takes a hundred places at once unless told otherwise.
AT_ONCE = 50
SECONDS, SECONDS_IN_ALL = 3.0, 6.0


@dataclass(frozen=True, slots=True)
class Roads:
    """Minutes (o, d), and where they are from: the model's numbers, whether an engine answered, and what it lacked."""

    minutes: Floats
    basis: dict[str, Any]

    @property
    def fell_back(self) -> bool:
        """The engine was asked and did not answer."""
        return bool(self.basis["trouble"])

    @property
    def source(self) -> str:
        """Where the minutes are from, in the reader's language."""
        return in_words(self.basis)


def in_words(basis: Mapping[str, Any]) -> str:
    """Where minutes are from, in the reader's language: a basis is kept with what was calculated from it."""
    model = _("speed model: %(kmh)g km/h at this hour, roads %(detour)g times the straight line") % basis
    if basis["trouble"]:
        return _("the routing engine did not answer (%(why)s); %(model)s") % {"why": basis["trouble"], "model": model}
    if not basis["engine"]:
        return model
    if basis["unknown"]:
        return _("routing engine; %(n)d ways it does not know by the speed model") % {"n": basis["unknown"]}
    return _("routing engine")


class NoAnswer(Exception):
    """The engine gave nothing that can be used; says what kind of trouble it was."""


def roads(origins: Floats, destinations: Floats, at: datetime, kept: Terms) -> Roads:
    """Minutes from every origin to every destination, positions (latitude, longitude)."""
    kmh = kept.kmh[at.astimezone(ZONE).hour]
    model = minutes(origins, destinations, kmh=kmh, detour=kept.detour)
    basis = {"kmh": kmh, "detour": kept.detour, "engine": False, "unknown": 0, "trouble": ""}
    if not settings.ROUTING or not model.size:
        return Roads(model, basis)
    try:
        asked = _asked(origins, destinations)
    except NoAnswer as trouble:
        return Roads(model, {**basis, "trouble": str(trouble)})
    unknown = ~np.isfinite(asked)
    return Roads(np.where(unknown, model, asked), {**basis, "engine": True, "unknown": int(unknown.sum())})


def _asked(origins: Floats, destinations: Floats) -> Floats:
    ends = perf_counter() + SECONDS_IN_ALL
    found = np.full((len(origins), len(destinations)), np.nan)
    ask = _valhalla if settings.ROUTING.endswith("/sources_to_targets") else _osrm
    try:
        with httpx.Client(timeout=SECONDS) as client:
            for some, others in product(_parts(len(origins)), _parts(len(destinations))):
                if perf_counter() > ends:
                    raise NoAnswer("slow")
                found[some, others] = ask(client, origins[some], destinations[others])
    except httpx.HTTPError as trouble:
        raise NoAnswer(type(trouble).__name__) from None
    except (ValueError, KeyError, TypeError, json.JSONDecodeError):
        raise NoAnswer("unreadable") from None
    return found


def _parts(many: int) -> Iterator[slice]:
    return (slice(begins, begins + AT_ONCE) for begins in range(0, many, AT_ONCE))


def _osrm(client: httpx.Client, origins: Floats, destinations: Floats) -> Floats:
    base = settings.ROUTING if "/table/" in settings.ROUTING else f"{settings.ROUTING}/table/v1/driving"
    places = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in [*origins.tolist(), *destinations.tolist()])
    first, all_ = len(origins), len(origins) + len(destinations)
    answer = _json(client.get(f"{base}/{places}", params={
        "sources": ";".join(map(str, range(first))), "destinations": ";".join(map(str, range(first, all_))),
        "annotations": "duration"}))
    if answer.get("code") != "Ok":
        raise NoAnswer(str(answer.get("code", "no code"))[:40])
    return _matrix(answer["durations"], len(origins), len(destinations))


def _valhalla(client: httpx.Client, origins: Floats, destinations: Floats) -> Floats:
    said = {"sources": [{"lat": lat, "lon": lon} for lat, lon in origins.tolist()],
            "targets": [{"lat": lat, "lon": lon} for lat, lon in destinations.tolist()], "costing": "auto"}
    answer = _json(client.post(settings.ROUTING, json=said))
    return _matrix([[cell.get("time") for cell in row] for row in answer["sources_to_targets"]], len(origins),
                   len(destinations))


def _json(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise NoAnswer(str(answer.status_code))
    found = answer.json()
    if not isinstance(found, dict):
        raise NoAnswer("unreadable")
    return found


def _matrix(seconds: Any, rows: int, columns: int) -> Floats:
    """Seconds as minutes; null is a way the engine does not know. ValueError when the shape is another."""
    found = np.array([[np.nan if one is None else float(one) for one in row] for row in seconds], dtype=np.float64)
    if found.shape != (rows, columns) or (found < 0).any():
        raise ValueError("not the table that was asked for")
    return found / 60
