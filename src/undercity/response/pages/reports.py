"""Situation reports 情况报告: the list, one to read and print, one as a document; and the pictures of orders."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from undercity import clock
from undercity.errors import NotFound
from undercity.ledger.pictures import path_of
from undercity.org.requests import actor_of, officers_only
from undercity.response.actions.reports import write_report
from undercity.response.documents import as_docx
from undercity.response.models import OrderPhoto
from undercity.response.pages.levels import get_response, response_desk
from undercity.response.pages.orders import get_order
from undercity.response.queries import situation

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@response_desk
def response_reports(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """All reports of a response; POST writes one now."""
    row = get_response(request, uid)
    if request.method == "POST":
        write_report(uid, by=actor_of(request), at=clock.now())
        messages.success(request, _("The report is written."))
        return redirect("response_reports", uid)
    return render(request, "response/reports.html", {"row": row, "reports": situation.reports(row)})


def _language() -> str:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


@require_safe
@response_desk
def response_report(request: HttpRequest, uid: UUID, number: int, kind: str = "html") -> HttpResponseBase:
    """One report, as a page that prints on A4 or as a document for the office."""
    row = get_response(request, uid)
    report = next((one for one in situation.reports(row) if one.number == number), None)
    if report is None:
        raise NotFound(_("There is no such report."))
    said = report.said[_language()]
    if kind == "docx":
        answer = HttpResponse(as_docx(report, said), content_type=DOCX)
        answer.headers["Content-Disposition"] = f'attachment; filename="report-{row.year}-{number}.docx"'
        return answer
    return render(request, "response/report.html", {"row": row, "report": report, "said": said})


@require_safe
@officers_only
def order_photo(request: HttpRequest, photo: UUID) -> HttpResponseBase:
    """A picture sent with an order, for whoever may see the order."""
    row = OrderPhoto.objects.filter(pk=photo, erased_at__isnull=True).first()
    if row is None or not path_of(row.sha256).exists():
        raise NotFound(_("There is no such photo."))
    get_order(request, row.order_id)
    answer = FileResponse(path_of(row.sha256).open("rb"), content_type="image/jpeg")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
