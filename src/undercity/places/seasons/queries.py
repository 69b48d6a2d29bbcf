"""What pages ask of seasons. Reading starts from what somebody may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import get_language

from undercity import clock
from undercity.ledger import facts as vocabulary
from undercity.ledger.lights import duration, light_of, time_left
from undercity.ledger.models import Duty, Entry
from undercity.ledger.queries import story
from undercity.org.powers import Actor
from undercity.org.queries import body_name, post_titles
from undercity.places.hours import in_words
from undercity.places.models import Place
from undercity.places.queries import Found, name_of, seen, with_names
from undercity.places.seasons.facts import ChangeAccepted, ChangeRefused
from undercity.places.seasons.heat import heat_rule
from undercity.places.seasons.models import Announcement, DailyMaximum, Season, SeasonNote, VisitorCount
from undercity.places.seasons.powers import may_count, may_decide, may_propose
from undercity.places.seasons.states import MOVES, Answer, Source, Standing, Verb, Why, Wish
from undercity.places.seasons.timetables import exemption

DECIDED = (ChangeAccepted.verb, ChangeRefused.verb)


@dataclass(frozen=True, slots=True)
class Year:
    """A place in a list of seasons: as it is seen now, its season of the year (None: nothing was said of it)."""

    one: Found
    season: Season | None
    keeper: str

    @property
    def standing(self) -> str:
        """Where the season stands, in words."""
        return str(Standing(self.season.standing if self.season else Standing.NONE).label)


def visible_places(year: int) -> QuerySet[Place]:
    """Places that have a season, are listed, or were spoken of this year. All of it the public may know."""
    spoken = Season.objects.filter(timeline=clock.timeline(), year=year).values("place_id")
    return Place.objects.filter(Q(listed=True) | Q(pk__in=spoken))


def years(year: int, at: datetime) -> list[Year]:
    """Every place of a year with its season, open ones first; three statements however many there are."""
    known = {row.place_id: row for row in Season.objects.filter(timeline=clock.timeline(), year=year)}
    rows = seen(visible_places(year).prefetch_related(with_names()), at)
    told = [Year(one, season := known.get(one.place.pk), body_name(season.keeper_id if season else None))
            for one in rows]
    return sorted(told, key=lambda row: (not row.one.opening.is_open, row.one.name))


def season_by_id(uid: UUID) -> Season | None:
    """A place's year by its id."""
    return Season.objects.filter(pk=uid, timeline=clock.timeline()).select_related("place").prefetch_related(
        with_names("place__")).first()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as a page shows it. `moves`: what the reader may do with it now."""

    season: Season
    name: str
    id: str
    wish: str
    why: str
    source: str
    who: str
    at: datetime
    starts: datetime | None
    ends: datetime | None
    closes_on: date | None
    hours: str
    answer: str
    answer_label: str
    words: str
    decided_at: datetime | None
    decided_by: str
    decided_words: str
    due: datetime | None
    light: str
    left: str
    moves: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Nobody decided yet."""
        return self.answer == Answer.PROPOSED


@dataclass(frozen=True, slots=True)
class Step:
    """An entry on the time-line: what, by whom, when, why, and how long the duty took that it closed."""

    what: str
    who: str
    at: datetime
    note: str
    took: str
    late: bool


@dataclass(frozen=True, slots=True)
class Exceptional:
    """An exception as a page shows it."""

    id: str
    why: str
    closes: bool
    starts: datetime
    ends: datetime | None
    hours: str
    words: str
    over: bool
    running: bool


@dataclass(frozen=True, slots=True)
class Story:
    """Everything told of a place's year: its entries, the reasons by what they are about."""

    steps: list[Step]
    proposals: list[Proposal]
    exceptions: list[Exceptional]


def story_of(season: Season, actor: Actor, at: datetime) -> Story:
    """The whole story of a place's year for whoever looks; three statements."""
    entries = list(story(season.pk))
    words = {str(row.id): row.text for row in SeasonNote.objects.filter(season=season.pk)}
    duties = {row.pk: row for row in Duty.objects.filter(stream=season.pk)}
    titles = post_titles({entry.post for entry in entries if entry.post} | {
        one["post"] for one in season.proposals if one["post"]})
    return Story([_step(entry, words, duties, titles) for entry in entries],
                 [_proposal(season, one, actor, at, entries, words, duties, titles)
                  for one in reversed(season.proposals)],
                 exceptions_of(season, at, entries, words))


def _note_of(entry: Entry, words: dict[str, str]) -> str:
    return words.get((entry.facts.get("note") or {}).get("id", ""), "")


def _step(entry: Entry, words: dict[str, str], duties: dict[UUID, Duty], titles: dict[int, str]) -> Step:
    closed = duties.get(UUID(entry.facts["closes"])) if entry.facts.get("closes") else None
    return Step(vocabulary.label(entry.verb), titles.get(entry.post, "") if entry.post else "", entry.at,
                _note_of(entry, words), duration(entry.at - closed.assigned_at) if closed else "",
                bool(closed and closed.due_at and entry.at > closed.due_at))


