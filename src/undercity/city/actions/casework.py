"""One invented case on its way through the stages, told as entries and folded like everything else."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat as uuid

from undercity import clock
from undercity.cases import facts as said, kinds
from undercity.cases.fold import CaseState
from undercity.cases.states import Check, Outcome, Source, Stage, Verification
from undercity.city.actions.teller import Teller
from undercity.city.rhythm import between, pace, share_of_inspectors
from undercity.city.tempers import Department
from undercity.db import Encoded
from undercity.ledger.actions import assigned
from undercity.ledger.facts import Facts
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState
from undercity.ledger.record import Written
from undercity.org.powers import CITIZEN, POST
from undercity.org.states import Power
from undercity.science.worktime import Limit, Unit, deadline

NOT_OURS = ("不属于城市管理范围，已告知报警电话。", "属12345热线办理事项，已转告来电人。",
            "描述不清且无法联系，请补充后再报。")
ABSENT = ("现场核实未见该问题。", "到场时问题已消失。", "按所报位置未找到，已拍照留存。")
TWICE = ("与已立案件重复。", "同一位置已有案卷在办，合并处理。")
SOMEBODY_ELSES = ("现场权属不属本单位，申请重新派遣。", "该设施由产权单位管理，请改派。")
POOR = ("照片未反映处置结果，请补充处置。", "处置照片角度不同，无法比对，请重拍。", "现场仍有残留，请再处置。")
DONE = ("已处置完毕。", "已安排人员到场处置，现场恢复。")
# More that fits what was found, by its drawing.
DONE_OF = {
    "litter": ("已清理完毕并复查。", "已清运并冲洗地面。"),
    "vendor": ("已劝导离开，秩序恢复。", "已现场教育，规范入市经营。"),
    "adverts": ("已清除并恢复墙面。", "已拆除，通知当事人整改。"),
    "lamp": ("已更换灯具，恢复照明。", "线路已检修，试灯正常。"),
    "manhole": ("已更换井盖并加固井圈。", "已复位并检查周边井盖。"),
    "kerb": ("已修补平整，恢复通行。", "已更换破损构件。"),
    "tree": ("已修剪加固，清走断枝。", "已补植并浇水养护。"),
    "flooding": ("已疏通雨水口，积水排空。", "已抽排完毕，继续值守。"),
}
PHOTOGRAPHED = 0.6
# So many times a case is dispatched at most: the last time it is handled, and passes.
ROUNDS = 3


class Case:
    """One case. `stops` names the kind of duty before which it waits for today's officers; empty: it goes on."""

    def __init__(self, teller: Teller, at: datetime, turn: int, stops: str = "", tail: timedelta = timedelta(0)):
        self.t, self.at, self.dice, self.turn = teller, at, teller.dice, turn
        self.stops, self.tail, self.last = stops, tail, False
        self.uid: UUID = uuid.uuid7()
        self.state = StreamState()
        self.spot, self.problem = teller.where_and_what(at)
        self.temper: Department = teller.tempers.department("")

    @property
    def case(self) -> CaseState:
        found: CaseState = self.state.subject
        return found

    @property
    def duty(self) -> UUID:
        found = self.case.duty
        assert found is not None
        return found

    @property
    def post(self) -> int | None:
        return self.state.duties[self.duty].post_id

    def opens(self, kind: str, power: Power) -> Assigned:
        limit, due = self.t.due(kind, self.at)
        street = self.spot.street
        return assigned(kind, to=self.t.to(power, street, self.turn), body=street, territory=street, limit=limit,
                        due_at=due)

    def say(self, facts: Facts) -> None:
        """One entry, by the post whose duty it closes; a report by whoever reports."""
        was, post, appointment = self.state, None, None
        if was.subject is not None:
            duty = was.duties[self.duty]
            post, appointment = duty.post_id, duty.appointment
        elif isinstance(facts, said.Reported):
            post = facts.reporter_post
        sequence, actor = was.sequence + 1, POST if post else CITIZEN
        # Field by field in their order, which is quicker than by name; a year of a city has a million of these.
        self.t.shelf.entries.append(Written(
            clock.REAL, said.SUBJECT, self.uid, sequence, self.at, self.at, actor, post, appointment, facts.verb,
            Encoded(facts.model_dump_json())))
        now = facts.apply(was, Happening(clock.REAL, said.SUBJECT, self.uid, sequence, self.at, self.at, actor, post,
                                         appointment))
        self.state = StreamState(sequence, now.subject, now.duties)

    def wait(self, share_from: float, share_to: float, *, centre: bool = True) -> bool:
        """Let part of the open duty's limit pass; False when that is not over yet, or when today waits here."""
        duty = self.state.duties[self.duty]
        if self.stops and duty.kind == self.stops:
            return False
        given = (duty.due_at - duty.assigned_at).total_seconds() if duty.due_at else 1200.0
        if self.stops:
            # On the way to where today finds it nobody dawdles.
            share_from, share_to = min(share_from, 0.3), min(share_to, 0.5)
        elif centre:
            given *= pace(self.at, self.t.seasons)
        self.at += timedelta(seconds=int(given * self.dice.uniform(share_from, share_to)))
        return self.at < self.t.until

    def on_site(self) -> bool:
        """Wait for an inspector, who may be one of those that are late."""
        late = self.dice.random() < self.t.tempers.inspector(self.t.post_keys.get(self.post or 0, "")).late
        return self.wait(*((1.05, 2.2) if late else (0.25, 0.98)))

    def note(self, words: tuple[str, ...]) -> DossierRef:
        return self.t.note(self.uid, self.dice.choice(words))

    def tell(self) -> None:
        """From the report to wherever it has come by now."""
        self.report()
        if self.intake() and self.filing():
            for number in range(ROUNDS):
                self.last = number == ROUNDS - 1
                if not (self.dispatch() and self.handle()):
                    break
                if self.case.stage == Stage.CHECK and not self.check():
                    break
                if self.case.stage == Stage.CLOSING:
                    self.close()
                    break
        self.t.shelf.states[self.uid] = self.state

    def report(self) -> None:
        # What waits on the evening came from citizens, so that it went through every hand.
        on_rounds = not self.stops and self.dice.random() < share_of_inspectors(self.at.hour)
        source = Source.INSPECTOR if on_rounds else Source.CITIZEN
        spot = self.spot
        text = f"{spot.address}，{self.dice.choice(self.problem.words)}。（演示数据）"
        to = self.t.to(Power.CASE_VERIFY, spot.street, self.turn)
        inspector = to.post if to and source is Source.INSPECTOR else None
        shown = source is Source.INSPECTOR or self.dice.random() < PHOTOGRAPHED
        photos = (self.t.photo(self.uid, "report", self.problem.scene, after=False),) if shown else ()
        self.say(said.Reported(source=source.value, category=self.problem.code, territory=spot.street,
                               unit_grid=spot.unit_grid, reporter_post=inspector,
                               report=self.t.report(self.uid, text, spot), contact=None, photos=photos,
                               opens=self.opens(kinds.INTAKE, Power.CASE_INTAKE)))

    def intake(self) -> bool:
        if not self.wait(0.1, 1.02):
            return False
        if self.case.source != Source.INSPECTOR and not self.verified():
            return False
        self.say(said.PassedOn(closes=self.duty, opens=self.opens(kinds.FILE, Power.CASE_FILE)))
        return self.wait(0.1, 0.98)

    def verified(self) -> bool:
        """A citizen's report: refused, or an inspector looks first."""
        if not self.stops and self.dice.random() < 0.03:
            return self.refuse(NOT_OURS, Outcome.NOT_TAKEN)
        self.say(said.VerificationSent(closes=self.duty,
                                       opens=self.opens(kinds.VERIFY, Power.CASE_VERIFY)))
        inspector = self.t.tempers.inspector(self.t.post_keys.get(self.post or 0, ""))
        if not self.on_site():
            return False
        absent = not self.stops and self.dice.random() < inspector.absent
        self.say(said.Verified(closes=self.duty, answer=Verification.ABSENT if absent else Verification.EXISTS,
                               inspector_post=self.post,
                               opens=self.opens(kinds.INTAKE, Power.CASE_INTAKE)))
        if not self.wait(0.1, 0.9):
            return False
        return not absent or self.refuse(ABSENT, Outcome.NOT_TAKEN)

    def refuse(self, words: tuple[str, ...], outcome: Outcome) -> bool:
        self.say(said.RefusedCase(closes=self.duty, opens=None, note=self.note(words), outcome=outcome))
        return False

    def filing(self) -> bool:
        if not self.stops and self.dice.random() < 0.02:
            return self.refuse(TWICE, Outcome.NOT_FILED)
        was, chosen = self.case, self.dice.choice(self.t.standards(self.case.category, self.at.date()))
        self.say(said.Filed(closes=self.duty, opens=self.opens(kinds.DISPATCH, Power.CASE_DISPATCH),
                            category=was.category, standard=chosen.code, limit_value=chosen.limit.value,
                            limit_unit=chosen.limit.unit.value, source=was.source, territory=self.spot.street,
                            unit_grid=was.unit_grid, inspector_post=was.reporter_post))
        return self.wait(0.1, 0.98)

    def handling(self, department: int, due: datetime, limit: Limit, rework: int) -> Assigned:
        return assigned(kinds.DISPOSE, to=self.t.handler(department, self.turn), body=department,
                        territory=self.spot.street, due_at=due, limit=limit, rework=rework)

    def dispatch(self) -> bool:
        key = self.t.scheme.categories[self.case.category].department
        usual, was = self.t.book.by_key[key], self.case
        self.temper = self.t.tempers.department(key)
        limit = Limit(was.limit_value or 1, Unit(was.limit_unit))
        due = deadline(self.at, limit, self.t.calendar)
        again = was.check_failed and was.department_id == usual
        self.say(said.Dispatched(closes=self.duty, department=usual, due_at=due, limit_value=limit.value,
                                 limit_unit=limit.unit.value,
                                 opens=self.handling(usual, due, limit, was.rework + (1 if again else 0))))
        if self.stops == kinds.DISPOSE and due < self.t.until - self.tail:
            # Nobody leaves a thing so urgent lying for so long: this one is told to its end.
            self.stops = ""
        return True

    def handle(self) -> bool:
        temper = self.temper
        late = self.dice.random() < between(temper.late_before, temper.late, self.t.begins, self.t.until, self.at)
        if not self.handled(late):
            return False
        if not self.stops and self.dice.random() < temper.back and not self.last:
            self.say(said.Returned(closes=self.duty, to=Stage.DISPATCH, note=self.note(SOMEBODY_ELSES),
                                   opens=self.opens(kinds.DISPATCH, Power.CASE_DISPATCH)))
            return self.wait(0.1, 0.9)
        self.done()
        if not self.wait(0.1, 0.95):
            return False
        if not self.stops and self.dice.random() < temper.rework and not self.rework():
            return False
        self.say(said.Reviewed(closes=self.duty, opens=self.opens(kinds.CHECK, Power.CASE_CHECK)))
        return self.on_site()

    def handled(self, late: bool) -> bool:
        """Let the department work; a case that today finds behind it was done as long ago as its tail is."""
        if self.stops and self.stops != kinds.DISPOSE:
            self.at = max(self.at, self.t.until - self.tail)
            return True
        return self.wait(*((1.02, 1.5) if late else self.temper.quick), centre=False)

    def rework(self) -> bool:
        """The same department once more; the deadline stays."""
        was = self.case
        assert was.department_id is not None
        assert was.due_at is not None
        limit = Limit(was.limit_value or 1, Unit(was.limit_unit))
        self.say(said.SentBack(closes=self.duty, department=was.department_id, due_at=was.due_at,
                               note=self.note(POOR),
                               opens=self.handling(was.department_id, was.due_at, limit, was.rework + 1)))
        self.at += timedelta(seconds=self.dice.randrange(1800, 12000))
        if self.at >= self.t.until:
            return False
        self.done()
        return self.wait(0.1, 0.9)

    def done(self) -> None:
        department, due = self.case.department_id, self.case.due_at
        assert department is not None
        assert due is not None
        self.say(said.Done(closes=self.duty, department=department, due_at=due,
                           photos=(self.t.photo(self.uid, "done", self.problem.scene, after=True),),
                           note=self.note((*DONE, *DONE_OF.get(self.problem.scene, ()))),
                           opens=self.opens(kinds.REVIEW, Power.CASE_REVIEW)))

    def check(self) -> bool:
        failed = not self.stops and self.dice.random() < self.temper.failed and not self.last
        answer = Check.FAILED if failed else Check.PASSED
        self.say(said.Checked(closes=self.duty, answer=answer, inspector_post=self.post,
                              opens=self.opens(kinds.CONFIRM, Power.CASE_INTAKE)))
        if not self.wait(0.1, 0.95):
            return False
        opens = (self.opens(kinds.DISPATCH, Power.CASE_DISPATCH) if failed
                 else self.opens(kinds.CLOSE, Power.CASE_CLOSE))
        self.say(said.CheckConfirmed(closes=self.duty, answer=answer, opens=opens))
        return self.wait(0.1, 0.95)

    def close(self) -> None:
        was = self.case
        self.say(said.Closed(closes=self.duty, opens=None, category=was.category, standard=was.standard,
                             source=was.source, territory=was.territory_id, department=was.department_id,
                             due_at=was.due_at, done_at=was.done_at))
