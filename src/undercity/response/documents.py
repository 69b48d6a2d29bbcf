"""A situation report as a document of the office (DOCX), for whoever forwards it by hand."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _, pgettext
from docx import Document

from undercity.response.queries.situation import Report


def as_docx(report: Report, said: dict[str, Any]) -> bytes:
    """The report in the language of `said`: title, numbers, districts, what presses, the record."""
    paper = Document()
    paper.add_heading(_("Situation report") + f" {report.number}", 0)
    paper.add_paragraph(f"{said['body']} · {said['level']} · {report.at:%Y-%m-%d %H:%M}")
    paper.add_paragraph(f"{pgettext('response', 'Basis')}: {said['basis']}")
    paper.add_heading(_("Orders"), 1)
    _table(paper, [_("Standing"), _("How many")],
           [*said["counts"], [_("silence told on"), said["silent"]], [_("late"), said["late"]]])
    if said["areas"]:
        paper.add_heading(_("By district"), 1)
        _table(paper, [_("District"), _("Orders"), pgettext("orders", "Not answered"), pgettext("orders", "Late"),
                       pgettext("orders", "Carried out")], said["areas"])
    paper.add_heading(_("What presses"), 1)
    if said["pressing"]:
        _table(paper, [pgettext("response", "Order"), _("Where"), _("Who"), _("Standing"), _("Due")],
               said["pressing"])
    else:
        paper.add_paragraph(_("Nothing presses."))
    paper.add_heading(_("Record"), 1)
    for when, what, level, who in said["history"]:
        paper.add_paragraph(" · ".join(part for part in (when, what, level, who) if part), style="List Bullet")
    kept = BytesIO()
    paper.save(kept)
    return kept.getvalue()


def _table(paper: Any, head: list[str], rows: list[list[Any]]) -> None:
    table = paper.add_table(rows=1, cols=len(head), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        cell.text = text
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = str(value)
