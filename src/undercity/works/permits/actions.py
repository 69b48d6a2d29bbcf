"""Everything that changes permits of peacetime use, step by step as the table of moves allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import IntegrityError
from django.utils.translation import gettext as _

from undercity.db import insert_objects, write
from undercity.errors import Conflict, InvalidMove, NotFound, RuleBroken
from undercity.ledger.actions import assigned, last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.evidence import kept_words
from undercity.ledger.fold import Assigned, DossierRef, StreamState
from undercity.ledger.record import duties_of
from undercity.notices.actions import put
from undercity.org.powers import THE_SYSTEM, Actor, require
from undercity.org.queries import calendar, directory, holder
from undercity.org.states import Power, Role
from undercity.places.states import PlaceUse
from undercity.science.worktime import Limit, deadline
from undercity.works.models import Work
from undercity.works.permits import facts, kinds, rules
from undercity.works.permits.facts import SUBJECT, PermitState
from undercity.works.permits.models import Lease, Permit
from undercity.works.permits.queries import keeper_of, over, terms_at, to_warn, visible_to
from undercity.works.permits.rows import state_of
from undercity.works.permits.states import RUNNING, Move, Proposal, Verb
from undercity.works.queries import visible_to as visible_works
from undercity.works.terms.queries import limit, term

TEXT_MAX = 2000
OF_THE_OFFICE = frozenset({kinds.DECIDE, kinds.CHANGE, kinds.RENEWAL, kinds.SETTLE})
# The term that gives each duty its clock; those without end with the permit itself.
TERM_OF = {kinds.DECIDE: "decide", kinds.SUPPLY: "supply", kinds.CHANGE: "change_answer", kinds.RENEWAL: "decide",
           kinds.SETTLE: "settle"}


@dataclass
class Turn:
    """A permit whose row is locked, at the moment of one step."""

    row: Permit
    permit: PermitState
    stream: StreamState
    move: Move
    by: Actor
    at: datetime

    def note(self, text: str) -> DossierRef | None:
        """Words that come with the step, kept and marked."""
        return kept_words("permit.note", text, most=TEXT_MAX, permit=self.row.uid)

    def opens(self, kind: str) -> Assigned:
        """The duty that follows, of the keeper or of the office, with the clock of its term."""
        due, span = None, None
        if kind in TERM_OF:
            span = limit(TERM_OF[kind], self.at)
            due = deadline(self.at, span, calendar())
        elif self.permit.valid_to is not None:
            due = rules.last_moment(self.permit.valid_to, calendar())
        return duty_of(kind, self.row.work, self.permit.body_id, due_at=due, span=span)

    def record(self, said: facts.PermitStep) -> Permit:
        """Write the entry and all that follows from it; the permit as it is now."""
        record(said, stream_kind=SUBJECT, stream=self.row.uid, was=self.stream, by=self.by, at=self.at)
        self.row.refresh_from_db()
        return self.row


def duty_of(kind: str, work: Work, keeper: int, *, due_at: datetime | None, span: Limit | None) -> Assigned:
    """A duty about a work's permit: of whoever decides in its district, or of its keeper."""
    district = work.place.district_id
    to = (holder(Power.PERMIT_DECIDE, district, role=Role.LEADER, turn=work.pk) if kind in OF_THE_OFFICE
          else keeper_of(keeper, work.pk))
    return assigned(kind, to=to, body=district if kind in OF_THE_OFFICE else keeper, territory=district, due_at=due_at,
                    limit=span)


