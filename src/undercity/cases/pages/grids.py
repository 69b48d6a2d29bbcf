"""Grids on the map, who is responsible for them, and how far each inspector came round."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from shapely import union_all
from shapely.geometry import shape

from undercity import clock
from undercity.cases.queries import patrol
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import Stage
from undercity.errors import NotFound
from undercity.ledger.lights import day_and_minute
from undercity.org.queries import body_name
from undercity.org.requests import actor_of, officers_only
from undercity.places.drawing import WIDTH, Sheet
from undercity.places.grids import net

CASES = 20


def drawn(visits: Iterable[patrol.Visit]) -> SafeString:
    """The grids as SVG: filled where the inspector was, hatched lines where he was not. The lists say it in words."""
    rows = [(visit, shape(visit.grid.outline)) for visit in visits]
    west, south, east, north = union_all([outline for _, outline in rows]).bounds
    room = max(north - south, east - west) * 0.03
    sheet = Sheet(south - room, west - room, north + room, east + room)
    paths = format_html_join("\n", '<path class="{}" d="{}"><title>{}</title></path>', (
        ("grid" if visit.last else "grid missed", sheet.path(outline),
         f"{visit.grid.code} {visit.where}") for visit, outline in rows))
    return format_html('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>', int(WIDTH), sheet.height,
                       _("Unit grids on a schematic map; the list beside it says the same in words"), paths)


@officers_only
def grids(request: HttpRequest) -> HttpResponse:
    """责任网格: every inspector's grids and coverage."""
    now = clock.now()
    found, version = patrol.coverage(actor_of(request), now), net(now.date())
    visits = [visit for one in found for some in one.rounds for visit in some.visits]
    return render(request, "cases/grids.html", {
        "inspectors": found, "days": patrol.days_of(now), "version": version,
        "drawing": drawn(visits) if visits else ""})


@officers_only
def grid_round(request: HttpRequest, name: str) -> HttpResponse:
    """One responsibility grid: its unit grids, the last visit to each, its newest cases."""
    now, actor = clock.now(), actor_of(request)
    one = next((some for inspector in patrol.coverage(actor, now) for some in inspector.rounds if some.name == name),
               None)
    if one is None:
        raise NotFound(_("There is no such responsibility grid."),
                       remedy=_("Look under Grids; it may also lie outside your area."))
    known, rows = scheme(), patrol.cases_in(actor, [visit.grid.code for visit in one.visits])[:CASES]
    return render(request, "cases/grid.html", {
        "one": one, "days": patrol.days_of(now), "drawing": drawn(one.visits),
        "visits": [{"code": visit.grid.code, "where": visit.where,
                    "last": day_and_minute(visit.last) if visit.last else ""} for visit in one.visits],
        "cases": [_line(case, known.name(case.category)) for case in rows]})


def _line(case: Any, what: str) -> dict[str, Any]:
    return {"number": case.number, "what": what, "where": case.report.address or body_name(case.territory_id),
            "stage": Stage(case.stage).label, "grid": case.unit_grid}
