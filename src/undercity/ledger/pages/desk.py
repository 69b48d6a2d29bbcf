"""My work today 今日待办: one list for every kind of duty, in the order of its clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.ledger import queries
from undercity.ledger.lights import Seen, seen
from undercity.org.requests import actor_of, officers_only

AT_MOST = 100
OTHERS = 20


@dataclass(frozen=True, slots=True)
class Group:
    """Duties due in one stretch of time."""

    code: str
    title: str
    rows: list[Seen]


def by_clock(rows: list[Seen], now: datetime) -> list[Group]:
    """Overdue, today, within a week, later: empty groups are left out."""
    midnight = now.replace(hour=23, minute=59, second=59)
    groups = [Group("late", _("Overdue"), []), Group("today", _("Due today"), []),
              Group("week", _("Due within a week"), []), Group("later", _("Later"), [])]
    for row in rows:
        due = row.duty.due_at
        if due is None or due > midnight + timedelta(days=7):
            groups[3].rows.append(row)
        elif due < now:
            groups[0].rows.append(row)
        else:
            groups[1 if due <= midnight else 2].rows.append(row)
    return [group for group in groups if group.rows]


@officers_only
def desk(request: HttpRequest) -> HttpResponse:
    """What my post must do, the most urgent first; then what my colleagues have open."""
    actor, now = actor_of(request), clock.now()
    mine = seen(queries.mine(actor)[:AT_MOST], now)
    total = queries.mine(actor).count() if len(mine) == AT_MOST else len(mine)
    return render(request, "ledger/desk.html", {
        "groups": by_clock(mine, now), "total": total, "shown": len(mine),
        "others": seen(queries.of_my_body(actor)[:OTHERS], now), "today": now,
        "late": sum(one.light == "red" for one in mine), "soon": sum(one.light == "yellow" for one in mine)})
