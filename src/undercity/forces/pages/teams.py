"""抢险队伍: the list with its map, a team with its gear and members, the roster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy, pgettext
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, Refused
from undercity.forces import forms, rules
from undercity.forces.actions import deploying, teams as actions
from undercity.forces.facts import TEAM
from undercity.forces.models import Team
from undercity.forces.pages.gate import aims, bodies_kept, force_desk, fresh_key, leaders, said
from undercity.forces.queries import deployments, teams
from undercity.forces.queries.deployments import NEED
from undercity.forces.states import Part, Stage, TeamKind
from undercity.ledger.actions import look
from undercity.org.addresses import address_of
from undercity.org.csv_files import csv_response, harmless
from undercity.org.powers import Actor, can
from undercity.org.queries import directory
from undercity.org.requests import actor_of
from undercity.org.states import Power
from undercity.org.xlsx_files import xlsx_response
from undercity.places.drawing import SHEETS
from undercity.places.pins import Pin


@force_desk
def forces(request: HttpRequest) -> HttpResponse:
    """Teams: state, where, days on post; map and list."""
    actor, now = actor_of(request), clock.now()
    found = teams.cards(teams.visible_to(actor), now)
    wanted = request.GET.get("state", "")
    shown = [one for one in found if wanted in ("", one.state)]
    address = address_of("force_team")
    pins = [Pin(one.lat, one.lon, one.name, address(one.row.pk), "case" if one.sent else "open",
                one.aim or one.home, _("invented") if one.row.invented else "") for one in shown]
    sheet = request.GET.get("sheet", "")
    return render(request, "forces/teams.html", {
        "tab": "teams", "rows": list(zip(shown, pins, strict=True)), "pins": pins, "state": wanted,
        "sheet": sheet if sheet in SHEETS else "", "kept": rules.terms(now.date()),
        "days_source": rules.terms(now.date()).said("days"),
        "states": [("", _("all")), ("free", _("free")), *[(code, label) for code, label in Stage.choices[:2]]],
        "sums": {"teams": sum(one.row.kind != TeamKind.STORE for one in found),
                 "out": sum(one.sent is not None for one in found), "m3h": sum(one.m3h for one in found),
                 "heads": sum(one.heads_now for one in found if one.sent is None),
                 "tired": sum(one.tired for one in found)},
        "may_keep": actor.holds(Power.FORCE_KEEP)})


@force_desk
def teams_file(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The list as a spreadsheet."""
    found = teams.cards(teams.visible_to(actor_of(request)), clock.now())

    def rows() -> Iterator[list[object]]:
        yield [_("Team"), _("Kind"), _("Unit"), _("Leader"), _("Heads"), _("On call now"), _("State"), _("Where to"),
               _("Days in a row"), _("Pumps m³/h"), _("Skills"), _("Base")]
        for one in found:
            yield [harmless(one.name), one.kind, harmless(one.body), harmless(one.leader), one.row.heads,
                   one.heads_now, one.state_label, harmless(one.aim), one.days, one.m3h,
                   "; ".join(f"{skill} {heads}" for skill, heads in one.skill_words), harmless(one.home)]

    name = f"{pgettext('rescue', 'Forces')}-{clock.now():%Y%m%d-%H%M}"
    return _file(extension, name, rows())


def _file(extension: str, name: str, rows: Iterable[Iterable[object]]) -> HttpResponseBase:
    if extension not in {"xlsx", "csv"}:
        raise NotFound(_("There is no such file."), remedy=_("Ask for xlsx or csv."))
    return xlsx_response(name, rows) if extension == "xlsx" else csv_response(name, rows)


def _team(request: HttpRequest, uid: UUID) -> Team:
    row = teams.team_for(actor_of(request), uid)
    if row is None:
        raise NotFound(_("There is no such team."), remedy=_("It may also lie outside your area."))
    return row


