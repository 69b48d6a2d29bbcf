"""What if this one opened, or that one closed: people gained or lost, at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.coverage.pages.cover import form_of, reckoned
from undercity.coverage.pages.plans import planner
from undercity.coverage.queries import asked as asking
from undercity.coverage.queries.cover import AreaRow, by_area, covered, gains, losses
from undercity.coverage.queries.sites import candidates
from undercity.coverage.states import Listing
from undercity.errors import NotFound
from undercity.org.queries import directory
from undercity.org.requests import officers_only
from undercity.org.states import Power
from undercity.places.states import PlaceUse

SHOWN = 50


@officers_only
def what_if(request: HttpRequest) -> HttpResponse:
    """Every candidate with the people it alone would bring near a cool place, every open one with those it alone
    serves; one of them chosen, the streets that change."""
    actor, now = planner(request), clock.now()
    asked = asking.read(request.GET, actor, now, Power.COVERAGE_PLAN)
    _figures, cover, kept = reckoned(asked, now)
    context: dict[str, Any] = {**form_of(actor, asked), "cover": cover, "page": "what_if", "terms": kept}
    context["areas"] = asking.areas(actor, Power.COVERAGE_PLAN)
    if cover is not None:
        could = candidates(now, besides=cover.sites, uses=PlaceUse.values, listing=Listing.ALL,
                           bodies=set(asked.bodies) | {_district(asked.area)})
        opened, closed = gains(cover, could, kept), losses(cover, kept)
        context |= {"gains": opened[:SHOWN], "losses": closed, "candidates": len(could),
                    "none": sum(1 for one in opened if not one.people)}
        if key := request.GET.get("place", ""):
            closing = next((one for one in closed if one.site.key == key), None)
            one = closing or next((some for some in opened if some.site.key == key), None)
            if one is None:
                raise NotFound(_("There is no such place, or it is not yours."),
                               remedy=_("Choose one of the places below."))
            sites = [site for site in cover.sites if site.key != key] if closing else [*cover.sites, one.site]
            after = covered(cover.people, asked.bodies, sites, asked.minutes, kept)
            context |= {"one": one, "closing": closing is not None, "near_before": cover.near, "near_after": after.near,
                        "share_before": 100 * cover.near / cover.total if cover.total else 0.0,
                        "share_after": 100 * after.near / after.total if after.total else 0.0,
                        "streets": _changed(by_area(cover, "street", kept, now.date()),
                                            by_area(after, "street", kept, now.date()))}
    return render(request, "coverage/what_if.html", context)


def _district(area: int) -> int:
    card = directory().above(area, "district")
    return card.id if card is not None else area


def _changed(before: list[AreaRow], after: list[AreaRow]) -> list[tuple[str, float, float, float]]:
    """The streets that change: name, people without a place before, after, and the difference; the largest first."""
    was = {row.key: row for row in before}
    rows = [(row.name, was[row.key].far, row.far, abs(was[row.key].far - row.far)) for row in after]
    return sorted((row for row in rows if row[3] > 0), key=lambda row: (-row[3], row[0]))
