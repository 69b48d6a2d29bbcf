"""批量操作: one move for several cases. It waits a little and can be taken back; then each case makes it by itself.

No move of the table has a reverse, and the record is never rewritten: what can be undone is what has not happened yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import get_language, gettext as _, override

from undercity import clock
from undercity.cases.actions.checking import confirm_check
from undercity.cases.actions.dispatching import dispatch, pass_review
from undercity.cases.actions.filing import close_case
from undercity.cases.actions.intake import pass_on, send_verification
from undercity.cases.actions.supervising import supervise
from undercity.cases.models import Batch, BatchCase, Case
from undercity.cases.queries.batches import waiting
from undercity.cases.queries.departments import usual_department
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.rules import BATCHED, batched
from undercity.cases.states import BATCH_SECONDS, BatchState, Supervision, Verb
from undercity.db import write
from undercity.errors import Conflict, NotFound, Refused, RuleBroken
from undercity.org.powers import Actor
from undercity.org.queries import actor_for_person

DONE, REFUSED = "done", "refused"


def put_together(batch: UUID, *, by: Actor, at: datetime, verb: Verb, cases: Sequence[UUID], note: str = "",
                 why: str = "") -> Batch:
    """Keep a choice of cases and what shall be done to them; the same id again gives the batch there is.

    RuleBroken when nothing or too much is chosen, or a reason is missing. A case the actor may not see is left out.
    """
    batched(verb, len(cases), note=note, why=why)
    assert by.post is not None
    with write():
        known = Batch.objects.filter(pk=batch).first()
        if known is not None:
            return _own(known, by)
        rows = list(visible_to(by).filter(uid__in=list(cases)).order_by("pk"))
        batched(verb, len(rows), note=note, why=why)
        made = Batch.objects.create(
            pk=batch, timeline=clock.timeline(), post=by.post, person_id=by.person, verb=verb.value, made_at=at,
            language=get_language() or "zh-hans", note=note.strip(), why=why,
            ripe_at=at + timedelta(seconds=scheme().term(BATCH_SECONDS, at)))
        BatchCase.objects.bulk_create(
            BatchCase(batch=made, case=case, seen=case.version,
                      department_id=usual_department(case.category) if verb is Verb.DISPATCH else None)
            for case in rows)
    return made


def take_back(batch: UUID, *, by: Actor, at: datetime) -> Batch:
    """撤回: nothing happens to these cases. Conflict when they are being moved already."""
    with write():
        found = Batch.objects.select_for_update().filter(pk=batch, timeline=clock.timeline()).first()
        if found is None:
            raise _no_such_batch()
        made = _own(found, by)
        if made.state == BatchState.TAKEN_BACK:
            return made
        if made.state != BatchState.PENDING:
            raise Conflict(_("It is too late to take this back: the cases were moved."),
                           remedy=_("Look below at what became of each, and move those that are wrong by hand."))
        made.state, made.ended_at, made.note = BatchState.TAKEN_BACK, at, ""
        made.save(update_fields=["state", "ended_at", "note"])
    return made


def carry_out(batch: UUID, *, at: datetime) -> bool:
    """Move every case of a batch whose time has come, each in a transaction of its own; False when it is not to be.

    Asked by several at once, or again after a kill in the middle, each case is still moved once.
    """
    with write():
        Batch.objects.filter(pk=batch, state=BatchState.PENDING, ripe_at__lte=at).update(state=BatchState.RUNNING)
    made = Batch.objects.filter(pk=batch, state=BatchState.RUNNING).first()
    if made is None:
        return False
    by = actor_for_person(made.person_id) if made.person_id else None
    with override(made.language):
        for row in BatchCase.objects.filter(batch=made, result="").order_by("pk").values_list("pk", flat=True):
            _carry_out_one(made, row, by if by is not None and by.post == made.post else None, at)
    with write():
        # The words are with the cases now.
        Batch.objects.filter(pk=batch, state=BatchState.RUNNING).update(state=BatchState.ENDED, ended_at=at, note="")
    return True


def carry_out_ripe(at: datetime) -> int:
    """Carry out every batch whose time has come, and what a kill left half done; how many."""
    return sum(carry_out(batch, at=at) for batch in waiting(at))


def _carry_out_one(batch: Batch, row: int, by: Actor | None, at: datetime) -> None:
    with write():
        one = BatchCase.objects.select_for_update().select_related(None).filter(pk=row, result="").first()
        if one is None:
            return
        try:
            if by is None:
                raise NotFound(_("Whoever chose this no longer holds the post."))
            with write():
                CARRIED[Verb(batch.verb)](batch, one, by, at)
            one.result = DONE
        except Refused as refusal:
            one.result, one.told = REFUSED, str(refusal)
        one.save(update_fields=["result", "told"])


Carried = Callable[[Batch, BatchCase, Actor, datetime], Case]


def _plainly(action: Callable[..., Case]) -> Carried:
    return lambda batch, one, by, at: action(one.case_id, by=by, at=at, seen=one.seen, note=batch.note)


def _dispatched(batch: Batch, one: BatchCase, by: Actor, at: datetime) -> Case:
    if one.department_id is None:
        raise RuleBroken(_("No department usually handles this kind of problem."), field="department",
                         remedy=_("Open the case and choose one."))
    return dispatch(one.case_id, by=by, at=at, seen=one.seen, note=batch.note, department=one.department_id)


CARRIED: Mapping[Verb, Carried] = {
    Verb.SEND_VERIFICATION: _plainly(send_verification),
    Verb.PASS_ON: _plainly(pass_on),
    Verb.DISPATCH: _dispatched,
    Verb.PASS_REVIEW: _plainly(pass_review),
    Verb.CONFIRM_PASSED: lambda batch, one, by, at: confirm_check(
        one.case_id, by=by, at=at, seen=one.seen, note=batch.note, solved=True),
    Verb.CLOSE: _plainly(close_case),
    Verb.SUPERVISE: lambda batch, one, by, at: supervise(
        one.case_id, by=by, at=at, seen=one.seen, reason=batch.note, why=Supervision(batch.why)),
}
assert set(CARRIED) == BATCHED


def _own(batch: Batch, by: Actor) -> Batch:
    if batch.post != by.post:
        raise _no_such_batch()
    return batch


def _no_such_batch() -> NotFound:
    return NotFound(_("There is no such choice of cases."), remedy=_("Choose the cases again on the list."))
