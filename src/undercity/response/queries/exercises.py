"""Exercises as pages show them: who was there, and planned against actual times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.states import Power
from undercity.response.models import Attendance, Drill, Order, Response
from undercity.response.queries.board import Line, lines, with_places
from undercity.response.states import Standing, Takes


@dataclass(frozen=True, slots=True)
class Compared:
    """An order of an exercise: planned against actual, whole minutes after it was given; None: never."""

    line: Line
    answer_planned: int | None
    answered: int | None
    done_planned: int | None
    done: int | None

    @property
    def late(self) -> bool:
        """Answered or done later than planned, or not at all."""
        return (self.done is None or (self.done_planned is not None and self.done > self.done_planned)
                or (self.answer_planned is not None and (self.answered is None
                                                         or self.answered > self.answer_planned)))


def exercises(actor: Actor) -> list[tuple[Drill, str]]:
    """Exercises of bodies whose plans are the actor's business, the newest first, with the body's name."""
    book = directory()
    over = {body for path in actor.scopes(Power.RESPONSE_READ) for body in book.under(path)}
    return [(row, body_name(row.body_id)) for row in Drill.objects.filter(body__in=over).order_by("-made_at")[:100]]


def exercise_for(actor: Actor, name: str) -> Drill | None:
    """An exercise the actor may see."""
    return next((row for row, _name in exercises(actor) if row.pk == name), None)


def attendance(drill: Drill) -> list[tuple[str, int]]:
    """Kind → heads, in the order of the kinds; only those that came."""
    heads = dict(Attendance.objects.filter(drill=drill).values_list("takes").annotate(Sum("heads")))
    return [(str(one.label), heads[one.value]) for one in Takes if one.value in heads]


def compared(response: Response, at: datetime) -> list[Compared]:
    """Every order of an exercise with its planned and its actual times, late ones first; two statements and words."""
    rows = list(with_places(Order.objects.filter(response=response).exclude(standing=Standing.WITHDRAWN)))
    found = [_compared(row, line) for row, line in zip(rows, lines(rows, at), strict=True)]
    return sorted(found, key=lambda one: (not one.late, one.line.row.due_at or at, one.line.row.key))


def _compared(row: Order, line: Line) -> Compared:
    def after(moment: datetime | None) -> int | None:
        return None if moment is None else int((moment - row.issued_at).total_seconds() // 60)

    done = row.ended_at if row.standing == Standing.DONE else None
    return Compared(line, row.chain[0][1] if row.chain else None, after(row.answered_at), after(row.due_at),
                    after(done))
