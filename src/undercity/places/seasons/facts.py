"""What can happen to a place's year, as entries of the record. A version never changes once written.

A stream is one place in one year: its season, the exceptions to it, what was proposed and how that was decided.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.clock import ZONE
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, Part, StreamState, assign, changed, finish
from undercity.places.seasons.fold import SeasonState
from undercity.places.seasons.states import Answer, Standing, Wish

SUBJECT = "season"


def moment(at: datetime) -> str:
    """A moment as it stands in a season's row: in the city's zone, whichever zone a database gives it back in."""
    return at.astimezone(ZONE).isoformat()


class Exempt(Part):
    """An exception as an entry carries it. `hours` "": closed."""

    id: UUID
    why: str
    starts: datetime
    ends: datetime | None
    hours: str
    proposal: UUID | None = None


class SeasonFacts(Facts):
    """Something that happens to a place's year; the first of them begins it."""

    place: int
    year: int
    note: DossierRef | None = None

    def of_year(self, state: StreamState, happening: Happening, **changes: Any) -> StreamState:
        """The year with these columns changed."""
        was: SeasonState = state.subject or SeasonState(
            timeline=happening.timeline, place_id=self.place, year=self.year, version=0)
        return changed(state, subject=changed(was, version=happening.sequence, **changes))


class OfProposal(SeasonFacts):
    """What happens to a proposal that is there already."""

    proposal: UUID

    def answered(self, state: StreamState, happening: Happening, answer: Answer, *,
                 effect: dict[str, Any] | None = None, closes: UUID | None = None, opens: Assigned | None = None,
                 **columns: Any) -> StreamState:
        """The year with this proposal in another state; `effect`: more of its values, `columns`: those of the year."""
        was: SeasonState = state.subject
        decided = answer in {Answer.ACCEPTED, Answer.REFUSED}
        proposals = [
            one if one["id"] != str(self.proposal) else
            {**one, "answer": answer.value, "duty": str(opens.id) if opens else None,
             "decided_at": moment(happening.at) if decided else None,
             "decided_by": happening.post if decided else None, **(effect or {})} for one in was.proposals]
        state = self.of_year(state, happening, proposals=proposals, **columns,
                             waiting=sum(one["answer"] == Answer.PROPOSED for one in proposals))
        if closes is not None:
            state = finish(state, closes, answer.value, happening)
        return assign(state, opens, happening) if opens else state


@verb("place.season_opened/1", _("Season opened"))
class SeasonOpened(SeasonFacts):
    """开放季确定: from a day to another, at these hours, run by this body."""

    opens_on: date
    closes_on: date
    hours: str
    keeper: int | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.of_year(state, happening, standing=Standing.OPEN.value, opens_on=self.opens_on,
                            closes_on=self.closes_on, hours=self.hours, keeper_id=self.keeper)


@verb("place.season_closed/1", _("Season ended early"))
class SeasonClosed(SeasonFacts):
    """提前结束: the last day is now this one."""

    closes_on: date

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.of_year(state, happening, standing=Standing.CLOSED.value, closes_on=self.closes_on)


@verb("place.season_extended/1", _("Season extended"))
class SeasonExtended(SeasonFacts):
    """延长开放: an officer moved the last day without a proposal."""

    closes_on: date

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.of_year(state, happening, standing=Standing.OPEN.value, closes_on=self.closes_on)


@verb("place.change_proposed/1", _("Change proposed"))
class ChangeProposed(SeasonFacts):
    """建议: somebody, or a rule, wants a place closed for a time, open longer, or its season extended."""

    proposal: UUID
    wish: str
    why: str
    source: str
    starts: datetime | None
    ends: datetime | None
    closes_on: date | None
    hours: str
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was: SeasonState | None = state.subject
        said = self.model_dump(mode="json")
        fresh = {"id": said["proposal"], "at": moment(happening.at), "post": happening.post,
                 **{name: said[name] for name in ("wish", "why", "source", "starts", "ends", "closes_on", "hours")},
                 "answer": Answer.PROPOSED.value, "duty": str(self.opens.id), "decided_at": None, "decided_by": None,
                 "exception": None, "was_closes_on": None, "was_standing": None}
        state = self.of_year(state, happening, proposals=[*(was.proposals if was else []), fresh],
                             waiting=(was.waiting if was else 0) + 1)
        return assign(state, self.opens, happening)


