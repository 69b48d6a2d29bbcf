"""What pages and the worker ask of permits. Reading starts from the works an actor may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from undercity import clock
from undercity.ledger import facts as vocabulary
from undercity.ledger.lights import duration, limit_text
from undercity.ledger.models import Duty
from undercity.ledger.queries import story
from undercity.org.models import Post
from undercity.org.powers import SYSTEM, Actor
from undercity.org.queries import Holder, post_titles
from undercity.org.states import Role
from undercity.works.permits.models import Lease, Permit, PermitNote
from undercity.works.permits.rules import Terms
from undercity.works.permits.states import IN_FORCE, Proposal, State
from undercity.works.queries import visible_to as visible_works
from undercity.works.terms.queries import limit, term

WARNINGS = ("warn_first", "warn_second", "warn_last")


def terms_at(at: datetime) -> Terms:
    """The terms that decide what is legal at a moment."""
    days = sorted((term(code, at).limit.value for code in WARNINGS), reverse=True)
    return Terms(tuple(days), limit("undo", at))


def visible_to(actor: Actor) -> QuerySet[Permit]:
    """The permits of the works an actor may see; time itself sees all."""
    rows = Permit.objects.filter(timeline=clock.timeline())
    return rows if actor.kind == SYSTEM else rows.filter(work__in=visible_works(actor).values("uid"))


def permit_for(actor: Actor, uid: UUID) -> Permit | None:
    """One permit with its work and place; None when there is none, or it is not this actor's business."""
    return visible_to(actor).filter(uid=uid).select_related("work__place").first()


def of_work(work: UUID) -> list[Permit]:
    """Every permit a work had, the newest first."""
    return list(Permit.objects.filter(work__uid=work, timeline=clock.timeline()).order_by("-pk"))


def keeper_of(body: int, turn: int = 0) -> Holder | None:
    """The keeper's post of a body that answers for its works; several take turns. None: the body itself answers."""
    rows = list(Post.objects.filter(body=body, role=Role.KEEPER).order_by("pk").values_list(
        "pk", "appointments__pk", "appointments__ends", "appointments__post"))
    held: dict[int, int | None] = {}
    for post, appointment, ends, of_post in rows:
        held[post] = appointment if of_post and ends is None else held.get(post)
    posts = sorted(held)
    return Holder(posts[turn % len(posts)], body, held[posts[turn % len(posts)]]) if posts else None


def over(day: date) -> list[UUID]:
    """Permits in force whose last day has passed: they expire."""
    return list(Permit.objects.filter(timeline=clock.timeline(), state__in=IN_FORCE, valid_to__lt=day)
                .order_by("valid_to").values_list("uid", flat=True))


def to_warn(day: date, warnings: tuple[int, ...]) -> list[UUID]:
    """Permits of whose end a warning may be due; the rule says which."""
    reached = Q()
    for days in warnings:
        reached |= Q(valid_to__lte=day + timedelta(days=days)) & (Q(warned__isnull=True) | Q(warned__gt=days))
    return list(Permit.objects.filter(reached, timeline=clock.timeline(), valid_to__gte=day,
                                      state__in=[State.VALID, State.CHANGING])
                .order_by("valid_to").values_list("uid", flat=True))


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of a permit's story: what, by whom, when, how long it took of which limit, what was said."""

    what: str
    who: str
    at: datetime
    took: str
    limit: str
    late: bool
    note: str
    tags: tuple[str, ...]


def time_line(uid: UUID) -> list[Step]:
    """办理记录: everything that happened to a permit."""
    entries = list(story(uid))
    duties = {str(duty.id): duty for duty in Duty.objects.filter(stream=uid)}
    notes = {str(note.id): note.text for note in PermitNote.objects.filter(permit=uid)}
    told = {entry.facts.get("post") for entry in entries if entry.verb.startswith("duty.escalated")}
    titles = post_titles(post for post in {entry.post for entry in entries} | told if post)
    found = []
    for entry in entries:
        facts, closed = entry.facts, duties.get(entry.facts.get("closes") or "")
        words = notes.get((facts.get("note") or {}).get("id", ""), "")
        if entry.verb.startswith("duty.escalated") and facts.get("post"):
            words = _("Told to: %(post)s") % {"post": titles.get(facts["post"], "")}
        found.append(Step(
            what=vocabulary.label(entry.verb), who=titles.get(entry.post, "") if entry.post else "", at=entry.at,
            took=duration(entry.at - closed.assigned_at) if closed else "",
            limit=limit_text(closed.limit_value, closed.limit_unit) if closed else "",
            late=bool(closed and closed.due_at and entry.at > closed.due_at), note=words, tags=_tags(facts)))
    return found


def _tags(facts: dict[str, Any]) -> tuple[str, ...]:
    found = []
    if "agreed" in facts:
        found.append(_("agreed") if facts["agreed"] else _("not agreed"))
    if "proposal" in facts:
        found.append(_("Proposal: %(what)s") % {"what": Proposal(facts["proposal"]).label})
    if "days" in facts:
        found.append(_("%(days)d days before") % {"days": facts["days"]})
    found += [_("until %(day)s") % {"day": facts[name]} for name in ("valid_to", "until") if facts.get(name)]
    if facts.get("change_on"):
        found.append(_("from %(day)s") % {"day": facts["change_on"]})
    return tuple(found)


def lease_of(uid: UUID) -> Lease | None:
    """What the lease says in words."""
    return Lease.objects.filter(permit=uid).first()


def warned_of(permits: Iterable[Permit], day: date) -> dict[UUID, int]:
    """Permit → days left until its end, of those in force."""
    return {one.uid: (one.valid_to - day).days for one in permits if one.valid_to and one.state in IN_FORCE}
