"""What citizens bring to a case after its report, as entries of the record: their words stay in dossiers.

Nothing here moves a case, so whoever looks at it need not look again: `version` stays.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.cases.facts import Aside
from undercity.cases.states import Ask, Erasure
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import DossierRef, Happening, StreamState, changed


class Spoken(Facts):
    """Something said by a reporter or supporter; `speaker` is the id of his dossier, never a person."""

    speaker: UUID
    note: DossierRef | None = None
    photos: tuple[DossierRef, ...] = ()

    def heard(self, state: StreamState, **changes: Any) -> StreamState:
        """The case with what this changes of it."""
        return changed(state, subject=changed(state.subject, **changes)) if changes else state


@verb("case.supported/1", _("Supported by another citizen"))
class Supported(Spoken):
    """附议: somebody found his problem here already, and is a reporter of this case from now on."""

    supporter: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.heard(state, reporters=state.subject.reporters + 1)


@verb("case.added/1", _("More said by a citizen"))
class Added(Spoken):
    """补充: words or pictures that came later."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.heard(state)


@verb("case.rated/1", _("Rated by a citizen"))
class Rated(Spoken):
    """评价: one to five stars for what was done."""

    stars: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was = state.subject
        return self.heard(state, ratings=was.ratings + 1, stars=was.stars + self.stars)


@verb("case.reopen_asked/1", _("Taking up again asked for"))
class ReopenAsked(Aside):
    """申请重办: a citizen says that it is not solved; the intake officer decides."""

    speaker: UUID

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.ask(state, happening, Ask.REOPEN)


@verb("case.reopen_decided/1", _("Taking up again decided on"))
class ReopenDecided(Aside):
    """重办审批: with a yes it goes on as the case `again`; this one stays closed as it was."""

    agreed: bool
    again: UUID | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.answer(state, happening, agreed=self.agreed, continued_as=self.again)


@verb("case.continues/1", _("Goes on from an earlier case"))
class Continues(Facts):
    """续办: this case takes up again what `first` did not solve."""

    first: UUID

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=changed(state.subject, continues=self.first))


@verb("case.erased/1", _("Personal data erased"))
class Erased(Facts):
    """清除: the dossiers that were emptied, by id; why, and under which term of the scheme."""

    why: Erasure
    term: str
    dossiers_erased: tuple[UUID, ...]

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return state


SPOKEN = (Supported, Added, Rated)
