"""预警来源: the feeds with their health, the trusted certificates. Seen by those who take in warnings, changed by
administrators."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.alerts.actions import sources
from undercity.alerts.actions.receiving import may_receive
from undercity.alerts.forms import FeedForm, TrustForm
from undercity.alerts.models import Feed, FeedItem, Signer
from undercity.errors import NotFound, RuleBroken
from undercity.org.powers import Actor, require
from undercity.org.requests import actor_of, officers_only
from undercity.science.coordinates import Datum

Act = Callable[[HttpRequest, Actor], "FeedForm | TrustForm | None"]


@officers_only
def warning_sources(request: HttpRequest) -> HttpResponseBase:
    """Feeds and certificates; what an administrator sends changes one of them."""
    actor = actor_of(request)
    may = sources.may_configure(actor)
    if not may:
        require(may_receive(actor))
    if request.method != "POST":
        return _show(request, bool(may))
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise NotFound(_("There is no such step."))
    wrong = act(request, actor)
    if wrong is not None:
        return _show(request, bool(may), wrong, 422)
    messages.success(request, _("Saved."))
    return redirect("warning_sources")


def _show(request: HttpRequest, may: bool, wrong: FeedForm | TrustForm | None = None, status: int = 200
          ) -> HttpResponse:
    changed = Feed.objects.filter(pk=_number(request.GET.get("feed", ""))).first()
    feed = wrong if isinstance(wrong, FeedForm) else FeedForm(initial={
        "label": changed.label, "url": changed.url, "hosts": changed.hosts, "datum": changed.datum,
        "signed_only": changed.signed_only, "number": changed.pk} if changed else {})
    return render(request, "alerts/sources.html", {
        "feeds": Feed.objects.order_by("pk"), "signers": Signer.objects.order_by("label"), "may": may,
        "feed_form": feed, "trust_form": wrong if isinstance(wrong, TrustForm) else TrustForm(), "changed": changed,
        "refused": FeedItem.objects.exclude(why="").select_related("feed").order_by("-seen_at")[:20]}, status=status)


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def _keep(request: HttpRequest, actor: Actor) -> FeedForm | None:
    form = FeedForm(request.POST)
    if not form.is_valid():
        return form
    given = form.cleaned_data
    try:
        sources.keep_feed(by=actor, at=clock.now(), label=given["label"], url=given["url"], hosts=given["hosts"],
                          datum=Datum(given["datum"] or "wgs84"), signed_only=given["signed_only"],
                          number=given["number"])
    except RuleBroken as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return form
    return None


def _switch(request: HttpRequest, actor: Actor) -> None:
    sources.switch_feed(_number(request.POST.get("number", "")), by=actor, on=request.POST.get("on") == "1")


def _trust(request: HttpRequest, actor: Actor) -> TrustForm | None:
    form = TrustForm(request.POST)
    if not form.is_valid():
        return form
    try:
        sources.trust(form.cleaned_data["certificate"], by=actor, at=clock.now(), label=form.cleaned_data["label"])
    except RuleBroken as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return form
    return None


def _stop(request: HttpRequest, actor: Actor) -> None:
    sources.stop_trusting(_number(request.POST.get("number", "")), by=actor, at=clock.now())


ACTS: dict[str, Act] = {"keep": _keep, "switch": _switch, "trust": _trust, "stop": _stop}
