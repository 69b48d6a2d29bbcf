"""The officers' desk: list, one case, and its moves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from uuid_utils.compat import uuid7

from undercity import clock
from undercity.cases import rules
from undercity.cases.actions.moving import paths
from undercity.cases.forms import LookForm
from undercity.cases.models import Case
from undercity.cases.pages.batches import batched_verbs
from undercity.cases.pages.finding import asked_for, no_such_case
from undercity.cases.pages.moves import MADE, form_for
from undercity.cases.pages.narrowing import choices
from undercity.cases.pages.rows import lines
from undercity.cases.pages.sheets import sheets_of
from undercity.cases.projection import state_of
from undercity.cases.queries import lists
from undercity.cases.queries.board import board as open_cases
from undercity.cases.queries.cards import card_of, thresholds
from undercity.cases.queries.contacts import contacts_of
from undercity.cases.queries.filters import read
from undercity.cases.queries.map_pins import of_case, of_rows
from undercity.cases.queries.orders import state_of_order
from undercity.cases.queries.patrol import grid_of
from undercity.cases.queries.saved import saved_filters
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.similar import repeats, similar
from undercity.cases.queries.suggesting import suggest
from undercity.cases.states import REPEAT_DAYS, Needs, Stage, Supervision, Verb
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.actions import look
from undercity.ledger.lights import limit_text, seen
from undercity.ledger.models import Duty
from undercity.ledger.pictures import read_picture
from undercity.org.powers import can, require
from undercity.org.queries import body_name, post_titles
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power

# What the list shows at first is its words and stage; the rest is there when asked for.
FURTHER = ("category", "area", "department", "source", "light", "card", "due_from", "due_to")
# Where it is still open whether this is a case of its own.
ASKED_WHETHER_SIMILAR = frozenset({Stage.INTAKE, Stage.FILING, Stage.DISPATCH})


@officers_only
def cases(request: HttpRequest) -> HttpResponse:
    """The list, newest first, a hundred a page."""
    before = request.GET.get("before", "")
    narrowed, now = read(request.GET), clock.now()
    rows = lists.page(actor_of(request), now, narrowed=narrowed,
                      before=int(before) if before.isdecimal() and len(before) < 18 else None)
    return render(request, "cases/list.html", {
        "rows": rows, "lines": lines(rows), "narrowed": narrowed, "words": narrowed.words,
        "choices": choices(narrowed), "key": uuid7(),
        "kept": narrowed.query, "saved": saved_filters(actor_of(request)), "batched": batched_verbs(actor_of(request)),
        "whys": Supervision.choices, "further": any(getattr(narrowed, name) for name in FURTHER), "first": not before,
        "more": rows[-1].pk if len(rows) == lists.PAGE else None, "map_pins": of_rows(rows)})


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
        "card": card_of(case.stage, case.due_at, thresholds(now)),
        "into": lists.number_merged_into(case), "sheets": sheets_of(case),
        "around": lists.numbers_before_and_after(case), "suggested": suggest(case.report.text) if undecided else [],
        "duty": seen([duty], now)[0] if duty else None, "holder": body_name(duty.body_id) if duty else "",
        **_contacts(case, bool(can(actor, Power.CASE_CONTACT, territory)))}, status=status)


def _contacts(case: Case, may: bool) -> dict[str, Any]:
    """The masked contacts, for whoever could look at them whole."""
    return {"may_contact": may, "contacts": [one.masked for one in contacts_of(case)] if may else [],
            "look_form": LookForm()}


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
            if request.POST.get("back") == "today":
                # Sent from the list of today, which goes on with the next one.
                return redirect("today")
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
    """The reporters' contacts, for posts that need them; every view is noted with its reason."""
    case, actor, form = asked_for(request, number), actor_of(request), LookForm(request.POST)
    require(can(actor, Power.CASE_CONTACT, paths(case)[0]), case=number)
    found = contacts_of(case)
    if not form.is_valid():
        return render(request, "cases/contact.html", {"case": case, "form": form, "contacts": [
            one.masked for one in found]}, status=422)
    look(by=actor, subject_kind="case", subject=case.uid, fields=["contact"], reason=form.cleaned_data["reason"])
    return render(request, "cases/contact.html", {"case": case, "contacts": found})
