"""A spreadsheet on its way into the register: sent, its columns settled, looked at, applied, undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.actions import look
from undercity.org.powers import Actor, Decision, require
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.org.xlsx_files import xlsx_response
from undercity.register.actions import uploading, waiting
from undercity.register.actions.uploading import may_import
from undercity.register.forms import ColumnsForm, InternalForm, UploadForm
from undercity.register.models import Import, Upload
from undercity.register.parts import Field, label_of
from undercity.register.queries.exports import FORMATS
from undercity.register.queries.previews import Preview, changed_values, preview
from undercity.register.queries.sheets import BYTES_MAX, unpacked
from undercity.register.queries.uploads import mine, upload_of
from undercity.register.rules.difference import RowDifference
from undercity.register.states import RowKind, UploadState
from undercity.science.coordinates import Datum

SHOWN = 50


@officers_only
def register(request: HttpRequest) -> HttpResponse:
    """台账: send a spreadsheet, see what became of those sent, take the register as a file."""
    return _start(request, UploadForm(), 200)


def _start(request: HttpRequest, form: UploadForm, status: int) -> HttpResponse:
    actor = actor_of(request)
    require(may_read(actor))
    return render(request, "register/register.html", {
        "form": form if may_import(actor) else None, "uploads": mine(actor), "formats": FORMATS,
        "internal": InternalForm() if actor.holds(Power.WORK_READ) else None}, status=status)


def may_read(actor: Actor) -> Decision:
    """Whoever changes places or reads works reads the register of his area."""
    return Decision(True) if actor.holds(Power.WORK_READ) else may_import(actor)


@officers_only
@require_POST
def send(request: HttpRequest) -> HttpResponseBase:
    """Take a spreadsheet in; its columns are asked next."""
    actor = actor_of(request)
    require(may_import(actor))
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data["file"]
        try:
            made = uploading.take_in(given.name, given.read(BYTES_MAX + 1), by=actor, at=clock.now())
            return redirect("register_columns", made.pk)
        except RuleBroken as refusal:
            form.add_error("file", str(refusal))
    return _start(request, form, 422)


def _asked_for(request: HttpRequest, key: UUID) -> Upload:
    found = upload_of(actor_of(request), key)
    if found is None:
        raise NotFound(_("There is no such spreadsheet."), remedy=_("Your spreadsheets are listed in the register."))
    return found


@officers_only
def columns(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Which column is which: guessed, or remembered from these headers, and changed at will."""
    upload = _asked_for(request, key)
    if upload.state not in uploading.OPEN:
        return redirect("register_import", upload.pk)
    rows = [cells for _number, cells in unpacked(bytes(upload.table))[:2]]
    if request.method != "POST":
        known = {name.replace(".", "-"): str(column) for name, column in upload.columns.items()}
        form = ColumnsForm(upload.head, rows, initial={**known, "datum": upload.datum, "day": upload.day})
        return _columns(request, upload, form, 200)
    form = ColumnsForm(upload.head, rows, request.POST)
    if not form.is_valid():
        return _columns(request, upload, form, 422)
    datum = form.cleaned_data["datum"]
    try:
        uploading.settle(upload.pk, form.columns(), datum=Datum(datum) if datum else None,
                         day=form.cleaned_data["day"], by=actor_of(request))
    except RuleBroken as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _columns(request, upload, form, 422)
    return redirect("register_import", upload.pk)


def _columns(request: HttpRequest, upload: Upload, form: ColumnsForm, status: int) -> HttpResponse:
    used = {form[name].value() for name in form.fields}
    return render(request, "register/columns.html", {
        "upload": upload, "form": form,
        "left_out": [header for column, header in enumerate(upload.head) if header and str(column) not in used]},
        status=status)


