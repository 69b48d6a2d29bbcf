"""Teams as pages and the solver see them: who they are, where, what they can do now, how long on post."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from undercity import clock
from undercity.forces.models import Deployment, Shift, Team, TeamWords
from undercity.forces.projection import in_language
from undercity.forces.rules import Terms, days_in_a_row, may_read, part_of, skilled, terms
from undercity.forces.states import PUMPS, GearKind, Part, Skill, Stage, TeamKind
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory, post_titles
from undercity.org.states import Power

# So far back a row of days on post is looked for.
LOOK_BACK = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Gear:
    """A piece of gear: how many, m³/h where it pumps, ready or under repair."""

    id: UUID
    kind: str
    count: int
    m3h: int
    ready: bool

    @property
    def label(self) -> str:
        """What it is, in words."""
        return str(GearKind(self.kind).label)

    @property
    def pumps(self) -> bool:
        """Does it move water?"""
        return self.kind in PUMPS and self.m3h > 0


@dataclass(frozen=True, slots=True)
class Card:
    """A team at a moment. `heads_now`: on call in the shift, all of them while no roster is entered for the day."""

    row: Team
    name: str
    home: str
    source: str
    lat: float
    lon: float
    body: str
    leader: str
    skills: dict[str, int]
    gear: tuple[Gear, ...]
    heads_now: int
    rostered: bool
    days: int
    kept: Terms = field(repr=False)
    sent: Deployment | None = None
    aim: str = ""

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return str(TeamKind(self.row.kind).label)

    @property
    def state(self) -> str:
        """Free, called, there."""
        return self.sent.stage if self.sent else "free"

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(Stage(self.sent.stage).label) if self.sent else _("free")

    @property
    def tired(self) -> bool:
        """So many days in a row on post that a relief is asked for."""
        return self.days >= self.kept.days_in_a_row

    @property
    def skill_words(self) -> list[tuple[str, int]]:
        """Skills in words, with heads."""
        return [(str(Skill(code).label), heads) for code, heads in self.skills.items()]

    @property
    def runs(self) -> int:
        """How many pumps it can run now."""
        return self.kept.pumps(min(self.skills.get(Skill.PUMPING, 0), self.heads_now))

    @property
    def m3h(self) -> int:
        """What its ready pumps move in all."""
        return sum(one.m3h * one.count for one in self.gear if one.pumps and one.ready)


def visible_to(actor: Actor) -> QuerySet[Team]:
    """Teams of the bodies over which the actor may read, keep or send forces; and those he leads."""
    book = directory()
    over = {body for power in (Power.FORCE_READ, Power.FORCE_KEEP, Power.FORCE_SEND) for path in actor.scopes(power)
            for body in book.under(path)}
    leads = Q(post=actor.post) if actor.post is not None else Q(pk__in=[])
    return Team.objects.filter(Q(body__in=over) | leads)


def reads(actor: Actor) -> bool:
    """Has any part in forces: by a power, or as the leader of a team."""
    return bool(may_read(actor)) or (actor.post is not None and Team.objects.filter(post=actor.post).exists())


def cards(rows: QuerySet[Team], at: datetime) -> list[Card]:
    """Teams as pages show them, by kind and name; five statements however many there are."""
    found = list(rows.filter(ended_at__isnull=True))
    ids = [row.pk for row in found]
    words = TeamWords.objects.in_bulk([row.words_id for row in found])
    sent = {one.team_id: one for one in Deployment.objects.filter(
        timeline=clock.timeline(), team__in=ids, ended_at__isnull=True).select_related("need__words", "point")}
    spans = spans_of(ids, at)
    shifts = on_call(ids, at)
    titles = post_titles(row.post_id for row in found if row.post_id)
    made = [_card(row, words[row.words_id], sent.get(row.pk), spans.get(row.pk, []), shifts.get(row.pk), titles, at)
            for row in found]
    kinds = list(TeamKind.values)
    return sorted(made, key=lambda one: (kinds.index(one.row.kind), one.name))


def _card(row: Team, words: TeamWords, sent: Deployment | None, spans: list[tuple[datetime, datetime | None]],
          shift: int | None, titles: dict[int, str], at: datetime) -> Card:
    on = at.astimezone(clock.ZONE).date()
    skills = skilled(((one["skill"], one["heads"], date.fromisoformat(one["until"]) if one["until"] else None)
                      for one in row.skills), on)
    return Card(row=row, name=in_language(words.zh, words.en), home=words.home, source=words.source, lat=words.lat,
                lon=words.lon, body=body_name(row.body_id), leader=titles.get(row.post_id or 0, ""), skills=skills,
                gear=gear_of(row), heads_now=row.heads if shift is None else min(row.heads, shift),
                rostered=shift is not None, days=days_in_a_row(spans, at), kept=terms(on), sent=sent,
                aim=aim_of(sent) if sent else "")


def gear_of(row: Team) -> tuple[Gear, ...]:
    """The gear of a team."""
    return tuple(Gear(UUID(one["id"]), one["kind"], one["count"], one["m3h"], one["ready"]) for one in row.gear)


def aim_of(sent: Deployment) -> str:
    """Where a deployment goes, in words."""
    if sent.point is not None:
        return in_language(sent.point.zh, sent.point.en)
    if sent.need is not None:
        return " · ".join(filter(None, (sent.need.words.what, sent.need.words.where)))
    return ""


def spans_of(teams: Iterable[UUID], at: datetime) -> dict[UUID, list[tuple[datetime, datetime | None]]]:
    """Team → from when to when it stood on some post, lately, by the record."""
    found: dict[UUID, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    rows = Deployment.objects.filter(timeline=clock.timeline(), team__in=list(teams), arrived_at__isnull=False,
                                     arrived_at__gte=at - LOOK_BACK, arrived_at__lte=at)
    for team, begins, ends in rows.values_list("team_id", "arrived_at", "ended_at"):
        assert begins is not None
        found[team].append((begins, ends))
    return found


def on_call(teams: Iterable[UUID], at: datetime) -> dict[UUID, int]:
    """Team → heads on call in the shift of a moment; missing where nothing is entered for that day at all."""
    day, part = part_of(at)
    found: dict[UUID, int] = {}
    for team, which, heads in Shift.objects.filter(team__in=list(teams), day=day).values_list("team", "part", "heads"):
        found[team] = found.get(team, 0) + (heads if which == part else 0)
    return found


def available(at: datetime, rows: QuerySet[Team] | None = None) -> list[Card]:
    """可用力量: teams that can be called now: not on post, with heads on call. Called ones that are still under way
    count; whoever calls them elsewhere redirects them."""
    kept = cards(Team.objects.all() if rows is None else rows, at)
    return [one for one in kept if one.state != Stage.THERE and one.heads_now > 0 and one.row.kind != TeamKind.STORE
            and one.row.post_id is not None and not (one.sent and one.sent.point_id)]


def team_for(actor: Actor, uid: UUID) -> Team | None:
    """A team the actor may see."""
    return visible_to(actor).filter(pk=uid).first()


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A team's shifts over days: heads by (day, part), in the order of the columns; None where nothing is entered."""

    card: Card
    cells: list[tuple[str, str, int | None]]


def week(start: date, many: int = 7) -> list[date]:
    """So many days from one on."""
    return [start + timedelta(days=nth) for nth in range(many)]


def roster(kept: list[Card], days: list[date]) -> list[RosterLine]:
    """排班表: the shifts of these teams on these days; each cell with its field's name and a label."""
    rows = Shift.objects.filter(team__in=[one.row.pk for one in kept], day__in=days)
    heads: dict[Any, int] = {(team, day, part): many for team, day, part, many in rows.values_list(
        "team", "day", "part", "heads")}
    return [RosterLine(one, [(f"{one.row.pk.hex}-{day:%Y%m%d}-{part.value}", f"{day:%m-%d} {part.label}",
                              heads.get((one.row.pk, day, part.value))) for day in days for part in Part])
            for one in kept]