def _proposal(season: Season, one: dict[str, Any], actor: Actor, at: datetime, entries: list[Entry],
              words: dict[str, str], duties: dict[UUID, Duty], titles: dict[int, str]) -> Proposal:
    about = [entry for entry in entries if entry.facts.get("proposal") == one["id"]]
    duty = duties.get(UUID(one["duty"])) if one["duty"] else None
    decided = [entry for entry in about if entry.verb in DECIDED] if one["decided_at"] else []
    return Proposal(
        season=season, name=name_of(season.place, at), id=one["id"], wish=str(Wish(one["wish"]).label),
        why=str(Why(one["why"]).label),
        source=str(Source(one["source"]).label), who=titles.get(one["post"], ""), at=_moment(one["at"]) or at,
        starts=_moment(one["starts"]), ends=_moment(one["ends"]),
        closes_on=date.fromisoformat(one["closes_on"]) if one["closes_on"] else None,
        hours=in_words(one["hours"]) if one["hours"] else "", answer=one["answer"],
        answer_label=str(Answer(one["answer"]).label), words=_note_of(about[0], words) if about else "",
        decided_at=_moment(one["decided_at"]), decided_by=titles.get(one["decided_by"] or 0, ""),
        decided_words=_note_of(decided[-1], words) if decided else "", due=duty.due_at if duty else None,
        light=light_of(duty, at) if duty else "", left=time_left(duty.due_at, at) if duty else "",
        moves=_moves(season, one, actor))


def _moves(season: Season, one: dict[str, Any], actor: Actor) -> tuple[str, ...]:
    able = []
    decides = bool(may_decide(actor, season.place.district_id))
    for verb in MOVES[Answer(one["answer"])]:
        mine = verb is Verb.WITHDRAW and actor.post is not None and actor.post == one["post"]
        if mine or (decides and verb in {Verb.ACCEPT, Verb.REFUSE, Verb.UNDO}):
            able.append(verb.value)
    return tuple(able)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def exceptions_of(season: Season, at: datetime, entries: Sequence[Entry], words: dict[str, str]) -> list[Exceptional]:
    """The exceptions of a place's year with their reasons, the newest first."""
    reasons = {entry.facts["exempt"]["id"]: _note_of(entry, words) for entry in entries if entry.facts.get("exempt")}
    rows = []
    for one in reversed(season.exceptions):
        starts, ends = datetime.fromisoformat(one["starts"]), _moment(one["ends"])
        over = ends is not None and ends <= at
        rows.append(Exceptional(
            one["id"], str(Why(one["why"]).label), not one["hours"], starts, ends,
            in_words(one["hours"]) if one["hours"] else "", reasons.get(one["id"], ""), over,
            not over and starts <= at))
    return rows


def public_exceptions(place: Place, at: datetime) -> list[Exceptional]:
    """What the public may know of the exceptions of a place that hold now or will: with the reason given."""
    rows: list[Exceptional] = []
    for season in Season.objects.filter(timeline=clock.timeline(), place=place, year__gte=at.year - 1):
        if season.exceptions:
            entries = [entry for entry in story(season.pk) if entry.facts.get("exempt")]
            words = {str(row.id): row.text for row in SeasonNote.objects.filter(season=season.pk)}
            rows += [one for one in exceptions_of(season, at, entries, words) if not one.over]
    return rows


def waiting(actor: Actor, at: datetime) -> list[Proposal]:
    """Every proposal that waits, the most urgent first."""
    rows = Season.objects.filter(timeline=clock.timeline(), waiting__gt=0).select_related("place").prefetch_related(
        with_names("place__"))
    found_ = [one for season in rows for one in story_of(season, actor, at).proposals if one.waits]
    return sorted(found_, key=lambda one: (one.due is None, one.due or one.at))


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the reader may do with a place's year, each with the reason when not."""

    decide: Any
    propose: Any
    count: Any


def allowed(actor: Actor, place: Place, season: Season | None) -> Allowed:
    """May the reader decide, propose, count here?"""
    keeper = season.keeper_id if season else None
    return Allowed(may_decide(actor, place.district_id), may_propose(actor, place.district_id, keeper),
                   may_count(actor, place.district_id, keeper))


# --- announcements ---------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Notice:
    """An announcement in the reader's language."""

    row: Announcement
    text: str


def announcements(at: datetime, place: Place | None = None) -> list[Notice]:
    """What is announced at a moment: for all, and for this place; the newest first."""
    rows = (Announcement.objects.filter(timeline=clock.timeline(), starts__lte=at, erased_at__isnull=True)
            .filter(Q(ends__isnull=True) | Q(ends__gt=at)))
    rows = rows.filter(Q(place__isnull=True) | Q(place=place)) if place else rows.filter(place__isnull=True)
    return [_notice(row) for row in rows.order_by("-starts")[:20]]


