"""Rows of teams, needs and deployments as states of the record, and back; their duties and dossiers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy as _

from undercity.clock import ZONE
from undercity.forces.facts import DEPLOYMENT, NEED, TEAM, DeploymentState, NeedState, TeamState
from undercity.forces.models import Deployment, DeploymentNote, Need, NeedWords, Team, TeamWords
from undercity.forces.states import TeamKind, Urgency
from undercity.ledger.dossier import register_table
from undercity.ledger.kinds import DutyKind, register as register_kind
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name

MUSTER, SERVE = "force.muster", "force.serve"


def in_language(zh: str, en: str) -> str:
    """The reader's language of two; Chinese where there is no other."""
    return zh if (get_language() or "zh").startswith("zh") or not en else en


def names_of(teams: Iterable[Team]) -> dict[UUID, str]:
    """Team → what it is called."""
    rows = list(teams)
    kept = TeamWords.objects.in_bulk([row.words_id for row in rows])
    return {row.uid: in_language(kept[row.words_id].zh, kept[row.words_id].en) for row in rows
            if row.words_id in kept}


def _teams(streams: Iterable[UUID]) -> dict[UUID, Line]:
    rows = list(Team.objects.filter(pk__in=list(streams)))
    names = names_of(rows)
    return {row.uid: Line(number=str(TeamKind(row.kind).label), title=names.get(row.uid, ""),
                          where=body_name(row.body_id)) for row in rows}


def _needs(streams: Iterable[UUID]) -> dict[UUID, Line]:
    rows = Need.objects.filter(pk__in=list(streams)).select_related("words")
    return {row.uid: Line(number=str(Urgency(row.urgency).label), title=row.words.what,
                          where=row.words.where or body_name(row.territory_id)) for row in rows}


def _deployments(streams: Iterable[UUID]) -> dict[UUID, Line]:
    rows = list(Deployment.objects.filter(pk__in=list(streams)).select_related("team", "need__words", "point"))
    names = names_of(row.team for row in rows)
    found = {}
    for row in rows:
        where = in_language(row.point.zh, row.point.en) if row.point else ""
        if row.need:
            where = f"{row.need.words.what} {row.need.words.where}".strip()
        found[row.uid] = Line(number=f"{row.called_at.astimezone(ZONE):%m-%d}", title=names.get(row.team_id, ""),
                              where=where)
    return found


def register_subjects() -> None:
    """Tell the record how these rows are read and written, and which duties they bring."""
    register(Subject(kind=TEAM, state=TeamState, model=Team, describe=_teams))
    register(Subject(kind=NEED, state=NeedState, model=Need, describe=_needs))
    register(Subject(kind=DEPLOYMENT, state=DeploymentState, model=Deployment, describe=_deployments))
    register_table("team.words", TeamWords, ("zh", "en", "home", "lat", "lon", "source"))
    register_table("need.words", NeedWords, ("what", "where", "lat", "lon"))
    register_table("deployment.note", DeploymentNote, ("text",))
    register_kind(DutyKind(code=MUSTER, label=_("Muster and be there"), page="deployment", to_superior=True,
                           again_after=timedelta(minutes=15),
                           silence=_("The team has not signed in; the post above is told.")))
    register_kind(DutyKind(code=SERVE, label=_("Serve on post"), page="deployment",
                           silence=_("The team stays until it is relieved or stood down.")))
