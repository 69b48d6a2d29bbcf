"""A year of the invented works: permits from lease to end, upkeep checks, documents, as entries of the record."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid

from undercity import clock
from undercity.city.sample_files import read
from undercity.db import Encoded, insert_objects, write
from undercity.ledger.actions import assigned, record_history
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.facts import Facts
from undercity.ledger.fold import Assigned, DossierRef, StreamState, changed
from undercity.ledger.models import Dossier
from undercity.ledger.record import Written, happening_of, history
from undercity.ledger.rules import due_of
from undercity.org.powers import POST, SYSTEM
from undercity.org.queries import Holder, calendar, holders
from undercity.org.states import Power, Role
from undercity.places.states import PlaceUse
from undercity.science.worktime import deadline
from undercity.works.documents import facts as of_documents
from undercity.works.documents.files import keep, read_file
from undercity.works.documents.models import Paper
from undercity.works.models import Work
from undercity.works.permits import facts as of_permits, kinds
from undercity.works.permits.actions import OF_THE_OFFICE, TERM_OF
from undercity.works.permits.models import Lease, PermitNote
from undercity.works.permits.queries import keeper_of
from undercity.works.permits.rules import apply_by, last_moment
from undercity.works.permits.states import Proposal
from undercity.works.terms.queries import in_force, limit, term
from undercity.works.upkeep import facts as of_checks
from undercity.works.upkeep.actions import given, uid_of
from undercity.works.upkeep.models import CheckNote
from undercity.works.upkeep.queries import Due, due_between
from undercity.works.upkeep.states import Answer

# A page that says what it is, in a form any reader opens.
PAPER = (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
         b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
         b"endobj\n4 0 obj<</Length 62>>stream\nBT /F 18 Tf 40 100 Td (INVENTED - demonstration data) Tj ET      \n"
         b"endstream endobj\n"
         b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
NOON = time(10, 20)


@dataclass
class Underground:
    """The year being told: its end, its dice, what was told so far by kind of stream, the words beside it."""

    until: datetime
    said: dict[str, Any] = field(default_factory=lambda: read("upkeep.toml"))
    entries: dict[str, list[Written]] = field(default_factory=dict)
    states: dict[str, dict[UUID, StreamState]] = field(default_factory=dict)
    words: list[Dossier] = field(default_factory=list)
    _keepers: dict[int, Holder | None] = field(default_factory=dict)
    _office: dict[int, tuple[Holder, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.said["seed"])

    def keeper(self, work: Work) -> Holder | None:
        """Who keeps a work, asked once a body."""
        if work.keeper_id not in self._keepers:
            self._keepers[work.keeper_id] = keeper_of(work.keeper_id)
        return self._keepers[work.keeper_id]

    def office(self, work: Work) -> Holder | None:
        """Who decides about it, asked once a district."""
        district = work.place.district_id
        if district not in self._office:
            self._office[district] = holders(Power.PERMIT_DECIDE, district, role=Role.LEADER)
        found = self._office[district]
        return found[work.pk % len(found)] if found else None

    def mark(self, kind: str, row: Any) -> DossierRef:
        """Words kept beside the entries."""
        self.words.append(row)
        return ref(kind, row.id, content_of(kind, row))

    def store(self) -> int:
        """Write all of it; how many entries there were."""
        with write():
            for model in {type(row) for row in self.words}:
                insert_objects(model, [row for row in self.words if type(row) is model])
            return sum(record_history(history(kind, entries, self.states[kind]))
                       for kind, entries in self.entries.items())


@dataclass
class Story:
    """One stream's story."""

    year: Underground
    kind: str
    uid: UUID
    state: StreamState = field(default_factory=StreamState)

    def say(self, facts: Facts, at: datetime, by: Holder | None) -> None:
        """One entry: by a post, or by time (None)."""
        entry = Written(timeline=clock.REAL, stream_kind=self.kind, stream=self.uid, sequence=self.state.sequence + 1,
                        at=at, recorded=at, actor=POST if by else SYSTEM, post=by.post if by else None,
                        appointment=by.appointment if by else None, verb=facts.verb,
                        facts=Encoded(facts.model_dump_json()))
        self.state = changed(facts.apply(self.state, happening_of(entry)), sequence=entry.sequence)
        self.year.entries.setdefault(self.kind, []).append(entry)
        self.year.states.setdefault(self.kind, {})[self.uid] = self.state


