"""The hotline's orders: take a spreadsheet, the list with its own clocks, and what is done about one."""

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
from undercity.cases import order_rules
from undercity.cases.actions import hotline as actions
from undercity.cases.actions.moving import paths
from undercity.cases.models import Case
from undercity.cases.pages.finding import asked_for, no_such_case
from undercity.cases.projection import state_of
from undercity.cases.queries import order_files, orders as listed
from undercity.cases.queries.lists import numbers_before_and_after, time_line
from undercity.cases.queries.order_files import Checked, Table
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import Callback, OrderVerb
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.lights import seen
from undercity.ledger.models import Duty
from undercity.org.powers import Actor, Decision, require
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.science.coordinates import Datum

SALT = "undercity.hotline"
A_DAY = 86400
SHOWN = 50
VIEWS = (("open", gettext_lazy("to be answered")), ("late", gettext_lazy("overdue")),
         ("callback", gettext_lazy("to be called back")), ("redo", gettext_lazy("not satisfied")),
         ("all", gettext_lazy("all")))


class UploadForm(forms.Form):
    """A spreadsheet, and what its positions count in: a file seldom says so, and the two cannot be told apart."""

    file = forms.FileField(label=gettext_lazy("Spreadsheet"), help_text=gettext_lazy(
        ".xlsx or .csv with headers in the first row; nothing is stored before you have seen it."))
    datum = forms.ChoiceField(label=gettext_lazy("The positions come from"), widget=forms.RadioSelect, choices=[
        (Datum.WGS84, gettext_lazy("a GPS device (WGS 84)")),
        (Datum.GCJ02, gettext_lazy("a Chinese map or phone (GCJ-02)")),
        (Datum.BD09, gettext_lazy("Baidu's map (BD-09)"))])


class OrderForm(forms.Form):
    """Something done about an order."""

    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=actions.NOTE_MAX,
                           widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, verb: OrderVerb, data: Any = None):
        super().__init__(data, auto_id=f"{verb.value}_%s")
        self.fields["note"].required = verb in order_rules.WORDS_NEEDED
        if verb is OrderVerb.REPLY:
            self.fields["note"].label = _("What the caller was told")
        elif verb in {OrderVerb.REDO, OrderVerb.RETURN}:
            self.fields["note"].label = _("Reason")
        if verb is OrderVerb.CALL_BACK:
            self.fields["answer"] = forms.TypedChoiceField(
                label=_("What did the caller say?"), choices=Callback.choices, coerce=Callback,
                widget=forms.RadioSelect)


def _may_take(actor: Actor) -> Decision:
    return Decision(actor.holds(Power.CASE_INTAKE),
                    _("Your post has no power to %(power)s.") % {"power": Power.CASE_INTAKE.label})


@officers_only
def orders(request: HttpRequest) -> HttpResponse:
    """热线工单: the list, the first due first."""
    return _list(request, UploadForm(), 200)


def _list(request: HttpRequest, form: UploadForm, status: int) -> HttpResponse:
    actor, chosen = actor_of(request), request.GET.get("state", "open")
    chosen = chosen if chosen in listed.CHOICES else "open"
    return render(request, "cases/hotline.html", {
        "rows": listed.page(actor, clock.now(), chosen), "chosen": chosen, "views": VIEWS,
        "form": form if _may_take(actor) else None, "most": listed.PAGE}, status=status)


