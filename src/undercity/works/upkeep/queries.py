"""What pages and the worker ask of checks. Reading starts from the works an actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from undercity import clock
from undercity.ledger.rules import Template, occurrences, period_of, start_of
from undercity.org.powers import Actor
from undercity.org.queries import calendar
from undercity.places.states import PlaceUse
from undercity.works.models import Work
from undercity.works.queries import visible_to as visible_works
from undercity.works.terms.queries import in_force, rhythm_of
from undercity.works.terms.rules import Setting
from undercity.works.upkeep.models import CheckNote, CheckPhoto, UpkeepCheck
from undercity.works.upkeep.states import Answer, CheckStatus

SHOWN = 8


def visible_to(actor: Actor) -> QuerySet[UpkeepCheck]:
    """The checks of the works an actor may see."""
    return UpkeepCheck.objects.filter(timeline=clock.timeline(), work__in=visible_works(actor).values("uid"))


def check_for(actor: Actor, uid: UUID) -> UpkeepCheck | None:
    """One check with its work and place; None when there is none, or it is not this actor's business."""
    return visible_to(actor).filter(pk=uid).select_related("work__place").first()


def photo_for(actor: Actor, uid: UUID) -> CheckPhoto | None:
    """A picture of a check the actor may see."""
    row = CheckPhoto.objects.filter(pk=uid, erased_at__isnull=True).first()
    return row if row is not None and check_for(actor, row.check_uid) is not None else None


@dataclass(frozen=True, slots=True)
class Due:
    """A check that a rhythm asks for: the rhythm, its day, when it arises, and of which works."""

    rhythm: Template
    day: date
    begins: datetime
    uses: tuple[str, ...]

    @property
    def period(self) -> str:
        """The period it stands for."""
        return period_of(self.day, self.rhythm.cycle)

    def works(self) -> QuerySet[Work]:
        """The works it is about, each with its place; what is not in use is checked too, unless uses are named."""
        rows = Work.objects.select_related("place").order_by("pk")
        return rows.filter(place__use__in=self.uses) if self.uses else rows


def due_between(since: date, until: date, at: datetime) -> list[Due]:
    """Every check that the rhythms ask for in these days and whose morning has come."""
    found = []
    for setting in in_force("rhythm", until).values():
        rhythm = rhythm_of(setting)
        for day in occurrences(rhythm, since, until):
            begins = start_of(day, rhythm, calendar())
            if begins <= at:
                found.append(Due(rhythm, day, begins, tuple(setting.content.get("uses", ()))))
    return found


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a check: the setting, what was found, the words, the pictures, the number of the case it became."""

    setting: Setting
    answer: str
    note: str
    photos: tuple[CheckPhoto, ...]
    case: str

    @property
    def label(self) -> str:
        """The answer in words."""
        return str(Answer(self.answer).label) if self.answer else ""


def items_of(check: UpkeepCheck) -> tuple[list[Item], list[Item], list[CheckPhoto]]:
    """The standards of a check, the banned acts found, and pictures of the check as a whole."""
    notes = dict(CheckNote.objects.filter(check_uid=check.pk).values_list("item", "text"))
    photos: dict[str, list[CheckPhoto]] = {}
    for photo in CheckPhoto.objects.filter(check_uid=check.pk, erased_at__isnull=True).order_by("pk"):
        photos.setdefault(photo.item, []).append(photo)
    day = (check.done_at or clock.now()).date()

    def item(one: Setting, answer: str) -> Item:
        return Item(one, answer, notes.get(one.code, ""), tuple(photos.get(one.code, ())),
                    check.cases.get(one.code, ""))

    standards = [item(one, check.answers.get(one.code, "")) for one in in_force("standard", day).values()]
    banned = [item(one, "") for one in in_force("banned", day).values() if one.code in check.banned]
    return standards, banned, photos.get("", [])


@dataclass(frozen=True, slots=True)
class Trend:
    """The last checks of a work, the oldest first: standard → what was found each time."""

    checks: Sequence[UpkeepCheck]
    rows: list[tuple[Setting, list[str]]]
    bars: list[tuple[int, int, int, str]]

    @property
    def is_clean(self) -> bool:
        """Did the last check find nothing?"""
        return bool(self.checks) and not self.checks[-1].failed

    @property
    def better(self) -> int:
        """How many findings fewer than the time before; below zero: more."""
        return self.checks[-2].failed - self.checks[-1].failed if len(self.checks) > 1 else 0


def history(work: UUID) -> Trend:
    """检查历史: the last eight checks done, standard by standard. `bars` are (x, y, height, label) of a chart."""
    done = list(UpkeepCheck.objects.filter(work__uid=work, status=CheckStatus.DONE, timeline=clock.timeline())
                .order_by("-done_at")[:SHOWN])[::-1]
    standards = list(in_force("standard").values())
    rows = [(one, [check.answers.get(one.code, "") for check in done]) for one in standards]
    bars = []
    for nth, check in enumerate(done):
        passed = sum(answer == Answer.PASS for answer in check.answers.values())
        height = round(50 * passed / max(len(standards), 1))
        bars.append((nth * 44 + 10, 60 - height, height, f"{check.done_at.astimezone(clock.ZONE):%y-%m}"
                     if check.done_at else ""))
    return Trend(done, rows, bars)


def open_of(work: UUID) -> list[UpkeepCheck]:
    """Checks of a work that wait, the most urgent first."""
    return list(UpkeepCheck.objects.filter(work__uid=work, status=CheckStatus.OPEN, timeline=clock.timeline())
                .order_by("due_at"))


def use_of(work: Work) -> str:
    """What the work serves as, in words."""
    return str(PlaceUse(work.place.use).label)
