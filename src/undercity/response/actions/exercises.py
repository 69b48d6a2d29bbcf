"""A plan activated as an exercise 演练: begun, entered, signed in to, ended."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import NotFound, RuleBroken
from undercity.org.powers import Actor, require
from undercity.org.states import Power
from undercity.response.actions.levels import plan_of, propose_level
from undercity.response.models import Attendance, Drill, Response
from undercity.response.powers import over
from undercity.response.states import Basis, Takes
from undercity.response.timelines import timeline_of

MOST_AHEAD = 366 * 24 * 60


def begin_exercise(body: int, level: int, *, by: Actor, at: datetime, title: str, ahead_minutes: int = 0) -> Drill:
    """开始演练: a clock of its own, and the level proposed there; it is confirmed there as in earnest."""
    title = title.strip()
    if not title or len(title) > 120:
        raise RuleBroken(_("What is exercised? At most %(max)d characters.") % {"max": 120}, field="title",
                         remedy=_("Give it a name everybody understands."))
    if abs(ahead_minutes) > MOST_AHEAD:
        raise RuleBroken(_("The clock can be a year ahead or behind at most."), field="ahead_minutes",
                         remedy=_("Correct the minutes."))
    require(over(by, Power.LEVEL_PROPOSE, body))
    plan_of(body, at)
    with write():
        drill = Drill.objects.create(name=f"drill-{secrets.token_hex(6)}", body_id=body, title=title,
                                     made_by=by.post or 0, made_at=at, ahead_minutes=ahead_minutes)
        with clock.on(timeline_of(drill)):
            propose_level(body, level, by=by, at=clock.now(), basis=Basis.OFFICER, note=_("Exercise: ") + title)
    return drill


def end_exercise(name: str, *, by: Actor, at: datetime) -> Drill:
    """结束演练: whoever took part is back in the city. What happened stays readable."""
    with write():
        drill = Drill.objects.select_for_update(of=("self",)).filter(pk=name).first()
        if drill is None:
            raise NotFound(_("There is no such exercise."))
        require(over(by, Power.LEVEL_PROPOSE, drill.body_id))
        if drill.ended_at is None:
            drill.ended_at = at
            drill.save(update_fields=["ended_at"])
    return drill


def attend(name: str, *, takes: str, heads: int, key: str, at: datetime) -> Attendance:
    """签到: so many of one kind are there; the same key again corrects the number. No names are kept."""
    if takes not in Takes.values:
        raise RuleBroken(_("Who are you?"), field="takes", remedy=_("Choose one."))
    if not 1 <= heads <= 2000:
        raise RuleBroken(_("Between 1 and 2,000."), field="heads", remedy=_("Write how many of you are here."))
    if not Drill.objects.filter(pk=name, ended_at__isnull=True).exists():
        raise NotFound(_("This exercise is over, or never was."))
    with write():
        row, _made = Attendance.objects.update_or_create(
            drill_id=name, key=key[:64], defaults={"takes": takes, "heads": heads, "at": at})
    return row


def response_of(drill: Drill) -> Response | None:
    """The response that the exercise rehearses."""
    return Response.objects.filter(timeline=drill.name).order_by("-proposed_at").first()
