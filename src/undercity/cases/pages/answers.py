"""The answers a case on the shift desk can be given, each under its key, the likely one first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from undercity.cases import rules
from undercity.cases.actions.moving import paths
from undercity.cases.models import Case
from undercity.cases.projection import state_of
from undercity.cases.queries.departments import departments_for
from undercity.cases.queries.nearest import inspectors_near
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.similar import Similar
from undercity.cases.states import Needs, Verb, Verification
from undercity.ledger.lights import limit_text
from undercity.org.powers import Actor
from undercity.org.states import Power

# Numbers are for what goes on, letters for what leaves the main line.
LETTERS = {Verb.REFUSE_INTAKE: "r", Verb.REFUSE_FILING: "r", Verb.RETURN_TO_FILING: "b", Verb.MERGE: "m"}
DIGITS = 9


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its key, the move and what goes with it (`value` is both), in words; what must be filled in."""

    key: str
    value: str
    label: str
    detail: str
    needs_reason: bool = False
    needs_department: bool = False


def answers(case: Case, actor: Actor, at: datetime, nearby: list[Similar]) -> list[Answer]:
    """What this actor can decide on this case now; the likely answer stands first."""
    territory, department = paths(case)
    able = {option.verb: option.move for option in rules.options(
        state_of(case), actor, scheme().now(at), territory=territory, department=department) if option.decision}
    onward: list[tuple[Verb, str, str, bool]] = []
    for verb in (Verb.CONFIRM_HANDLED, Verb.PASS_ON):
        if verb in able:
            onward.append((verb, "", "", False))
    if Verb.SEND_VERIFICATION in able:
        near = inspectors_near(case, Power.CASE_VERIFY, at)
        onward += [(Verb.SEND_VERIFICATION, str(one.post), one.words, False) for one in near[:1]
                   if one.proposed]
        onward.append((Verb.SEND_VERIFICATION, "", _("whose turn it is"), False))
    if Verb.FILE in able:
        onward += [(Verb.FILE, one.code, f"{one.condition_text} · {limit_text(one.limit.value, one.limit.unit)}", False)
                   for one in scheme().standards_of(case.category, at.date())]
    if Verb.DISPATCH in able:
        usual, _choices = departments_for(case)
        onward += [(Verb.DISPATCH, str(body), name, False) for body, name in _choices if body == usual]
        onward.append((Verb.DISPATCH, "", _("another department"), True))
    found = [Answer(str(number), f"{verb.value}:{what}", str(verb.label), detail, needs_department=chooses)
             for number, (verb, what, detail, chooses) in enumerate(onward[:DIGITS], 1)]
    if Verb.MERGE in able and nearby:
        found.append(Answer(LETTERS[Verb.MERGE], f"{Verb.MERGE.value}:{nearby[0].number}", str(Verb.MERGE.label),
                            nearby[0].number))
    found += [Answer(LETTERS[verb], f"{verb.value}:", str(verb.label), "", Needs.REASON in able[verb].needs)
              for verb in (Verb.RETURN_TO_FILING, Verb.REFUSE_FILING, Verb.REFUSE_INTAKE) if verb in able]
    if case.verification == Verification.ABSENT:
        found.sort(key=lambda one: not one.value.startswith(Verb.REFUSE_INTAKE.value))
    return found


# Which field of the move's form the second half of an answer fills.
FILLS = {Verb.FILE: "standard", Verb.DISPATCH: "department", Verb.MERGE: "into", Verb.SEND_VERIFICATION: "inspector"}


def given(answer: str, sent: Any) -> tuple[Verb, dict[str, Any]] | None:
    """The move an answer stands for, and what its form is sent; None when it stands for none."""
    word, _colon, what = answer.partition(":")
    if word not in Verb.values:
        return None
    verb = Verb(word)
    values = {"seen": sent.get("seen", ""), "note": sent.get("note", "")}
    if verb in FILLS:
        values[FILLS[verb]] = what or (sent.get("department", "") if verb is Verb.DISPATCH else "")
    return verb, values