@officers_only
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Look a spreadsheet through and show what it would come to; nothing is stored."""
    require(_may_take(actor_of(request)))
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        upload, datum = form.cleaned_data["file"], Datum(form.cleaned_data["datum"])
        try:
            given = order_files.table(upload.name, upload.read(order_files.BYTES_MAX + 1))
            return _preview(request, given, datum, order_files.check(given, at=clock.now(), datum=datum))
        except RuleBroken as refusal:
            form.add_error("file", str(refusal))
    return _list(request, form, 422)


def _preview(request: HttpRequest, given: Table, datum: Datum, checked: Checked, status: int = 200) -> HttpResponse:
    known = scheme()
    # The rows travel in the form itself, signed: what callers said is stored nowhere before it is taken.
    carried = signing.dumps({"head": given.head, "rows": given.rows, "datum": datum.value}, salt=SALT, compress=True)
    return render(request, "cases/hotline_check.html", {
        "checked": checked, "wrong": checked.wrong[:SHOWN], "more": max(0, len(checked.wrong) - SHOWN),
        "good": [(one, known.name(one.category)) for one in checked.good[:SHOWN]], "carried": carried}, status=status)


def _carried(request: HttpRequest) -> tuple[Table, Datum]:
    try:
        found = signing.loads(request.POST.get("carried", ""), salt=SALT, max_age=A_DAY)
    except signing.BadSignature as error:
        raise RuleBroken(_("This form is too old."), remedy=_("Send the spreadsheet again.")) from error
    return Table(found["head"], [(number, cells) for number, cells in found["rows"]]), Datum(found["datum"])


@officers_only
@require_POST
def take(request: HttpRequest) -> HttpResponseBase:
    """Take what was shown: the good rows, or all of them or none."""
    actor = actor_of(request)
    require(_may_take(actor))
    given, datum = _carried(request)
    checked = order_files.check(given, at=clock.now(), datum=datum)
    taken = actions.take_orders(checked, by=actor, at=clock.now(), all_or_nothing="all" in request.POST)
    messages.success(request, _("%(new)d orders taken, %(known)d were known already, %(bad)d rows left out.") % {
        "new": len(taken.cases), "known": len(taken.known), "bad": len(checked.bad_rows)})
    return redirect("hotline")


@officers_only
@require_POST
def wrong(request: HttpRequest) -> HttpResponse:
    """The bad rows as a spreadsheet with what is wrong."""
    require(_may_take(actor_of(request)))
    given, datum = _carried(request)
    content = order_files.wrong_rows(given, order_files.check(given, at=clock.now(), datum=datum))
    return HttpResponse(content, headers={
        "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Content-Disposition": 'attachment; filename="wrong-rows.xlsx"'})


def _asked_for(request: HttpRequest, number: str) -> Case:
    case = asked_for(request, number)
    if not case.order:
        raise no_such_case()
    return case


@officers_only
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order: its clock, what was done, what may be done. `number` is the case's."""
    return _order(request, _asked_for(request, number), {}, 200)


def _order(request: HttpRequest, case: Case, bound: dict[OrderVerb, OrderForm], status: int) -> HttpResponse:
    now, actor = clock.now(), actor_of(request)
    territory, department = paths(case)
    open_now = order_rules.possible(state_of(case), now, listed.return_until(case))
    duty = Duty.objects.filter(pk=case.order_duty).first() if case.order_duty else None
    return render(request, "cases/hotline_order.html", {
        "continued": numbers_before_and_after(case)[1],
        "case": case, "what": scheme().name(case.category), "state": listed.state_of_order(case),
        "return_until": listed.return_until(case) if OrderVerb.RETURN in open_now else None,
        "duty": seen([duty], now)[0] if duty else None,
        "moves": [(verb, bound.get(verb) or OrderForm(verb)) for verb in open_now
                  if order_rules.may(actor, verb, territory=territory, department=department)],
        "steps": time_line(case)}, status=status)


@officers_only
@require_POST
def move(request: HttpRequest, number: str, verb: str) -> HttpResponseBase:
    """Do one thing about an order."""
    case, actor, now = _asked_for(request, number), actor_of(request), clock.now()
    if verb not in OrderVerb.values:
        raise NotFound(_("There is no such move."))
    chosen = OrderVerb(verb)
    form = OrderForm(chosen, request.POST)
    if not form.is_valid():
        return _order(request, case, {chosen: form}, 422)
    note = form.cleaned_data["note"].replace("\x00", "")
    if chosen is OrderVerb.CALL_BACK:
        actions.call_back(case.uid, by=actor, at=now, answer=form.cleaned_data["answer"], note=note)
    else:
        {OrderVerb.CONTACT: actions.contact, OrderVerb.REPLY: actions.reply, OrderVerb.REDO: actions.redo,
         OrderVerb.RETURN: actions.send_back}[chosen](case.uid, by=actor, at=now, note=note)
    messages.success(request, _("Done: %(verb)s.") % {"verb": chosen.label})
    return redirect("hotline_order", number)
