"""The overview of works: numbers by keeper or district that open to their lists."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import NotAllowed
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.works.overview.queries import COLUMNS, Counted, overview
from undercity.works.overview.states import CheckGroup, PermitGroup

# Which numbers are good news, which want a look, which want something done.
TONES = {PermitGroup.VALID: "green", PermitGroup.COMING: "yellow", PermitGroup.EXPIRING: "yellow",
         PermitGroup.EXPIRED: "red", PermitGroup.NONE: "red", CheckGroup.OLD: "red", CheckGroup.WAITING: "yellow",
         CheckGroup.OVERDUE: "red", CheckGroup.FAILED: "red"}
LABELS = {"permit": PermitGroup, "check": CheckGroup}


@officers_only
def upkeep(request: HttpRequest) -> HttpResponse:
    """许可与维护总览: how permits and checks stand, by keeper or by district."""
    actor = actor_of(request)
    if not actor.holds(Power.WORK_READ):
        raise NotAllowed(_("Your post has no power to %(power)s.") % {"power": Power.WORK_READ.label},
                         remedy=_("Ask the administrator of your office if you should have it."))
    by = "district" if request.GET.get("by") == "district" else "keeper"
    rows, everything = overview(actor, by, clock.now())
    return render(request, "works/upkeep.html", {
        "rows": [(row, _cells(row, by)) for row in rows], "everything": everything,
        "totals": _cells(everything, by), "by": by,
        "columns": [str(LABELS[kind](group).label) for kind, group in COLUMNS]})


def _cells(row: Counted, by: str) -> list[dict[str, object]]:
    where = reverse("works")
    return [{"count": count, "label": str(LABELS[kind](group).label), "tone": TONES[LABELS[kind](group)],
             "href": f"{where}?{urlencode({kind: group, **({by: row.key} if row.key else {})})}"}
            for kind, group, count in row.cells]
