"""What can happen to a profile and to an import, as entries of the record. A version never changes once written.

An entry names the fields that changed and carries the mark of a `Change`; what they were and became stays there, so
that no internal value and no name of a place not shown ever stands in the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import DossierRef, Happening, StreamState, changed
from undercity.register.states import ProfileStanding

PROFILE, IMPORT = "place.profile", "register.import"


@dataclass(frozen=True)
class ProfileState:
    """The columns of `Profile`."""

    timeline: str
    place: int
    version: int
    standing: str
    changed_at: datetime
    batch: UUID | None


@dataclass(frozen=True)
class ImportState:
    """The columns of `Import`."""

    timeline: str
    version: int
    post: int | None
    day: date
    new: int
    changed: int
    left_out: int
    applied_at: datetime
    undone_at: datetime | None = None


class ProfileStep(Facts):
    """A step of a profile: the place, the import it came with, the names of the fields, the mark of their values."""

    place: int
    batch: UUID | None
    fields_changed: tuple[str, ...]
    change: DossierRef

    def step(self, state: StreamState, happening: Happening, standing: str) -> StreamState:
        """The profile after the step."""
        return changed(state, subject=ProfileState(
            timeline=happening.timeline, place=self.place, version=happening.sequence, standing=standing,
            changed_at=happening.at, batch=self.batch))


@verb("profile.entered/1", _("Entered in the register"))
class Entered(ProfileStep):
    """登记: a place came into the register with its profile."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, ProfileStanding.KEPT.value)


@verb("profile.changed/1", _("Profile changed"))
class Changed(ProfileStep):
    """变更: fields of a profile are others from now on."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, ProfileStanding.KEPT.value)


@verb("profile.renamed/1", _("Renamed"))
class Renamed(ProfileStep):
    """更名: a place has another name from a day on; the one before stays known."""

    day: date

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, ProfileStanding.KEPT.value)


@verb("profile.put_back/1", _("Change undone"))
class PutBack(ProfileStep):
    """撤销变更: what an import changed is as it was before."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, ProfileStanding.KEPT.value)


@verb("profile.removed/1", _("Taken out of the register again"))
class Removed(ProfileStep):
    """撤销登记: the import that entered it was undone."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, ProfileStanding.REMOVED.value)


@verb("register.applied/1", _("Spreadsheet applied to the register"))
class Applied(Facts):
    """导入: a spreadsheet was applied, all of it or its good rows."""

    day: date
    new: int
    changed: int
    left_out: int
    file: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=ImportState(
            timeline=happening.timeline, version=happening.sequence, post=happening.post, day=self.day, new=self.new,
            changed=self.changed, left_out=self.left_out, applied_at=happening.at))


@verb("register.undone/1", _("Import undone"))
class Undone(Facts):
    """撤销导入: everything the spreadsheet did was put back."""

    removed: int
    put_back: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        subject: Any = changed(state.subject, version=happening.sequence, undone_at=happening.at)
        return changed(state, subject=subject)
