"""What can happen to a permit of peacetime use, as entries of the record. A version never changes once written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState, assign, changed, finish
from undercity.works.permits.states import Proposal, State

SUBJECT = "permit"


@dataclass(frozen=True)
class PermitState:
    """The projected columns of `Permit`."""

    timeline: str
    work_id: UUID
    body_id: int
    state: str
    version: int
    duty: UUID | None
    use: str
    signed_on: date
    lease_from: date
    lease_to: date
    renew_duty: UUID | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    change_on: date | None = None
    asked_until: date | None = None
    warned: int | None = None
    proposal: str = ""
    settled: int | None = None
    settled_at: datetime | None = None
    valid_before: date | None = None
    ended_at: datetime | None = None


@verb("permit.leased/1", _("Lease noted"))
class Leased(Facts):
    """租约登记: a work was let; its keeper must apply for a permit of the lease's term."""

    work: UUID
    keeper: int
    use: str
    signed_on: date
    lease_from: date
    lease_to: date
    lease: DossierRef
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        permit = PermitState(timeline=happening.timeline, work_id=self.work, body_id=self.keeper,
                             state=State.LEASED.value, version=happening.sequence, duty=self.opens.id, use=self.use,
                             signed_on=self.signed_on, lease_from=self.lease_from, lease_to=self.lease_to)
        return assign(changed(state, subject=permit), self.opens, happening)


class PermitStep(Facts):
    """A step: may close the open duty and open the next, with what was said."""

    closes: UUID | None = None
    opens: Assigned | None = None
    note: DossierRef | None = None

    def step(self, state: StreamState, happening: Happening, *, outcome: str, to: State | None = None,
             **changes: Any) -> StreamState:
        """The step itself; `changes` are the permit's other fields. Any step makes an earlier decision final."""
        was: PermitState = state.subject
        moved: dict[str, Any] = {"version": happening.sequence, "settled": None, "settled_at": None, **changes}
        if to is not None:
            moved["state"] = to.value
        if self.closes is not None or self.opens is not None:
            moved.setdefault("duty", self.opens.id if self.opens else None)
        if self.closes is not None:
            state = finish(state, self.closes, outcome, happening)
        if was.renew_duty is not None and "renew_duty" in moved and moved["renew_duty"] is None:
            state = finish(state, was.renew_duty, outcome, happening)
        # `changed` calls its first argument as a field here is called.
        state = changed(state, subject=replace(was, **moved))
        return assign(state, self.opens, happening) if self.opens else state


@verb("permit.applied/1", _("Permit applied for"))
class Applied(PermitStep):
    """申请: the keeper applies; the office decides."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="applied", to=State.APPLIED)


@verb("permit.more_asked/1", _("More was asked for"))
class MoreAsked(PermitStep):
    """补正通知: something is missing; the clock of the decision starts anew when it is brought."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="more_asked", to=State.MORE_ASKED)


@verb("permit.supplied/1", _("What was asked for was brought"))
class Supplied(PermitStep):
    """补正: the keeper brings what was missing."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="supplied", to=State.APPLIED)


@verb("permit.granted/1", _("Permit granted"))
class Granted(PermitStep):
    """准予: valid for the term of the lease."""

    valid_from: date
    valid_to: date

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="granted", to=State.VALID, valid_from=self.valid_from,
                         valid_to=self.valid_to)


@verb("permit.refused/1", _("Permit refused"))
class PermitRefused(PermitStep):
    """不予许可: with the reason."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="refused", to=State.REFUSED, ended_at=happening.at)


@verb("permit.withdrawn/1", _("Application withdrawn"))
class Withdrawn(PermitStep):
    """撤回申请."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="withdrawn", to=State.WITHDRAWN, ended_at=happening.at)


@verb("permit.change_announced/1", _("Change announced"))
class ChangeAnnounced(PermitStep):
    """变更告知: use, user or operator will change on a day."""

    change_on: date

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="", to=State.CHANGING, change_on=self.change_on)


@verb("permit.change_answered/1", _("Change answered"))
class ChangeAnswered(PermitStep):
    """答复变更: agreed, or objected to."""

    agreed: bool

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        changes = {} if self.agreed else {"change_on": None}
        return self.step(state, happening, outcome="agreed" if self.agreed else "objected", to=State.VALID, **changes)


@verb("permit.warned/1", _("Warned of the expiry"))
class Warned(PermitStep):
    """到期提醒: so many days are left. The first warning brings the keeper the duty to renew or give back."""

    days: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was: PermitState = state.subject
        renew = self.opens.id if self.opens else was.renew_duty
        return self.step(state, happening, outcome="", warned=self.days, duty=was.duty, renew_duty=renew)


@verb("permit.renewal_asked/1", _("Renewal asked for"))
class RenewalAsked(PermitStep):
    """申请续期: until a day, by a new or longer lease."""

    until: date

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="renewal_asked", to=State.RENEWING, asked_until=self.until,
                         renew_duty=None)


@verb("permit.renewal_decided/1", _("Renewal decided"))
class RenewalDecided(PermitStep):
    """续期审定: renewed until the day asked for, or refused and valid as before."""

    agreed: bool
    valid_to: date

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        changes: dict[str, Any] = {"valid_to": self.valid_to, "warned": None} if self.agreed else {}
        return self.step(state, happening, outcome="agreed" if self.agreed else "refused", to=State.VALID,
                         asked_until=None, **changes)


@verb("permit.given_back/1", _("Permit given back"))
class GivenBack(PermitStep):
    """交回: the use ends before the permit does."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="given_back", to=State.ENDED, renew_duty=None,
                         ended_at=happening.at)


@verb("permit.revoked/1", _("Permit revoked"))
class Revoked(PermitStep):
    """撤销: the office ends it, with the reason."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="revoked", to=State.REVOKED, renew_duty=None,
                         ended_at=happening.at)


@verb("permit.expired/1", _("Permit expired; a decision is proposed"))
class Expired(PermitStep):
    """期满: its day has passed. The machine proposes to renew or to end; an officer decides."""

    proposal: str

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, outcome="lapsed", to=State.EXPIRED, renew_duty=None,
                         proposal=Proposal(self.proposal).value)


@verb("permit.settled/1", _("Expired permit decided"))
class Settled(PermitStep):
    """期满决定: renewed until a day, or ended. May be taken back while nothing followed."""

    until: date | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was: PermitState = state.subject
        kept: dict[str, Any] = {"settled": happening.sequence, "settled_at": happening.at,
                                "valid_before": was.valid_to}
        if self.until is None:
            return self.step(state, happening, outcome="ended", to=State.ENDED, ended_at=happening.at, **kept)
        return self.step(state, happening, outcome="renewed", to=State.VALID, valid_to=self.until, warned=None, **kept)


@verb("permit.unsettled/1", _("Decision on the expired permit taken back"))
class Unsettled(PermitStep):
    """撤回决定: it is expired again, and the same proposal waits."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was: PermitState = state.subject
        return self.step(state, happening, outcome="", to=State.EXPIRED, valid_to=was.valid_before,
                         valid_before=None, ended_at=None)
