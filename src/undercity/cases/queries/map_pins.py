"""Open cases as pins of the map, for the officers who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from undercity.cases.models import Case
from undercity.cases.queries.lists import Row
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import OPEN, Stage
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.places.pins import Pin

AT_MOST = 200


def of_case(case: Case) -> list[Pin]:
    """One case as its pin; none when nobody gave a position."""
    return of_cases([case])


def of_cases(cases: Iterable[Case]) -> list[Pin]:
    """Cases as pins, but for those of which nobody gave a position."""
    known, address = scheme(), address_of("case")
    return [Pin(lat, lon, f"{case.number} {known.name(case.category)}", address(case.number), "case")
            for case in cases if (lat := case.report.lat) is not None and (lon := case.report.lon) is not None]


def of_rows(rows: Iterable[Row]) -> list[Pin]:
    """The rows of a list as pins."""
    return [row.pin for row in rows if row.pin is not None]


def open_cases(actor: Actor, at: datetime) -> list[Pin]:
    """The newest open cases of an actor that have a position."""
    rows = (visible_to(actor).filter(stage__in=sorted(OPEN), report__lat__isnull=False).select_related("report")
            .order_by("-id")[:AT_MOST])
    known, address = scheme(), address_of("case")
    return [Pin(lat, lon, f"{case.number} {known.name(case.category)}", address(case.number), "case",
                f"{Stage(case.stage).label} · {case.report.address}")
            for case in rows if (lat := case.report.lat) is not None and (lon := case.report.lon) is not None]
