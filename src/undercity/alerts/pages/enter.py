"""录入预警: a message by hand, looked through first, then taken."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.alerts.actions.receiving import may_receive, receive
from undercity.alerts.drawing import pictured
from undercity.alerts.forms import MessageForm
from undercity.alerts.models import WarningMessage
from undercity.alerts.projection import title
from undercity.alerts.queries import lines
from undercity.alerts.queries.reading import Looked, look_through
from undercity.alerts.rules.book import terms
from undercity.alerts.states import Counting, Door, Signed
from undercity.errors import Refused, RuleBroken
from undercity.org.powers import require
from undercity.org.queries import body_name
from undercity.org.requests import actor_of, officers_only
from undercity.science.coordinates import Datum

SALT = "undercity.warning"
AN_HOUR = 3600


@officers_only
def warning_new(request: HttpRequest) -> HttpResponse:
    """Paste or choose a message, and see what it is."""
    require(may_receive(actor_of(request)))
    if request.method != "POST":
        return render(request, "alerts/enter.html", {"form": MessageForm()})
    form = MessageForm(request.POST, request.FILES)
    if form.is_valid():
        raw, datum = _given(form), Datum(form.cleaned_data["datum"] or Datum.WGS84.value)
        try:
            if not raw.strip():
                raise RuleBroken(_("Where is the message?"), remedy=_("Choose a file or paste its text."))
            looked = look_through(raw, at=clock.now(), datum=datum)
        except Refused as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "text", str(refusal))
        else:
            # The message travels in the form itself, signed: what was shown is what is taken.
            carried = signing.dumps([base64.b64encode(raw).decode(), datum.value], salt=SALT, compress=True)
            return render(request, "alerts/preview.html", {"carried": carried, **_shown(looked)})
    return render(request, "alerts/enter.html", {"form": form}, status=422)


def _given(form: MessageForm) -> bytes:
    most = terms(clock.now().date()).kilobytes * 1024 + 1
    file = form.cleaned_data["file"]
    raw: bytes = file.read(most) if file else form.cleaned_data["text"].strip().encode()
    return raw


def _shown(looked: Looked) -> dict[str, Any]:
    alert, meant = looked.alert, looked.meaning
    return {"title": title(meant.hazard, meant.colour), "alert": alert, "meaning": meant,
            "languages": lines.languages(alert), "bodies": [body_name(one) for one in sorted(looked.touched.bodies)],
            "said": [one.label for one in looked.said], "counting": Counting(looked.counting).label,
            "counts": looked.counting.counts, "signed": Signed(looked.signed).label, "over": looked.over,
            "status": lines.status_words(alert.status.value), "picture": pictured(looked.touched.ground, []),
            "known": WarningMessage.objects.filter(timeline=clock.timeline(), mark=alert.itself.mark).values_list(
                "warning", flat=True).first()}


@officers_only
@require_POST
def warning_take(request: HttpRequest) -> HttpResponseBase:
    """Take what was shown."""
    actor = actor_of(request)
    require(may_receive(actor))
    try:
        text, datum = signing.loads(request.POST.get("carried", ""), salt=SALT, max_age=AN_HOUR)
    except (signing.BadSignature, ValueError) as error:
        raise RuleBroken(_("This form is too old."), remedy=_("Enter the message again.")) from error
    found = receive(base64.b64decode(text), door=Door.PAGE, by=actor, at=clock.now(), datum=Datum(datum))
    messages.success(request, _("The warning is taken in.") if found.fresh else _("It was known already."))
    return redirect("warning", found.warning.pk)
