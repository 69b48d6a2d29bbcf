"""Who keeps teams: registered, changed, disbanded; their gear, shifts and members; points to staff, hospitals' beds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import uuid_utils.compat as ids
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import NotFound, RuleBroken
from undercity.forces import rules
from undercity.forces.facts import TEAM, GearSet, HeldSkill, Registered, TeamChanged, TeamEnded
from undercity.forces.models import Deployment, Hospital, Member, Point, Shift, Team, TeamWords
from undercity.forces.states import GearKind, Part, PointKind, Severity, Skill, TeamKind
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.facts import Facts
from undercity.ledger.fold import DossierRef, StreamState
from undercity.ledger.record import state_of
from undercity.org.models import Post
from undercity.org.powers import Actor, require
from undercity.org.queries import directory

Held = Mapping[str, tuple[int, date | None]]


def register_team(*, by: Actor, at: datetime, kind: str, body: int, post: int | None, heads: int, skills: Held,
                  zh: str, en: str = "", home: str, lat: float, lon: float, source: str, invented: bool = False,
                  client_key: str = "") -> Team:
    """队伍登记; the same key registers once. `skills`: skill → (heads, last day or None)."""
    require(rules.may_keep(by, _path(body)))
    _on_real_time()
    uid = ids.uuid5(ids.NAMESPACE_URL, f"team:{by.post}:{client_key}") if client_key else ids.uuid7()
    with write():
        known = Team.objects.filter(pk=uid).first()
        if known is not None:
            return known
        words, mark = _words(uid, zh=zh, en=en, home=home, lat=lat, lon=lon, source=source)
        said = Registered(kind=_kind(kind), body=body, post=_post(post), heads=_heads(heads),
                          skills=_skills(skills, heads), invented=invented, words=mark)
        record(said, stream_kind=TEAM, stream=uid, was=StreamState(), by=by, at=at)
        words.save(force_insert=True)
        return Team.objects.get(pk=uid)


def change_team(team: UUID, *, by: Actor, at: datetime, kind: str, body: int, post: int | None, heads: int,
                skills: Held, zh: str, en: str = "", home: str, lat: float, lon: float, source: str,
                seen: int | None = None) -> Team:
    """队伍变更: everything about it as it is from now on."""
    require(rules.may_keep(by, _path(body)))
    with write():
        row = _locked(team, by, seen)
        words, mark = _words(row.pk, zh=zh, en=en, home=home, lat=lat, lon=lon, source=source)
        words.save(force_insert=True)
        return _said(row, TeamChanged(kind=_kind(kind), body=body, post=_post(post), heads=_heads(heads),
                                      skills=_skills(skills, heads), invented=row.invented, words=mark), by, at)


def set_gear(team: UUID, *, by: Actor, at: datetime, kind: str, count: int = 1, m3h: int = 0, ready: bool = True,
             gear: UUID | None = None, gone: bool = False, seen: int | None = None) -> Team:
    """装备: a new piece, one that is ready again or under repair, or gone. A pump is one piece each."""
    if kind not in GearKind.values:
        raise RuleBroken(_("This kind of gear is not known."), field="kind", remedy=_("Choose from the list."))
    if not 1 <= count <= 999 or not 0 <= m3h <= rules.M3H_MOST:
        raise RuleBroken(_("So many pieces, or so much water, cannot be."), field="m3h",
                         remedy=_("At most %(most)d m³/h and 999 pieces.") % {"most": rules.M3H_MOST})
    if m3h and count != 1:
        raise RuleBroken(_("Pumps are entered one by one."), field="count", remedy=_("Enter each with its own m³/h."))
    with write():
        row = _locked(team, by, seen)
        if gear is not None and str(gear) not in {one["id"] for one in row.gear}:
            raise NotFound(_("There is no such gear."))
        return _said(row, GearSet(gear=gear or ids.uuid7(), kind=kind, count=count, m3h=m3h, ready=ready, gone=gone),
                     by, at)


def end_team(team: UUID, *, by: Actor, at: datetime, seen: int | None = None) -> Team:
    """队伍撤销: not while it is out."""
    with write():
        row = _locked(team, by, seen)
        if Deployment.objects.filter(team=row, ended_at__isnull=True).exists():
            raise RuleBroken(_("This team is out."), field="team", remedy=_("Stand it down first."))
        return _said(row, TeamEnded(note=None), by, at)


def set_roster(teams: Mapping[UUID, Mapping[tuple[date, str], int | None]], *, by: Actor) -> int:
    """排班表: the shifts of several teams at once, all or none. How many cells changed."""
    with write():
        return sum(set_shifts(team, by=by, heads=heads) for team, heads in teams.items())


def set_shifts(team: UUID, *, by: Actor, heads: Mapping[tuple[date, str], int | None]) -> int:
    """排班: heads on call by day and shift; None takes an entry away. How many cells changed."""
    with write():
        row = _locked(team, by, None)
        known = {(day, part): many for day, part, many in Shift.objects.filter(
            team=row, day__in={day for day, _part in heads}).values_list("day", "part", "heads")}
        changed = 0
        for (day, part), many in heads.items():
            if part not in Part.values or (many is not None and not 0 <= many <= row.heads):
                raise RuleBroken(_("%(day)s: between 0 and the team's %(most)d heads.") % {
                    "day": day.isoformat(), "most": row.heads}, field="heads", remedy=_("Correct this cell."))
            if known.get((day, part)) == many:
                continue
            changed += 1
            if many is None:
                Shift.objects.filter(team=row, day=day, part=part).delete()
            else:
                Shift.objects.update_or_create(team=row, day=day, part=part, defaults={"heads": many})
        return changed


def add_member(team: UUID, *, by: Actor, at: datetime, person: str, phone: str = "") -> Member:
    """队员: by name, beside the record."""
    with write():
        row = _locked(team, by, None)
        if not person.strip() or len(person) > 60 or len(phone) > 30:
            raise RuleBroken(_("A name of at most 60 characters is needed."), field="person",
                             remedy=_("Write the name; the telephone may stay empty."))
        return Member.objects.create(team=row, person=person.strip(), phone=phone.strip(), added_at=at)


def erase_member(team: UUID, member: int, *, by: Actor) -> None:
    """删除队员: the row is gone; nothing else holds a name."""
    with write():
        Member.objects.filter(pk=member, team=_locked(team, by, None)).delete()


def add_point(*, by: Actor, kind: str, zh: str, en: str = "", lat: float, lon: float, heads_day: int, heads_night: int,
              skills: Sequence[str], valid_from: date, source: str, valid_to: date | None = None,
              invented: bool = False) -> Point:
    """点位: a point to staff. It belongs to the territory it lies in."""
    territory = directory().at(lat, lon)
    if territory is None:
        raise RuleBroken(_("This position lies outside the city."), field="lat", remedy=_("Correct the position."))
    require(rules.may_keep(by, directory().cards[territory].path))
    if kind not in PointKind.values or any(one not in Skill.values for one in skills):
        raise RuleBroken(_("This kind of point or skill is not known."), field="kind",
                         remedy=_("Choose from the list."))
    with write():
        return Point.objects.create(kind=kind, zh=rules.words(zh, "zh"), en=en[:200], territory_id=territory, lat=lat,
                                    lon=lon, heads_day=_heads(heads_day), heads_night=_heads(heads_night),
                                    skills=list(skills), valid_from=valid_from, valid_to=valid_to, source=source[:300],
                                    invented=invented)


def end_point(point: UUID, *, by: Actor, on: date) -> Point:
    """点位撤销: from the next day on it is not staffed any more."""
    with write():
        row = Point.objects.select_for_update(of=("self",)).filter(pk=point).first()
        if row is None:
            raise NotFound(_("There is no such point."))
        require(rules.may_keep(by, _path(row.territory_id)))
        row.valid_to = max(on, row.valid_from)
        row.save(update_fields=["valid_to"])
        return row


def tell_beds(hospital: int, *, by: Actor, at: datetime, beds: Mapping[str, int]) -> Hospital:
    """空床: as the hospital told them."""
    with write():
        row = Hospital.objects.select_for_update().filter(pk=hospital).first()
        if row is None:
            raise NotFound(_("There is no such hospital."))
        territory = directory().at(row.lat, row.lon)
        require(rules.may_send(by, _path(territory) if territory else ""))
        row.beds, row.told_at = {code: _heads(beds.get(code, 0)) for code in Severity.values}, at
        row.save(update_fields=["beds", "told_at"])
        return row


def _path(body: int) -> str:
    card = directory().cards.get(body)
    if card is None:
        raise NotFound(_("There is no such body."))
    return card.path


def _on_real_time() -> None:
    if clock.timeline() != clock.REAL:
        raise RuleBroken(_("Teams are not changed in a drill."), field="team", remedy=_("End the drill first."))


def _locked(team: UUID, by: Actor, seen: int | None) -> Team:
    _on_real_time()
    row = Team.objects.select_for_update(of=("self",)).filter(pk=team, ended_at__isnull=True).first()
    if row is None:
        raise NotFound(_("There is no such team."))
    require(rules.may_keep(by, _path(row.body_id)))
    if seen is not None and seen != row.version:
        raise moved_since(row.pk, seen)
    return row


def _said(row: Team, said: Facts, by: Actor, at: datetime) -> Team:
    record(said, stream_kind=TEAM, stream=row.pk, was=state_of(TEAM, row.pk, last=last_sequence(row.pk)), by=by, at=at)
    row.refresh_from_db()
    return row


def _words(team: UUID, *, zh: str, en: str, home: str, lat: float, lon: float,
           source: str) -> tuple[TeamWords, DossierRef]:
    if directory().at(lat, lon) is None:
        raise RuleBroken(_("This position lies outside the city."), field="lat", remedy=_("Correct the position."))
    row = TeamWords(id=ids.uuid7(), salt=new_salt(), team_id=team, zh=rules.words(zh, "zh")[:120], en=en.strip()[:200],
                    home=rules.words(home, "home")[:200], lat=lat, lon=lon, source=rules.words(source, "source"))
    return row, ref("team.words", row.id, content_of("team.words", row))


def _kind(kind: str) -> str:
    if kind not in TeamKind.values:
        raise RuleBroken(_("This kind of team is not known."), field="kind", remedy=_("Choose from the list."))
    return kind


def _post(post: int | None) -> int | None:
    if post is not None and not Post.objects.filter(pk=post).exists():
        raise RuleBroken(_("There is no such post."), field="post", remedy=_("Choose one from the list."))
    return post


def _heads(heads: int) -> int:
    if not 0 <= heads <= rules.HEADS_MOST:
        raise RuleBroken(_("Between 0 and %(most)d heads.") % {"most": rules.HEADS_MOST}, field="heads",
                         remedy=_("Write it in digits."))
    return heads


def _skills(given: Held, heads: int) -> tuple[HeldSkill, ...]:
    if any(code not in Skill.values or not 0 <= many <= heads for code, (many, _until) in given.items()):
        raise RuleBroken(_("A skill has more heads than the team, or is not known."), field="skills",
                         remedy=_("Correct the numbers."))
    return tuple(HeldSkill(skill=code, heads=given[code][0], until=given[code][1]) for code in Skill.values
                 if code in given and given[code][0])
