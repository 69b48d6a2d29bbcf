"""The overview of all instruments, and the readings of one place with their charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy

from undercity import clock
from undercity.errors import NotFound
from undercity.ledger.actions import look
from undercity.org.powers import Actor, require
from undercity.org.requests import actor_of, officers_only
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names
from undercity.readings.drawing import Chart, drawn
from undercity.readings.models import Alarm, Device
from undercity.readings.queries import charts, standing
from undercity.readings.queries.forms import may_enter
from undercity.readings.queries.visible import apart_for, kept_by, sees_any, visible_to
from undercity.readings.states import Decided, Quantity, Span, Watch

VIEWS = (("", gettext_lazy("all")), ("out", gettext_lazy("out of range")), ("stale", gettext_lazy("silent")))


@officers_only
def overview(request: HttpRequest) -> HttpResponse:
    """监测总览: what is out of range first, then what was silent longest."""
    actor, now = actor_of(request), clock.now()
    require(sees_any(actor))
    state = request.GET.get("state", "")
    state = state if state in {value for value, _label in VIEWS} else ""
    page = page_of(request)
    rows, total = standing.overview(actor, now, state=state, page=page)
    return render(request, "readings/overview.html", {
        "rows": rows, "counts": standing.counts(actor, now), "views": VIEWS, "state": state, "total": total,
        "apart": apart_for(actor).filter(decided=Decided.OPEN).count(), "keeps": kept_by(actor).exists(),
        "page": page, "before": page - 1, "after": page + 1 if page * standing.PAGE < total else 0})


def page_of(request: HttpRequest) -> int:
    """Which page is asked for; the first when it is none."""
    given = request.GET.get("page", "")
    return int(given) if given.isdecimal() and given.isascii() and 0 < len(given) < 6 and int(given) else 1


@dataclass(frozen=True, slots=True)
class Shown:
    """A series on its place's page: how it stands, its chart, and the same in numbers."""

    row: standing.Row
    chart: Chart | None
    lines: list[tuple[str, str, str, str, int]]
    summary: str


@officers_only
def place(request: HttpRequest, key: str) -> HttpResponse:
    """One place: each quantity now, and its day, week or year. Whoever looks at internal ones leaves a look."""
    actor, now = actor_of(request), clock.now()
    found = Place.objects.filter(key=key, devices__in=visible_to(actor)).prefetch_related(with_names()).first()
    if found is None:
        raise NotFound(_("There are no readings of such a place."),
                       remedy=_("Look under Readings; it may lie outside your area."))
    span, last = asked(request, now.date())
    chosen = charts.stretch(span, last)
    rows = standing.of_place(actor, found, now)
    note_look(actor, [row for row in rows if row.quantity.is_internal or not found.listed])
    step = timedelta(days=charts.DAYS[span])
    return render(request, "readings/place.html", {
        "place": found, "name": name_of(found, now), "shown": [shown(row, chosen) for row in rows],
        "span": span, "spans": Span.choices, "last": last, "first": last - step + timedelta(days=1),
        "before": last - step, "after": last + step if last + step <= now.date() else None,
        "devices": visible_to(actor).filter(place=found).order_by("key"),
        "events": [event(one) for one in _alarms(actor, found)], "may_enter": may_enter(actor, found)})


def asked(request: HttpRequest, today: date) -> tuple[Span, date]:
    """The span and the last day asked for: today's day unless they can be read."""
    given = request.GET.get("span", "")
    span = Span(given) if given in Span.values else Span.DAY
    try:
        last = date.fromisoformat(request.GET.get("until", ""))
    except ValueError:
        last = today
    return span, min(last, today) if last.year >= 2000 else today


def shown(row: standing.Row, chosen: charts.Stretch) -> Shown:
    """A series with its chart over a stretch of time."""
    found = charts.buckets(row.series.pk, chosen)
    if not found:
        return Shown(row, None, [], "")
    quantity, pattern = row.quantity, {Span.DAY: "%H:%M", Span.WEEK: "%m-%d", Span.YEAR: "%Y-%m"}[chosen.span]
    lines = [(standing.moment(one.at).strftime(pattern), quantity.shown(one.low), quantity.shown(one.mean),  # type: ignore[union-attr]
              quantity.shown(one.high), one.n) for one in charts.coarser(found, chosen)]
    count = sum(one.n for one in found)
    mean = sum(one.mean * one.n for one in found) / count
    words = _("%(count)d readings between %(low)s and %(high)s, %(mean)s on average.") % {
        "count": count, "low": quantity.with_unit(min(one.low for one in found)),
        "high": quantity.with_unit(max(one.high for one in found)), "mean": quantity.with_unit(mean)}
    return Shown(row, drawn(found, chosen, quantity, row.terms), lines, words)


def note_look(actor: Actor, rows: list[standing.Row]) -> None:
    """查阅留痕: which internal quantities of which devices were shown."""
    seen: dict[Any, list[str]] = {}
    for row in rows:
        seen.setdefault(row.series.device_id, []).append(row.quantity.code)
    if actor.post is None:
        return
    for device in Device.objects.filter(pk__in=seen):
        look(by=actor, subject_kind="device", subject=device.uid, fields=seen[device.pk], reason="page")


def _alarms(actor: Actor, found: Place) -> Any:
    return (Alarm.objects.filter(series__device__in=visible_to(actor), series__device__place=found)
            .select_related("series").order_by("-began")[:20])


def event(alarm: Any) -> dict[str, Any]:
    """An event as a list shows it."""
    quantity = Quantity(alarm.series.quantity)
    return {"quantity": quantity.label, "side": Watch(alarm.side).label, "worst": quantity.with_unit(alarm.extreme),
            "began": standing.moment(alarm.began), "ended": standing.moment(alarm.ended), "case": alarm.case,
            "why": alarm.why}
