"""点位值守: posts to staff and who is there; a deployment and its steps; the code that hangs on the spot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, Refused
from undercity.forces import forms, rules
from undercity.forces.actions import deploying, teams as actions
from undercity.forces.models import Deployment
from undercity.forces.pages.gate import force_desk, said
from undercity.forces.projection import names_of
from undercity.forces.queries import deployments, needs, points
from undercity.forces.queries.deployments import NEED, OWN, POINT, token_of
from undercity.forces.queries.teams import aim_of
from undercity.forces.states import MOVES, How, Stage, Verb
from undercity.ledger.lights import seen as seen_duties
from undercity.ledger.models import Duty
from undercity.org.powers import Decision
from undercity.org.queries import directory
from undercity.org.requests import actor_of
from undercity.org.states import Power
from undercity.places.pages.signs import drawn_code, printed
from undercity.places.pins import Pin


@force_desk
def force_points(request: HttpRequest) -> HttpResponseBase:
    """Points: heads asked for and there, gaps, days on post; and a form for one more."""
    actor, now = actor_of(request), clock.now()
    form = forms.PointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_point(by=actor, valid_from=now.date(), **form.cleaned_data)
        except Refused as refusal:
            said(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("force_points")
    rows = points.staffing(points.visible_to(actor), now)
    pins = [Pin(one.row.lat, one.row.lon, one.name, reverse("force_points"), "case" if one.short else "open", one.kind,
                _("invented") if one.row.invented else "") for one in rows]
    return render(request, "forces/points.html", {
        "tab": "points", "rows": list(zip(rows, pins, strict=True)), "pins": pins, "form": form,
        "short": sum(one.short for one in rows), "asked": sum(one.asked for one in rows),
        "heads": sum(one.heads for one in rows), "kept": rules.terms(now.date()),
        "days_source": rules.terms(now.date()).said("days"), "shift": rules.part_of(now)[1].label,
        "may_keep": actor.holds(Power.FORCE_KEEP), "wrong": request.method == "POST"},
        status=422 if request.method == "POST" else 200)


@require_POST
@force_desk
def point_end(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The point is not staffed from tomorrow on."""
    actions.end_point(uid, by=actor_of(request), on=clock.now().date())
    messages.success(request, _("Staffed for the last time today."))
    return redirect("force_points")


@force_desk
def force_code(request: HttpRequest, kind: str, uid: UUID) -> HttpResponse:
    """签到码: one page of A4 for the spot; the leader of a team scans it and signs in."""
    actor = actor_of(request)
    rows = points.visible_to(actor) if kind == POINT else needs.visible_to(actor)
    token = token_of(kind, uid, clock.timeline())
    spot = deployments.spot_of(token)
    if spot is None or kind not in {NEED, POINT} or not rows.filter(pk=uid).exists():
        raise NotFound(_("There is no such place to sign in."))
    target = printed(request, reverse("checkin", args=[token]))
    return render(request, "forces/code.html", {"spot": spot, "qr": drawn_code(target), "target": target,
                                                "drill": spot.timeline != clock.REAL})


def _deployment(request: HttpRequest, uid: UUID) -> Deployment:
    row = deployments.visible_to(actor_of(request)).filter(pk=uid).first()
    if row is None:
        raise NotFound(_("There is no such deployment."), remedy=_("It may also lie outside your area."))
    return row


@force_desk
def deployment(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One deployment: who, where, since when; what can be done; its record."""
    return _show(request, _deployment(request, uid))


LABELS = {Verb.ARRIVE: gettext_lazy("Record the arrival by hand"), Verb.RELIEVE: gettext_lazy("Relieve it"),
          Verb.STAND_DOWN: gettext_lazy("Stand it down")}


def _successors(row: Deployment) -> list[tuple[str, str]]:
    rows = list(Deployment.objects.filter(
        timeline=clock.timeline(), stage=Stage.THERE, need=row.need_id, point=row.point_id).exclude(pk=row.pk)
        .select_related("team"))
    names = names_of(one.team for one in rows)
    return [(str(one.pk), names.get(one.team_id, "")) for one in rows] if row.need_id or row.point_id else []


def _form(row: Deployment, verb: Verb, given: Any = None) -> Any:
    first = {"seen": row.version}
    if verb is Verb.RELIEVE:
        return forms.RelieveForm(given, initial=first, successors=_successors(row), auto_id="relieve_%s")
    kind = forms.HandForm if verb is Verb.ARRIVE else forms.StepForm
    return kind(given, initial=first, auto_id=f"{verb.value}_%s")


def _show(request: HttpRequest, row: Deployment, act: str = "", bound: Any = None, status: int = 200) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    send = rules.may_send(actor, directory().cards[row.team.body_id].path)
    offered: list[tuple[str, Any, Any, Decision]] = [
        (verb.value, LABELS[verb], bound if verb == act else _form(row, verb), send)
        for verb in MOVES[Stage(row.stage)]]
    duty = Duty.objects.filter(pk=row.duty).first() if row.duty else None
    aim = (NEED, row.need_id) if row.need_id else (POINT, row.point_id)
    prints = aim[1] is not None and bool(rules.may_read(actor))
    days = rules.days_of(row.arrived_at, row.ended_at or now) if row.arrived_at else 0
    return render(request, "forces/deployment.html", {
        "tab": "teams", "row": row, "name": names_of([row.team]).get(row.team_id, ""), "aim": aim_of(row),
        "offered": offered, "chosen": act, "story": deployments.time_line(row.pk), "days": days,
        "duty": seen_duties([duty], now)[0] if duty else None, "leads": actor.post == row.team.post_id,
        "how": How(row.how).label if row.how else "", "code": aim if prints else None,
        "checkin": reverse("checkin", args=[token_of(OWN, row.pk, row.timeline)])}, status=status)


def _arrive(uid: UUID, form: Any, who: dict[str, Any]) -> None:
    deploying.arrive(uid, how=How.HAND, note=form.cleaned_data["note"], **who)


def _relieve(uid: UUID, form: Any, who: dict[str, Any]) -> None:
    deploying.relieve(uid, successor=UUID(form.cleaned_data["successor"]), note=form.cleaned_data["note"], **who)


def _stand_down(uid: UUID, form: Any, who: dict[str, Any]) -> None:
    deploying.stand_down(uid, note=form.cleaned_data["note"], **who)


ACTS: dict[Verb, Callable[..., None]] = {Verb.ARRIVE: _arrive, Verb.RELIEVE: _relieve, Verb.STAND_DOWN: _stand_down}


@require_POST
@force_desk
def deployment_act(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """One step of a deployment."""
    row = _deployment(request, uid)
    if act not in list(Verb):
        raise NotFound(_("There is no such step."))
    form = _form(row, Verb(act), request.POST)
    if form.is_valid():
        try:
            ACTS[Verb(act)](uid, form, {"by": actor_of(request), "at": clock.now(), "seen": form.cleaned_data["seen"]})
        except Refused as refusal:
            said(form, refusal)
        else:
            messages.success(request, _("Done."))
            return redirect("deployment", uid)
    return _show(request, row, act, form, 422)
