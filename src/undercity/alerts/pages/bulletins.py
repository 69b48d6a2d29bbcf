"""对外公告: what we say to the public ourselves, and the form that says it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.alerts import actions
from undercity.alerts.actions.issuing import may_issue, status_here
from undercity.alerts.cap.message import Alert
from undercity.alerts.forms import BulletinForm, UpdateForm, WithdrawForm, WordsForm
from undercity.alerts.models import Bulletin
from undercity.alerts.queries import bulletins as asking, lines
from undercity.alerts.states import BulletinStage, Matter
from undercity.errors import NotAllowed, NotFound, RuleBroken
from undercity.org.powers import Actor, require
from undercity.org.queries import body_name, directory
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names


def _choices(actor: Actor) -> dict[str, list[tuple[int, str]]]:
    """The bodies an actor speaks for: his own first; the places the public knows there."""
    book, now = directory(), clock.now()
    under = [body for path in actor.scopes(Power.ALERT_ISSUE) for body in book.under(path)]
    bodies = sorted(set(under), key=lambda body: (body != actor.body, book.cards[body].path))
    places = Place.objects.filter(listed=True).prefetch_related(with_names()).order_by("key")
    return {"bodies": [(body, body_name(body)) for body in bodies],
            "places": [(row.pk, name_of(row, now)) for row in places]}


def _require_reader(actor: Actor) -> None:
    if not (actor.holds(Power.ALERT_ISSUE) or actor.holds(Power.RESPONSE_READ)):
        raise NotAllowed(_("Your post has no power to %(power)s.") % {"power": Power.ALERT_ISSUE.label},
                         remedy=_("Ask the administrator of your office if you should have it."))


@officers_only
def bulletins(request: HttpRequest) -> HttpResponseBase:
    """What we published, and the form for one more."""
    actor, now = actor_of(request), clock.now()
    _require_reader(actor)
    may = actor.holds(Power.ALERT_ISSUE)
    if request.method != "POST":
        form = BulletinForm(**_choices(actor), initial={
            "key": secrets.token_hex(12), "ends": (now + timedelta(hours=6)).replace(minute=0, second=0)})
        return _list(request, actor, form if may else None)
    form = BulletinForm(request.POST, **_choices(actor))
    if form.is_valid():
        given = form.cleaned_data
        try:
            row = actions.issue(by=actor, at=now, body=given["body"], matter=Matter(given["matter"]),
                                zh=_said(given, "zh"), en=_said(given, "en"), ends=given["ends"],
                                places=given["places"], client_key=given["key"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The message is published."))
            return redirect("bulletin", row.pk)
    return _list(request, actor, form, 422)


def _said(given: dict[str, Any], language: str) -> actions.Said:
    return actions.Said(given[f"headline_{language}"], given[f"description_{language}"],
                        given[f"instruction_{language}"])


def _list(request: HttpRequest, actor: Actor, form: BulletinForm | None, status: int = 200) -> HttpResponse:
    rows = asking.told(asking.visible_to(actor), clock.now())
    return render(request, "alerts/bulletins.html", {
        "rows": rows, "form": form, "status": lines.status_words(status_here().value)}, status=status)


@officers_only
def bulletin(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One of our messages: what it says, how it changed; saying it anew, and withdrawing it."""
    actor = actor_of(request)
    row = asking.visible_to(actor).filter(pk=uid).first()
    if row is None:
        raise NotFound(_("There is no such message."))
    if request.method != "POST":
        return _one(request, actor, row)
    require(may_issue(actor, row.body_id))
    anew = request.POST.get("do") == "update"
    form: WordsForm = (UpdateForm if anew else WithdrawForm)(request.POST, auto_id=f"{'update' if anew else 'end'}_%s")
    if form.is_valid():
        given = form.cleaned_data
        words: dict[str, Any] = {"by": actor, "at": clock.now(), "zh": _said(given, "zh"), "en": _said(given, "en"),
                                 "seen": given["seen"]}
        try:
            if anew:
                actions.update(uid, ends=given["ends"], places=row.places, bodies=row.bodies, **words)
            else:
                actions.withdraw(uid, **words)
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The message is published.") if anew else _("The message is withdrawn."))
            return redirect("bulletin", uid)
    return _one(request, actor, row, form, 422)


def _spoken(alert: Alert, row: Bulletin) -> dict[str, Any]:
    """What the last message says, as the form that says it anew begins."""
    found: dict[str, Any] = {"seen": row.version, "ends": row.ends}
    for language in ("zh", "en"):
        info = alert.info(language == "zh")
        if info is not None:
            found |= {f"{name}_{language}": getattr(info, name) for name in ("headline", "description", "instruction")}
    return found


def _one(request: HttpRequest, actor: Actor, row: Bulletin, form: WordsForm | None = None,
         status: int = 200) -> HttpResponse:
    messages_of = asking.messages_of(row.pk)
    alert = asking.alert_of(messages_of[-1])
    update = form if isinstance(form, UpdateForm) else UpdateForm(initial=_spoken(alert, row), auto_id="update_%s")
    end = form if isinstance(form, WithdrawForm) else WithdrawForm(initial={"seen": row.version}, auto_id="end_%s")
    return render(request, "alerts/bulletin.html", {
        "row": row, "matter": Matter(row.matter).label, "body": body_name(row.body_id),
        "stage": BulletinStage(row.stage).label, "languages": lines.languages(alert), "messages_of": messages_of,
        "out": row.stage == BulletinStage.OUT, "may": bool(may_issue(actor, row.body_id)), "form": end,
        "update": update,
        "status": lines.status_words(row.status)}, status=status)
