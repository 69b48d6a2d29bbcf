"""力量调配: a proposal is calculated, looked at, and accepted as call-ups of the teams it names."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import Conflict, NotAllowed, NotFound
from undercity.forces.actions.deploying import ELSEWHERE, call_up, stand_down
from undercity.forces.models import Deployment, Need, Proposal, Team
from undercity.forces.queries import needs as needed, teams as known
from undercity.forces.queries.situations import Problem, problem
from undercity.forces.states import NeedStage, ProposalStage, Stage
from undercity.org.powers import Actor
from undercity.org.states import Power
from undercity.science.assigning import NOBODY, Answer, assigned, greedy


def propose(*, by: Actor, at: datetime, seconds: float | None = None) -> Proposal:
    """方案: who should go where now: the greedy answer, then HiGHS for so many seconds (the terms' by default)."""
    _sends(by)
    asked = problem(needed.visible_to(by), known.visible_to(by), at)
    quick = greedy(asked.now)
    best = assigned(asked.now, seconds=asked.kept.seconds if seconds is None else seconds, gap=asked.kept.gap,
                    start=quick)
    with write():
        return Proposal.objects.create(timeline=clock.timeline(), stage=ProposalStage.OPEN, post_id=by.post,
                                       asked_at=at, content=told(asked, quick, best))


def _sends(by: Actor) -> None:
    if not by.holds(Power.FORCE_SEND):
        raise NotAllowed(_("Your post has no power to %(power)s.") % {"power": Power.FORCE_SEND.label},
                         remedy=_("Ask the administrator of your office if you should have it."))


def told(asked: Problem, quick: Answer, best: Answer) -> dict[str, Any]:
    """A proposal as plain JSON: a line for each need served, the needs left, the changes, the figures."""
    now, late = asked.now, asked.now.team_late
    lines: list[dict[str, Any]] = []
    for nth, need in enumerate(asked.needs):
        team = int(best.team[nth])
        if team == NOBODY:
            continue
        card = asked.teams[team]
        pumps = np.flatnonzero(best.pump == nth)
        before = card.sent.need_id if card.sent else None
        lines.append({
            "need": str(need.pk), "team": str(card.row.pk), "minutes": round(float(now.team_minutes[nth, team])),
            "late": round(float(late[nth, team])), "days": card.days, "heads": card.heads_now,
            "pumps": [{"id": str(asked.pumps[one].gear.id), "m3h": asked.pumps[one].gear.m3h,
                       "from": str(asked.pumps[one].keeper.row.pk),
                       "minutes": round(float(now.pump_minutes[nth, one]))} for one in pumps],
            "m3h": int(sum(asked.pumps[one].gear.m3h for one in pumps)), "before": str(before) if before else None,
            "kept": before == need.pk and {str(asked.pumps[one].gear.id) for one in pumps} == set(
                card.sent.gear if card.sent else ())})
    return {"lines": lines, "left": [str(need.pk) for nth, need in enumerate(asked.needs) if best.team[nth] == NOBODY],
            "released": _released(asked, best), "method": best.method.value, "cost": round(best.cost, 1),
            "bound": round(best.bound, 1), "gap": round(best.gap, 4), "seconds": round(best.seconds, 2),
            "greedy": round(quick.cost, 1), "greedy_seconds": round(quick.seconds, 3), "roads": asked.roads.basis,
            "needs": len(asked.needs), "teams": len(asked.teams),
            "pumps": len(asked.pumps), "terms": asked.kept.valid_from.isoformat()}


def _released(asked: Problem, best: Answer) -> list[str]:
    """Teams under way that would be wanted elsewhere or nowhere: whom a change concerns."""
    sent = {int(team): nth for nth, team in enumerate(best.team) if team != NOBODY}
    return [str(card.row.pk) for nth, card in enumerate(asked.teams)
            if asked.now.team_now[nth] != NOBODY and sent.get(nth) != asked.now.team_now[nth]]


def accept(proposal: UUID, *, by: Actor, at: datetime, reason: str = "", only: Collection[str] | None = None
           ) -> list[Deployment]:
    """采纳: the chosen lines (needs; all by default) become call-ups of the leaders, in one go. Twice does it once.

    Conflict, naming them, when a need is over or a team was sent elsewhere since the proposal was made.
    """
    _sends(by)
    with write():
        row = Proposal.objects.select_for_update().filter(pk=proposal, timeline=clock.timeline()).first()
        if row is None:
            raise NotFound(_("There is no such proposal."))
        if row.stage == ProposalStage.ACCEPTED:
            return list(Deployment.objects.filter(proposal=row.pk))
        lines = [one for one in row.content["lines"] if only is None or one["need"] in only]
        _still_so(row, lines)
        made = _ordered(row, lines, reason or _("assignment of %(when)s") % {
            "when": f"{row.asked_at.astimezone(clock.ZONE):%m-%d %H:%M}"}, by, at)
        row.stage, row.accepted_at = ProposalStage.ACCEPTED, at
        row.save(update_fields=["stage", "accepted_at"])
        return made


def _ordered(row: Proposal, lines: list[dict[str, Any]], reason: str, by: Actor, at: datetime) -> list[Deployment]:
    fresh = [one for one in lines if not one["kept"]]
    movers = {one["team"] for one in fresh} | (set(row.content["released"]) if len(lines) == len(
        row.content["lines"]) else set())
    for one in Deployment.objects.filter(team__in=movers, timeline=clock.timeline(), stage=Stage.CALLED,
                                         need__isnull=False):
        stand_down(one.pk, by=by, at=at, why=ELSEWHERE, note=reason)
    return [call_up(UUID(one["team"]), reason=reason, by=by, at=at, need=UUID(one["need"]), proposal=row.pk,
                    gear=[UUID(pump["id"]) for pump in one["pumps"]], heads=one["heads"],
                    expected_at=row.asked_at + timedelta(minutes=one["minutes"])) for one in fresh]


def _still_so(row: Proposal, lines: list[dict[str, Any]]) -> None:
    """Nothing has happened since that makes a line impossible."""
    teams = [one["team"] for one in lines]
    list(Team.objects.select_for_update(of=("self",)).filter(pk__in=teams).order_by("pk"))
    open_needs = {str(pk) for pk in Need.objects.filter(pk__in=[one["need"] for one in lines], stage=NeedStage.OPEN
                                                       ).values_list("pk", flat=True)}
    now = {str(one.team_id): one for one in Deployment.objects.filter(
        team__in=teams, timeline=clock.timeline(), ended_at__isnull=True)}
    there = {str(pk) for pk in Deployment.objects.filter(
        need__in=[one["need"] for one in lines], stage=Stage.THERE).values_list("need_id", flat=True)}
    changed = []
    for one in lines:
        sent = now.get(one["team"])
        aim = str(sent.need_id) if sent and sent.need_id else None
        if one["need"] not in open_needs:
            changed.append({"what": _("a need is over"), "need": one["need"]})
        elif one["need"] in there:
            changed.append({"what": _("a team has arrived at a need"), "need": one["need"]})
        elif (sent and sent.stage == Stage.THERE) or aim != one["before"] or (sent and not sent.need_id):
            changed.append({"what": _("a team was sent elsewhere"), "team": one["team"]})
    if changed:
        raise Conflict(_("Things have changed since this was calculated: %(what)s.") % {
            "what": ", ".join(sorted({str(one["what"]) for one in changed}))},
            remedy=_("Calculate anew; accepted orders are kept as far as they can be."), details={"changes": changed})
