"""The forces of the sample city: teams of the source of 2022 and invented ones, points, and who stands where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from undercity import clock
from undercity.city.sample_files import read
from undercity.db import write
from undercity.forces.actions.deploying import arrive, call_up
from undercity.forces.actions.teams import add_point, register_team, set_gear
from undercity.forces.models import Hospital, Point, Shift, Team
from undercity.forces.states import Part, TeamKind
from undercity.org.models import Appointment, Post
from undercity.org.powers import Actor
from undercity.org.queries import actor_for_person, directory

# Heads on call of a team: by day so much of it, by night so much.
SHARES = {Part.DAY: 0.6, Part.NIGHT: 0.4}


def _moment(text: datetime) -> datetime:
    return text.replace(tzinfo=clock.ZONE)


def _actor(post: str | int) -> Actor:
    asked: dict[str, Any] = {"post__key": post} if isinstance(post, str) else {"post_id": post}
    person = Appointment.objects.get(**asked, ends__isnull=True).person_id
    assert person is not None
    found = actor_for_person(person)
    assert found is not None
    return found


def install_forces(say: Callable[[str], None]) -> None:
    """Register teams and points, enter the roster, and send those who stand on post on the evening."""
    told = read("forces.toml")
    keeper, officer = _actor(told["keeper"]), _actor(told["officer"])
    posts = {row.key: row.pk for row in Post.objects.all()}
    with write():
        teams = {row["key"]: _team(row, told, keeper, posts) for row in told["team"]}
        with clock.standing_at(since := _moment(told["since"])):
            points = {row.pop("key"): add_point(by=keeper, valid_from=since.date(), source=told["source"],
                                                invented=True, **row) for row in told["point"]}
        _roster(told, teams)
        Hospital.objects.bulk_create([Hospital(told_at=since, source=told["source"], invented=True, **row)
                                      for row in told["hospital"]])
        for row in told["sent"]:
            _sent(row, teams[row["team"]], points[row["point"]], officer)
    say(f"teams: {len(teams)}, points to staff: {len(points)}; 2 and 4 teams of the source of 2022, the rest invented")


def _team(row: dict[str, Any], told: dict[str, Any], by: Actor, posts: dict[str, int]) -> Team:
    from_2022 = row.get("from_2022", False)
    at = _moment(told["since_2022" if from_2022 else "since"])
    since = _moment(told["since"])
    with clock.standing_at(since):
        team = register_team(
            by=by, at=at, kind=row["kind"], body=directory().by_key[row["body"]], post=posts.get(row.get("post", "")),
            heads=row["heads"], skills={code: (heads, None) for code, heads in row["skills"].items()}, zh=row["zh"],
            en=row["en"], home=row["home"], lat=row["lat"], lon=row["lon"], invented=not from_2022,
            source=told["source_2022" if from_2022 else "source"], client_key=row["key"])
        for piece in row["gear"]:
            set_gear(team.pk, by=by, at=since, **piece)
    return Team.objects.get(pk=team.pk)


def _roster(told: dict[str, Any], teams: dict[str, Team]) -> None:
    days = [told["roster_from"] + timedelta(days=nth) for nth in range(told["roster_days"])]
    Shift.objects.bulk_create([
        Shift(team=team, day=day, part=part, heads=max(1, round(team.heads * SHARES[part])))
        for team in teams.values() if team.kind != TeamKind.STORE for day in days for part in Part])


def _sent(row: dict[str, Any], team: Team, point: Point, officer: Actor) -> UUID:
    assert team.post_id is not None
    with clock.standing_at(called := _moment(row["called"])):
        made = call_up(team.pk, reason=row["reason"], by=officer, at=called, point=point.pk, heads=row["heads"])
    with clock.standing_at(there := _moment(row["arrived"])):
        arrive(made.pk, by=_actor(team.post_id), at=there, lat=point.lat + 0.0005, lon=point.lon)
    return made.pk
