"""Decisions about forces: the terms of a day, days in a row on post, who may, what a position proves. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language, gettext as _

from undercity.clock import ZONE
from undercity.errors import InvalidMove, RuleBroken
from undercity.forces.states import MOVES, Part, Skill, Stage, Urgency, Verb
from undercity.ledger.evidence import bounded
from undercity.org.powers import POST, Actor, Decision, can
from undercity.org.states import Power

FILE = Path(__file__).resolve().parent / "terms.toml"
NIGHT_BEGINS, DAY_BEGINS = 20, 8
WORDS_MAX, HEADS_MOST, M3H_MOST, MINUTES_MOST = 300, 5000, 20_000, 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Terms:
    """The dated numbers forces are sent with, and where each group is from; see `terms.toml`."""

    valid_from: date
    kmh: tuple[float, ...]
    detour: float
    road_source: Mapping[str, str]
    muster_minutes: int
    hitch_minutes: int
    heads_per_pump: int
    pumps_most: int
    muster_source: Mapping[str, str]
    horizon_minutes: int
    weights: Mapping[str, float]
    load_price: float
    change_price: float
    price_source: Mapping[str, str]
    gap: float
    seconds: float
    days_in_a_row: int
    days_source: Mapping[str, str]
    checkin_metres: int
    checkin_source: Mapping[str, str]
    hurt: Mapping[str, float]
    no_bed_minutes: int
    hurt_source: Mapping[str, str]

    def said(self, what: str) -> str:
        """Where the numbers of a group are from, in the reader's language."""
        source: Mapping[str, str] = getattr(self, f"{what}_source")
        return source["zh" if (get_language() or "zh").startswith("zh") else "en"]

    def weight(self, urgency: str) -> float:
        """What a need of this urgency weighs."""
        return float(self.weights[urgency])

    def pumps(self, heads: int) -> int:
        """How many pumps so many heads run who know how."""
        return min(self.pumps_most, heads // self.heads_per_pump)


@cache
def _terms() -> tuple[Terms, ...]:
    rows: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["term"]
    return tuple(sorted((Terms(**{**row, "kmh": tuple(row["kmh"])}) for row in rows), key=lambda one: one.valid_from))


def terms(on: date) -> Terms:
    """The terms that hold on a day; the first ones before their first day."""
    return max((one for one in _terms() if one.valid_from <= on), key=lambda one: one.valid_from, default=_terms()[0])


def part_of(at: datetime) -> tuple[date, Part]:
    """The shift a moment lies in: day from 08:00, night from 20:00 until 08:00, which belongs to the day it began.

    >>> part_of(datetime(2026, 7, 18, 3, 0, tzinfo=ZONE))
    (datetime.date(2026, 7, 17), Part.NIGHT)
    """
    local = at.astimezone(ZONE)
    if local.hour < DAY_BEGINS:
        return local.date() - timedelta(days=1), Part.NIGHT
    return local.date(), Part.DAY if local.hour < NIGHT_BEGINS else Part.NIGHT


def days_of(begins: datetime, ends: datetime) -> int:
    """Days on post 在岗天数: calendar days of the city touched from arrival to the end; at least 1."""
    return (ends.astimezone(ZONE).date() - begins.astimezone(ZONE).date()).days + 1


def days_in_a_row(spans: Iterable[tuple[datetime, datetime | None]], at: datetime) -> int:
    """连续在岗天数: how many days without a break, up to and with the day of `at`, a team stood on some post.

    A team that is not on post on that day, but was until the day before, has not rested a whole day: it counts.
    """
    today = at.astimezone(ZONE).date()
    served: set[date] = set()
    for begins, ends in spans:
        first, last = begins.astimezone(ZONE).date(), min((ends or at).astimezone(ZONE).date(), today)
        served.update(first + timedelta(days=nth) for nth in range((last - first).days + 1))
    day = today if today in served else today - timedelta(days=1)
    count = 0
    while day in served:
        count, day = count + 1, day - timedelta(days=1)
    return count


def skilled(heads: Iterable[tuple[str, int, date | None]], on: date) -> dict[str, int]:
    """Skill → heads that have it on a day; what has run out (`until` is the last day) does not count."""
    return {skill: many for skill, many, until in heads if until is None or on <= until}


def may_read(actor: Actor) -> Decision:
    """Sees teams and posts somewhere; team leaders see their own by `leads`."""
    if actor.holds(Power.FORCE_READ) or actor.holds(Power.FORCE_KEEP) or actor.holds(Power.FORCE_SEND):
        return Decision(True)
    return Decision(False, _("Your post has no power to %(power)s.") % {"power": Power.FORCE_READ.label})


def may_keep(actor: Actor, path: str) -> Decision:
    """May change teams, gear, shifts and points of this body."""
    return can(actor, Power.FORCE_KEEP, path)


def may_send(actor: Actor, path: str) -> Decision:
    """May call up, relieve and stand down teams of this body."""
    return can(actor, Power.FORCE_SEND, path)


def may_arrive(actor: Actor, leader: int | None) -> Decision:
    """Only the leader of a team says by the code that it is there; an officer says so by hand."""
    if actor.kind == POST and leader is not None and actor.post == leader:
        return Decision(True)
    return Decision(False, _("Only the leader of the team signs in here."))


def legal(stage: str, verb: Verb) -> None:
    """The step is possible from this stage; otherwise InvalidMove says where it stands."""
    if verb not in MOVES[Stage(stage)]:
        raise InvalidMove(_("This deployment can no longer be moved so: %(state)s.") % {"state": Stage(stage).label},
                          remedy=_("Load the page again; the record below shows what happened."))


def near_enough(metres: float | None, kept: Terms) -> None:
    """A position that comes with a check-in must be at the post; none is no reason to refuse."""
    if metres is not None and metres > kept.checkin_metres:
        raise RuleBroken(_("Your position is %(metres)d m from the post.") % {"metres": metres}, field="lat",
                         remedy=_("Sign in at the post, or ask the duty officer to record the arrival by hand."))


def number(text: object, field: str, least: int, most: int) -> int:
    """A whole number of a form, or RuleBroken naming the field."""
    given = str(text).strip() or "0"
    if not (given.isdecimal() and len(given) < 9 and least <= int(given) <= most):
        raise RuleBroken(_("“%(text)s” is no number from %(least)d to %(most)d.") % {
            "text": given[:20], "least": least, "most": most}, field=field, remedy=_("Write it in digits."))
    return int(given)


def words(text: str, field: str, *, needed: bool = True) -> str:
    """Words of a form within bounds, or RuleBroken naming the field."""
    text = bounded(text, most=WORDS_MAX, field=field)
    if needed and not text:
        raise RuleBroken(_("This is missing."), field=field, remedy=_("Write it in one sentence."))
    return text


def asked_skills(given: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Skills asked for with heads, in a fixed order; unknown ones and zeros are refused or dropped."""
    for skill, heads in given.items():
        if skill not in Skill.values or not 0 <= heads <= HEADS_MOST:
            raise RuleBroken(_("This skill or number of heads is not known."), field="skills",
                             remedy=_("Choose from the list."))
    return tuple((skill, given[skill]) for skill in Skill.values if given.get(skill))


def known_urgency(urgency: str) -> str:
    """An urgency of the list, or RuleBroken."""
    if urgency not in Urgency.values:
        raise RuleBroken(_("How urgent is it?"), field="urgency", remedy=_("Choose one of those shown."))
    return urgency
