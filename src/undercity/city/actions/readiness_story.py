"""The season's checks, boards and material of the sample city, as entries of the record: told in bulk."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid
from shapely.geometry import shape

from undercity import clock
from undercity.city.actions.underground import SOURCE, somewhere
from undercity.city.sample_files import read
from undercity.db import Encoded, insert_objects, reserve, write
from undercity.inspections import facts, material_facts
from undercity.inspections.actions.boards import stream_of
from undercity.inspections.actions.checking import given, uid_of
from undercity.inspections.actions.checklists import keep, load_files
from undercity.inspections.checklist_rules import Item
from undercity.inspections.kinds import AGAIN, MATERIAL
from undercity.inspections.models import InspectionNote, Keeping, MaterialWords
from undercity.inspections.queries.checklists import topics
from undercity.inspections.queries.inspections import Due, due_between
from undercity.inspections.queries.keepers import Keeper, holders_of, keepers
from undercity.inspections.queries.material import remind_before
from undercity.inspections.rules import soonest
from undercity.inspections.states import Gear, Kind, Said, Why
from undercity.ledger.actions import assigned, record_history
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.facts import Facts
from undercity.ledger.fold import DossierRef, StreamState, changed
from undercity.ledger.models import Dossier
from undercity.ledger.record import Written, happening_of, history
from undercity.ledger.rules import due_of
from undercity.org.models import Post
from undercity.org.powers import POST, SYSTEM
from undercity.org.queries import Holder, calendar, directory
from undercity.places.actions import cell_of
from undercity.places.models import Place, PlaceName
from undercity.places.rules import checked_hours
from undercity.science.worktime import deadline

WORKING = (time(8, 30), 9)
BEGINS = date(2026, 5, 1)


def open_facilities() -> int:
    """Add the invented facilities on the street, and who keeps them; how many. The same seed gives the same ones."""
    told, book, dice = read("readiness.toml"), directory(), random.Random(read("readiness.toml")["seed"])
    posts = dict(Post.objects.values_list("key", "pk"))
    streets = [body for body, card in book.cards.items() if card.kind == "street" and body in book.outlines]
    named = [(kind, nth) for kind in told["facility"] for nth in range(1, kind["count"] + 1)]
    places, names, kept = [], [], []
    numbers, labels = reserve(Place, len(named)), reserve(PlaceName, len(named))
    for (kind, nth), number, label in zip(named, numbers, labels, strict=True):
        street = dice.choice(streets)
        district = next(body for body in reversed(book.line(street)) if book.cards[body].kind == "district")
        lat, lon = somewhere(dice, shape(book.outlines[street]))
        on = date(2026, 1, 1)
        places.append(Place(
            pk=number, key=f"xugou-{kind['use'].replace('_', '-')}-{nth:03d}", district_id=district,
            address_zh=f"{book.name(street, 'zh', on)}示例街{nth}号（虚构）", lat=lat, lon=lon, cell=cell_of(lat, lon),
            address_en=f"{nth} Example Street, {book.name(street, 'en', on)} (invented)", use=kind["use"], listed=False,
            invented=True, hours=checked_hours("24/7"), hours_assumed=False, source=SOURCE, valid_from=on))
        names.append(PlaceName(pk=label, place_id=number, zh=f"虚构·{kind['zh']}{nth:02d}",
                               en=f"Invented {kind['en']} {nth:02d}"))
        kept.append(Keeping(place_id=number, body_id=book.by_key[kind["body"]], post_id=posts[kind["post"]],
                            source=SOURCE))
    insert_objects(Place, places)
    insert_objects(PlaceName, names)
    keep(kept)
    return len(places)


@dataclass
class Season:
    """The season being told: its end, its dice, what was told so far by kind of stream, the words beside it."""

    until: datetime
    said: dict[str, Any] = field(default_factory=lambda: read("readiness.toml"))
    entries: dict[str, list[Written]] = field(default_factory=dict)
    states: dict[str, dict[UUID, StreamState]] = field(default_factory=dict)
    words: list[Dossier] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.said["seed"])

    @cached_property
    def kept(self) -> dict[int, Keeper]:
        """Who keeps which place."""
        return keepers()

    @cached_property
    def holders(self) -> dict[int, Holder | None]:
        """Which post has its duties."""
        return holders_of(self.kept)

    def say(self, kind: str, uid: UUID, said: Facts, at: datetime, by: Holder | None) -> None:
        """One entry of a stream: by a post, or by time (None)."""
        state = self.states.setdefault(kind, {}).get(uid, StreamState())
        entry = Written(timeline=clock.REAL, stream_kind=kind, stream=uid, sequence=state.sequence + 1, at=at,
                        recorded=at, actor=POST if by else SYSTEM, post=by.post if by else None,
                        appointment=by.appointment if by else None, verb=said.verb,
                        facts=Encoded(said.model_dump_json()))
        self.states[kind][uid] = changed(said.apply(state, happening_of(entry)), sequence=entry.sequence)
        self.entries.setdefault(kind, []).append(entry)

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

    def working(self, day: date) -> datetime:
        """A moment of work on that day, or of the next working day."""
        while not calendar().is_working(day):
            day += timedelta(days=1)
        return datetime.combine(day, WORKING[0], clock.ZONE) + timedelta(minutes=self.dice.randint(0, WORKING[1] * 60))


def tell_readiness(*, until: datetime, say: Callable[[str], None]) -> int:
    """Checklists, facilities, the checks of the season, boards and material; how many entries that made."""
    lists, facilities = load_files(), open_facilities()
    season = Season(until)
    for due in due_between(BEGINS, until.date(), until):
        for place in due.places():
            if place.pk in season.kept:
                _tell_check(season, due, place)
    _tell_boards(season)
    _tell_material(season)
    told = season.store()
    say(f"readiness: {lists} topics and checklists, {facilities} street facilities, {told} entries, all invented")
    return told


def _tell_check(season: Season, due: Due, place: Place) -> None:
    shares, dice, to = season.said["checks"], season.dice, season.holders[place.pk]
    uid, said = uid_of(due.checklist.code, place.pk, due.period), given(due, place, season.kept[place.pk],
                                                                       season.holders[place.pk])
    season.say(facts.SUBJECT, uid, said, due.begins, None)
    ends = due_of(due.day, due.begins, due.checklist.template, calendar())
    if to is None:
        return
    days, lot = max((ends.date() - due.begins.date()).days, 1), dice.uniform(0, 100)
    current = ends >= season.until
    at = season.working(due.begins.date() + timedelta(days=dice.randint(0, days)))
    if at > ends or (not current and lot < shares["late"]):
        at = season.working(ends.date() + timedelta(days=dice.randint(1, 9)))
    if current:
        so_far = max((season.until - due.begins).days, 0)
        at = season.working(due.begins.date() + timedelta(days=dice.randint(0, so_far)))
    waits = lot > shares["done_this_month"] if current else lot > 100 - shares["never"]
    if waits or at >= season.until:
        return
    found = {item.code: _answer(dice, item, shares["fail"]) for item in due.checklist.items}
    results = {code: value for code, (value, _wrong) in found.items() if value is not None}
    failed = tuple(code for code, (_value, wrong) in found.items() if wrong)
    season.say(facts.SUBJECT, uid, facts.Done(
        closes=said.opens.id, results=results, failed=failed, cases={}, notes=tuple(_notes(season, uid, due, failed)),
        photos=()), at, to)
    if failed:
        _tell_again(season, uid, due, place, failed, at)


def _answer(dice: random.Random, item: Item, share: float) -> tuple[str | int | float | None, bool]:
    """An answer, and whether it means that the item fails."""
    wrong = dice.uniform(0, 100) < share
    if item.kind is Kind.YES_NO:
        return (Said.NO.value if wrong else Said.YES.value), wrong
    if item.kind is Kind.CHOICE:
        bad = [one.code for one in item.options if one.fails]
        return (dice.choice(bad), True) if wrong and bad else (item.options[0].code, False)
    if item.kind is Kind.NUMBER:
        if item.least is None and item.most is None:
            return dice.randint(0, 400), False
        if item.least is None:
            return (int(item.most or 0) + 2, True) if wrong else (dice.randint(0, int(item.most or 0)), False)
        if wrong:
            return max(0, int(item.least * 0.6)), True
        return int(dice.uniform(item.least, item.most if item.most is not None else item.least * 3)), False
    return (12, False) if item.kind is Kind.TEXT else (None, False)


def _notes(season: Season, uid: UUID, due: Due, failed: tuple[str, ...]) -> Iterator[DossierRef]:
    words = season.said["words"]
    texts = [(item.code, season.dice.choice(words[item.code])) for item in due.checklist.items
             if item.kind is Kind.TEXT and item.code in words]
    for code, text in [*texts, *((code, season.dice.choice(words["note"])) for code in failed)]:
        yield season.mark("inspection.note", InspectionNote(id=uuid.uuid7(), salt=new_salt(), inspection_uid=uid,
                                                            item=code, text=text))


def _tell_again(season: Season, uid: UUID, due: Due, place: Place, failed: tuple[str, ...], at: datetime) -> None:
    """Asked to look again some days later, and most often it is mended."""
    dice, to, limit = season.dice, season.holders[place.pk], topics()[due.checklist.topic].again
    asked = season.working(at.date() + timedelta(days=dice.randint(2, 6)))
    if asked >= season.until:
        return
    opens = assigned(AGAIN, to=to, body=season.kept[place.pk].body, territory=place.district_id, limit=limit,
                     due_at=deadline(asked, limit, calendar()))
    season.say(facts.SUBJECT, uid, facts.Again(items=failed, opens=opens), asked, None)
    looked = season.working(asked.date() + timedelta(days=dice.randint(1, 3)))
    if looked < season.until and dice.uniform(0, 100) < season.said["checks"]["mended"]:
        season.say(facts.SUBJECT, uid, facts.Looked(
            closes=opens.id, results={code: _mended(due, code) for code in failed}, failed=(), cases={}, notes=(),
            photos=()), looked, to)


def _mended(due: Due, code: str) -> str | int:
    item = due.checklist.item(code)
    assert item is not None
    if item.kind is Kind.NUMBER:
        return int(item.least if item.least is not None else item.most or 0)
    return Said.YES.value if item.kind is Kind.YES_NO else item.options[0].code


def _tell_boards(season: Season) -> None:
    """The storm of 9 July: boards set at thirty places and taken down the next morning."""
    day = date(2026, 7, 9)
    for place, to in [(place, to) for place, to in season.holders.items() if to is not None][:30]:
        at = datetime.combine(day, time(17, 20), clock.ZONE) + timedelta(minutes=season.dice.randint(0, 50))
        body = season.kept[place].body
        season.say(facts.BOARDS, stream_of(place), facts.BoardsSet(place=place, body=body, photos=()), at, to)
        season.say(facts.BOARDS, stream_of(place), facts.BoardsDown(place=place, body=body, photos=()),
                   at + timedelta(hours=15), to)


def _tell_material(season: Season) -> None:
    dice, today = season.dice, season.until.date()
    flooding = [place for place, use in Place.objects.exclude(use__in=["workers_home", "toilet", "sorting"])
                .order_by("pk").values_list("pk", "use") if place in season.kept]
    for place in flooding:
        for one in season.said["material"]:
            if dice.uniform(0, 100) >= one["share"]:
                continue
            expires, tested = (today + timedelta(days=dice.randint(*one[key])) if key in one else None
                               for key in ("expires", "tested"))
            _tell_stock(season, one, body=season.kept[place].body, by=season.holders[place], place=place,
                        count=dice.randint(*one["count"]), spot=dice.choice(season.said["words"]["spots"]),
                        expires_on=expires, test_on=tested)
    by_body = {one.body: season.holders[place] for place, one in season.kept.items()}
    for one in season.said["store"]:
        body = directory().by_key[one["body"]]
        _tell_stock(season, one, body=body, by=by_body.get(body), place=None, count=one["count"], spot=one["spot"],
                    expires_on=one.get("expires_on"), test_on=one.get("test_on"))


def _tell_stock(season: Season, one: dict[str, Any], *, body: int, by: Holder | None, place: int | None, count: int,
                spot: str, expires_on: date | None, test_on: date | None) -> None:
    uid = uuid.uuid7()
    words = MaterialWords(id=uuid.uuid7(), salt=new_salt(), material_uid=uid, name=one["zh"], unit=one["unit"],
                          spot=spot)
    at = season.working(BEGINS + timedelta(days=season.dice.randint(0, 20)))
    season.say(material_facts.SUBJECT, uid, material_facts.Registered(
        gear=Gear(one["gear"]), count=count, place=place, body=body, holder=by.post if by else None,
        expires_on=expires_on, test_on=test_on, words=season.mark("material.words", words)), at, by)
    on = soonest(expires_on, test_on)
    if on is None or on > season.until.date() + remind_before():
        return
    told = max(datetime.combine(on - remind_before(), time(8), clock.ZONE), at)
    opens = assigned(MATERIAL, to=by, body=body, territory=None,
                     due_at=max(datetime.combine(on, time(23, 59), clock.ZONE), told))
    season.say(material_facts.SUBJECT, uid, material_facts.Due(
        why=Why.EXPIRY if on == expires_on else Why.TEST, on=on, opens=opens), told, None)
