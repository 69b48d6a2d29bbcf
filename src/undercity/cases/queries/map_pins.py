"""Open cases as pins of the map, for the officers who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from django.urls import reverse

from undercity.cases.models import Case
from undercity.cases.queries.lists import Row
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import OPEN, Stage
from undercity.org.powers import Actor
from undercity.places.pins import Pin

AT_MOST = 200
ANY = "00000000-000000"


def of_case(case: Case) -> list[Pin]:
    """One case as its pin; none when nobody gave a position."""
    lat, lon = case.report.lat, case.report.lon
    if lat is None or lon is None:
        return []
    return [Pin(lat, lon, f"{case.number} {scheme().name(case.category)}", _page_of(case), "case")]


def _page_of(case: Case) -> str:
    # Asked hundreds of times a page: the resolver is asked once.
    return _any_page().replace(ANY, case.number)


@cache
def _any_page() -> str:
    return reverse("case", args=[ANY])


def of_rows(rows: Iterable[Row]) -> list[Pin]:
    """The rows of a list as pins."""
    return [pin for row in rows for pin in of_case(row.case)]


def open_cases(actor: Actor, at: datetime) -> list[Pin]:
    """The newest open cases of an actor that have a position."""
    rows = (visible_to(actor).filter(stage__in=sorted(OPEN), report__lat__isnull=False).select_related("report")
            .order_by("-id")[:AT_MOST])
    known, stages = scheme(), {code: str(label) for code, label in Stage.choices}
    return [Pin(lat, lon, f"{case.number} {known.name(case.category)}", _page_of(case), "case",
                f"{stages[case.stage]} · {case.report.address}")
            for case in rows if (lat := case.report.lat) is not None and (lon := case.report.lon) is not None]