@force_desk
def force_team(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One team."""
    return _show(request, _team(request, uid))


def _show(request: HttpRequest, row: Team, act: str = "", bound: Any = None, status: int = 200) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    one = next(iter(teams.cards(Team.objects.filter(pk=row.pk), now)), None)
    path = directory().cards[row.body_id].path
    keep, send = can(actor, Power.FORCE_KEEP, path), can(actor, Power.FORCE_SEND, path)
    members = []
    if request.GET.get("members") == "1" and (keep or send):
        members = list(row.members.order_by("person"))
        look(by=actor, subject_kind=TEAM, subject=row.pk, fields=["person", "phone"], reason=_("members of a team"))
    first = {act: bound} if bound is not None else {}
    forms_ = {"gear": forms.GearForm(auto_id="gear_%s"), "member": forms.MemberForm(auto_id="member_%s"),
              "call": forms.CallForm(aims=aims(actor), auto_id="call_%s",
                                     initial={"key": fresh_key(), "heads": one.heads_now if one else 0}),
              "change": _team_form(one) if one and keep else None, **first}
    return render(request, "forces/team.html", {
        "tab": "teams", "row": row, "one": one, "keep": keep, "send": send, "forms": forms_, "chosen": act,
        "members": members, "asked_members": request.GET.get("members") == "1",
        "story": deployments.time_line(row.pk), "past": [
            (sent, deployments.aim_of(sent)) for sent in deployments.visible_to(actor).filter(team=row).order_by(
                "-called_at")[:20]]}, status=status)


def _team_form(one: teams.Card, bound: Any = None) -> forms.TeamForm:
    words = one.row.words.order_by("-id").first()
    first = {"seen": one.row.version, "zh": words.zh if words else "", "en": words.en if words else "",
             "kind": one.row.kind, "body": one.row.body_id, "post": one.row.post_id, "heads": one.row.heads,
             "home": one.home, "lat": one.lat, "lon": one.lon, "source": one.source,
             **{f"skill_{code}": heads for code, heads in one.skills.items()}}
    return forms.TeamForm(bound, initial=first, bodies=[(one.row.body_id, one.body)], posts=leaders(),
                          auto_id="change_%s")


def _values(form: forms.TeamForm, until: dict[str, date | None]) -> dict[str, Any]:
    given = form.cleaned_data
    kept = {name: given[name] for name in ("zh", "en", "kind", "body", "post", "heads", "home", "lat", "lon", "source")}
    return {**kept, "skills": {code: (heads, until.get(code)) for code, heads in form.skills().items()}}


@force_desk
def new_team(request: HttpRequest) -> HttpResponseBase:
    """A form for one more team."""
    choices = {"bodies": bodies_kept(actor_of(request)), "posts": leaders()}
    form = forms.TeamForm(request.POST or None, initial={"key": fresh_key()}, **choices)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.register_team(by=actor_of(request), at=clock.now(), client_key=form.cleaned_data["key"],
                                         **_values(form, {}))
        except Refused as refusal:
            said(form, refusal)
        else:
            messages.success(request, _("Registered."))
            return redirect("force_team", made.pk)
    may = bool(choices["bodies"])
    return render(request, "forces/new_team.html", {"tab": "teams", "form": form, "may": may},
                  status=422 if request.method == "POST" else 200)


def _change(row: Team, form: Any, who: dict[str, Any]) -> None:
    until: dict[str, date | None] = {one["skill"]: date.fromisoformat(one["until"]) for one in row.skills
                                     if one["until"]}
    actions.change_team(row.pk, **_values(form, until), **who, seen=form.cleaned_data["seen"])


def _gear(row: Team, form: Any, who: dict[str, Any]) -> None:
    given = form.cleaned_data
    actions.set_gear(row.pk, kind=given["kind"], count=given["count"], m3h=given["m3h"] or 0, **who)


def _member(row: Team, form: Any, who: dict[str, Any]) -> None:
    actions.add_member(row.pk, person=form.cleaned_data["person"], phone=form.cleaned_data["phone"], **who)


def _call(row: Team, form: Any, who: dict[str, Any]) -> None:
    given = form.cleaned_data
    kind, _dash, uid = given["aim"].partition("-")
    deploying.call_up(row.pk, reason=given["reason"], heads=given["heads"], client_key=given["key"],
                      need=UUID(uid) if kind == NEED else None, point=UUID(uid) if uid and kind != NEED else None,
                      **who)


ACTS: dict[str, tuple[Callable[..., Any], Callable[..., None], Any]] = {
    "change": (lambda post, actor, one: _team_form(one, post), _change, gettext_lazy("Saved.")),
    "gear": (lambda post, actor, one: forms.GearForm(post, auto_id="gear_%s"), _gear, gettext_lazy("Saved.")),
    "member": (lambda post, actor, one: forms.MemberForm(post, auto_id="member_%s"), _member, gettext_lazy("Saved.")),
    "call": (lambda post, actor, one: forms.CallForm(post, aims=aims(actor), auto_id="call_%s"), _call,
             gettext_lazy("Called up; its leader is told.")),
}


@require_POST
@force_desk
def team_act(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """One change of a team, or a call-up."""
    row, actor, now = _team(request, uid), actor_of(request), clock.now()
    if act not in ACTS:
        raise NotFound(_("There is no such step."))
    one = next(iter(teams.cards(Team.objects.filter(pk=row.pk), now)), None)
    if one is None:
        raise NotFound(_("There is no such team."))
    made, acted, words = ACTS[act]
    form = made(request.POST, actor, one)
    if form.is_valid():
        try:
            acted(row, form, {"by": actor, "at": now})
        except Refused as refusal:
            said(form, refusal)
        else:
            messages.success(request, words)
            return redirect("force_team", uid)
    return _show(request, row, act, form, 422)


@require_POST
@force_desk
def team_piece(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Gear ready, under repair or gone; a member erased; the team disbanded."""
    row, actor, now = _team(request, uid), actor_of(request), clock.now()
    who: dict[str, Any] = {"by": actor, "at": now}
    if "gear" in request.POST:
        piece = next((one for one in teams.gear_of(row) if str(one.id) == request.POST["gear"]), None)
        if piece is None:
            raise NotFound(_("There is no such gear."))
        do = request.POST.get("do", "")
        actions.set_gear(uid, gear=piece.id, kind=piece.kind, count=piece.count, m3h=piece.m3h, gone=do == "gone",
                         ready=do == "ready", **who)
    elif request.POST.get("member", "").isdecimal():
        actions.erase_member(uid, int(request.POST["member"]), by=actor)
    elif request.POST.get("do") == "end":
        actions.end_team(uid, **who)
        messages.success(request, _("Disbanded."))
        return redirect("forces")
    messages.success(request, _("Saved."))
    return redirect("force_team", uid)


def _first_day(request: HttpRequest) -> date:
    today = clock.now().date()
    try:
        return date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return today - timedelta(days=today.weekday())


@force_desk
def force_roster(request: HttpRequest) -> HttpResponseBase:
    """排班表: heads on call by team, day and shift; changed here by whoever keeps the team."""
    actor, first = actor_of(request), _first_day(request)
    days = teams.week(first)
    kept = [one for one in teams.cards(teams.visible_to(actor), clock.now()) if one.row.kind != TeamKind.STORE]
    if request.method == "POST":
        changed = _changed(request, actor, kept, days)
        messages.success(request, _("Saved: %(n)d shifts changed.") % {"n": changed})
        return redirect(f"{request.path}?from={first.isoformat()}")
    lines = teams.roster(kept, days)
    mine = {one.row.pk for one in kept if rules.may_keep(actor, directory().cards[one.row.body_id].path)}
    return render(request, "forces/roster.html", {
        "tab": "roster", "days": days, "lines": [(line, line.card.row.pk in mine) for line in lines],
        "parts": [str(label) for label in Part.labels] * len(days), "may": bool(mine), "first": first,
        "before": first - timedelta(days=7), "after": first + timedelta(days=7),
        "kept": rules.terms(clock.now().date())})


def _changed(request: HttpRequest, actor: Actor, kept: list[teams.Card], days: list[date]) -> int:
    given: dict[UUID, dict[tuple[date, str], int | None]] = {}
    for card in kept:
        heads: dict[tuple[date, str], int | None] = {}
        for day in days:
            for part in Part.values:
                name = f"{card.row.pk.hex}-{day:%Y%m%d}-{part}"
                if name in request.POST:
                    text = request.POST[name].strip()
                    heads[day, part] = rules.number(text, name, 0, rules.HEADS_MOST) if text else None
        if heads:
            given[card.row.pk] = heads
    return actions.set_roster(given, by=actor)


@force_desk
def roster_file(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The roster of a week as a spreadsheet."""
    first = _first_day(request)
    days = teams.week(first)
    kept = [one for one in teams.cards(teams.visible_to(actor_of(request)), clock.now())
            if one.row.kind != TeamKind.STORE]
    lines = teams.roster(kept, days)
    shifts = [f"{day:%m-%d} {label}" for day in days for label in Part.labels]
    rows: list[list[object]] = [[_("Team"), _("Unit"), _("Heads"), *shifts]]
    for line in lines:
        cells = ["" if many is None else many for _name, _label, many in line.cells]
        rows.append([harmless(line.card.name), harmless(line.card.body), line.card.row.heads, *cells])
    return _file(extension, f"{_('Roster')}-{first:%Y%m%d}", rows)
