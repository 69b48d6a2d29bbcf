"""The four sheets of a case for print: registered, dispatched, checked, supervised."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy

from undercity.cases.models import Case
from undercity.cases.pages.finding import asked_for
from undercity.cases.queries import lists
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import Check
from undercity.errors import NotFound
from undercity.ledger.facts import label
from undercity.ledger.lights import limit_text
from undercity.ledger.models import Duty
from undercity.org.queries import body_name
from undercity.org.requests import officers_only

TITLES: dict[str, Any] = {
    "registration": gettext_lazy("Problem registration sheet"), "dispatch": gettext_lazy("Dispatch sheet"),
    "check": gettext_lazy("Check sheet"), "supervision": gettext_lazy("Supervision sheet")}
SUPERVISED = "case.supervised/1"


def sheets_of(case: Case) -> list[tuple[str, Any]]:
    """Code and title of each sheet a case has come to need."""
    needed = {"registration": True, "dispatch": case.department_id is not None,
              "check": case.done_at is not None or bool(case.check_answer), "supervision": case.supervisions > 0}
    return [(code, title) for code, title in TITLES.items() if needed[code]]


@officers_only
def sheet(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """问题登记单、任务派遣单、核查单、督办单: one of them, on one A4 page."""
    case = asked_for(request, number)
    if code not in dict(sheets_of(case)):
        raise NotFound(_("This case has no such sheet."), remedy=_("Choose one from the case's page."))
    return render(request, "cases/sheet.html", _words(case, code))


def sheet_words(case: Case, code: str) -> dict[str, Any] | None:
    """What a sheet of a case says; None when the case has not come to need it."""
    return _words(case, code) if code in dict(sheets_of(case)) else None


def _words(case: Case, code: str) -> dict[str, Any]:
    standard = scheme().standards.get(case.standard)
    reply = Duty.objects.filter(pk=case.reply_duty).first() if case.reply_duty else None
    steps = lists.time_line(case)
    return {
        "case": case, "code": code, "title": TITLES[code], "category": scheme().name(case.category),
        "territory": body_name(case.territory_id), "department": body_name(case.department_id), "standard": standard,
        "limit": limit_text(case.limit_value, case.limit_unit), "answers": Check.choices,
        "before": case.photos.filter(verb="report", erased_at__isnull=True),
        "after": case.photos.filter(verb="done", erased_at__isnull=True),
        "orders": [step for step in steps if step.what == label(SUPERVISED)],
        "reply_due": reply.due_at if reply else None}
