"""The desk of seasons 开放季: what waits for a decision, every place's year, and what can be done with one."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.requests import actor_of
from undercity.org.states import BodyKind
from undercity.places.models import Place
from undercity.places.queries import found
from undercity.places.seasons import forms, queries
from undercity.places.seasons.actions import opening, proposals
from undercity.places.seasons.actions.turning import uid_of
from undercity.places.seasons.models import Season
from undercity.places.seasons.pages.gate import place_of, season_desk, year_of
from undercity.places.seasons.rules import daily_hours
from undercity.places.seasons.states import Source, Standing

KEEPS = (BodyKind.OPERATOR, BodyKind.OFFICE, BodyKind.SQUAD)


@season_desk
def seasons(request: HttpRequest) -> HttpResponseBase:
    """Proposals that wait, then every place of the year."""
    actor, now, year = actor_of(request), clock.now(), year_of(request)
    rows = queries.years(year, now)
    return render(request, "seasons/list.html", {
        "tab": "seasons", "rows": rows, "waiting": queries.waiting(actor, now), "year": year,
        "heat": queries.heat_now(now),
        "open_now": sum(row.one.opening.is_open for row in rows),
        "shut_now": sum(not row.one.opening.is_open for row in rows), "years": [year - 1, year, year + 1]})


@season_desk
def season(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A place's year: how it stands, what waits, what can be done, and its record."""
    row = queries.season_by_id(uid)
    if row is None:
        raise NotFound(_("There is no such season."))
    return _show(request, row.place, row.year, row)


@season_desk
def place_year(request: HttpRequest, key: str, year: int) -> HttpResponseBase:
    """The same by the place's key, when nothing was said of its year yet."""
    place = place_of(key)
    row = queries.season_by_id(uid_of(place.key, year))
    return redirect("season", row.pk) if row else _show(request, place, year, None)


def _show(request: HttpRequest, place: Place, year: int, row: Season | None, act: str = "", bound: Any = None,
          status: int = 200) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    may = queries.allowed(actor, place, row)
    offered = _offered(place, year, row, may)
    if act in offered:
        offered[act] = (offered[act][0], bound, offered[act][2])
    return render(request, "seasons/season.html", {
        "tab": "seasons", "place": place, "one": found(place, now), "year": year, "season": row, "may": may,
        "keeper": body_name(row.keeper_id) if row else "", "offered": offered, "chosen": act,
        "told": queries.story_of(row, actor, now) if row else None, "wrong": bound if act in SMALL else None,
        "wrong_id": _id_of(bound), "version": row.version if row else 0,
        "standing": Standing(row.standing).label if row else Standing.NONE.label}, status=status)


def _id_of(bound: Any) -> str:
    return str(bound.data.get("proposal") or bound.data.get("exception") or "") if bound is not None else ""


def _offered(place: Place, year: int, row: Season | None, may: queries.Allowed) -> dict[str, tuple[Any, Any, Any]]:
    """What can be done now: act → (what it is called, its form, may I)."""
    now, seen = clock.now(), {"seen": row.version if row else 0}
    there = row is not None and row.standing == Standing.OPEN
    shown: dict[str, tuple[Any, Any, Any]] = {}
    soon = now.replace(second=0, microsecond=0)
    shown["propose"] = (_("Propose to close it for a time"),
                        forms.ProposeForm(initial={**seen, "key": secrets.token_hex(12)}, auto_id="propose_%s"),
                        may.propose)
    shown["except"] = (_("Add an exception"), forms.ExceptionForm(
        initial={**seen, "starts": soon}, auto_id="except_%s"), may.decide)
    if not there:
        shown["open"] = (_("Open a season"), forms.OpenForm(
            initial={**seen, "opens_on": date(year, 6, 21), "closes_on": date(year, 8, 31), "hours": daily_hours(
                place.hours)}, keepers=_keepers(), auto_id="open_%s"), may.decide)
    if row is not None and row.closes_on is not None:
        later = {**seen, "closes_on": row.closes_on + timedelta(days=10)}
        shown["extend"] = (_("Extend the season"), forms.UntilForm(initial=later, auto_id="extend_%s"), may.decide)
    if there:
        shown["close"] = (_("End the season early"), forms.UntilForm(
            initial={**seen, "closes_on": now.date()}, auto_id="close_%s"), may.decide)
    return shown


