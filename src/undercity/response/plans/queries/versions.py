"""Versions of plans: those somebody may see, the one in force, their content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import get_language

from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory, post_titles
from undercity.org.states import Power
from undercity.response.plans.models import PlanNote, PlanVersion
from undercity.response.plans.rules import PlanContent, parse
from undercity.response.plans.states import Stage, Standing


def visible_to(actor: Actor) -> QuerySet[PlanVersion]:
    """The versions of bodies whose responses or plans are the actor's business. Drafts are for planners."""
    book = directory()
    reads = {body for path in actor.scopes(Power.RESPONSE_READ) for body in book.under(path)}
    edits = {body for path in actor.scopes(Power.PLAN_EDIT) for body in book.under(path)}
    drafts = PlanVersion.objects.filter(body__in=edits)
    return drafts | PlanVersion.objects.filter(body__in=reads).exclude(published_at=None)


def in_force(body: int, on: date) -> PlanVersion | None:
    """The version of a body's plan that holds on a day, whatever the timeline; None when it has none.

    Of those published and not withdrawn whose days hold it: the one from the latest day, of these the latest saved.
    """
    return _holding(PlanVersion.objects.filter(body=body, stage=Stage.PUBLISHED).select_related("file"), on)


def _holding(rows: Iterable[PlanVersion], on: date) -> PlanVersion | None:
    return max((row for row in rows if row.stage == Stage.PUBLISHED and row.valid_from <= on
                and (row.valid_to is None or on <= row.valid_to)),
               key=lambda row: (row.valid_from, row.published_at, row.number), default=None)


def standing_of(rows: Sequence[PlanVersion], on: date) -> dict[UUID, Standing]:
    """How each of a body's versions stands on a day. `rows`: all of that body's, since one replaces another."""
    holding = _holding(rows, on)
    return {row.pk: _standing(row, holding, on) for row in rows}


def _standing(row: PlanVersion, holding: PlanVersion | None, on: date) -> Standing:
    if row.stage != Stage.PUBLISHED:
        return Standing.DRAFT if row.stage == Stage.DRAFT else Standing.WITHDRAWN
    if holding is not None and row.pk == holding.pk:
        return Standing.IN_FORCE
    if row.valid_from > on:
        return Standing.COMING
    return Standing.OVER if holding is None else Standing.SUPERSEDED


def content_of(plan: PlanVersion) -> PlanContent:
    """What a version says. Its text never changes, so it is read once in each process."""
    return _read(plan.file.text)


@lru_cache(maxsize=32)
def _read(text: str) -> PlanContent:
    return parse(text)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in a list."""

    row: PlanVersion
    title: str
    body: str
    standing: Standing
    drafted_by: str
    published_by: str
    notes: tuple[str, ...] = ()

    @property
    def standing_label(self) -> str:
        """How it stands, in words."""
        return str(self.standing.label)


def lines(rows: Iterable[PlanVersion], on: date) -> list[VersionLine]:
    """Versions as lists show them, in their order; three statements however many they are."""
    shown = list(rows)
    chinese = (get_language() or "zh").startswith("zh")
    titles = post_titles(post for row in shown for post in (row.drafted_by, row.published_by) if post)
    groups: dict[int, list[PlanVersion]] = {}
    for row in PlanVersion.objects.filter(body__in={one.body_id for one in shown}):
        groups.setdefault(row.body_id, []).append(row)
    standing = {pk: how for group in groups.values() for pk, how in standing_of(group, on).items()}
    notes: dict[UUID, list[str]] = {}
    for plan, text in PlanNote.objects.filter(plan__in=shown, erased_at=None).order_by("id").values_list(
            "plan_id", "text"):
        notes.setdefault(plan, []).append(text)
    return [VersionLine(row, row.file.title_zh if chinese else row.file.title_en, body_name(row.body_id),
                        standing[row.pk], titles.get(row.drafted_by or 0, ""), titles.get(row.published_by or 0, ""),
                        tuple(notes.get(row.pk, ()))) for row in shown]


def versions(actor: Actor, body: int, code: str) -> QuerySet[PlanVersion]:
    """All versions of one plan the actor may see, the newest first."""
    return (visible_to(actor).filter(body=body, code=code).select_related("file").defer("file__text")
            .order_by("-number"))


def plan_for(actor: Actor, uid: UUID) -> PlanVersion | None:
    """A version the actor may see, with its file."""
    return visible_to(actor).select_related("file").filter(pk=uid).first()


def plans(actor: Actor, on: date) -> list[VersionLine]:
    """Every plan the actor may see, once: the version in force, else the newest one."""
    rows = list(visible_to(actor).select_related("file").defer("file__text").order_by("body__path", "code", "-number"))
    best: dict[tuple[int, str], VersionLine] = {}
    for line in lines(rows, on):
        key = (line.row.body_id, line.row.code)
        if key not in best or (line.standing == Standing.IN_FORCE and best[key].standing != Standing.IN_FORCE):
            best[key] = line
    return list(best.values())


def newest(body: int, code: str) -> PlanVersion | None:
    """The version saved last of a plan, draft or not."""
    return PlanVersion.objects.filter(body=body, code=code).select_related("file").order_by("-number").first()