@verb("place.change_accepted/1", _("Proposal accepted"))
class ChangeAccepted(OfProposal):
    """同意: with the reason, and what it brings: an exception, or another last day."""

    closes: UUID
    exempt: Exempt | None
    closes_on: date | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was: SeasonState = state.subject
        columns: dict[str, Any] = {}
        effect: dict[str, Any] = {}
        if self.exempt is not None:
            columns["exceptions"] = [*was.exceptions, self.exempt.model_dump(mode="json")]
            effect["exception"] = str(self.exempt.id)
        if self.closes_on is not None:
            columns |= {"closes_on": self.closes_on, "standing": Standing.OPEN.value}
            effect |= {"was_closes_on": was.closes_on.isoformat() if was.closes_on else None,
                       "was_standing": was.standing, "closes_on": self.closes_on.isoformat()}
        return self.answered(state, happening, Answer.ACCEPTED, effect=effect, closes=self.closes, **columns)


@verb("place.change_refused/1", _("Proposal refused"))
class ChangeRefused(OfProposal):
    """不同意: with the reason."""

    closes: UUID

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.answered(state, happening, Answer.REFUSED, closes=self.closes)


@verb("place.decision_undone/1", _("Decision undone"))
class DecisionUndone(OfProposal):
    """撤销决定: what it brought is taken away, and the proposal waits again."""

    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was: SeasonState = state.subject
        one = next(row for row in was.proposals if row["id"] == str(self.proposal))
        columns: dict[str, Any] = {}
        if one["exception"]:
            columns["exceptions"] = [row for row in was.exceptions if row["id"] != one["exception"]]
        if one["wish"] == Wish.EXTENSION and one["was_closes_on"]:
            columns |= {"closes_on": date.fromisoformat(one["was_closes_on"]), "standing": one["was_standing"]}
        return self.answered(state, happening, Answer.PROPOSED, opens=self.opens,
                             effect={"exception": None, "was_closes_on": None, "was_standing": None}, **columns)


@verb("place.change_withdrawn/1", _("Proposal taken back"))
class ChangeWithdrawn(OfProposal):
    """撤回建议: by whoever made it."""

    closes: UUID

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.answered(state, happening, Answer.WITHDRAWN, closes=self.closes)


@verb("place.change_lapsed/1", _("Proposal lapsed"))
class ChangeLapsed(OfProposal):
    """逾期失效: what was proposed is over, and nobody decided."""

    closes: UUID

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.answered(state, happening, Answer.LAPSED, closes=self.closes)


@verb("place.exception_added/1", _("Exception added"))
class ExceptionAdded(SeasonFacts):
    """例外: an officer closed the place for a time or changed its hours, without a proposal."""

    exempt: Exempt

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        known = state.subject.exceptions if state.subject else []
        return self.of_year(state, happening, exceptions=[*known, self.exempt.model_dump(mode="json")])


@verb("place.exception_withdrawn/1", _("Exception withdrawn"))
class ExceptionWithdrawn(SeasonFacts):
    """取消例外: from now on it no longer holds. One that has begun ends now; one to come is gone."""

    exception: UUID

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        kept = []
        for one in state.subject.exceptions:
            if one["id"] != str(self.exception):
                kept.append(one)
            elif datetime.fromisoformat(one["starts"]) < happening.at:
                kept.append({**one, "ends": moment(happening.at)})
        return self.of_year(state, happening, exceptions=kept)