def note_lease(work: UUID, *, by: Actor, at: datetime, use: PlaceUse, contract: str, party: str, signed_on: date,
               lease_from: date, lease_to: date, client_key: str = "") -> Permit:
    """登记租约: a work was let. Its keeper has the duty to apply within the term. The same key notes it once."""
    rules.checked_lease(signed_on, lease_from, lease_to, at.date())
    words = [text.strip() for text in (contract, party)]
    for text, field, most in zip(words, ("contract", "party"), (60, 120), strict=True):
        if not text or len(text) > most:
            raise RuleBroken(_("Between 1 and %(most)d characters.") % {"most": most}, field=field,
                             remedy=_("Write it as on the lease; no names of persons."))
    uid = uuid.uuid5(uuid.NAMESPACE_URL, f"undercity:permit:{by.post}:{client_key}") if client_key else uuid.uuid7()
    with write():
        row = visible_works(by).select_for_update(of=("self",)).filter(uid=work).select_related("place").first()
        if row is None:
            raise NotFound(_("There is no such work."), remedy=_("Check the code; it may also lie outside your area."))
        known = Permit.objects.filter(uid=uid).first()
        if known is not None:
            return known
        cards = directory().cards
        require(rules.may_note(by, district=cards[row.place.district_id].path, keeper=cards[row.keeper_id].path))
        if Permit.objects.filter(work__uid=work, state__in=[one.value for one in RUNNING]).exists():
            raise _has_one()
        span = limit("apply", at)
        lease = Lease(id=uuid.uuid7(), salt=new_salt(), permit=uid, contract=words[0], party=words[1])
        insert_objects(Lease, [lease])
        due = max(rules.apply_by(signed_on, span, calendar()), at)
        said = facts.Leased(
            work=work, keeper=row.keeper_id, use=use.value, signed_on=signed_on, lease_from=lease_from,
            lease_to=lease_to, lease=ref("permit.lease", lease.id, content_of("permit.lease", lease)),
            opens=duty_of(kinds.APPLY, row, row.keeper_id, due_at=due, span=span))
        try:
            record(said, stream_kind=SUBJECT, stream=uid, was=StreamState(), by=by, at=at)
        except IntegrityError as error:
            raise _has_one() from error
        return Permit.objects.get(uid=uid)


def _has_one() -> RuleBroken:
    return RuleBroken(_("This work has a permit that runs."), field="work",
                      remedy=_("Renew it, or give it back first."))


@contextmanager
def turn(permit: UUID, verb: Verb, *, by: Actor, at: datetime, seen: int | None, note: str = "") -> Iterator[Turn]:
    """Lock a permit for one move. `seen` is the version looked at: moved since, Conflict says how."""
    with write():
        row = visible_to(by).select_for_update(of=("self",)).filter(uid=permit).first()
        if row is None:
            raise NotFound(_("There is no such permit."), remedy=_("It may lie outside your area."))
        row.work = Work.objects.select_related("place").get(uid=row.work_id)
        if seen is not None and seen != row.version:
            raise _moved_since(row, seen)
        state = state_of(row)
        move = rules.legal(state, verb, at, terms_at(at), calendar())
        if move.power is not None:
            cards = directory().cards
            require(rules.may(by, move.power, district=cards[row.work.place.district_id].path,
                              keeper=cards[row.body_id].path), verb=verb.value)
        rules.complete(move, note)
        yield Turn(row=row, permit=state, by=by, at=at, move=move, stream=StreamState(
            sequence=last_sequence(row.uid), subject=state, duties=duties_of([row.uid]).get(row.uid, {})))


def _moved_since(row: Permit, seen: int) -> Conflict:
    return moved_since(row.uid, seen, _("Somebody was quicker: the permit moved while you looked at it."),
                       permit=row.number, version=row.version)


def move(permit: UUID, verb: Verb, *, by: Actor, at: datetime, note: str = "", day: date | None = None,
         seen: int | None = None) -> Permit:
    """One move of the table by somebody. `day` is the day of a change, or the new end of a renewal."""
    with turn(permit, verb, by=by, at=at, seen=seen, note=note) as now:
        return now.record(_said(now, verb, note, day))


def _said(now: Turn, verb: Verb, note: str, day: date | None) -> facts.PermitStep:
    made = _by_keeper(now, verb, note, day) if now.move.power is Power.WORK_KEEP else _by_office(now, verb, note, day)
    assert made is not None, verb
    return made


def _by_keeper(now: Turn, verb: Verb, note: str, day: date | None) -> facts.PermitStep | None:
    was, today = now.permit, now.at.date()
    if verb is Verb.ANNOUNCE_CHANGE:
        if day is None:
            raise RuleBroken(_("From when?"), field="day", remedy=_("Give the day of the change."))
        rules.checked_change(day, today, term("change_notice", now.at).span)
        return facts.ChangeAnnounced(opens=now.opens(kinds.CHANGE), note=now.note(note), change_on=day)
    if verb is Verb.RENEW:
        until = rules.checked_until(day, was, today)
        return facts.RenewalAsked(opens=now.opens(kinds.RENEWAL), note=now.note(note), until=until)
    words = now.note(note)
    if verb is Verb.APPLY:
        return facts.Applied(closes=was.duty, opens=now.opens(kinds.DECIDE), note=words)
    if verb is Verb.SUPPLY:
        return facts.Supplied(closes=was.duty, opens=now.opens(kinds.DECIDE), note=words)
    if verb is Verb.WITHDRAW:
        return facts.Withdrawn(closes=was.duty, note=words)
    return facts.GivenBack(closes=was.duty, note=words) if verb is Verb.GIVE_BACK else None


