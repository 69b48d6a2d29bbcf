"""收数: take readings from any door, however often they are sent, and tell what became of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from undercity.db import write
from undercity.readings.actions.rows import Point, add_sums, by_series, insert_new
from undercity.readings.actions.warning import watch_over
from undercity.readings.models import KeptApart, Reading, SentKey, Series
from undercity.readings.queries.books import known_devices
from undercity.readings.queries.terms import terms_on
from undercity.readings.rules import LATE_SECONDS, Fit, Known, Said, Terms, judged, plain
from undercity.readings.states import Door, Quantity, Reason, Result


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one reading. `late`: it came long after it was measured, or after a newer one."""

    result: Result
    reason: Reason | None = None
    late: bool = False


def take(given: Sequence[Said], *, door: Door, at: datetime,
         only: Collection[int] | None = None) -> list[Answer]:
    """Store what may be stored, keep apart what may not, in one transaction; an answer for each, in their order.

    The same reading again (device, quantity and second, or the device's own key) is a duplicate, whatever door it
    comes by. `only`: the devices that may be spoken for; what is said of others is not believed.
    """
    now = int(at.timestamp())
    with write():
        devices = known_devices(plain(one.device) for one in given)
        if only is not None:
            devices = {key: known for key, known in devices.items() if known.id in only}
        terms = terms_on(at.date())
        found = [judged(one, devices=devices, terms=terms, now=now) for one in given]
        # Of two writers of a series one waits here, before anything of it is read.
        standing = {row.pk: row for row in Series.objects.select_for_update(of=("self",)).filter(
            pk__in={fit.series for fit in found if isinstance(fit, Fit)}).order_by("pk")}
        answers = _stored(found, standing, now)
        _keep_apart(given, found, answers, devices, door, at)
        _watched(answers, found, standing, terms, at)
    return [answer for answer, _point in answers]


Settled = list[tuple[Answer, Point | None]]


def _stored(found: Sequence[Fit | Reason], standing: dict[int, Series], now: int) -> Settled:
    """What becomes of each, with the point that is new."""
    settled: Settled = [(Answer(Result.REFUSED, one) if isinstance(one, Reason) else Answer(Result.STORED), None)
                        for one in found]
    keys = _sent_keys([fit for fit in found if isinstance(fit, Fit)])
    points: dict[tuple[int, int], Point] = {}
    fresh_keys: dict[int, SentKey] = {}
    claims: list[int] = []
    for place, fit in enumerate(found):
        if not isinstance(fit, Fit):
            continue
        if fit.key:
            sent = keys.get((fit.device, fit.key))
            if sent is not None:
                same = (sent.quantity, sent.value) == (fit.quantity, fit.value)
                settled[place] = (Answer(Result.DUPLICATE) if same else Answer(Result.REFUSED, Reason.KEY_REUSED), None)
                continue
            row = SentKey(device_id=fit.device, key=fit.key, quantity=fit.quantity.value, value=fit.value, at=fit.at)
            keys[fit.device, fit.key] = row
            fresh_keys[place] = row
        claims.append(place)
        points.setdefault((fit.series, fit.at), (fit.series, fit.at, fit.value, now - fit.at))
    inserted = insert_new(list(points.values()))
    stood = _values([key for key in points if key not in inserted])
    for place in claims:
        fit = found[place]
        assert isinstance(fit, Fit)
        key = (fit.series, fit.at)
        if key in inserted:
            inserted.discard(key)
            stood[key] = points[key][2]
            last = standing[fit.series].last_at
            late = now - fit.at > LATE_SECONDS or (last is not None and fit.at < last)
            settled[place] = (Answer(Result.STORED, late=late), points[key])
        elif stood[key] == fit.value:
            settled[place] = (Answer(Result.DUPLICATE), None)
        else:
            settled[place] = (Answer(Result.REFUSED, Reason.OTHER_VALUE), None)
    SentKey.objects.bulk_create([row for place, row in fresh_keys.items() if settled[place][0].reason is None],
                                ignore_conflicts=True)
    add_sums(point for _answer, point in settled if point is not None)
    return settled


def _sent_keys(fits: Sequence[Fit]) -> dict[tuple[int, str], SentKey]:
    keyed = [fit for fit in fits if fit.key]
    if not keyed:
        return {}
    rows = SentKey.objects.filter(device__in={fit.device for fit in keyed}, key__in={fit.key for fit in keyed})
    return {(row.device_id, row.key): row for row in rows}


def _values(keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """What stands at these moments already."""
    if not keys:
        return {}
    rows = Reading.objects.filter(series_id__in={key[0] for key in keys}, at__in={key[1] for key in keys})
    return {(series, at): value for series, at, value in rows.values_list("series_id", "at", "value")}


def _keep_apart(given: Sequence[Said], found: Sequence[Fit | Reason], settled: Settled, devices: dict[str, Known],
                door: Door, at: datetime) -> None:
    """待核: nothing that was refused is lost; sent again it is kept once."""
    rows = []
    for one, (answer, _point) in zip(given, settled, strict=True):
        if answer.reason is None:
            continue
        known = devices.get(plain(one.device))
        said = [_as_said(value) for value in (one.device, one.quantity, one.at, one.value)]
        mark = hashlib.sha256(json.dumps([*said, _as_said(one.key), answer.reason.value]).encode()).hexdigest()
        rows.append(KeptApart(mark=mark, received_at=at, door=door.value, reason=answer.reason.value,
                              device_id=known.id if known else None, device_said=said[0][:100],
                              quantity_said=said[1][:60], at_said=said[2][:60], value_said=said[3][:200]))
    KeptApart.objects.bulk_create(rows, ignore_conflicts=True)


def _as_said(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _watched(settled: Settled, found: Sequence[Fit | Reason], standing: dict[int, Series],
             terms: Mapping[Quantity, Terms], at: datetime) -> None:
    """Let each series step through what is newer than its last value; late ones change neither it nor a warning."""
    fresh = by_series(point for _answer, point in settled if point is not None)
    quantities = {fit.series: fit.quantity for fit in found if isinstance(fit, Fit)}
    newer = {series: points for series, all_points in fresh.items()
             if (points := [point for point in all_points
                            if standing[series].last_at is None or point[1] > (standing[series].last_at or 0)])}
    watch_over(newer, standing, quantities, terms, at=at)
