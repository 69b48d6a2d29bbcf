"""Random officers: whoever may, does what the table allows, in any order; and tries what it does not allow."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.city import City, png
from undercity.cases.states import MOVES, Check, Needs, Source, Stage, Supervision, Verb, Verification
from undercity.errors import InvalidMove, NotAllowed, NotFound, Refused, RuleBroken

AT_ONCE = 12
ENDED = {Stage.CLOSED, Stage.VOID}


class Officers:
    """A city whose officers throw dice. `done` counts every row of the table that was carried out."""

    def __init__(self, city: City, seed: int):
        from undercity.org.models import Appointment
        from undercity.org.queries import actor_for_person

        self.city, self.dice = city, random.Random(seed)
        people = Appointment.objects.filter(ends__isnull=True, person__isnull=False).values_list("person_id", flat=True)
        self.actors = [actor for person in people if (actor := actor_for_person(person)) is not None]
        self.cases: list[Any] = []
        self.done: Counter[tuple[str, str]] = Counter()

    def step(self) -> None:
        """Time passes; somebody does something, or tries."""
        from undercity.cases.actions.asking import resume_ripe

        self.city.later(minutes=self.dice.choice((1, 5, 20, 60, 60 * 26)))
        resume_ripe(self.city.at)
        if len(self.cases) < AT_ONCE:
            self.report()
            return
        case = self.dice.choices(self.cases, [1 + self.undone(one.stage) for one in self.cases])[0]
        case.refresh_from_db()
        if self.dice.random() < 0.1:
            self.citizen(case)
            case.refresh_from_db()
        if self.dice.random() < 0.15:
            self.try_something(case)
        else:
            self.do_something(case)
        ended = case.stage == Stage.VOID or (case.stage == Stage.CLOSED and self.dice.random() < 0.4)
        if ended and not case.asked:
            self.cases.remove(case)

    def citizen(self, case: Any) -> None:
        """Whoever reported it says something, whether or not he may now."""
        from undercity.cases.actions import voices

        token, at = case.report.token, self.city.at
        with suppress(Refused):
            self.dice.choice([
                lambda: voices.support(case.number, at=at), lambda: voices.add(token, at=at, text="补充"),
                lambda: voices.rate(token, at=at, stars=self.dice.randint(0, 6)),
                lambda: voices.ask_again(token, at=at, reason="又坏了")])()

    def report(self) -> None:
        """A new case, from a citizen or an inspector."""
        if self.dice.random() < 0.4:
            self.cases.append(self.city.reported(at=self.city.at, by=self.city.post("inspector"),
                                                 source=Source.INSPECTOR))
        else:
            self.cases.append(self.city.reported(at=self.city.at))

    def do_something(self, case: Any) -> None:
        """One of the moves that are open, by somebody who may. The main line more often than what ends it."""
        from undercity.cases.projection import state_of
        from undercity.cases.queries.scheme import scheme
        from undercity.cases.rules import possible

        moves = list(possible(state_of(case), scheme().now(self.city.at)))
        if not moves:
            return
        weights = [self.weight(case.stage, verb) for verb in moves]
        verb = self.dice.choices(moves, weights)[0]
        able = [actor for actor in self.actors if self.may(actor, case, verb)]
        if not able:
            return
        was = case.stage
        told = self.outcome(case, verb, self.dice.choice(able))
        if told is not None:
            # What comes with a move may still be wrong: no other open case to merge with, an answer awaited already.
            assert isinstance(told, RuleBroken), str(told)
            assert told.field in {"into", "answer_wanted"}, str(told)
            return
        case.refresh_from_db()
        assert case.stage == MOVES[Stage(was)][verb].to
        self.done[was, verb.value] += 1

    def weight(self, stage: str, verb: Verb) -> float:
        """How gladly a move is made: seldom what ends a case early, more gladly what nobody made yet or leads there."""
        to = MOVES[Stage(stage)][verb].to
        ends = to in ENDED and verb is not Verb.CLOSE
        if (stage, verb.value) not in self.done:
            return 12.0
        return 0.15 if ends else 1.0 if to == stage else 1.0 + self.undone(to)

    def undone(self, stage: str) -> int:
        """How many rows of a stage nobody carried out yet."""
        return sum(1 for verb in MOVES[Stage(stage)] if (stage, verb.value) not in self.done)

    def try_something(self, case: Any) -> None:
        """Anything, by anybody: it is refused with what is possible, or because of the power, or it is legal."""
        from undercity.cases.projection import state_of
        from undercity.cases.queries.scheme import scheme
        from undercity.cases.rules import possible

        verb, actor = self.dice.choice(list(Verb)), self.dice.choice(self.actors)
        now = possible(state_of(case), scheme().now(self.city.at))
        able = verb in now and self.may(actor, case, verb)
        was, version = case.stage, case.version
        told = self.outcome(case, verb, actor)
        case.refresh_from_db()
        if told is None:
            assert able, f"{verb} in {was} by {actor.role}"
            self.done[was, verb.value] += 1
            return
        assert (case.stage, case.version) == (was, version)
        if isinstance(told, InvalidMove):
            assert verb not in now
            assert told.details["possible"] == [one.value for one in now]
        elif isinstance(told, (NotAllowed, NotFound)):
            assert not able
        else:
            assert isinstance(told, RuleBroken)

    def outcome(self, case: Any, verb: Verb, by: Any) -> Refused | None:
        """None when it was carried out, or how it was refused."""
        try:
            self.make(case, verb, by)
        except Refused as told:
            return told
        return None

    def may(self, actor: Any, case: Any, verb: Verb) -> bool:
        """Sees the case, and has the power where it is asked."""
        from undercity.cases import rules
        from undercity.cases.actions.moving import paths
        from undercity.cases.queries.visible import visible_to

        territory, department = paths(case)
        return bool(rules.may(actor, MOVES[Stage(case.stage)][verb], territory=territory, department=department)
                    and visible_to(actor).filter(pk=case.pk).exists())

    def make(self, case: Any, verb: Verb, by: Any) -> None:
        """Carry a move out with whatever it needs."""
        from undercity.cases.pages.moves import MADE

        MADE[verb](case.uid, by=by, at=self.city.at, values={"seen": case.version, "note": "理由", **self.needed(
            case, verb)})

    def needed(self, case: Any, verb: Verb) -> dict[str, Any]:
        """What must come with a move."""
        from undercity.cases.queries.departments import departments_for
        from undercity.cases.queries.scheme import scheme
        from undercity.ledger.pictures import read_picture

        dice, found = self.dice, dict[str, Any]()
        needs = next(moves[verb].needs for moves in MOVES.values() if verb in moves)
        if Needs.PHOTO in needs:
            found["photos"] = [read_picture(png())]
        if Needs.STANDARD in needs:
            found["standard"] = dice.choice(scheme().standards_of(case.category, self.city.at.date())).code
        if Needs.DEPARTMENT in needs:
            choices = [body for body, _ in departments_for(case)[1]][:3]
            found["department"] = dice.choice([*choices, case.department_id or choices[0]])
        if Needs.UNTIL in needs:
            found["until"] = self.until(self.city.at)
        if Needs.KIND in needs:
            found |= {"why": dice.choice(list(Supervision)), "answer_wanted": dice.random() < 0.5}
        if Needs.CASE in needs:
            others = [one for one in self.cases if one.pk != case.pk]
            found["into"] = dice.choice(others).number if others else case.number
        if Needs.ANSWER in needs:
            found |= {"photos": [], "answer": dice.choice(list(
                Verification if verb is Verb.ANSWER_VERIFICATION else Check)).value}
        return found

    def until(self, at: datetime) -> datetime:
        """A day within the next two weeks."""
        return at + timedelta(days=self.dice.randint(1, 14))

    def rows_left(self) -> set[tuple[str, str]]:
        """The rows of the table that nobody carried out."""
        return {(stage.value, verb.value) for stage, moves in MOVES.items() for verb in moves} - set(self.done)


def replayed_clean() -> None:
    """The record and the rows it came to say the same."""
    from undercity.ledger.replay import replay

    report = replay()
    if report.differences:
        pytest.fail("\n".join(str(one) for one in report.differences[:10]))