@dataclass
class PermitStory:
    """A permit as it goes, told up to the evening."""

    year: Underground
    work: Work
    ending: str
    story: Story = field(init=False)

    def __post_init__(self) -> None:
        self.story = Story(self.year, of_permits.SUBJECT, uuid.uuid7())

    @property
    def permit(self) -> of_permits.PermitState:
        """How it stands now."""
        found: of_permits.PermitState = self.story.state.subject
        return found

    def opens(self, kind: str, at: datetime, due_at: datetime | None = None) -> Assigned:
        """The duty that follows, as the action would give it."""
        span = limit(TERM_OF[kind], at) if kind in TERM_OF else None
        office, district = kind in OF_THE_OFFICE, self.work.place.district_id
        return assigned(kind, to=self.year.office(self.work) if office else self.year.keeper(self.work),
                        body=district if office else self.work.keeper_id, territory=district, limit=span,
                        due_at=deadline(at, span, calendar()) if span else due_at)

    def note(self, words: str) -> DossierRef | None:
        """Words of a step, if there are any."""
        if not words:
            return None
        return self.year.mark("permit.note", PermitNote(id=uuid.uuid7(), salt=new_salt(), permit=self.story.uid,
                                                        text=words))

    def drawn(self, kind: str) -> DossierRef | None:
        """Words drawn from the file."""
        return self.note(self.year.dice.choice(self.year.said["words"][kind]))

    def tell(self) -> None:
        """From the lease to wherever it has come by now."""
        keeper, office = self.year.keeper(self.work), self.year.office(self.work)
        signed, begins, ends = self._days()
        noted = morning(signed)
        span = limit("apply", noted)
        lease = Lease(id=uuid.uuid7(), salt=new_salt(), permit=self.story.uid,
                      contract=f"虚构-{signed:%Y%m%d}-{self.work.pk % 1000:03d}",
                      party=self.year.dice.choice(self.year.said["words"]["parties"]))
        opens = assigned(kinds.APPLY, to=keeper, body=self.work.keeper_id, territory=self.work.place.district_id,
                         limit=span, due_at=apply_by(signed, span, calendar()))
        self.story.say(of_permits.Leased(
            work=self.work.uid, keeper=self.work.keeper_id, use=self.work.place.use, signed_on=signed,
            lease_from=begins, lease_to=ends, lease=self.year.mark("permit.lease", lease), opens=opens), noted, keeper)
        applied = working(noted, self.year.dice.randint(1, 4))
        if self.ending == "leased" or applied > self.year.until:
            return
        self.story.say(of_permits.Applied(closes=self.permit.duty, opens=self.opens(kinds.DECIDE, applied)), applied,
                       keeper)
        decided = working(applied, self.year.dice.randint(2, 9))
        if self.ending == "more_asked":
            self.story.say(of_permits.MoreAsked(closes=self.permit.duty, note=self.drawn("more_asked"),
                                                opens=self.opens(kinds.SUPPLY, decided)), decided, office)
        if self.ending in {"more_asked", "applied"} or decided > self.year.until:
            return
        self.story.say(of_permits.Granted(closes=self.permit.duty, note=self.drawn("notes"), valid_from=begins,
                                          valid_to=ends), decided, office)
        self._afterwards(ends)

    def _days(self) -> tuple[date, date, date]:
        """The day of signing, and the term of the lease, so that it stands on the evening as it should."""
        dice, today = self.year.dice, self.year.until.date()
        ends = {"expiring": today + timedelta(days=dice.randint(3, 58)), "ends_today": today,
                "expired": today - timedelta(days=dice.randint(1, 6)),
                "renewing": today + timedelta(days=dice.randint(20, 70))}.get(
                    self.ending, today + timedelta(days=dice.randint(75, 900)))
        if self.ending in {"leased", "applied", "more_asked"}:
            back = {"leased": (1, 4), "applied": (5, 9), "more_asked": (10, 14)}[self.ending]
            signed = workday(today - timedelta(days=dice.randint(*back)))
        else:
            signed = workday(today - timedelta(days=dice.randint(200, 540)))
        return signed, signed + timedelta(days=dice.randint(1, 20)), ends

    def _afterwards(self, ends: date) -> None:
        for code in ("warn_first", "warn_second", "warn_last"):
            at = morning(ends - term(code, self.year.until).span, time(8, 10))
            if at <= self.year.until and self.ending != "renewing":
                first = self.permit.renew_duty is None
                self.story.say(of_permits.Warned(
                    days=term(code, self.year.until).limit.value,
                    opens=self.opens(kinds.RENEW, at, last_moment(ends, calendar())) if first else None), at, None)
        lapsed = morning(ends + timedelta(days=1), time(8, 10))
        if self.ending == "expired" and lapsed <= self.year.until:
            self.story.say(of_permits.Expired(opens=self.opens(kinds.SETTLE, lapsed), proposal=Proposal.END.value),
                           lapsed, None)
        asked = working(self.year.until, -self.year.dice.randint(1, 5))
        if self.ending == "renewing":
            self.story.say(of_permits.RenewalAsked(opens=self.opens(kinds.RENEWAL, asked),
                                                   until=ends + timedelta(days=365)), asked,
                           self.year.keeper(self.work))
        if self.ending == "changing":
            self.story.say(of_permits.ChangeAnnounced(
                opens=self.opens(kinds.CHANGE, asked), note=self.drawn("change"),
                change_on=asked.date() + timedelta(days=self.year.dice.randint(30, 60))), asked,
                self.year.keeper(self.work))


