"""A CSV file of readings: looked through first, then taken."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import RuleBroken
from undercity.org.powers import Actor, Decision, require
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.readings.actions.uploading import take_file
from undercity.readings.queries import csv_rows
from undercity.readings.rules import Said
from undercity.readings.states import Result

SALT = "undercity.readings"
A_DAY = 86400
SHOWN = 100


class FileForm(forms.Form):
    """The file."""

    file = forms.FileField(label=gettext_lazy("CSV file"), help_text=gettext_lazy(
        "Columns device, quantity, at, value (设备、监测量、时间、数值); nothing is stored before you have seen it."))


def _may(actor: Actor) -> Decision:
    return Decision(actor.holds(Power.READING_KEEP),
                    _("Your post has no power to %(power)s.") % {"power": Power.READING_KEEP.label})


@officers_only
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file, and see what would become of each row."""
    actor = actor_of(request)
    require(_may(actor))
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = csv_rows.rows_of(form.cleaned_data["file"].read(csv_rows.BYTES_MAX + 1))
            looked = csv_rows.look_through(said, by=actor, at=clock.now())
        except RuleBroken as refusal:
            form.add_error("file", str(refusal))
        else:
            # The rows travel in the form itself, signed: what was shown is what is taken.
            carried = signing.dumps([[one.device, one.quantity, one.at, one.value] for one in said], salt=SALT,
                                    compress=True)
            return render(request, "readings/check.html", {
                "looked": looked, "wrong": looked.wrong[:SHOWN], "more": max(0, len(looked.wrong) - SHOWN),
                "carried": carried})
    return render(request, "readings/upload.html", {"form": form}, status=422 if request.method == "POST" else 200)


@officers_only
@require_POST
def take(request: HttpRequest) -> HttpResponseBase:
    """Take what was shown."""
    actor = actor_of(request)
    require(_may(actor))
    try:
        rows: list[list[Any]] = signing.loads(request.POST.get("carried", ""), salt=SALT, max_age=A_DAY)
    except signing.BadSignature as error:
        raise RuleBroken(_("This form is too old."), remedy=_("Send the file again.")) from error
    found = take_file([Said(*row) for row in rows], by=actor, at=clock.now(), good_only="good" in request.POST)
    messages.success(request, _("%(new)d readings stored, %(known)d were known already, %(bad)d kept apart.") % {
        "new": found[Result.STORED], "known": found[Result.DUPLICATE], "bad": found[Result.REFUSED]})
    return redirect("readings")
