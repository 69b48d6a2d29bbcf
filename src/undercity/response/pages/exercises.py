"""Exercises 演练: begun, entered and left, signed in to by a code, compared with the plan."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from undercity import clock
from undercity.clock import ZONE
from undercity.errors import NotFound, RuleBroken
from undercity.org.powers import POST
from undercity.org.queries import body_name
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.places.pages.signs import drawn_code, printed
from undercity.response.actions import exercises as actions
from undercity.response.models import Drill
from undercity.response.pages.levels import response_desk
from undercity.response.powers import over
from undercity.response.queries import exercises as queries
from undercity.response.queries.planning import bodies_in_force
from undercity.response.rules import by_height
from undercity.response.states import Takes
from undercity.response.timelines import SESSION, timeline_of


class BeginForm(django_forms.Form):
    """What is exercised."""

    body = django_forms.TypedChoiceField(label=gettext_lazy("Whose plan"), coerce=int)
    level = django_forms.TypedChoiceField(label=pgettext_lazy("response", "Level"), coerce=int)
    title = django_forms.CharField(label=gettext_lazy("What is exercised"), max_length=120)
    ahead_minutes = django_forms.IntegerField(
        label=gettext_lazy("Clock ahead of now, minutes"), initial=0,
        help_text=gettext_lazy("0: the exercise runs at the present time."))

    def __init__(self, *args: Any, bodies: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["body"].choices = bodies  # type: ignore[attr-defined]
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (level.value, level.label) for level in by_height()]


class AttendForm(django_forms.Form):
    """Who is here."""

    takes = django_forms.ChoiceField(label=gettext_lazy("Who are you?"), choices=Takes.choices,
                                     widget=django_forms.RadioSelect)
    heads = django_forms.IntegerField(label=gettext_lazy("How many of you are here?"), initial=1, min_value=1,
                                      max_value=2000)
    key = django_forms.CharField(widget=django_forms.HiddenInput, max_length=64)


@response_desk
def exercises(request: HttpRequest) -> HttpResponseBase:
    """All exercises, and a new one."""
    actor, now = actor_of(request), clock.now()
    bodies = [(body, body_name(body)) for body in bodies_in_force(now.astimezone(ZONE).date())
              if over(actor, Power.LEVEL_PROPOSE, body)]
    form = BeginForm(request.POST or None, bodies=bodies) if bodies else None
    if form is not None and request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            drill = actions.begin_exercise(values["body"], values["level"], by=actor, at=now, title=values["title"],
                                           ahead_minutes=values["ahead_minutes"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            request.session[SESSION] = drill.pk
            messages.success(request, _("The exercise has begun; you are on its clock."))
            return redirect("exercise", drill.pk)
    return render(request, "response/exercises.html", {"rows": queries.exercises(actor), "form": form},
                  status=422 if request.method == "POST" else 200)


def _get(request: HttpRequest, name: str) -> Drill:
    row = queries.exercise_for(actor_of(request), name)
    if row is None:
        raise NotFound(_("There is no such exercise."))
    return row


@require_safe
@response_desk
def exercise(request: HttpRequest, name: str) -> HttpResponseBase:
    """One exercise: its response, who was there, planned against actual."""
    row = _get(request, name)
    with clock.on(timeline_of(row)):
        found = actions.response_of(row)
        target = printed(request, reverse("exercise_attend", args=[row.pk]))
        return render(request, "response/exercise.html", {
            "row": row, "body": body_name(row.body_id), "response": found, "attendance": queries.attendance(row),
            "compared": queries.compared(found, clock.now()) if found else [], "target": target,
            "qr": drawn_code(target), "inside": request.session.get(SESSION) == row.pk})


@require_POST
@officers_only
def exercise_act(request: HttpRequest, name: str, act: str) -> HttpResponseBase:
    """Take part or leave, for whoever holds a post and may have orders in it; or end it for everybody."""
    actor, row = actor_of(request), Drill.objects.filter(pk=name).first()
    if row is None:
        raise NotFound(_("There is no such exercise."))
    if act == "enter" and row.ended_at is None:
        request.session[SESSION] = row.pk
    elif act == "leave":
        request.session.pop(SESSION, None)
    elif act == "end":
        with clock.on(clock.city()):
            actions.end_exercise(row.pk, by=actor, at=clock.now())
        request.session.pop(SESSION, None)
        messages.success(request, _("The exercise is over."))
    else:
        raise NotFound(_("There is no such step."))
    return redirect("exercise", row.pk) if actor.holds(Power.RESPONSE_READ) else redirect("orders")


def exercise_attend(request: HttpRequest, name: str) -> HttpResponse:
    """Sign in by the code on the wall, on any phone, without an account."""
    row = Drill.objects.filter(pk=name, ended_at__isnull=True).first()
    if row is None:
        raise NotFound(_("This exercise is over, or never was."))
    form = AttendForm(request.POST or None, initial={"key": secrets.token_hex(16)})
    done = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = actions.attend(row.pk, takes=values["takes"], heads=values["heads"], key=values["key"], at=clock.now())
    return render(request, "response/attend.html", {
        "row": row, "form": form, "done": done, "player": actor_of(request).kind == POST,
        "inside": request.session.get(SESSION) == row.pk},
                  status=422 if request.method == "POST" and done is None else 200)
