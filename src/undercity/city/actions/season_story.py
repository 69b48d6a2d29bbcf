"""The cooling season of the sample city 2026: opened, proposed, decided, undone, by the same actions as anybody's."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from undercity import clock
from undercity.city.sample_files import read
from undercity.city.scenes import scene
from undercity.db import write
from undercity.org.models import Appointment, Post
from undercity.org.powers import Actor
from undercity.org.queries import actor_for_person, directory
from undercity.places.models import DailyMaximum, Place, Season, VisitorCount
from undercity.places.refit.actions import finish_item, plan_item, report_progress
from undercity.places.seasons.actions import opening, proposals
from undercity.places.seasons.actions.announcing import post_announcement
from undercity.places.seasons.actions.heat import propose_due
from undercity.places.seasons.states import Source

SEED = 20260621
FIRST_MEASURED = date(2026, 5, 1)
SOURCE = "虚构 invented for the sample city"


def _moment(text: datetime) -> datetime:
    return text.replace(tzinfo=clock.ZONE)


def _actor(post: str) -> Actor:
    person = Appointment.objects.get(post__key=post, ends__isnull=True).person_id
    assert person is not None
    found = actor_for_person(person)
    assert found is not None
    return found


def tell_season(*, until: datetime, say: Callable[[str], None]) -> None:
    """The season up to a moment: heat, seasons, proposals and decisions, announcements, visitors, the refit."""
    told = read("seasons_2026.toml")
    places = {row.key: row.pk for row in Place.objects.filter(listed=True)}
    with write():
        _measure(until.date())
        officer, decided = _actor(told["by"]), _moment(told["decided"])
        with clock.standing_at(decided):
            for row in told["season"]:
                opening.open_season(places[row["place"]], by=officer, at=decided, opens_on=row["opens_on"],
                                    closes_on=row["closes_on"], hours=row["hours"], note=told["note"],
                                    keeper=directory().by_key[row["keeper"]])
        for row in sorted(told["event"], key=lambda event: event["at"]):
            _event(row, places[row["place"]], officer)
        for row in told["announcement"]:
            with clock.standing_at(at := _moment(row["starts"])):
                post_announcement(by=officer, at=at, zh=row["zh"], en=row["en"], starts=at,
                                  place=places.get(row.get("place", "")), ends=_moment(row["ends"]))
        for row in told["refit"]:
            _refit(row, places[row["place"]], officer)
        counted = _visitors(places, told["season"], until.date())
    say(f"seasons of 2026: {len(told['season'])}, days of visitors: {counted}, items of the refit: "
        f"{len(told['refit'])}, all invented")


def _measure(until: date) -> None:
    dice, heat = random.Random(SEED), set(read("seasons.toml")["heat"])
    days = [FIRST_MEASURED + timedelta(days=nth) for nth in range((until - FIRST_MEASURED).days + 1)]
    DailyMaximum.objects.bulk_create([
        DailyMaximum(day=day, source=SOURCE, invented=True, entered_at=datetime.combine(
            day, datetime.min.time(), clock.ZONE) + timedelta(hours=16),
            celsius=Decimal(str(round(dice.uniform(35, 37.6) if day in heat else dice.uniform(27.5, 34.4), 1))))
        for day in days])


def _event(row: dict[str, Any], place: int, officer: Actor) -> None:
    at = _moment(row["at"])
    with clock.standing_at(at):
        if row["what"] == "exception":
            opening.add_exception(place, by=officer, at=at, why=row["why"], starts=at, ends=_moment(row["ends"]),
                                  hours=row.get("hours", ""), note=row["note"])
            return
        if row["what"] == "heat":
            propose_due(at)
            season = Season.objects.get(place=place, year=at.year)
            proposal = UUID(season.proposals[-1]["id"])
        else:
            made = proposals.propose_closing(place, by=_actor(row["by"]), at=at, reason=row["why"],
                                             source=Source.KEEPER, ends=_moment(row["ends"]), note=row["words"])
            season, proposal = made.season, made.id
    if "decided" in row:
        _decide(season, proposal, row["decided"], row["answer"], row["note"], officer)
    if "undone" in row:
        with clock.standing_at(undone := _moment(row["undone"])):
            proposals.undo(season.pk, proposal, by=officer, at=undone, note=row["undo_note"])
        _decide(season, proposal, row["again"], row["again_answer"], row["again_note"], officer)


def _decide(season: Season, proposal: UUID, moment: datetime, answer: str, note: str, by: Actor) -> None:
    with clock.standing_at(at := _moment(moment)):
        decided = proposals.accept if answer == "accept" else proposals.refuse
        decided(season.pk, proposal, by=by, at=at, note=note)


def _refit(row: dict[str, Any], place: int, officer: Actor) -> None:
    with clock.standing_at(at := _moment(row["planned"])):
        item = plan_item(by=officer, at=at, place=place, year=2026, zh=row["zh"], en=row["en"], budget=row["budget"],
                         starts_on=row["starts_on"], ends_on=row["ends_on"], post=Post.objects.get(key=row["post"]).pk)
    by = _actor(row["post"])
    for step in row.get("progress", ()):
        with clock.standing_at(at := _moment(step["at"])):
            report_progress(item.pk, by=by, at=at, spent=step["spent"], note=step["note"],
                            photos=[scene(step["scene"], after=False)])
    if done := row.get("done"):
        with clock.standing_at(at := _moment(done["at"])):
            finish_item(item.pk, by=by, at=at, spent=done["spent"], photos=[scene(done["scene"], after=True)])


def _visitors(places: dict[str, int], seasons: list[dict[str, Any]], until: date) -> int:
    dice, heat = random.Random(SEED), set(read("seasons.toml")["heat"])
    rows = []
    for season in seasons:
        usual, day = dice.randint(90, 420), season["opens_on"]
        while day < until:
            many = usual * (1.5 if day in heat else 1) * (1.3 if day.weekday() > 4 else 1) * dice.uniform(0.8, 1.2)
            rows.append(VisitorCount(
                place_id=places[season["place"]], day=day, visitors=int(many), invented=True,
                entered_at=datetime.combine(day, datetime.min.time(), clock.ZONE) + timedelta(hours=21)))
            day += timedelta(days=1)
    VisitorCount.objects.bulk_create(rows)
    return len(rows)
