"""Invented cases of the sample city, told as entries and folded into rows like everything else."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import connection
from PIL import Image, ImageDraw
from shapely.geometry import Point, shape

from undercity import clock
from undercity.cases import facts as said, kinds
from undercity.cases.actions.dispatching import HANDLERS
from undercity.cases.actions.dossiers import mark
from undercity.cases.fold import CaseState
from undercity.cases.models import Note, Photo, Report
from undercity.cases.queries.scheme import Scheme, scheme
from undercity.cases.states import Check, Outcome, Source, Stage, Verification
from undercity.db import insert_objects, write
from undercity.ledger.actions import assigned, record_history
from undercity.ledger.dossier import new_salt
from undercity.ledger.facts import Facts
from undercity.ledger.fold import Assigned, DossierRef, StreamState
from undercity.ledger.models import Entry
from undercity.ledger.pictures import keep, read_picture
from undercity.ledger.record import happening_of
from undercity.org.powers import CITIZEN, POST
from undercity.org.queries import Holder, calendar, directory, holder
from undercity.org.states import Power, Role
from undercity.science.worktime import Limit, Unit, deadline

COMMON = ("matter-06-010", "matter-06-012", "matter-06-013", "matter-07-001", "matter-09-001", "matter-09-006",
          "matter-09-009", "matter-06-042", "component-01-037", "matter-01-003", "matter-01-002", "matter-01-004",
          "matter-08-004", "matter-06-011", "matter-06-036", "matter-10-002", "matter-06-017", "matter-06-050")
CORNERS = ("路口东北角", "公交站旁", "小区北门外", "学校对面", "农贸市场门口", "桥下", "人行道上", "非机动车道")
AT_ONCE = 2000


@dataclass
class Shelf:
    """Rows gathered to be stored together."""

    entries: list[Entry] = field(default_factory=list)
    states: dict[UUID, StreamState] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)


class Teller:
    """Tells one case after another. The same seed tells the same city."""

    def __init__(self, until: datetime, seed: int = 20260718):
        self.until = until
        self.dice = random.Random(seed)
        self.scheme: Scheme = scheme()
        self.book = directory()
        self.calendar = calendar()
        self.shelf = Shelf()
        self.streets = self.book.under(self.book.cards[self.book.by_key["shizhong"]].path)
        self.streets = [b for b in self.streets if self.book.cards[b].kind == "street"]
        self.shapes = {body: shape(self.book.outlines[body]) for body in self.streets}
        self.holder: Callable[..., Holder | None] = cache(holder)
        self.before, self.after = _pictures()

    def point(self, street: int) -> tuple[float, float]:
        """Somewhere in a street's outline."""
        west, south, east, north = self.shapes[street].bounds
        while True:
            lat, lon = self.dice.uniform(south, north), self.dice.uniform(west, east)
            if self.shapes[street].covers(Point(lon, lat)):
                return round(lat, 6), round(lon, 6)

    def tell(self, at: datetime) -> None:
        """One case from its report to wherever it has come by now."""
        told = Case(self, at)
        told.run()
        self.shelf.states[told.uid] = told.state


def _pictures() -> tuple[Any, Any]:
    """Two drawn pictures, before and after: nobody's photograph."""
    drawn = []
    for mended in (False, True):
        image = Image.new("RGB", (800, 600), (120, 124, 128))
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 420, 800, 600), fill=(92, 94, 98))
        draw.ellipse((300, 250, 500, 370), fill=(60, 60, 64) if mended else (12, 12, 14), outline=(30, 30, 32), width=8)
        if mended:
            for x in range(330, 480, 24):
                draw.line((x, 275, x, 345), fill=(82, 82, 88), width=6)
        out = io.BytesIO()
        image.save(out, "PNG")
        drawn.append(read_picture(out.getvalue()))
        keep(drawn[-1])
    return drawn[0], drawn[1]