@officers_only
def one_import(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The difference before it is applied; afterwards, what became of it."""
    upload = _asked_for(request, key)
    if upload.state == UploadState.COLUMNS:
        return redirect("register_columns", upload.pk)
    if upload.state == UploadState.WAITING:
        waiting.carry_out_mine(upload)
        upload.refresh_from_db()
        if upload.state == UploadState.WAITING:
            answer = render(request, "register/waiting.html", {"upload": upload})
            answer.headers["Refresh"] = "2"
            return answer
    if upload.state != UploadState.READY:
        return render(request, "register/import.html", {
            "upload": upload, "state": UploadState(upload.state), "done": Import.objects.filter(pk=upload.pk).first()})
    actor = actor_of(request)
    shown = preview(upload, actor)
    kind = request.GET.get("kind", "")
    if kind not in RowKind.values:
        kind = next((one for one in ("faulty", "changed", "new") if shown.counts[one]), "same")
    given = request.GET.get("page", "1")
    page = max(1, int(given)) if given.isdecimal() and len(given) < 6 else 1
    rows = shown.of(RowKind(kind))
    part = rows[(page - 1) * SHOWN:page * SHOWN]
    _note_looks(request, part)
    return render(request, "register/preview.html", {
        "upload": upload, "preview": shown, "kind": kind, "rows": [_told(shown, row) for row in part], "page": page,
        "before": page - 1, "after": page + 1 if page * SHOWN < len(rows) else 0,
        "kinds": [(value, label, shown.counts[value]) for value, label in RowKind.choices],
        "applicable": shown.counts["new"] + shown.counts["changed"], "faulty": shown.counts["faulty"]})


def _told(shown: Preview, row: RowDifference) -> dict[str, Any]:
    return {"row": row.row, "title": row.title,
            "changes": [(label_of(f"{part.code}.{code}"), _words(part.field(code), was), _words(part.field(code), now))
                        for part, code, was, now in changed_values(row)],
            "faults": [(shown.header_of(fault.field), fault.message, fault.remedy) for fault in row.faults]}


def _words(one: Field, value: Any) -> str:
    return "—" if value is None or value == "" or value == [] else one.shown(value)


def _note_looks(request: HttpRequest, rows: list[RowDifference]) -> None:
    """Old values of internal fields are read with a difference: noted once for each work shown."""
    actor, pairs = actor_of(request), {}
    for row in rows:
        internal = [code for part, code, was, _now in changed_values(row) if part.field(code).internal
                    and was is not None]
        if internal and row.place is not None:
            pairs[row.place] = internal
    uids = looked_at(list(pairs))
    for place, names in pairs.items():
        look(by=actor, subject_kind="work", subject=uids[place], fields=names, reason=_("difference of a spreadsheet"))


def looked_at(places: list[int]) -> dict[int, UUID]:
    """Under which id looks at these places' works are noted."""
    if not places or not apps.is_installed("undercity.works"):
        return {}
    model = apps.get_model("works", "Work")
    return dict(model._default_manager.filter(place__in=places).values_list("place_id", "uid"))


@officers_only
@require_POST
def apply(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Apply what was looked at: all of it, or the good rows."""
    upload = _asked_for(request, key)
    try:
        waiting.apply(upload, by=actor_of(request), at=clock.now(), seen=request.POST.get("seen", ""),
                      good_only="good" in request.POST)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    return redirect("register_import", key)


@officers_only
@require_POST
def undo(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Put everything back that an import did."""
    upload = _asked_for(request, key)
    try:
        waiting.undo(upload, by=actor_of(request), at=clock.now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    return redirect("register_import", key)


@officers_only
@require_POST
def drop(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Throw the spreadsheet away."""
    _asked_for(request, key)
    uploading.drop(key, by=actor_of(request))
    messages.success(request, _("Thrown away: nothing of it was kept."))
    return redirect("register")


@officers_only
def faults(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The faulty rows as a workbook: as they came, with what is wrong and what to do in the last column."""
    upload = _asked_for(request, key)
    if upload.state != UploadState.READY:
        return redirect("register_import", upload.pk)
    shown = preview(upload, actor_of(request))
    wrong = {row.row: row for row in shown.of(RowKind.FAULTY)}
    table = [(number, cells) for number, cells in unpacked(bytes(upload.table)) if number in wrong]
    head = [_("Row"), *upload.head, _("Mistake")]

    def lines() -> Any:
        yield head
        for number, cells in table:
            yield [number, *("" if cell is None else cell for cell in cells), "\n".join(
                f"{shown.header_of(fault.field)}: {fault.message} {fault.remedy}" for fault in wrong[number].faults)]

    return xlsx_response(_("Faulty rows"), list(lines()))