def all_announcements(limit: int = 100) -> list[Notice]:
    """Every announcement with its place, over ones too, the newest first."""
    rows = (Announcement.objects.filter(timeline=clock.timeline()).select_related("place")
            .prefetch_related(with_names("place__")).order_by("-starts")[:limit])
    return [_notice(row) for row in rows]


def _notice(row: Announcement) -> Notice:
    chinese = (get_language() or "zh").startswith("zh")
    return Notice(row, row.zh if chinese or not row.en else row.en)


# --- heat and visitors -----------------------------------------------------------------------------------------------

def maxima(until: date, days: int) -> list[DailyMaximum]:
    """The temperatures entered for the days up to and with `until`, the newest first."""
    return list(DailyMaximum.objects.filter(day__gt=until - timedelta(days=days), day__lte=until).order_by("-day"))


def heat_now(at: datetime) -> DailyMaximum | None:
    """The temperature of yesterday or today, the newest known; None when nobody entered it."""
    today = at.astimezone(clock.ZONE).date()
    return DailyMaximum.objects.filter(day__gte=today - timedelta(days=1), day__lte=today).order_by("-day").first()


def heat_banner(at: datetime) -> dict[str, Any]:
    """What the portal says of the heat: its temperature, and how many places are open longer because of it now."""
    known = heat_now(at)
    if known is None or float(known.celsius) < heat_rule(known.day).at_least:
        return {"heat": None, "longer": 0}
    return {"heat": known, "longer": sum(1 for season in _with_exceptions(at) if any(
        _is_longer(one, at) for one in season.exceptions))}


def _with_exceptions(at: datetime) -> QuerySet[Season]:
    rows = Season.objects.filter(timeline=clock.timeline(), year__in=(at.year, at.year - 1), place__listed=True)
    return rows.exclude(exceptions=[])


def _is_longer(one: dict[str, Any], at: datetime) -> bool:
    return one["why"] == Why.HEAT and _covers(one, at)


def shut_nearby(lat: float, lon: float, at: datetime, within: float, limit: int = 3) -> list[Found]:
    """Places that an exception closes now, no farther than the nearest open ones (metres): somebody may be on the way.

    Few places have exceptions; these are asked for, not all.
    """
    ids = {season.place_id for season in _with_exceptions(at) if any(
        not one["hours"] and _covers(one, at) for one in season.exceptions)}
    if not ids:
        return []
    rows = seen(Place.objects.filter(pk__in=ids).prefetch_related(with_names()), at, lat, lon)
    shut = [one for one in rows if (one.metres or 0.0) <= within and not one.opening.is_open]
    return sorted(shut, key=lambda one: one.metres or 0.0)[:limit]


def _covers(one: dict[str, Any], at: datetime) -> bool:
    held = exemption(one)
    return held.starts <= at and (held.ends is None or at < held.ends)


@dataclass(frozen=True, slots=True)
class Counted:
    """A place with its visitors: today's number (None: not entered), the days before, the sum of the year."""

    one: Found
    today: int | None
    days: list[tuple[date, int | None]]
    total: int
    most: int


def counted(places: Iterable[Place], day: date, at: datetime, back: int = 14) -> list[Counted]:
    """Visitors of places up to a day."""
    rows = list(places)
    since = day - timedelta(days=back - 1)
    known = {(row.place_id, row.day): row.visitors for row in VisitorCount.objects.filter(
        place__in=rows, day__gte=since, day__lte=day)}
    sums = dict(VisitorCount.objects.filter(place__in=rows, day__year=day.year, day__lte=day).values_list(
        "place_id").annotate(Sum("visitors")))
    counted_ = []
    for one in seen(rows, at):
        place = one.place
        days = [(on, known.get((place.pk, on))) for on in (since + timedelta(days=nth) for nth in range(back))]
        counted_.append(Counted(one, known.get((place.pk, day)), days, sums.get(place.pk) or 0,
                                max((number or 0 for _day, number in days), default=0) or 1))
    return counted_


def counted_by(actor: Actor, year: int, at: datetime) -> list[Place]:
    """The places whose visitors an actor may enter, by key."""
    known = {row.place_id: row.keeper_id for row in Season.objects.filter(timeline=clock.timeline(), year=year)}
    rows = visible_places(year).prefetch_related(with_names()).order_by("key")
    return [place for place in rows if may_count(actor, place.district_id, known.get(place.pk))]


def visitors_of_year(year: int) -> tuple[int, int]:
    """How many came in a year, and on how many place-days that was counted."""
    rows = VisitorCount.objects.filter(day__year=year)
    return rows.aggregate(all=Sum("visitors"))["all"] or 0, rows.count()
