"""Who has no cool place near: the map with its legend, the table by district and street, the cells behind a number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import h3
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _, pgettext

from undercity import clock
from undercity.coverage.drawing import class_of, pictured
from undercity.coverage.models import Population
from undercity.coverage.queries import asked as asking
from undercity.coverage.queries.asked import Asked
from undercity.coverage.queries.cover import CellLine, Cover, by_area, cells, covered
from undercity.coverage.queries.people import in_force, people_of
from undercity.coverage.queries.sites import Site, cool_places
from undercity.coverage.rules import Terms, may_plan, terms
from undercity.coverage.states import Whether
from undercity.org.addresses import address_of
from undercity.org.csv_files import csv_response, harmless
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.requests import actor_of, officers_only
from undercity.places.drawing import SHEETS
from undercity.places.pins import Pin

PAGE = 100


def reckoned(asked: Asked, now: datetime) -> tuple[Population | None, Cover | None, Terms]:
    """The figures that hold, and the walks of the area; no cover while there are no figures."""
    kept, known = terms(now.date()), in_force(now.date())
    if known is None:
        return None, None, kept
    return known, covered(people_of(known.pk), asked.bodies, cool_places(now, open_at=asked.moment), asked.minutes,
                          kept), kept


def pins_of(sites: list[Site]) -> list[Pin]:
    """Places as pins of a map, in their order."""
    address, badge = address_of("place"), _("invented")
    return [Pin(site.lat, site.lon, site.name, address(site.key), "open", site.use_label,
                badge if site.invented else "", site.listed) for site in sites]


def form_of(actor: Actor, asked: Asked) -> dict[str, Any]:
    """What the form above every page of coverage shows."""
    known = asking.areas(actor)
    return {"asked": asked, "areas": known, "whethers": Whether.choices,
            "other_area": "" if asked.key in dict(known) else body_name(asked.area)}


@officers_only
def coverage(request: HttpRequest) -> HttpResponse:
    """纳凉覆盖: who has no cool place within so many minutes' walk."""
    actor, now = actor_of(request), clock.now()
    asked = asking.read(request.GET, actor, now)
    figures, cover, kept = reckoned(asked, now)
    kind = "street" if directory().cards[asked.area].kind != "city" or request.GET.get("by") == "street" \
        else "district"
    sheet = request.GET.get("sheet", "")
    context: dict[str, Any] = {**form_of(actor, asked), "figures": figures, "cover": cover, "terms": kept,
                               "by": kind, "sheet": sheet if sheet in SHEETS else "", "page": "cover"}
    if cover is not None:
        pins = pins_of(list(cover.sites))
        context |= {"rows": by_area(cover, kind, kept, now.date()), "legend": legend(cover),
                    "picture": pictured(cover, pins, asked.area, sheet), "pins": pins,
                    "may_plan": bool(may_plan(actor, directory().cards[asked.area].path)),
                    "is_city": directory().cards[asked.area].kind == "city"}
    return render(request, "coverage/cover.html", context)


def legend(cover: Cover) -> list[dict[str, Any]]:
    """The bands in words, with their class, their people, and their share."""
    found, begins = [], 0
    for band, people in enumerate(cover.by_band):
        last = band == len(cover.bands)
        words = _("more than %(n)d min") % {"n": begins} if last else (
            _("up to %(n)d min") % {"n": cover.bands[band]} if band == 0 else
            _("%(from)d to %(to)d min") % {"from": begins + 1, "to": cover.bands[band]})
        found.append({"band": band, "class": class_of(band, len(cover.bands)), "words": words, "people": people,
                      "share": 100 * people / cover.total if cover.total else 0.0})
        begins = begins if last else cover.bands[band]
    return found


def _chosen(request: HttpRequest) -> tuple[Asked, int | None, bool, Cover | None]:
    actor, now = actor_of(request), clock.now()
    asked = asking.read(request.GET, actor, now)
    _figures, cover, kept = reckoned(asked, now)
    band = request.GET.get("band", "")
    number = int(band) if band.isdecimal() and len(band) < 3 and int(band) <= len(kept.bands) else None
    return asked, number, request.GET.get("far") == "1", cover


@officers_only
def cell_list(request: HttpRequest) -> HttpResponse:
    """The cells behind a number: of a band, or beyond the limit, the most people first."""
    asked, band, far, cover = _chosen(request)
    rows = cells(cover, band, far=far) if cover is not None else []
    given = request.GET.get("page", "")
    page = int(given) if given.isdecimal() and 0 < len(given) < 6 and int(given) else 1
    shown = rows[(page - 1) * PAGE:page * PAGE]
    kept = asked.query + (f"&band={band}" if band is not None else "") + ("&far=1" if far else "")
    now = clock.now().date()
    names = {row.territory: body_name(row.territory, now) for row in shown}
    return render(request, "coverage/cells.html", {
        **form_of(actor_of(request), asked), "kept": kept, "number": len(rows),
        "people": sum(row.people for row in rows),
        "rows": [(f"{row.cell:x}", names[row.territory], row) for row in shown], "page_number": page, "band": band,
        "far": far, "before": page - 1, "after": page + 1 if page * PAGE < len(rows) else 0, "page": "cover",
        "words": legend(cover)[band]["words"] if cover is not None and band is not None else ""})


@officers_only
def cells_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a spreadsheet reads it."""
    _asked, band, far, cover = _chosen(request)
    rows = cells(cover, band, far=far) if cover is not None else []
    return csv_response(f"{pgettext('cooling', 'Coverage')}-{clock.now():%Y%m%d-%H%M}", _lines(rows))


def _lines(rows: list[CellLine]) -> Iterator[list[object]]:
    today = clock.now().date()
    head: list[object] = ["cell", _("Where"), _("People"), _("Old people"), _("Minutes on foot"), _("Nearest place")]
    names = {body: harmless(body_name(body, today)) for body in {row.territory for row in rows}}

    def made() -> Iterator[list[object]]:
        yield head
        for row in rows:
            yield [f"{row.cell:x}", names[row.territory], row.people, "" if row.elderly is None else row.elderly,
                   "" if row.minutes is None else row.minutes, harmless(row.place.name) if row.place else ""]

    return made()


@officers_only
def cells_geojson(request: HttpRequest) -> HttpResponse:
    """The same as GeoJSON polygons, for a map program."""
    _asked, band, far, cover = _chosen(request)
    rows = cells(cover, band, far=far) if cover is not None else []
    features = [{"type": "Feature", "id": f"{row.cell:x}", "geometry": polygon(row.cell), "properties": {
        "cell": f"{row.cell:x}", "people": row.people, "elderly": row.elderly, "minutes": row.minutes,
        "nearest": row.place.key if row.place else None}} for row in rows]
    answer = JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")
    answer.headers["Content-Disposition"] = 'attachment; filename="coverage-cells.geojson"'
    return answer


def polygon(cell: int) -> dict[str, Any]:
    """The outline of a cell as GeoJSON has it: longitude first, closed."""
    ring = [[round(lon, 6), round(lat, 6)] for lat, lon in h3.cell_to_boundary(h3.int_to_str(cell))]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
