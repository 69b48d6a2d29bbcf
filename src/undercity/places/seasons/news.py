"""What the public is told of seasons 场所动态: opened, ended, extended; closed for a time, other hours; taken back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from undercity import clock
from undercity.ledger.lights import day_and_minute
from undercity.ledger.models import Entry
from undercity.places.hours import in_words, season_of_days
from undercity.places.models import Season
from undercity.places.news import NAME, Told
from undercity.places.seasons import facts
from undercity.places.seasons.states import Why

# What a place's year may tell; a proposal is nothing yet.
SAID = {one.verb: kind for one, kind in (
    (facts.SeasonOpened, "season_opened"), (facts.SeasonClosed, "season_ended"),
    (facts.SeasonExtended, "season_extended"), (facts.ChangeAccepted, "changed"), (facts.ExceptionAdded, "changed"),
    (facts.ExceptionWithdrawn, "taken_back"), (facts.DecisionUndone, "taken_back"), (facts.ChangeRefused, ""))}


def told(at: datetime, limit: int) -> list[Told]:
    """The newest of this year and the one before, of listed places; a decision is taken back only if it was a yes."""
    year = at.astimezone(clock.ZONE).year
    years = Season.objects.filter(timeline=clock.timeline(), year__range=(year - 1, year + 1), place__listed=True)
    rows = Entry.objects.filter(stream__in=years.values("uid"), verb__in=SAID, at__lte=at).order_by(
        "stream", "sequence").values_list("stream", "sequence", "verb", "at", "facts")
    found, agreed = [], dict[tuple[UUID, str], bool]()
    for stream, sequence, verb, moment, said in rows:
        about = (stream, str(said.get("proposal")))
        was_agreed = agreed.get(about, False)
        agreed[about] = verb == facts.ChangeAccepted.verb
        if verb == facts.ChangeRefused.verb or (verb == facts.DecisionUndone.verb and not was_agreed):
            continue
        found.append(Told(said["place"], SAID[verb], moment, _words(verb, said), f"{stream}/{sequence}"))
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


def _words(verb: str, said: dict[str, Any]) -> str:
    named = {"name": NAME}
    if verb == facts.SeasonOpened.verb:
        return _("Season of %(name)s: %(days)s") % {
            **named, "days": season_of_days(_day(said["opens_on"]), _day(said["closes_on"]))}
    if verb == facts.SeasonClosed.verb:
        return _("%(name)s: the season ends early, its last day is %(day)s") % {**named, "day": said["closes_on"]}
    if exempt := said.get("exempt"):
        values = {**named, "why": Why(exempt["why"]).label, "when": _when(exempt)}
        if exempt["hours"]:
            return _("%(name)s, other hours: %(hours)s, %(when)s. %(why)s") % {
                **values, "hours": in_words(exempt["hours"])}
        return _("%(name)s is closed for a time: %(when)s. %(why)s") % values
    if said.get("closes_on"):
        return _("%(name)s: the season is longer, its last day is %(day)s") % {**named, "day": said["closes_on"]}
    return _("%(name)s: a closing or other hours no longer hold") % named


def _when(exempt: dict[str, Any]) -> str:
    starts, ends = datetime.fromisoformat(exempt["starts"]), exempt["ends"]
    return _("%(from)s to %(to)s") % {"from": day_and_minute(starts), "to": day_and_minute(
        datetime.fromisoformat(ends)) if ends else _("until further notice")}


def _day(text: str) -> date:
    return date.fromisoformat(text)
