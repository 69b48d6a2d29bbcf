"""阈值监视: every rule with its instruments beside the threshold, what was reached lately, and the signals' numbers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.alerts.models import Episode
from undercity.alerts.projection import title
from undercity.alerts.queries.gauges import moment, quantity, recent, stands
from undercity.alerts.rules.book import all_gauge_rules, meant_by, signals
from undercity.alerts.states import Hazard
from undercity.errors import NotAllowed
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.readings.states import Quantity


@officers_only
def gauges(request: HttpRequest) -> HttpResponse:
    """The rules of today; `mm` and `hours` ask which signal so much rain would mean."""
    actor, now = actor_of(request), clock.now()
    if not any(map(actor.holds, (Power.WORK_READ, Power.ALERT_RECEIVE, Power.RESPONSE_READ))):
        raise NotAllowed(_("Your post has no power to %(power)s.") % {"power": Power.RESPONSE_READ.label},
                         remedy=_("Ask the administrator of your office if you should have it."))
    today = now.date()
    asked = {"mm": _number(request.GET.get("mm", "")), "hours": _number(request.GET.get("hours", ""))}
    mm, hours = asked["mm"], asked["hours"]
    means = None if mm is None or hours is None else meant_by(Hazard.RAIN, [(hours, mm)], today)
    return render(request, "alerts/gauges.html", {
        "rules": [{"rule": rule, "threshold": f"{rule.threshold:g} {quantity(rule).unit}",
                   "how": rule.how.label, "rows": rows} for rule, rows in stands(now)],
        "recent": [_event(one) for one in recent()], "asked": {name: "" if value is None else f"{value:g}"
                                                               for name, value in asked.items()},
        "was_asked": bool(request.GET), "understood": None not in asked.values(),
        "means": title(means.hazard, means.colour) if means else "", "means_source": means.told_source if means else "",
        "signals": [{"title": title(one.hazard, one.colour), "colour": one.colour, "numbers": _numbers(one),
                     "do": one.do, "source": one.told_source, "from": one.valid_from} for one in signals(today)]})


def _number(given: str) -> float | None:
    try:
        found = float(given)
    except ValueError:
        return None
    return found if 0 <= found <= 10_000 else None


def _numbers(one: Any) -> str:
    if one.days:
        return _("%(value)g %(unit)s on %(days)d days running") % {"value": one.threshold, "unit": one.unit,
                                                                   "days": one.days}
    return _("%(value)g %(unit)s in %(hours)d hours") % {"value": one.threshold, "unit": one.unit,
                                                         "hours": one.window_h}


def _event(one: Episode) -> dict[str, Any]:
    known = {rule.code: rule for rule in all_gauge_rules()}
    kind = Quantity(one.series.quantity)
    return {"rule": known[one.rule].words if one.rule in known else one.rule, "began": moment(one.began),
            "instrument": one.series.device.label or one.series.device.key, "value": kind.with_unit(one.value),
            "ended": moment(one.ended) if one.ended else None, "peak": kind.with_unit(one.peak)}
