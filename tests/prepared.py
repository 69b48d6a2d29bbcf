"""Cases brought to where one row of the table of moves is open: run inside a deployment, printed for a browser test."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

from tests.city import City
from tests.officers import Officers
from undercity.cases.states import MOVES, Check, Source, Stage, Supervision, Verb
from undercity.errors import Conflict

# What must have happened in the stage itself before a row is open.
BEFORE: dict[Verb, list[tuple[Verb, dict[str, Any]]]] = {
    Verb.ANSWER_VERIFICATION: [(Verb.SEND_VERIFICATION, {})],
    Verb.CONFIRM_HANDLED: [(Verb.SELF_HANDLE, {})],
    Verb.CONFIRM_PASSED: [(Verb.ANSWER_CHECK, {"answer": Check.PASSED.value})],
    Verb.CONFIRM_FAILED: [(Verb.ANSWER_CHECK, {"answer": Check.FAILED.value})],
    Verb.AGREE_EXTENSION: [(Verb.EXTEND, {})], Verb.REFUSE_EXTENSION: [(Verb.EXTEND, {})],
    Verb.AGREE_HOLD: [(Verb.HOLD, {})], Verb.REFUSE_HOLD: [(Verb.HOLD, {})],
    Verb.APPROVE_HOLD: [(Verb.HOLD, {}), (Verb.AGREE_HOLD, {})],
    Verb.REJECT_HOLD: [(Verb.HOLD, {}), (Verb.AGREE_HOLD, {})],
    Verb.APPROVE_VOID: [(Verb.WITHDRAW, {})], Verb.REJECT_VOID: [(Verb.WITHDRAW, {})],
    Verb.AGREE_APPEAL: [(Verb.APPEAL, {})], Verb.REFUSE_APPEAL: [(Verb.APPEAL, {})],
    Verb.UPHOLD_APPEAL: [(Verb.APPEAL, {}), (Verb.AGREE_APPEAL, {})],
    Verb.REJECT_APPEAL: [(Verb.APPEAL, {}), (Verb.AGREE_APPEAL, {})],
}
HOLD = [(Verb.HOLD, {}), (Verb.AGREE_HOLD, {}), (Verb.APPROVE_HOLD, {})]
SUPERVISED = {"why": Supervision.KEY, "answer_wanted": True}
# Of an inspector, who needs no verification.
ON_THE_SPOT = {Verb.SELF_HANDLE, Verb.CONFIRM_HANDLED}


class Preparing(Officers):
    """Officers that do exactly what is wanted."""

    def do(self, case: Any, verb: Verb, given: dict[str, Any]) -> None:
        """One move, by whoever may."""
        from undercity.cases.pages.moves import MADE

        values = {"seen": case.version, "note": "理由", **self.needed(case, verb), **given}
        MADE[verb](case.uid, by=self.able(case, verb), at=self.city.later(minutes=1), values=values)
        case.refresh_from_db()

    def able(self, case: Any, verb: Verb) -> Any:
        """Somebody who may."""
        return next(actor for actor in self.actors if self.may(actor, case, verb))

    def unable(self, case: Any, verb: Verb) -> Any:
        """Somebody who sees the case and may not."""
        from undercity.cases.queries.visible import visible_to

        return next(actor for actor in self.actors if not self.may(actor, case, verb)
                    and visible_to(actor).filter(pk=case.pk).exists())

    def ready(self, stage: Stage, verb: Verb) -> Any:
        """A case at which this row is open."""
        late = stage is Stage.CLOSED
        # Long ago, so that its deadline is over; or an hour ago, so that it is not.
        self.city.at = self.now - (timedelta(days=30) if late else timedelta(minutes=80))
        if verb in ON_THE_SPOT:
            case = self.city.reported(at=self.city.at, by=self.city.post("inspector"), source=Source.INSPECTOR)
        else:
            case = self.city.reported(at=self.city.at)
        if verb is Verb.PASS_ON:
            self.do(case, Verb.SEND_VERIFICATION, {})
            self.do(case, Verb.ANSWER_VERIFICATION, {"answer": "exists"})
        elif stage is Stage.CLOSED:
            case = self.city.walk(case, "disposal")
            self.city.later(days=10)
            case = self.city.walk(case, "closed")
        elif stage is Stage.ON_HOLD:
            case = self.city.walk(case, "disposal")
            for step, given in HOLD:
                self.do(case, step, given)
        elif verb is Verb.FLAG_SHIRKING:
            case = self.city.walk(case, "disposal")
            self.do(case, Verb.RETURN_TO_DISPATCH, {})
        elif verb is Verb.ANSWER_SUPERVISION:
            case = self.city.walk(case, "disposal")
            self.do(case, Verb.SUPERVISE, SUPERVISED)
            case = self.city.walk(case, stage.value)
        elif stage is not Stage.INTAKE:
            case = self.city.walk(case, stage.value)
        if verb in {Verb.AGREE_REOPEN, Verb.REFUSE_REOPEN}:
            from undercity.cases.actions.voices import ask_again

            ask_again(case.report.token, at=self.city.later(minutes=1), reason="又坏了")
            case.refresh_from_db()
        for step, given in BEFORE.get(verb, ()):
            self.do(case, step, given)
        return case


def prepared(officers: Preparing, stage: Stage, verb: Verb) -> Any:
    """A case at which this row is open; made anew when the worker told somebody of its lateness meanwhile."""
    while True:
        try:
            return officers.ready(stage, verb)
        except Conflict:
            continue


def rows() -> list[dict[str, str]]:
    """Every row of the table: its case, who may, who may not, and the stage it leads to."""
    from undercity import clock
    from undercity.org.models import Person

    names = dict(Person.objects.filter(appointments__ends__isnull=True).values_list("appointments__post", "username"))
    officers = Preparing(City(), seed=1)
    officers.now, officers.dice = clock.now(), random.Random(1)
    other, found = officers.city, []
    other.at = officers.now - timedelta(minutes=90)
    into = other.reported(at=other.at).number
    for stage, moves in MOVES.items():
        for verb, move in moves.items():
            case = prepared(officers, stage, verb)
            found.append({"number": case.number, "verb": verb.value, "from": stage.value, "to": move.to.value,
                          "may": names[officers.able(case, verb).post], "into": into,
                          "may_not": names[officers.unable(case, verb).post]})
    return found


def main() -> None:
    """Print them."""
    print(json.dumps(rows(), ensure_ascii=False))