class Case:
    """One invented case on its way through the stages."""

    def __init__(self, teller: Teller, at: datetime):
        self.t, self.at, self.dice = teller, at, teller.dice
        self.uid: UUID = uuid.uuid7()
        self.state = StreamState()
        self.street = self.dice.choice(teller.streets)

    @property
    def case(self) -> CaseState:
        found: CaseState = self.state.subject
        return found

    def limit(self, kind: str) -> Limit | None:
        return self.t.scheme.stage_limit(kind, self.at)

    def opens(self, kind: str, power: Power, role: Role) -> Assigned:
        limit = self.limit(kind)
        to = self.t.holder(power, self.street, role=role, turn=self.uid.int % 12)
        return assigned(kind, to=to, body=to.body if to else self.street, territory=self.street, limit=limit,
                        due_at=deadline(self.at, limit, self.t.calendar) if limit else None)

    def say(self, facts: Facts, *, by_duty: bool = True) -> None:
        """One entry, by the post whose duty it closes."""
        post = appointment = None
        if by_duty and self.state.subject is not None:
            duty = self.state.duties[self.case.duty]  # type: ignore[index]
            post, appointment = duty.post_id, duty.appointment
        elif facts.verb == "case.reported/1" and (inspector := getattr(facts, "reporter_post", None)):
            post = inspector
        entry = Entry(timeline=clock.REAL, stream_kind=said.SUBJECT, stream=self.uid, sequence=self.state.sequence + 1,
                      at=self.at, recorded=self.at, actor=POST if post else CITIZEN, post=post,
                      appointment=appointment, verb=facts.verb, facts=facts.model_dump(mode="json"))
        self.state = replace(facts.apply(self.state, happening_of(entry)), sequence=entry.sequence)
        self.t.shelf.entries.append(entry)

    def wait(self, share_from: float, share_to: float) -> bool:
        """Let part of the open duty's limit pass; False when that is not over yet."""
        duty = self.state.duties[self.case.duty]  # type: ignore[index]
        given = (duty.due_at - duty.assigned_at) if duty.due_at else timedelta(minutes=20)
        self.at += given * self.dice.uniform(share_from, share_to)
        return self.at < self.t.until

    def note(self, text: str) -> DossierRef:
        row = Note(id=uuid.uuid7(), salt=new_salt(), case_id=self.uid, text=text)
        self.t.shelf.notes.append(row)
        return mark("case.note", row)

    def photo(self, verb: str, picture: Any, *, public: bool) -> DossierRef:
        row = Photo(id=uuid.uuid7(), salt=new_salt(), case_id=self.uid, verb=verb, sha256=picture.sha256,
                    width=picture.width, height=picture.height, is_public=public)
        self.t.shelf.photos.append(row)
        return mark("case.photo", row)

    def run(self) -> None:
        """From report to wherever it has come."""
        if not (self.report() and self.intake() and self.filing()):
            return
        for _round in range(3):
            if not (self.dispatch() and self.handle()):
                return
            if self.case.stage == Stage.CHECK and not self.check():
                return
            if self.case.stage == Stage.CLOSING:
                self.close()
                return

    def report(self) -> bool:
        source = self.dice.choices([Source.INSPECTOR, Source.CITIZEN], [55, 45])[0]
        category = f"gbt47678-{self.dice.choice(COMMON)}"
        lat, lon = self.t.point(self.street)
        place = self.t.book.name(self.street, "zh-hans", self.at.date()) + self.dice.choice(CORNERS)
        name = self.t.scheme.categories[category].minor_zh
        row = Report(id=uuid.uuid7(), salt=new_salt(), case_id=self.uid,
                     text=f"{place}，{name}，请尽快处理。（演示数据）",
                     address=place, lat=lat, lon=lon, token=self.uid.hex)
        self.t.shelf.reports.append(row)
        to = self.t.holder(Power.CASE_VERIFY, self.street, role=Role.INSPECTOR, turn=0)
        inspector = to.post if to and source is Source.INSPECTOR else None
        photos = (self.photo("report", self.t.before, public=False),) if self.dice.random() < 0.6 else ()
        self.say(said.Reported(source=source.value, category=category, territory=self.street, reporter_post=inspector,
                               report=mark("case.report", row), contact=None, photos=photos,
                               opens=self.opens(kinds.INTAKE, Power.CASE_INTAKE, Role.INTAKE_OFFICER)))
        return True

    def intake(self) -> bool:
        if not self.wait(0.1, 1.05):
            return False
        if self.case.source != Source.INSPECTOR:
            if self.dice.random() < 0.03:
                self.say(said.RefusedCase(closes=self.duty, opens=None,
                                          note=self.note("不属于城市管理范围，已告知报警电话。"),
                                          outcome=Outcome.NOT_TAKEN))
                return False
            self.say(said.VerificationSent(closes=self.duty,
                                           opens=self.opens(kinds.VERIFY, Power.CASE_VERIFY, Role.INSPECTOR)))
            if not self.wait(0.3, 1.1):
                return False
            answer = self.dice.choices([Verification.EXISTS, Verification.ABSENT], [94, 6])[0]
            self.say(said.Verified(closes=self.duty, answer=answer, inspector_post=self.post,
                                   opens=self.opens(kinds.INTAKE, Power.CASE_INTAKE, Role.INTAKE_OFFICER)))
            if not self.wait(0.1, 0.9):
                return False
            if answer is Verification.ABSENT:
                self.say(said.RefusedCase(closes=self.duty, opens=None, note=self.note("现场核实未见该问题。"),
                                          outcome=Outcome.NOT_TAKEN))
                return False
        self.say(said.PassedOn(closes=self.duty, opens=self.opens(kinds.FILE, Power.CASE_FILE, Role.SHIFT_LEAD)))
        return self.wait(0.1, 1.0)

    def filing(self) -> bool:
        if self.dice.random() < 0.02:
            self.say(said.RefusedCase(closes=self.duty, opens=None, note=self.note("与已立案件重复。"),
                                      outcome=Outcome.NOT_FILED))
            return False
        chosen = self.dice.choice(self.t.scheme.standards_of(self.case.category, self.at.date()))
        self.say(said.Filed(closes=self.duty, opens=self.opens(kinds.DISPATCH, Power.CASE_DISPATCH, Role.DISPATCHER),
                            category=self.case.category, standard=chosen.code, limit_value=chosen.limit.value,
                            limit_unit=chosen.limit.unit.value, source=self.case.source, territory=self.street,
                            inspector_post=self.case.reporter_post))
        return self.wait(0.1, 1.0)

    def handling(self, department: int, due: datetime, limit: Limit, rework: int) -> Assigned:
        found = (self.t.holder(Power.CASE_DISPOSE, department, role=role, body=department, turn=0) for role in HANDLERS)
        to = next(one for one in found if one is not None)
        return assigned(kinds.DISPOSE, to=to, body=department, territory=self.street, due_at=due, limit=limit,
                        rework=rework)

    def dispatch(self) -> bool:
        usual = self.t.book.by_key[self.t.scheme.categories[self.case.category].department]
        limit = Limit(self.case.limit_value or 1, Unit(self.case.limit_unit))
        due = deadline(self.at, limit, self.t.calendar)
        again = self.case.check_failed and self.case.department_id == usual
        self.say(said.Dispatched(closes=self.duty, department=usual, due_at=due, limit_value=limit.value,
                                 limit_unit=limit.unit.value,
                                 opens=self.handling(usual, due, limit, self.case.rework + (1 if again else 0))))
        return True

    def handle(self) -> bool:
        late = self.dice.random() < 0.08
        if not self.wait(*((1.02, 1.4) if late else (0.2, 0.98))):
            return False
        if self.dice.random() < 0.03:
            self.say(said.Returned(closes=self.duty, to=Stage.DISPATCH,
                                   note=self.note("现场权属不属本单位，申请重新派遣。"),
                                   opens=self.opens(kinds.DISPATCH, Power.CASE_DISPATCH, Role.DISPATCHER)))
            return self.wait(0.1, 0.9)
        self.done()
        if not self.wait(0.1, 0.9):
            return False
        if self.dice.random() < 0.05:
            was = self.case
            assert was.department_id is not None
            assert was.due_at is not None
            limit = Limit(was.limit_value or 1, Unit(was.limit_unit))
            self.say(said.SentBack(closes=self.duty, department=was.department_id, due_at=was.due_at,
                                   note=self.note("照片未反映处置结果，请补充处置。"),
                                   opens=self.handling(was.department_id, was.due_at, limit, was.rework + 1)))
            self.at += timedelta(minutes=self.dice.uniform(30, 200))
            if self.at >= self.t.until:
                return False
            self.done()
            if not self.wait(0.1, 0.9):
                return False
        self.say(said.Reviewed(closes=self.duty, opens=self.opens(kinds.CHECK, Power.CASE_CHECK, Role.INSPECTOR)))
        return self.wait(0.2, 1.05)

    def done(self) -> None:
        department, due = self.case.department_id, self.case.due_at
        assert department is not None
        assert due is not None
        self.say(said.Done(closes=self.duty, department=department, due_at=due,
                           photos=(self.photo("done", self.t.after, public=True),), note=self.note("已处置完毕。"),
                           opens=self.opens(kinds.REVIEW, Power.CASE_REVIEW, Role.DISPATCHER)))

    def check(self) -> bool:
        answer = self.dice.choices([Check.PASSED, Check.FAILED], [95, 5])[0]
        self.say(said.Checked(closes=self.duty, answer=answer, inspector_post=self.post,
                              opens=self.opens(kinds.CONFIRM, Power.CASE_INTAKE, Role.INTAKE_OFFICER)))
        if not self.wait(0.1, 0.9):
            return False
        passed = answer is Check.PASSED
        opens = (self.opens(kinds.CLOSE, Power.CASE_CLOSE, Role.SHIFT_LEAD) if passed
                 else self.opens(kinds.DISPATCH, Power.CASE_DISPATCH, Role.DISPATCHER))
        self.say(said.CheckConfirmed(closes=self.duty, answer=answer, opens=opens))
        return self.wait(0.1, 0.9)

    def close(self) -> None:
        was = self.case
        self.say(said.Closed(closes=self.duty, opens=None, category=was.category, standard=was.standard,
                             source=was.source, territory=was.territory_id, department=was.department_id,
                             due_at=was.due_at, done_at=was.done_at))

    @property
    def duty(self) -> UUID:
        found = self.case.duty
        assert found is not None
        return found

    @property
    def post(self) -> int | None:
        return self.state.duties[self.duty].post_id


def tell_cases(count: int, *, until: datetime, days: int, say: Callable[[str], None]) -> int:
    """Tell so many cases spread over the days before a moment; how many entries that made."""
    teller = Teller(until)
    span = timedelta(days=days)
    # A share comes in during the last hours, so that every desk has work of today.
    moments = sorted([until - span * teller.dice.random() for _ in range(count - count // 10)]
                     + [until - timedelta(hours=6) * teller.dice.random() for _ in range(count // 10)])
    total = 0
    for number, moment in enumerate(moments, start=1):
        teller.tell(moment)
        if number % AT_ONCE == 0 or number == count:
            total += _store(teller.shelf)
            teller.shelf = Shelf()
            say(f"cases: {number} of {count}")
    _know_the_tables()
    return total


def _know_the_tables() -> None:
    """Tell the database how its tables fill: without that it sorts all cases of a district to list the newest."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 2000")
        cursor.execute("ANALYZE")


def _store(shelf: Shelf) -> int:
    with write():
        stored = record_history(shelf.entries, shelf.states)
        for model, rows in ((Report, shelf.reports), (Note, shelf.notes), (Photo, shelf.photos)):
            insert_objects(model, rows)
    return stored