def _by_office(now: Turn, verb: Verb, note: str, day: date | None) -> facts.PermitStep | None:
    was, today = now.permit, now.at.date()
    if verb is Verb.GRANT:
        if was.lease_to < today:
            raise RuleBroken(_("The lease is over already."), field="day",
                             remedy=_("Refuse it; a new lease is noted anew."))
        return facts.Granted(closes=was.duty, note=now.note(note), valid_from=was.lease_from, valid_to=was.lease_to)
    if verb is Verb.SETTLE_RENEW:
        until = rules.checked_until(day or was.asked_until, was, today)
        return facts.Settled(closes=was.duty, note=now.note(note), until=until)
    words = now.note(note)
    if verb in {Verb.GRANT_RENEWAL, Verb.REFUSE_RENEWAL}:
        agreed = verb is Verb.GRANT_RENEWAL
        ends = was.asked_until if agreed else was.valid_to
        assert ends is not None
        return facts.RenewalDecided(closes=was.duty, note=words, agreed=agreed, valid_to=ends)
    if verb in {Verb.AGREE_CHANGE, Verb.OBJECT_CHANGE}:
        return facts.ChangeAnswered(closes=was.duty, note=words, agreed=verb is Verb.AGREE_CHANGE)
    if verb is Verb.ASK_MORE:
        return facts.MoreAsked(closes=was.duty, opens=now.opens(kinds.SUPPLY), note=words)
    if verb is Verb.UNDO:
        return facts.Unsettled(opens=now.opens(kinds.SETTLE), note=words)
    if verb is Verb.SETTLE_END:
        return facts.Settled(closes=was.duty, note=words, until=None)
    if verb is Verb.REVOKE:
        return facts.Revoked(closes=was.duty, note=words)
    return facts.PermitRefused(closes=was.duty, note=words) if verb is Verb.REFUSE else None


def warn(permit: UUID, *, at: datetime) -> int | None:
    """到期提醒: the warning due now, told to the keeper; the days before the end, None when none is due any more."""
    with turn(permit, Verb.WARN, by=THE_SYSTEM, at=at, seen=None) as now:
        days = rules.warning_due(now.permit, at.date(), terms_at(at).warnings)
        assert days is not None
        first = now.permit.renew_duty is None
        opens = now.opens(kinds.RENEW) if first else None
        row = now.record(facts.Warned(days=days, opens=opens))
        if not first and (to := keeper_of(row.body_id, now.row.work.pk)) is not None:
            put(code=facts.Warned.verb, post=to.post, appointment=to.appointment, subject_kind=SUBJECT,
                subject=row.uid, due_at=rules.last_moment(row.valid_to, calendar()) if row.valid_to else None)
        return days


def expire(permit: UUID, *, at: datetime) -> Permit:
    """期满: its last day has passed. A decision is proposed to the office: renew as asked for, or end."""
    with turn(permit, Verb.EXPIRE, by=THE_SYSTEM, at=at, seen=None) as now:
        was = now.permit
        asked = was.asked_until is not None and was.valid_to is not None and was.asked_until > was.valid_to
        proposal = Proposal.RENEW if asked else Proposal.END
        return now.record(facts.Expired(closes=now.permit.duty, opens=now.opens(kinds.SETTLE),
                                        proposal=proposal.value))


def make_due(at: datetime) -> int:
    """What time brings: warnings and expiries that have come by now. Made twice, they are there once."""
    made = 0
    warnings = terms_at(at).warnings
    for ripe, step in ((to_warn(at.date(), warnings), warn), (over(at.date()), expire)):
        for permit in ripe:
            try:
                step(permit, at=at)
            except (Conflict, InvalidMove):
                # Another worker did it, or somebody moved it in the same moment.
                continue
            made += 1
    return made
