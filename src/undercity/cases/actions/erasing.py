"""清除: personal data goes when it is no longer needed, or when the person says so. That it went stands in the record,
without what it was; the record's proofs still fit, since an erased dossier has lost its salt.

The position stays: it is that of a public problem, about which Open311 tells the public anyway.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from undercity.cases.actions.indexing import forget_words
from undercity.cases.actions.moving import locked
from undercity.cases.facts import SUBJECT
from undercity.cases.models import Case, Contact, Follower, Note, Photo, Report, Supporter
from undercity.cases.queries.erasing import Due, contacts_due, followers_due, words_due
from undercity.cases.queries.speakers import Speaker, speaking
from undercity.cases.states import KEEP_CONTACT_DAYS, OPEN, Erasure, Stage
from undercity.cases.voices import Erased
from undercity.db import write
from undercity.errors import RuleBroken
from undercity.ledger.actions import record
from undercity.ledger.actions.sweeping import forget_pictures
from undercity.ledger.models import Dossier
from undercity.org.powers import THE_CITIZEN, THE_SYSTEM, Actor

EMPTY: dict[type[Dossier], dict[str, object]] = {
    Contact: {"name": "", "phone": "", "email": ""}, Supporter: {"name": "", "phone": "", "email": ""},
    Report: {"text": "", "address": ""}, Note: {"text": ""},
    Photo: {"sha256": "", "width": 0, "height": 0, "taken_lat": None, "taken_lon": None}}


def erase_due(at: datetime) -> int:
    """Erase everything that was kept long enough, or whose reporter asked for it; how many dossiers."""
    gone = sum(_erase(due, by=THE_SYSTEM, at=at) for due in (*contacts_due(at), *words_due(at)))
    with write():
        Follower.objects.filter(pk__in=followers_due(at)).delete()
    return gone


def erase_mine(token: str, *, at: datetime, sure: bool) -> int:
    """What a reporter asks to have erased: contact and messages now; words and pictures now if the case has ended,
    else as soon as it has. How many dossiers went now."""
    if not sure:
        raise RuleBroken(_("Say that you are sure: it cannot be brought back."), field="sure",
                         remedy=_("Tick the box, then send it again."))
    with write():
        one = speaking(token)
        kind = type(one.dossier)
        kind._default_manager.filter(pk=one.id, erase_asked_at__isnull=True).update(erase_asked_at=at)
        gone = _erase(Due(one.first.uid, _contacts(one), KEEP_CONTACT_DAYS, Erasure.ASKED), by=THE_CITIZEN, at=at)
        if Stage(one.case.stage) not in OPEN:
            gone += sum(_erase(due, by=THE_CITIZEN, at=at) for due in words_due(at, only=one.id))
    return gone


def _contacts(one: Speaker) -> list[Dossier]:
    return [] if one.contact is None else [one.contact]


def _erase(due: Due, *, by: Actor, at: datetime) -> int:
    with write():
        _row, stream = locked(Case.objects.filter(uid=due.case))
        rows = [row for row in due.rows if _still_there(row)]
        if not rows:
            return 0
        for row in rows:
            _empty(row, at)
        record(Erased(why=due.why, term=due.term, dossiers_erased=tuple(row.pk for row in rows)), stream_kind=SUBJECT,
               stream=due.case, was=stream, by=by, at=at)
        return len(rows)


def _still_there(row: Dossier) -> bool:
    # Another worker, or the person himself, may have been quicker.
    return type(row)._default_manager.filter(pk=row.pk, erased_at__isnull=True).exists()


def _empty(row: Dossier, at: datetime) -> None:
    if isinstance(row, Report):
        # Nobody finds the case by words that are gone.
        forget_words(row.case.pk, row.text, row.address)
    elif isinstance(row, Photo):
        transaction.on_commit(partial(forget_pictures, [row.sha256]))
    elif isinstance(row, Contact):
        Follower.objects.filter(contact=row).delete()
    elif isinstance(row, Supporter):
        Follower.objects.filter(supporter=row).delete()
    type(row)._default_manager.filter(pk=row.pk).update(salt="", erased_at=at, **EMPTY[type(row)])
