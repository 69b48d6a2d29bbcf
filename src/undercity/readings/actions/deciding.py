"""待核读数: an officer accepts what was kept apart, corrected if need be, or drops it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from undercity.db import write
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.org.powers import Actor, require
from undercity.readings.actions.rows import add_sums, insert_new, replace
from undercity.readings.actions.warning import watch_over
from undercity.readings.models import KeptApart, Reading, Series
from undercity.readings.queries.books import known_devices
from undercity.readings.queries.terms import terms_on
from undercity.readings.queries.visible import apart_for, kept_by, may_decide
from undercity.readings.rules import Fit, Said, judged, plain
from undercity.readings.states import REMEDIES, Decided, Reason

NOTE_MAX = 200


def accept(number: int, *, by: Actor, at: datetime, device: str, quantity: str, moment: str, value: str,
           note: str = "") -> KeptApart:
    """采用: store it as the officer says it was. He vouches for a value outside the physical range, and for its age.

    Another value at that moment is replaced. RuleBroken when it still cannot be stored.
    """
    now = int(at.timestamp())
    with write():
        row = _open(number, by)
        name = plain(device)
        if not kept_by(by).filter(key=name).exists():
            raise RuleBroken(_("This is no device you keep."), field="device",
                             remedy=_("Choose the device the reading is from."))
        terms = terms_on(at.date())
        fit = judged(Said(name, quantity, moment, value), devices=known_devices([name]), terms=terms, now=now,
                     anything=True)
        if isinstance(fit, Reason):
            raise RuleBroken(_("This still cannot be stored: %(reason)s.") % {"reason": fit.label}, field="value",
                             remedy=REMEDIES[fit])
        row.replaced = _store(fit, now, at)
        row.device_id = fit.device
        return _decided(row, Decided.ACCEPTED, by, at, note)


def _store(fit: Fit, now: int, at: datetime) -> int | None:
    """Store it; the value that stood there before, if one did."""
    series = Series.objects.select_for_update(of=("self",)).get(pk=fit.series)
    point = (fit.series, fit.at, fit.value, now - fit.at)
    stood = None
    if insert_new([point]):
        add_sums([point])
    else:
        stood = Reading.objects.filter(series_id=fit.series, at=fit.at).values_list("value", flat=True).get()
        replace(*point)
    if series.last_at is None or fit.at >= series.last_at:
        watch_over({fit.series: [point]}, {fit.series: series}, {fit.series: fit.quantity}, terms_on(at.date()), at=at)
    return stood


def drop(number: int, *, by: Actor, at: datetime, note: str = "") -> KeptApart:
    """弃用: it says nothing true. It stays in the list of what was dropped."""
    with write():
        return _decided(_open(number, by), Decided.DROPPED, by, at, note)


def take_back(number: int, *, by: Actor, at: datetime) -> KeptApart:
    """撤回: what was dropped is to be decided anew."""
    with write():
        row = _found(number, by)
        if row.decided != Decided.DROPPED:
            raise InvalidMove(_("Only what was dropped can be taken back."),
                              remedy=_("An accepted value is replaced by accepting another."))
        row.decided, row.decided_at, row.decided_by_id = Decided.OPEN.value, None, None
        row.save(update_fields=["decided", "decided_at", "decided_by"])
    return row


def _found(number: int, by: Actor) -> KeptApart:
    row = apart_for(by).select_related("device__place").select_for_update(of=("self",)).filter(pk=number).first()
    if row is None:
        raise NotFound(_("There is no such reading."), remedy=_("It may lie outside your area."))
    require(may_decide(by, row))
    return row


def _open(number: int, by: Actor) -> KeptApart:
    row = _found(number, by)
    if row.decided != Decided.OPEN:
        raise InvalidMove(_("This was decided already: %(what)s.") % {"what": Decided(row.decided).label},
                          remedy=_("Look at the list again."))
    return row


def _decided(row: KeptApart, what: Decided, by: Actor, at: datetime, note: str) -> KeptApart:
    row.decided, row.decided_at, row.decided_by_id = what.value, at, by.post
    row.note = note.replace("\0", "").strip()[:NOTE_MAX]
    row.save(update_fields=["decided", "decided_at", "decided_by", "note", "device", "replaced"])
    return row
