"""The orders of a level, given in one go: each exactly once, however often whoever gives them is killed in the middle.

What is wanted is known from the level in force alone: orders of the plan that are not there yet are given, open ones
that the level no longer holds are taken back. So the work can be done again from any point. It goes in steps of some
thousand orders, since SQLite lets nobody else write meanwhile; all orders of a holder are in one step, with the one
message that tells him of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat as ids

from undercity import clock
from undercity.db import Encoded, write
from undercity.ledger.actions import record_history
from undercity.ledger.actions.each import record_each, states_of
from undercity.ledger.fold import Assigned, StreamState, changed
from undercity.ledger.record import Written, happening_of, history
from undercity.notices.actions import ToPost, put_many
from undercity.org.powers import POST, THE_SYSTEM, Actor
from undercity.org.queries import actor_for_post
from undercity.response.actions.closing import close_places
from undercity.response.actions.turning import turn
from undercity.response.facts import Issued
from undercity.response.models import Order, Response
from undercity.response.order_facts import SUBJECT, Given, Withdrawn
from undercity.response.plans.rules import Draft
from undercity.response.queries.planning import drafts, plan_by_id
from undercity.response.rows import CARRY_OUT
from undercity.response.rules import silent_from
from undercity.response.states import OPEN_STANDINGS, Standing

# So many orders are written in one transaction; on SQLite others wait for about a third of a second.
STEP = 1000


def issue(uid: UUID, *, at: datetime) -> bool:
    """下达指令: give and take back what the level in force asks for. False when that was done before.

    `at` is the moment of the decision's carrying out; deadlines count from it.
    """
    row = Response.objects.filter(pk=uid, timeline=clock.timeline()).first()
    if row is None or row.issued >= row.wave:
        return False
    by = actor_for_post(row.confirmed_by, row.confirmed_under) if row.confirmed_by else None
    actor = by or THE_SYSTEM
    plan = plan_by_id(row.plan)
    wanted = drafts(plan, row.level) if plan is not None and row.level else []
    known = set(Order.objects.filter(response=row).exclude(standing=Standing.WITHDRAWN).values_list("key", flat=True))
    missing = sorted((draft for draft in wanted if draft.key not in known),
                     key=lambda draft: (draft.post or 0, draft.key))
    if not all(_give(row, step, actor, at) for step in _steps(missing)):
        return False
    withdrawn = _take_back(row, {draft.key for draft in wanted}, actor, at)
    closed = close_places(row, {draft.place for draft in wanted if draft.closes_place}, actor, at)
    given = Order.objects.filter(response=row, wave=row.wave)
    with turn(uid, by=actor, at=at) as now:
        if now.it.issued >= row.wave or now.it.wave != row.wave:
            return False
        now.record(Issued(wave=row.wave, given=given.count(), withdrawn=withdrawn, places_closed=closed,
                          holders=given.filter(post__isnull=False).values("post").distinct().count()))
    return True


def _steps(drafts: Sequence[Draft]) -> Iterator[list[Draft]]:
    """Some thousand at a time, a holder's all in one."""
    step: list[Draft] = []
    for draft in drafts:
        if len(step) >= STEP and (draft.post is None or draft.post != step[-1].post):
            yield step
            step = []
        step.append(draft)
    if step:
        yield step


def uid_of_order(response: UUID, wave: int, key: str) -> UUID:
    """The stream of an order of the plan: the same whoever gives it, and however often."""
    return uuid.uuid5(response, f"{wave}:{key}")


