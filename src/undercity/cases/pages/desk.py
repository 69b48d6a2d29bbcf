"""The officers' desk: list, one case, and its moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.cases import rules
from undercity.cases.actions.moving import paths
from undercity.cases.models import Case, Contact
from undercity.cases.pages.finding import asked_for, no_such_case
from undercity.cases.pages.moves import MADE, form_for
from undercity.cases.pages.sheets import sheets_of
from undercity.cases.projection import state_of
from undercity.cases.queries import lists
from undercity.cases.queries.board import board as open_cases
from undercity.cases.queries.map_pins import of_case, of_rows
from undercity.cases.queries.orders import state_of_order
from undercity.cases.queries.patrol import grid_of
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.similar import repeats, similar
from undercity.cases.states import REPEAT_DAYS, Needs, Stage, Verb
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.actions import look
from undercity.ledger.lights import limit_text, seen
from undercity.ledger.models import Duty
from undercity.ledger.pictures import read_picture
from undercity.org.csv_files import csv_response, harmless
from undercity.org.powers import can, require
from undercity.org.queries import body_name, post_titles
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power

WORDS_MAX = 60
# Where it is still open whether this is a case of its own.
ASKED_WHETHER_SIMILAR = frozenset({Stage.INTAKE, Stage.FILING, Stage.DISPATCH})


def _narrowed(request: HttpRequest) -> tuple[str, str]:
    """What the list is narrowed to: a stage, and words."""
    return request.GET.get("stage", ""), request.GET.get("words", "").replace("\0", "").strip()[:WORDS_MAX]


@officers_only
def cases(request: HttpRequest) -> HttpResponse:
    """The list, newest first, a hundred a page."""
    before = request.GET.get("before", "")
    stage, words = _narrowed(request)
    rows = lists.page(actor_of(request), clock.now(), stage=stage, words=words,
                      before=int(before) if before.isdecimal() and len(before) < 18 else None)
    choices = [("", _("all")), ("open", _("open")), ("late", _("overdue")), *Stage.choices]
    return render(request, "cases/list.html", {
        "rows": rows, "stage": stage, "words": words, "choices": choices,
        "kept": urlencode({name: value for name, value in (("stage", stage), ("words", words)) if value}),
        "first": not before, "more": rows[-1].case.pk if len(rows) == lists.PAGE else None, "map_pins": of_rows(rows)})


@officers_only
def cases_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list whole, as a spreadsheet reads it: written while it is read, a page at a time."""
    actor, now, (stage, words) = actor_of(request), clock.now(), _narrowed(request)
    head = [_("Number"), _("What"), _("Where"), _("Stage"), _("Responsible unit"), _("Reported"), _("Due"),
            _("Overdue")]

    def rows() -> Iterator[list[str]]:
        yield head
        before = None
        while found := lists.page(actor, now, stage=stage, words=words, before=before, limit=lists.PAGE):
            for row in found:
                yield [row.number, row.category, harmless(row.where), row.stage, row.department,
                       _minute(row.case.reported_at), _minute(row.case.due_at), _("yes") if row.late else ""]
            before = found[-1].case.pk
            if len(found) < lists.PAGE:
                return

    return csv_response(f"{_('Cases')}-{now:%Y%m%d-%H%M}", rows())


def _minute(at: datetime | None) -> str:
    return f"{at.astimezone(clock.ZONE):%Y-%m-%d %H:%M}" if at else ""


@officers_only
def board(request: HttpRequest) -> HttpResponse:
    """案件看板: open cases by stage."""
    return render(request, "cases/board.html", {"columns": open_cases(actor_of(request), clock.now())})


@officers_only
def case_of(request: HttpRequest, subject: UUID) -> HttpResponseBase:
    """From a duty to its case."""
    case = lists.by_uid(actor_of(request), subject)
    if case is None:
        raise no_such_case()
    return redirect("case", case.number)


@officers_only
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    """One case: where it stands, what I may do, what happened."""
    return _case(request, asked_for(request, number), None, {}, 200)


def _main_line_first(option: rules.Option) -> bool:
    # What needs a reason leaves the main line: refusals, returns, rework.
    return Needs.REASON in option.move.needs


def _case(request: HttpRequest, case: Case, verb: Verb | None, bound: dict[Verb, Any], status: int) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    territory, department = paths(case)
    standard = scheme().standards.get(case.standard)
    undecided = Stage(case.stage) in ASKED_WHETHER_SIMILAR
    nearby = similar(case, actor) if undecided else []
    options = rules.options(state_of(case), actor, scheme().now(now), territory=territory, department=department)
    first = {"seen": case.version, "into": nearby[0].number if nearby else ""}
    moves = [(option, bound.get(option.verb) or form_for(option.verb, case, initial=first))
             for option in sorted(options, key=_main_line_first) if option.decision]
    duties = {duty.pk: duty for duty in Duty.objects.filter(pk__in=[one for one in (case.duty, case.ask_duty) if one])}
    duty, question = (duties.get(one) if one else None for one in (case.duty, case.ask_duty))
    grid = grid_of(case)
    return render(request, "cases/case.html", {
        "grid": grid, "inspector": "".join(post_titles([grid.post]).values()) if grid and grid.post else "",
        "order_state": state_of_order(case) if case.order else "",
        "case": case, "category": scheme().name(case.category), "territory": body_name(case.territory_id),
        "department": body_name(case.department_id), "steps": lists.time_line(case), "moves": moves, "chosen": verb,
        "others": [option for option in options if not option.decision], "standard": standard,
        "limit": limit_text(case.limit_value, case.limit_unit),
        "map_pins": of_case(case), "question": seen([question], now)[0] if question else None,
        "similar": nearby, "repeats": repeats(case) if undecided else 0,
        "days": scheme().term(REPEAT_DAYS, case.reported_at), "marks": lists.marks(case),
        "into": lists.number_merged_into(case), "sheets": sheets_of(case),
        "duty": seen([duty], now)[0] if duty else None, "holder": body_name(duty.body_id) if duty else "",
        "may_contact": bool(can(actor, Power.CASE_CONTACT, territory))}, status=status)


@officers_only
@require_POST
def move(request: HttpRequest, number: str, verb: str) -> HttpResponseBase:
    """Carry out one move."""
    case = asked_for(request, number)
    if verb not in MADE:
        raise NotFound(_("There is no such move."))
    chosen = Verb(verb)
    form = form_for(chosen, case, request.POST, request.FILES)
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            if "photos" in values:
                values["photos"] = [read_picture(file.read()) for file in values["photos"]]
            MADE[chosen](case.uid, by=actor_of(request), at=clock.now(), values=values)
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Done: %(verb)s.") % {"verb": chosen.label})
            return redirect("case" if lists.by_number(actor_of(request), number) else "desk",
                            *([number] if lists.by_number(actor_of(request), number) else []))
    # A move that is no longer possible says so, before a form is shown that could not be sent.
    territory, department = paths(case)
    legal = rules.legal(state_of(case), chosen, scheme().now(clock.now()))
    require(rules.may(actor_of(request), legal, territory=territory, department=department))
    return _case(request, case, chosen, {chosen: form}, 422)


@officers_only
@require_POST
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """The reporter's contact, for posts that need it; every view is noted."""
    case, actor = asked_for(request, number), actor_of(request)
    require(can(actor, Power.CASE_CONTACT, paths(case)[0]), case=number)
    look(by=actor, subject_kind="case", subject=case.uid, fields=["contact"], reason="case page")
    return render(request, "cases/contact.html", {"case": case, "contact": Contact.objects.filter(case=case).first()})
