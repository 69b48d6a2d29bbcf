"""阈值监视: go through what instruments newly measured, rule by rule; tell once an episode that one was reached."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import uuid_utils.compat as ids

from undercity import clock
from undercity.alerts.facts import GAUGE, GaugeEased, GaugeReached
from undercity.alerts.models import Episode, GaugeStand
from undercity.alerts.projection import state_of
from undercity.alerts.queries.gauges import gone_through, limits, moment, quantity, watched_series
from undercity.alerts.rules.book import GaugeRule, gauge_rules
from undercity.alerts.rules.windows import Limits, Turn, walked
from undercity.alerts.signals import rule_eased, rule_reached
from undercity.db import write
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.fold import StreamState
from undercity.org.powers import THE_SYSTEM
from undercity.org.queries import directory
from undercity.readings.models import Reading, Series

# Whoever was not looked at for long is not told of storms long past: older readings only fill the window.
NOT_OLDER_SECONDS = 24 * 3600
AT_ONCE = 5000


def watch_gauges(at: datetime) -> int:
    """Go through the new readings of every rule of the day, on the current timeline; how many episodes began."""
    began = 0
    for rule in gauge_rules(at.astimezone(clock.ZONE).date()):
        seen = gone_through(rule)
        for series in watched_series(rule):
            stand = seen.get(series.pk)
            if series.last_at is not None and (stand is None or series.last_at > stand.seen):
                with write():
                    began += _go_through(rule, series, at)
    return began


def _go_through(rule: GaugeRule, series: Series, at: datetime) -> int:
    held, now = limits(rule), int(at.timestamp())
    stand = GaugeStand.objects.select_for_update().filter(
        timeline=clock.timeline(), rule=rule.code, series=series).first()
    since = max(stand.seen if stand else 0, now - NOT_OLDER_SECONDS)
    rows = Reading.objects.filter(series=series, at__lte=now).order_by("at").values_list("at", "value")
    fresh = list(rows.filter(at__gt=since)[:AT_ONCE])
    if not fresh:
        return 0
    before = list(rows.filter(at__gt=fresh[0][0] - held.seconds, at__lte=since))
    episode = Episode.objects.filter(timeline=clock.timeline(), rule=rule.code, series=series,
                                     ended__isnull=True).first()
    found = walked(before, fresh, held, standing=episode is not None)
    peak = max((one for one in (found.peak, stand.peak if stand else None, episode.peak if episode else None)
                if one is not None), default=None)
    body = directory().by_key.get(rule.body)
    if body is None:
        return 0
    began = 0
    for turn in found.turns:
        if turn.reached:
            episode = _reached(rule, series, body, held, turn, at)
            began += 1
        elif episode is not None:
            _eased(rule, episode, turn, max(peak or turn.value, episode.value), at)
            episode = None
    GaugeStand.objects.update_or_create(
        timeline=clock.timeline(), rule=rule.code, series=series,
        defaults={"seen": fresh[-1][0], "value": found.value, "peak": peak if found.standing else None})
    return began


def _reached(rule: GaugeRule, series: Series, body: int, held: Limits, turn: Turn, at: datetime) -> Episode:
    uid: UUID = ids.uuid7()
    record(GaugeReached(rule=rule.code, rule_from=rule.valid_from, series=series.pk, body=body, began=turn.at,
                        value=turn.value, threshold=held.threshold), stream_kind=GAUGE, stream=uid, was=StreamState(),
           by=THE_SYSTEM, at=at)
    episode = Episode.objects.get(pk=uid)
    rule_reached.send(sender=Episode, rule=rule, value=_in_unit(rule, turn.value), at=moment(turn.at), body=body,
                      episode=episode)
    return episode


def _eased(rule: GaugeRule, episode: Episode, turn: Turn, peak: int, at: datetime) -> None:
    record(GaugeEased(ended=turn.at, value=turn.value, peak=peak), stream_kind=GAUGE, stream=episode.pk,
           was=state_of(episode, last_sequence(episode.pk)), by=THE_SYSTEM, at=at)
    episode.refresh_from_db()
    rule_eased.send(sender=Episode, rule=rule, value=_in_unit(rule, turn.value), at=moment(turn.at),
                    body=episode.body_id, episode=episode)


def _in_unit(rule: GaugeRule, value: int) -> float:
    return value / float(10 ** quantity(rule).decimals)
