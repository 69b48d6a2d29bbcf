"""What is needed 需求: entered, met, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import uuid_utils.compat as ids
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.forces import rules
from undercity.forces.actions.deploying import BACK, DONE, stand_down
from undercity.forces.facts import NEED, AskedSkill, NeedEnded, NeedEntered
from undercity.forces.models import Deployment, Need, NeedWords
from undercity.forces.states import NeedStage, Stage
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.evidence import kept_words
from undercity.ledger.fold import StreamState
from undercity.ledger.record import state_of
from undercity.org.powers import Actor, require
from undercity.org.queries import directory


def need(*, by: Actor, at: datetime, what: str, lat: float, lon: float, where: str = "", urgency: str = "usual",
         wanted_at: datetime | None = None, minutes: int = 120, m3h: int = 0,
         skills: Mapping[str, int] | None = None, client_key: str = "") -> Need:
    """需求登记: what is needed where (WGS 84), from when, for how many minutes, m³/h to pump, heads by skill.

    The same key enters it once, whoever sends it: two officers may follow the same order. One team serves a need: what
    takes two is two needs.
    """
    what, where = rules.words(what, "what"), rules.words(where, "where", needed=False)
    asked = rules.asked_skills(skills or {})
    if not (1 <= minutes <= rules.MINUTES_MOST and 0 <= m3h <= rules.M3H_MOST):
        raise RuleBroken(_("So long, or so much water, cannot be."), field="m3h",
                         remedy=_("At most %(most)d m³/h and a week.") % {"most": rules.M3H_MOST})
    territory = directory().at(lat, lon)
    if territory is None:
        raise RuleBroken(_("This position lies outside the city."), field="lat",
                         remedy=_("Choose a place, or correct the position."))
    require(rules.may_send(by, directory().cards[territory].path))
    uid = ids.uuid5(ids.NAMESPACE_URL, f"need:{clock.timeline()}:{client_key}") if client_key else ids.uuid7()
    with write():
        known = Need.objects.filter(pk=uid).first()
        if known is not None:
            return known
        words = NeedWords(id=ids.uuid7(), salt=new_salt(), need_id=uid, what=what, where=where, lat=lat, lon=lon)
        said = NeedEntered(territory=territory, urgency=rules.known_urgency(urgency), wanted_at=wanted_at or at,
                           minutes=minutes, m3h=m3h,
                           skills=tuple(AskedSkill(skill=code, heads=heads) for code, heads in asked),
                           words=ref("need.words", words.id, content_of("need.words", words)))
        record(said, stream_kind=NEED, stream=uid, was=StreamState(), by=by, at=at)
        words.save(force_insert=True)
        return Need.objects.get(pk=uid)


def end_need(uid: UUID, *, by: Actor, at: datetime, met: bool, note: str = "", seen: int | None = None) -> Need:
    """需求了结: met or withdrawn; whoever was sent to it is stood down in the same breath."""
    with write():
        row = Need.objects.select_for_update(of=("self",)).filter(pk=uid, timeline=clock.timeline()).first()
        if row is None:
            raise NotFound(_("There is no such need."))
        require(rules.may_send(by, directory().cards[row.territory_id].path))
        if seen is not None and seen != row.version:
            raise moved_since(row.pk, seen)
        if row.stage != NeedStage.OPEN:
            raise InvalidMove(_("This need is over already."), remedy=_("Load the page again."))
        mark = kept_words("deployment.note", note, most=rules.WORDS_MAX, stream=row.pk)
        for one in Deployment.objects.filter(need=row, ended_at__isnull=True):
            stand_down(one.pk, by=by, at=at, why=DONE if met and one.stage == Stage.THERE else BACK)
        record(NeedEnded(met=met, note=mark), stream_kind=NEED, stream=row.pk, by=by, at=at,
               was=state_of(NEED, row.pk, last=last_sequence(row.pk)))
        row.refresh_from_db()
        return row
