"""Situation reports 情况报告: written by the clock while a level is in force, and on demand."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from undercity import clock
from undercity.clock import ZONE
from undercity.errors import InvalidMove
from undercity.org.powers import THE_SYSTEM, Actor, require
from undercity.org.states import Power
from undercity.response.actions.turning import turn
from undercity.response.facts import Reported
from undercity.response.models import Response
from undercity.response.powers import over
from undercity.response.queries.situation import situation
from undercity.response.states import Stage
from undercity.response.terms import terms


def write_report(uid: UUID, *, by: Actor, at: datetime) -> Response:
    """Write down how things stand, and keep it."""
    with turn(uid, by=by, at=at) as now:
        if by is not THE_SYSTEM:
            require(over(by, Power.RESPONSE_READ, now.it.body_id))
        if now.it.started_at is None:
            raise InvalidMove(_("No level was in force yet."), remedy=_("There is nothing to report."))
        report = now.text("report", json.dumps(situation(now.it, at), ensure_ascii=False))
        assert report is not None
        return now.record(Reported(report=report))


def report_due(at: datetime) -> int:
    """Write the reports whose hour has come; how many."""
    every = timedelta(minutes=terms(at.astimezone(ZONE).date()).report_minutes)
    due = [row.pk for row in Response.objects.filter(timeline=clock.timeline(), stage=Stage.ACTIVE,
                                                     started_at__isnull=False)
           if row.started_at is not None and at - (row.reported_at or row.started_at) >= every]
    for uid in due:
        write_report(uid, by=THE_SYSTEM, at=at)
    return len(due)