def _keepers() -> list[tuple[int, str]]:
    cards = sorted((card for card in directory().cards.values() if card.kind in KEEPS), key=lambda card: card.path)
    return [(card.id, body_name(card.id)) for card in cards]


def _open(place: Place, year: int, form: Any, **who: Any) -> Season:
    values = form.cleaned_data
    return opening.open_season(place.pk, opens_on=values["opens_on"], closes_on=values["closes_on"],
                               hours=values["hours"], keeper=values["keeper"], note=values["note"], **who)


def _extend(place: Place, year: int, form: Any, **who: Any) -> Season:
    return opening.extend_season(place.pk, year, closes_on=form.cleaned_data["closes_on"],
                                 note=form.cleaned_data["note"], **who)


def _close(place: Place, year: int, form: Any, **who: Any) -> Season:
    return opening.close_season(place.pk, year, closes_on=form.cleaned_data["closes_on"],
                                note=form.cleaned_data["note"], **who)


def _except(place: Place, year: int, form: Any, **who: Any) -> Season:
    values = form.cleaned_data
    return opening.add_exception(place.pk, why=values["why"], starts=values["starts"], ends=values["ends"],
                                 hours=values["hours"], note=values["note"], **who)


def _propose(place: Place, year: int, form: Any, *, by: Actor, at: Any, seen: int | None) -> Season:
    values = form.cleaned_data
    source = Source.KEEPER if by.role == "keeper" else Source.OFFICER
    return proposals.propose_closing(place.pk, by=by, at=at, reason=values["why"], source=source, ends=values["ends"],
                                     note=values["note"], key=values["key"]).season


def _answer(act: Callable[..., Season]) -> Callable[..., Season]:
    def answered(place: Place, year: int, form: Any, **who: Any) -> Season:
        return act(uid_of(place.key, year), form.cleaned_data["proposal"], note=form.cleaned_data["note"], **who)

    return answered


def _end(place: Place, year: int, form: Any, **who: Any) -> Season:
    return opening.withdraw_exception(uid_of(place.key, year), form.cleaned_data["exception"],
                                      note=form.cleaned_data["note"], **who)


Done = Callable[..., Season]
# Act → its form, what it does, what is said afterwards.
ACTS: dict[str, tuple[type[forms.ActForm], Done, Any]] = {
    "open": (forms.OpenForm, _open, gettext_lazy("The season is open.")),
    "extend": (forms.UntilForm, _extend, gettext_lazy("The season is extended.")),
    "close": (forms.UntilForm, _close, gettext_lazy("The season ends earlier.")),
    "except": (forms.ExceptionForm, _except, gettext_lazy("The exception holds.")),
    "propose": (forms.ProposeForm, _propose, gettext_lazy("Proposed; an officer decides.")),
    "accept": (forms.AnswerForm, _answer(proposals.accept), gettext_lazy("Accepted; the public sees it now.")),
    "refuse": (forms.AnswerForm, _answer(proposals.refuse), gettext_lazy("Refused; nothing changes.")),
    "undo": (forms.AnswerForm, _answer(proposals.undo), gettext_lazy("Undone; the proposal waits again.")),
    "withdraw": (forms.AnswerForm, _answer(proposals.withdraw), gettext_lazy("The proposal is taken back.")),
    "end": (forms.WithdrawForm, _end, gettext_lazy("The exception no longer holds.")),
}
# What stands beside one proposal or exception, not among the large forms.
SMALL = {"accept", "refuse", "undo", "withdraw", "end"}


@require_POST
@season_desk
def season_act(request: HttpRequest, key: str, year: int, act: str) -> HttpResponseBase:
    """One change of a place's year."""
    place, actor = place_of(key), actor_of(request)
    if act not in ACTS:
        raise NotFound(_("There is no such step."))
    kind, done, said = ACTS[act]
    more: dict[str, Any] = {"keepers": _keepers()} if kind is forms.OpenForm else {}
    form = kind(request.POST, auto_id=f"{act}_%s", **more)
    row = queries.season_by_id(uid_of(place.key, year))
    if form.is_valid():
        try:
            made = done(place, year, form, by=actor, at=clock.now(), seen=form.cleaned_data["seen"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, str(said))
            return redirect("season", made.pk)
    return _show(request, place, year, row, act, form, 422)