def _give(row: Response, step: Sequence[Draft], by: Actor, at: datetime) -> bool:
    """Give one step. False when the level was changed meanwhile: what it asks for is another wave's to give."""
    with write():
        # Two workers may be at it: the second waits here, and finds nothing left to do.
        if Response.objects.select_for_update(of=("self",)).get(pk=row.pk).wave != row.wave:
            return False
        identities = {uid_of_order(row.pk, row.wave, draft.key): draft for draft in step}
        there = set(Order.objects.filter(pk__in=list(identities)).values_list("pk", flat=True))
        entries: list[Written] = []
        states: dict[UUID, StreamState] = {}
        posts: dict[int, ToPost] = {}
        for identity, draft in identities.items():
            if identity in there:
                continue
            entry, state = _given(row, identity, draft, by, at)
            entries.append(entry)
            states[identity] = state
            if draft.post is not None:
                due = state.subject.due_at
                held = posts.get(draft.post)
                if held is None or (due is not None and (held.due_at is None or due < held.due_at)):
                    posts[draft.post] = ToPost(code="response.orders", post=draft.post, appointment=draft.appointment,
                                               subject_kind="response", subject=row.pk, due_at=due)
        if entries:
            record_history(history(SUBJECT, entries, states))
            put_many(list(posts.values()), batch=uuid.uuid5(row.pk, f"orders:{row.wave}"))
    return True


def _given(row: Response, identity: UUID, draft: Draft, by: Actor, at: datetime) -> tuple[Written, StreamState]:
    due = at + timedelta(minutes=draft.done_minutes)
    chain = tuple(draft.escalation)
    if draft.appointment is None and chain:
        # A vacant post cannot answer: the first of the chain is told at once.
        chain = ((chain[0][0], 0), *chain[1:])
    opens = Assigned(id=ids.uuid7(), kind=CARRY_OUT, body=draft.body, post=draft.post, appointment=draft.appointment,
                     territory=draft.territory, due_at=due, limit_value=draft.done_minutes, limit_unit="minute")
    facts = Given(response=row.pk, wave=row.wave, key=draft.key, plan_order=draft.order, what=draft.verb,
                  evidence=draft.evidence, place=draft.place, chain=chain, opens=opens,
                  silent_at=silent_from(chain, 0, at),
                  water_at=None if draft.water_minutes is None else at + timedelta(minutes=draft.water_minutes))
    entry = Written(timeline=clock.timeline(), stream_kind=SUBJECT, stream=identity, sequence=1, at=at,
                    recorded=clock.now(), actor=by.kind, post=by.post if by.kind == POST else None,
                    appointment=by.appointment, verb=facts.verb, facts=Encoded(facts.model_dump_json()))
    return entry, changed(facts.apply(StreamState(), happening_of(entry)), sequence=1)


def _take_back(row: Response, wanted: set[str], by: Actor, at: datetime) -> int:
    """Withdraw open orders of the plan that the level in force no longer holds; how many."""
    gone = [uid for uid, key in Order.objects.filter(
        response=row, standing__in=[*OPEN_STANDINGS, Standing.REFUSED]).exclude(plan_order="").values_list("pk", "key")
        if key not in wanted]
    if row.level == 0:
        # With the response its orders by hand are over too.
        gone += Order.objects.filter(response=row, plan_order="", standing__in=[
            *OPEN_STANDINGS, Standing.REFUSED]).values_list("pk", flat=True)
    for begin in range(0, len(gone), STEP):
        part = gone[begin:begin + STEP]
        with write():
            open_now = list(Order.objects.select_for_update(of=("self",)).filter(
                pk__in=part, standing__in=[*OPEN_STANDINGS, Standing.REFUSED]).values_list("pk", flat=True))
            was = states_of(SUBJECT, open_now)
            record_each({uid: Withdrawn(closes=was[uid].subject.duty) for uid in open_now}, was, stream_kind=SUBJECT,
                        by=by, at=at)
    return len(gone)


def issue_waiting(at: datetime) -> int:
    """What a killed process left: waves that are not complete; how many were completed."""
    waiting = [uid for uid, wave, issued in Response.objects.filter(timeline=clock.timeline()).exclude(
        wave=0).values_list("pk", "wave", "issued") if issued < wave]
    return sum(issue(uid, at=at) for uid in waiting)