def morning(day: date, hour: time = NOON) -> datetime:
    """A moment of a day, in the city's time."""
    return datetime.combine(day, hour, clock.ZONE)


def workday(day: date) -> date:
    """This day, or the last working day before it."""
    while not calendar().is_working(day):
        day -= timedelta(days=1)
    return day


def working(at: datetime, days: int) -> datetime:
    """So many working days later, or earlier, in the same minute, or at ten when that minute is none of work."""
    day, left = at.date(), abs(days)
    while left:
        day += timedelta(days=1 if days > 0 else -1)
        left -= calendar().is_working(day)
    return morning(day)


def tell_works(*, until: datetime, days: int, say: Callable[[str], None]) -> int:
    """Permits, checks and documents of the invented works up to a moment; how many entries that made."""
    year = Underground(until)
    works = list(Work.objects.filter(place__invented=True).select_related("place").order_by("code"))
    endings = _endings(year, sum(work.place.use != PlaceUse.IDLE for work in works))
    for work in works:
        ending = endings.pop() if work.place.use != PlaceUse.IDLE else ""
        if ending:
            PermitStory(year, work, ending).tell()
    for due in due_between((until - timedelta(days=days)).date(), until.date(), until):
        _tell_checks(year, due, works)
    _tell_documents(year, works)
    told = year.store()
    say(f"works: {told} entries of permits, checks and documents, all invented")
    return told


def _endings(year: Underground, count: int) -> list[str]:
    """How each permit stands on the evening, shuffled."""
    shares: dict[str, int] = year.said["permits"]
    found = [ending for ending, share in shares.items() for _ in range(max(1, count * share // 100))]
    found = found[:count] + [""] * max(0, count - len(found))
    year.dice.shuffle(found)
    return found


def _tell_checks(year: Underground, due: Due, works: Iterable[Work]) -> None:
    shares, dice = year.said["checks"], year.dice
    standards, ends = list(in_force("standard", due.day)), due_of(due.day, due.begins, due.rhythm, calendar())
    for work in works:
        if due.uses and work.place.use not in due.uses:
            continue
        story = Story(year, of_checks.SUBJECT, uid_of(due.rhythm.code, work.uid, due.period))
        said = given(due, work)
        story.say(said, due.begins, None)
        lot = dice.uniform(0, 100)
        # Whatever is still due was done in its first week, or waits.
        at = working(due.begins, dice.randint(1, 14 if ends < year.until else 5))
        if ends < year.until and lot < shares["late"]:
            at = working(ends, dice.randint(1, 4))
        waits = lot > 100 - shares["never"] if ends < year.until else lot > shares["done_in_july"]
        if waits or at >= year.until:
            continue
        answers = {code: _drawn(dice, shares) for code in standards}
        notes = tuple(year.mark("check.note", CheckNote(
            id=uuid.uuid7(), salt=new_salt(), check_uid=story.uid, item=code,
            text=dice.choice(year.said["words"]["fail"][code]))) for code in standards if answers[code] is Answer.FAIL)
        story.say(of_checks.CheckDone(closes=said.opens.id, answers=answers, banned=(), cases={}, notes=notes,
                                      photos=()), at, year.keeper(work))


def _drawn(dice: random.Random, shares: dict[str, int]) -> Answer:
    lot = dice.uniform(0, 100)
    if lot < shares["fail"]:
        return Answer.FAIL
    return Answer.NONE if lot < shares["fail"] + shares["none"] else Answer.PASS


def _tell_documents(year: Underground, works: Iterable[Work]) -> None:
    """A report and a register number for every fifth work."""
    file = read_file(PAPER)
    keep(file)
    for work in list(works)[::5]:
        at = working(year.until, -year.dice.randint(5, 120))
        for kind, title, one in (("inspection", "2026年度检查报告（虚构）", file),
                                 ("drawing-number", f"登记号 示例-{work.pk:04d}（虚构）", None)):
            paper = Paper(id=uuid.uuid7(), salt=new_salt(), document=uuid.uuid7(), title=title,
                          media=one.media.value if one else "", sha256=one.sha256 if one else "",
                          size=len(one.content) if one else 0)
            Story(year, of_documents.SUBJECT, paper.document).say(of_documents.Filed(
                work=work.uid, keeper=work.keeper_id, kind=kind, paper=year.mark("document.paper", paper)), at,
                year.keeper(work))
