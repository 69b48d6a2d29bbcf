"""The dry run 预演: whom a level would call, what would not reach anybody, what cannot be done in time.

An order's minutes count from the moment it is given. It begins at the earliest when everything it comes after must
be done, and somebody has to get there; what is left of its own minutes then is its slack. Slack of nothing or less
means that it cannot be met in time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from undercity.response.plans.rules.expanding import Draft

# Minutes until whoever has the order is at its place; None: nobody has to be sent, or it is not known.
Travel = Callable[[Draft], float | None]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One order of the dry run: when it can begin, the minutes left for doing it, and what stands against it."""

    draft: Draft
    begins: int
    travel: int
    slack: int
    vacant: bool
    unnamed: bool
    unreachable: bool

    @property
    def late(self) -> bool:
        """Can it not be met in time?"""
        return self.slack <= 0

    @property
    def troubled(self) -> bool:
        """Does anything stand against it?"""
        return self.late or self.vacant or self.unnamed or self.unreachable


@dataclass(frozen=True, slots=True)
class DryRun:
    """A level of a plan on a day, as it would go."""

    orders: tuple[Rehearsed, ...]
    messages: int
    posts: int
    places: int
    closing: int
    by_post: tuple[tuple[int, int], ...]
    vacant: tuple[int, ...]
    unreachable: tuple[int, ...]
    told_by_escalation: int

    @property
    def unnamed(self) -> int:
        """Orders that name nobody: the plan's own body answers."""
        return sum(one.unnamed for one in self.orders)

    @property
    def late(self) -> tuple[Rehearsed, ...]:
        """Orders that cannot be met in time."""
        return tuple(one for one in self.orders if one.late)

    @property
    def troubles(self) -> tuple[Rehearsed, ...]:
        """Orders something stands against."""
        return tuple(one for one in self.orders if one.troubled)

    @property
    def last_minute(self) -> int:
        """When the last order is due, in minutes from the start."""
        return max((one.draft.done_minutes for one in self.orders), default=0)


def dry_run(drafts: Sequence[Draft], reachable: Collection[int], travel: Travel | None = None) -> DryRun:
    """What these orders come to. One message goes to each holder with all his orders."""
    due = {draft.key: draft.done_minutes for draft in drafts}
    rows = tuple(_rehearsed(draft, due, reachable, travel) for draft in drafts)
    many = Counter(draft.post for draft in drafts if draft.post is not None)
    held = {draft.post: draft.appointment for draft in drafts if draft.post is not None}
    return DryRun(
        rows, messages=sum(appointment in reachable for appointment in held.values()), posts=len(many),
        places=len({draft.place for draft in drafts if draft.place is not None}),
        closing=len({draft.place for draft in drafts if draft.closes_place}),
        by_post=tuple(sorted(many.items(), key=lambda one: (-one[1], one[0]))),
        vacant=tuple(sorted(post for post, appointment in held.items() if appointment is None)),
        unreachable=tuple(sorted(post for post, appointment in held.items()
                                 if appointment is not None and appointment not in reachable)),
        told_by_escalation=len({post for draft in drafts for post, _minutes in draft.escalation} - set(many)))


def _rehearsed(draft: Draft, due: dict[str, int], reachable: Collection[int], travel: Travel | None) -> Rehearsed:
    begins = max((due[key] for key in draft.after if key in due), default=0)
    minutes = travel(draft) if travel else None
    way = round(minutes) if minutes is not None else 0
    return Rehearsed(draft, begins, way, draft.done_minutes - begins - way,
                     vacant=draft.post is not None and draft.appointment is None, unnamed=draft.post is None,
                     unreachable=draft.appointment is not None and draft.appointment not in reachable)
