"""The list of cases as a file: CSV while it is read, XLSX from a file written row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.queries import lists
from undercity.cases.queries.filters import read
from undercity.org.csv_files import csv_response, harmless
from undercity.org.requests import actor_of, officers_only
from undercity.org.xlsx_files import xlsx_response

# So many rows are in memory at a time.
AT_ONCE = 500


@officers_only
def cases_csv(request: HttpRequest) -> HttpResponseBase:
    """The list whole, with its filters, as a spreadsheet reads it: written while it is read."""
    return csv_response(_name(), _lines(request))


@officers_only
def cases_xlsx(request: HttpRequest) -> HttpResponseBase:
    """The same as a workbook."""
    return xlsx_response(_name(), _lines(request))


def _name() -> str:
    return f"{_('Cases')}-{clock.now():%Y%m%d-%H%M}"


def _lines(request: HttpRequest) -> Iterator[list[str]]:
    actor, now, narrowed = actor_of(request), clock.now(), read(request.GET)
    head = [_("Number"), _("What"), _("Where"), _("Stage"), _("Responsible unit"), _("Reported"), _("Due"),
            _("Overdue"), _("Light"), _("Card")]
    # Said once: the file is written after the request's language is gone.
    yes = _("yes")

    def rows() -> Iterator[list[str]]:
        yield head
        before = None
        while found := lists.page(actor, now, narrowed=narrowed, before=before, limit=AT_ONCE):
            for row in found:
                yield [row.number, harmless(row.category), harmless(row.where), row.stage, harmless(row.department),
                       _minute(row.reported_at), _minute(row.due_at), yes if row.late else "",
                       row.light_text, str(row.card.label) if row.card else ""]
            before = found[-1].pk
            if len(found) < AT_ONCE:
                return

    return rows()


def _minute(at: datetime | None) -> str:
    return f"{at.astimezone(clock.ZONE):%Y-%m-%d %H:%M}" if at else ""
