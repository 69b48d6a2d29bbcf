"""Works narrowed by permit and check, and counted so by keeper or district."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery

from undercity import clock
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.places.states import PlaceUse
from undercity.works.models import Permit, UpkeepCheck, Work
from undercity.works.overview.states import CheckGroup, PermitGroup
from undercity.works.permits.states import BEFORE, IN_FORCE, State
from undercity.works.queries import visible_to
from undercity.works.terms.queries import term
from undercity.works.upkeep.states import CheckStatus


def by_permit(rows: QuerySet[Work], group: str, at: datetime) -> QuerySet[Work]:
    """The works that stand so with their permit at a moment. A permit past its day counts as expired at once."""
    today = at.date()
    permits = Permit.objects.filter(work=OuterRef("uid"), timeline=clock.timeline())
    in_force = permits.filter(state__in=IN_FORCE, valid_to__gte=today)
    expired = permits.filter(Q(state=State.EXPIRED) | Q(state__in=IN_FORCE, valid_to__lt=today))
    coming = permits.filter(state__in=BEFORE)
    if group == PermitGroup.VALID:
        return rows.filter(Exists(in_force))
    if group == PermitGroup.EXPIRING:
        return rows.filter(Exists(in_force.filter(valid_to__lte=today + term("warn_first", at).span)))
    if group == PermitGroup.EXPIRED:
        return rows.filter(Exists(expired))
    if group == PermitGroup.COMING:
        return rows.filter(Exists(coming))
    # Whatever is not in use needs none.
    return rows.exclude(place__use=PlaceUse.IDLE).filter(~Exists(in_force), ~Exists(expired), ~Exists(coming))


def by_check(rows: QuerySet[Work], group: str, at: datetime) -> QuerySet[Work]:
    """The works that stand so with their checks at a moment."""
    checks = UpkeepCheck.objects.filter(work=OuterRef("uid"), timeline=clock.timeline())
    done, waiting = checks.filter(status=CheckStatus.DONE), checks.filter(status=CheckStatus.OPEN)
    recent = Exists(done.filter(done_at__gte=at - term("check_age", at).span))
    if group == CheckGroup.RECENT:
        return rows.filter(recent)
    if group == CheckGroup.OLD:
        return rows.filter(~recent)
    if group == CheckGroup.WAITING:
        return rows.filter(Exists(waiting))
    if group == CheckGroup.OVERDUE:
        return rows.filter(Exists(waiting.filter(due_at__lt=at)))
    return rows.alias(found=last_failed(done)).filter(found__gt=0)


def last_failed(done: QuerySet[UpkeepCheck]) -> Subquery:
    """How many findings the last check had: they are open until a later check no longer finds them."""
    return Subquery(done.order_by("-done_at").values("failed")[:1], output_field=IntegerField())


# What is counted, in the order of the columns: the filter of the list it opens, and its group.
COLUMNS: tuple[tuple[str, str], ...] = (
    *(("permit", group.value) for group in PermitGroup),
    *(("check", group.value) for group in (CheckGroup.OLD, CheckGroup.WAITING, CheckGroup.OVERDUE, CheckGroup.FAILED)),
)
NARROWED = {"permit": by_permit, "check": by_check}


@dataclass(frozen=True, slots=True)
class Counted:
    """A line of the overview: the body, how many works it has, and how many of them stand so (column → count)."""

    key: str
    name: str
    total: int
    counts: Mapping[tuple[str, str], int]

    @property
    def cells(self) -> list[tuple[str, str, int]]:
        """The columns in their order."""
        return [(name, group, self.counts.get((name, group), 0)) for name, group in COLUMNS]

    @property
    def in_order(self) -> int:
        """Of a hundred works that need a permit so many have one in force; a hundred when none needs one."""
        valid, wanting = (self.counts.get(("permit", one), 0) for one in (PermitGroup.VALID, PermitGroup.NONE))
        needing = valid + wanting + sum(self.counts.get(("permit", one), 0)
                                        for one in (PermitGroup.COMING, PermitGroup.EXPIRED))
        return 100 * valid // needing if needing else 100


@dataclass(slots=True)
class _Sum:
    total: int = 0
    counts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))


def overview(actor: Actor, by: str, at: datetime) -> tuple[list[Counted], Counted]:
    """The works an actor may see by keeper or district, and all together. Ten statements, however many works."""
    column = "keeper_id" if by == "keeper" else "place__district_id"
    sums: dict[int, _Sum] = defaultdict(_Sum)
    everything = _Sum()
    seen = visible_to(actor)
    for body in seen.values_list(column, flat=True):
        sums[body].total += 1
        everything.total += 1
    for kind, group in COLUMNS:
        for body in NARROWED[kind](seen, group, at).values_list(column, flat=True):
            sums[body].counts[kind, group] += 1
            everything.counts[kind, group] += 1
    cards = directory().cards
    rows = [Counted(cards[body].key, body_name(body), one.total, one.counts) for body, one in sums.items()]
    return (sorted(rows, key=lambda row: (-row.total, row.key)),
            Counted("", "", everything.total, everything.counts))


def narrowed(rows: QuerySet[Work], asked: Mapping[str, str], at: datetime) -> QuerySet[Work]:
    """Works by what a list was asked for: permit, check, keeper. What is no choice is left aside."""
    if asked.get("permit") in PermitGroup.values:
        rows = by_permit(rows, asked["permit"], at)
    if asked.get("check") in CheckGroup.values:
        rows = by_check(rows, asked["check"], at)
    return rows.filter(keeper__key=asked["keeper"]) if asked.get("keeper") else rows


def keepers(actor: Actor) -> list[tuple[str, str]]:
    """Key and name of every body that keeps works this actor may see, for a choice."""
    cards = directory().cards
    bodies: Iterable[Any] = visible_to(actor).order_by("keeper_id").values_list(F("keeper_id"), flat=True).distinct()
    return [(cards[body].key, body_name(body)) for body in bodies]
