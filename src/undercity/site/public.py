"""Pages for everybody that look across rooms: the tour, and the city in numbers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from undercity import clock
from undercity.cases.queries.numbers import Month, numbers as city_numbers
from undercity.site.navigation import address_of
from undercity.site.tour import rows

PROMISES: dict[str, Any] = {"serve": _("Serve: open, findable, cool"), "protect": _("Protect: rehearsed and commanded"),
                            "account": _("Account: every duty has an owner, a clock and evidence"),
                            "team": _("The team")}
# The drawing of twelve months: 720 × 220, bars of at most 160.
TALLEST, GROUND, STEP = 160, 196, 59


def tour(request: HttpRequest) -> HttpResponse:
    """从一张报纸到一座城."""
    counts = Counter(row.state for row in rows())
    groups = [{"code": code, "title": title, "rows": [row for row in rows() if row.promise == code]}
              for code, title in PROMISES.items()]
    return render(request, "site/tour.html", {"groups": groups, "counts": {
        state: counts[state] for state in ("built", "partly", "not_built")}, "source_link": address_of("source")})


def numbers(request: HttpRequest) -> HttpResponse:
    """公开数字."""
    found = city_numbers(clock.now())
    most = max(month.reported for month in found.months)
    bars = [_bar(nth, month, most) for nth, month in enumerate(found.months)] if most else []
    return render(request, "site/numbers.html", {"numbers": found, "month": found.months[-1], "most": most,
                                                 "bars": bars})


def _bar(nth: int, month: Month, most: int) -> dict[str, Any]:
    tall, part = month.reported * TALLEST // most, month.solved * TALLEST // most
    left = 8 + nth * STEP
    return {"x": left, "y": GROUND - tall, "h": tall, "py": GROUND - part, "ph": part, "mid": left + 19,
            "ty": GROUND - tall - 6, "reported": month.reported, "label": f"{month.first:%m}"}
