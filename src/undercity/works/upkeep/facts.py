"""What can happen to an upkeep check, as entries of the record. A version never changes once written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState, assign, changed, finish
from undercity.works.upkeep.states import Answer, CheckStatus

SUBJECT = "check"


@dataclass(frozen=True)
class CheckState:
    """The projected columns of `UpkeepCheck`."""

    timeline: str
    work_id: UUID
    body_id: int
    rhythm: str
    period: str
    status: str
    version: int
    duty: UUID | None
    given_at: datetime
    due_at: datetime | None
    done_at: datetime | None = None
    done_by: int | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    banned: list[str] = field(default_factory=list)
    cases: dict[str, Any] = field(default_factory=dict)
    failed: int = 0


@verb("check.given/1", _("Upkeep check due"))
class CheckGiven(Facts):
    """A check arose from its rhythm, for a period; or its keeper began one."""

    work: UUID
    rhythm: str
    version: date | None
    period: str
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        check = CheckState(timeline=happening.timeline, work_id=self.work, body_id=self.opens.body, rhythm=self.rhythm,
                           period=self.period, status=CheckStatus.OPEN.value, version=happening.sequence,
                           duty=self.opens.id, given_at=happening.at, due_at=self.opens.due_at)
        return assign(changed(state, subject=check), self.opens, happening)


@verb("check.done/1", _("Upkeep check done"))
class CheckDone(Facts):
    """检查完毕: what was found of each standard, which banned acts, and which cases came of it."""

    closes: UUID
    answers: dict[str, Answer]
    banned: tuple[str, ...]
    cases: dict[str, str]
    notes: tuple[DossierRef, ...]
    photos: tuple[DossierRef, ...]

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        answers = {code: answer.value for code, answer in self.answers.items()}
        failed = sum(answer is Answer.FAIL for answer in self.answers.values()) + len(self.banned)
        check = changed(state.subject, status=CheckStatus.DONE.value, version=happening.sequence, duty=None,
                        done_at=happening.at, done_by=happening.post, answers=answers, banned=list(self.banned),
                        cases=dict(self.cases), failed=failed)
        return finish(changed(state, subject=check), self.closes, "done" if not failed else "done_with_findings",
                      happening)
