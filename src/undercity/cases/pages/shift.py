"""One screen and two keys 班次工作台: the next case opens by itself, one key chooses, the other confirms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.models import Case
from undercity.cases.pages.answers import answers, given
from undercity.cases.pages.finding import asked_for
from undercity.cases.pages.moves import MADE, form_for
from undercity.cases.queries import lists
from undercity.cases.queries.departments import departments_for
from undercity.cases.queries.map_pins import of_case
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.shift import Waiting, done_since, next_case, this_one
from undercity.cases.queries.similar import repeats, similar
from undercity.cases.states import REPEAT_DAYS
from undercity.errors import Refused, RuleBroken
from undercity.ledger.lights import limit_text, seen
from undercity.org.addresses import address_of
from undercity.org.queries import body_name
from undercity.org.requests import actor_of, officers_only

PUT_OFF = "put_off"


def _put_off(request: HttpRequest) -> list[str]:
    kept = request.session.get(PUT_OFF, [])
    return kept if isinstance(kept, list) else []


@officers_only
def shift(request: HttpRequest) -> HttpResponseBase:
    """The case to decide now; sent back, the decision on it, or that it is put off."""
    if request.method == "POST":
        return _decided(request)
    if number := request.GET.get("case", ""):
        return _shown(request, this_one(actor_of(request), asked_for(request, number)))
    return _shown(request, next_case(actor_of(request), {UUID(one) for one in _put_off(request)}))


def _decided(request: HttpRequest) -> HttpResponseBase:
    actor, now = actor_of(request), clock.now()
    number = request.POST.get("number", "")
    case = lists.by_number(actor, number)
    if case is None:
        messages.error(request, _("%(number)s is no longer yours to see; here is the next one.") % {"number": number})
        return redirect("shift")
    if "skip" in request.POST:
        # Once everything was put off it comes again, the longest ago first.
        request.session[PUT_OFF] = [*[one for one in _put_off(request) if one != str(case.uid)], str(case.uid)][-500:]
        messages.info(request, _("Put off: %(number)s; it comes again after the others.") % {"number": number})
        return redirect("shift")
    chosen = given(request.POST.get("answer", ""), request.POST)
    if chosen is None or chosen[0] not in MADE:
        return _shown(request, this_one(actor, case), {"answer": _("Choose an answer first.")})
    verb, sent = chosen
    form = form_for(verb, case, sent)
    if not form.is_valid():
        wrong = {("department" if field == "department" else "answer" if field == "standard" else "note"):
                 " ".join(map(str, told)) for field, told in form.errors.items()}
        return _shown(request, this_one(actor, case), wrong)
    try:
        MADE[verb](case.uid, by=actor, at=now, values=dict(form.cleaned_data))
    except RuleBroken as refusal:
        return _shown(request, this_one(actor, case), {"note": str(refusal)})
    except Refused as refusal:
        messages.error(request, _told(case, refusal))
        return redirect("shift")
    messages.success(request, _what_happened(_("Done: %(verb)s, %(number)s.") % {
        "verb": verb.label, "number": number}, number))
    return redirect("shift")


def _told(case: Case, refusal: Refused) -> str:
    """Somebody was quicker, or it is no longer possible: what changed, and that the next one is shown."""
    changes = "; ".join(f"{one['what']} {one['who']}".strip() for one in refusal.details.get("changes", ()))
    return _what_happened(_("%(number)s: not done. %(why)s %(changes)s") % {
        "number": case.number, "why": refusal, "changes": changes}, case.number)


def _what_happened(words: str, number: str) -> str:
    return format_html('{} <a href="{}">{}</a>', words, address_of("case")(number), _("What happened"))


def _shown(request: HttpRequest, waiting: Waiting, wrong: dict[str, str] | None = None) -> HttpResponse:
    actor, now, case = actor_of(request), clock.now(), waiting.case
    done = done_since(actor, now.replace(hour=0, minute=0, second=0, microsecond=0))
    found: dict[str, Any] = {"left": waiting.left, "put_off": waiting.put_off, "done": done, "case": case}
    if case is not None:
        nearby = similar(case, actor)
        offered, asked = answers(case, actor, now, nearby), request.POST.get("answer", "")
        found |= {
            "answers": offered, "chosen": asked if asked in {one.value for one in offered} else (
                offered[0].value if offered else ""),
            "reasoned": any(one.needs_reason for one in offered),
            "departments": departments_for(case)[1] if any(one.needs_department for one in offered) else [],
            "note": request.POST.get("note", ""), "department": request.POST.get("department", ""),
            "wrong": wrong or {}, "category": scheme().name(case.category), "major": scheme().major(case.category),
            "territory": body_name(case.territory_id), "marks": lists.marks(case),
            "photos": case.photos.filter(verb="report"), "similar": nearby, "repeats": repeats(case),
            "days": scheme().term(REPEAT_DAYS, case.reported_at), "map_pins": of_case(case),
            "verification": lists.verification_of(case),
            "standards": [
                (one.condition_text, limit_text(one.limit.value, one.limit.unit), one.closing_text, one.source)
                for one in scheme().standards_of(case.category, now.date())],
            "duty": seen([waiting.duty], now)[0] if waiting.duty else None}
    return render(request, "cases/shift.html", found, status=422 if wrong else 200)
