"""The machine door: `POST /api/readings`, a batch of one device's readings as JSON, with that device's token."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from undercity import clock
from undercity.errors import NotAllowed, NotSignedIn, Refused, RuleBroken, TooLarge
from undercity.org.queries import digest_of
from undercity.readings.actions.taking import Answer, take
from undercity.readings.models import Device
from undercity.readings.rules import Said
from undercity.readings.states import REMEDIES, Door, Result

AT_ONCE = 5000
BYTES_MAX = 2 * 1024 * 1024
SHAPE = gettext_lazy("Send {\"readings\": […]} as JSON.")
_BEARER = re.compile(r"Bearer\s+(\S{1,200})\s*\Z", re.IGNORECASE)


class WrongMethod(Refused):
    """The door takes readings and gives none."""

    status = 405
    code = "wrong_method"


@csrf_exempt
def readings(request: HttpRequest) -> HttpResponse:
    """上报读数. 200 with an answer for each reading; sent again, each is a duplicate."""
    if request.method != "POST":
        raise WrongMethod(_("This address takes readings by POST."), remedy=SHAPE)
    device = _device(request)
    given = [said_of(one, device.key) for one in _batch(_body(request))]
    answers = take(given, door=Door.HTTP, at=clock.now(), only={device.pk})
    return JsonResponse(answer_of(answers), json_dumps_params={"ensure_ascii": False})


def _device(request: HttpRequest) -> Device:
    found = _BEARER.match(request.headers.get("Authorization", ""))
    if found is None:
        raise NotSignedIn(_("A device's token is needed."), field="Authorization",
                          remedy=_("Send the header Authorization: Bearer <token>."))
    device = Device.objects.filter(token_digest=digest_of(found[1])).first()
    if device is None:
        raise NotSignedIn(_("No device has this token."), field="Authorization",
                          remedy=_("Ask whoever keeps the place for a new one; keep the readings until then."))
    if device.stopped_at is not None:
        raise NotAllowed(_("This device is switched off."), field="Authorization",
                         remedy=_("Ask whoever keeps the place; keep the readings until then."))
    return device


def _body(request: HttpRequest) -> bytes:
    if int(request.META.get("CONTENT_LENGTH") or 0) > BYTES_MAX:
        raise TooLarge(_("The batch is larger than %(mb)d MB.") % {"mb": BYTES_MAX // 1024 ** 2}, field="readings",
                       remedy=_("Send it in parts."))
    return request.body


def _batch(content: bytes) -> list[Any]:
    try:
        given = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RuleBroken(_("The body is no JSON."), field="body", remedy=SHAPE) from error
    batch = given.get("readings") if isinstance(given, dict) else given
    if not isinstance(batch, list):
        raise RuleBroken(_("There is no list of readings."), field="readings",
                         remedy=SHAPE)
    if len(batch) > AT_ONCE:
        raise TooLarge(_("A batch holds %(most)d readings at most.") % {"most": AT_ONCE}, field="readings",
                       remedy=_("Send it in parts."))
    return batch


def said_of(one: Any, device: str) -> Said:
    """A reading as JSON has it; without a device, of the one that speaks. What is no object comes out unreadable."""
    if not isinstance(one, dict):
        return Said(device, "", None, one)
    return Said(one.get("device", device), one.get("quantity"), one.get("at"), one.get("value"), one.get("key"))


def answer_of(answers: list[Answer]) -> dict[str, Any]:
    """The answer as JSON: counts, and what became of each reading in its order."""
    results: list[dict[str, Any]] = []
    for number, one in enumerate(answers):
        row: dict[str, Any] = {"index": number, "result": one.result.value}
        if one.late:
            row["late"] = True
        if one.reason is not None:
            row |= {"reason": one.reason.value, "message": str(one.reason.label), "remedy": str(REMEDIES[one.reason])}
        results.append(row)
    counts = {result.value: sum(one.result is result for one in answers) for result in Result}
    return {**counts, "results": results}
