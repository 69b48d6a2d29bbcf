"""The rows of a list of cases. Written here: as a template a hundred of them take half of a page's time."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, pgettext

from undercity.cases.queries.lists import Row

ROW = ('<tr data-row {}><td class="tick"><input type="checkbox" name="cases" value="{}" aria-label="{} {}"></td>'
       '<td><a href="{}">{}</a></td><td>{}</td><td>{}</td><td data-label="{}">{}{}</td><td data-label="{}">{}</td>'
       '<td data-label="{}"><time>{}</time></td><td data-label="{}">{}</td></tr>')
LIGHT = ' <span class="light {}">{}</span>'
CARD = ' <span class="penalty {}">{}</span>'


def lines(rows: Iterable[Row]) -> SafeString:
    """The body of the table; the labels are those a phone shows before each value."""
    choose, stage, unit = _("Choose"), _("Stage"), _("Responsible unit")
    reported, due, overdue = pgettext("on", "Reported"), _("Due"), format_html(LIGHT, "red", _("Overdue"))
    nothing = SafeString("")

    def line(row: Row) -> SafeString:
        light = format_html(LIGHT, row.light, row.light_text) if row.light else nothing
        mark = format_html(CARD, row.card.value, row.card.label) if row.card else overdue if row.late else nothing
        clock = format_html("<time>{}</time>{}", row.due, mark) if row.due_at is not None else nothing
        return format_html(ROW, row.pin.data if row.pin else nothing, row.number, choose, row.number, row.href,
                           row.number, row.category, row.where, stage, row.stage, light, unit, row.department,
                           reported, row.reported, due, clock)

    return SafeString("".join(map(line, rows)))
