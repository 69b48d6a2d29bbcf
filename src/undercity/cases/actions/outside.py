"""外部更新: what another system tells of a case, kept as a note beside the main line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from undercity.cases.actions.dossiers import write_note, write_photos
from undercity.cases.actions.moving import locked
from undercity.cases.facts import SUBJECT
from undercity.cases.models import Case, OutsideUpdate
from undercity.cases.outside_facts import ToldOutside
from undercity.cases.states import Told
from undercity.db import write
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.actions import record
from undercity.ledger.fold import StreamState
from undercity.ledger.models import Duty
from undercity.ledger.pictures import Picture
from undercity.notices.actions import put
from undercity.org.powers import Actor
from undercity.org.queries import Holder, holder
from undercity.org.states import Power, Role

TEXT_MAX = 4000
NOTICE = "case.told_outside"


def told_outside(case: UUID, *, by: Actor, at: datetime, teller: str, number: str, status: Told, said_at: datetime,
                 text: str, photos: Sequence[Picture] = ()) -> tuple[OutsideUpdate, bool]:
    """Keep what another system tells of a case, and tell whoever has the case now. False: it was there already.

    `teller` and `number`: who tells and under which number of his own; told again, the first one comes back. A case
    that was merged is told of as the one it goes on as. RuleBroken when nothing is told.
    """
    if len(text) > TEXT_MAX:
        raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": TEXT_MAX}, field="description",
                         remedy=_("Shorten it."))
    mark = hashlib.sha256(f"{teller}:{number}".encode()).hexdigest()
    if (known := OutsideUpdate.objects.filter(mark=mark).first()) is not None:
        return known, False
    try:
        with write():
            return _written(case, by=by, at=at, mark=mark, status=status, said_at=said_at, text=text,
                            photos=photos), True
    except IntegrityError:
        if (known := OutsideUpdate.objects.filter(mark=mark).first()) is not None:
            return known, False
        raise


def _written(case: UUID, *, by: Actor, at: datetime, mark: str, status: Told, said_at: datetime, text: str,
             photos: Sequence[Picture]) -> OutsideUpdate:
    row, stream = _final(case)
    # First of all: a second one with the same mark stops here and leaves nothing.
    update = OutsideUpdate.objects.create(case_id=row.uid, mark=mark, told_at=at)
    record(ToldOutside(note=write_note(row.uid, text), photos=write_photos(row.uid, "told_outside", photos,
                                                                           public=False),
                       status=status, said_at=said_at),
           stream_kind=SUBJECT, stream=row.uid, was=stream, by=by, at=at)
    if (to := _concerned(row)) is not None:
        put(code=NOTICE, post=to.post, appointment=to.appointment, subject_kind=SUBJECT, subject=row.uid,
            due_at=row.due_at)
    return update


def _final(case: UUID) -> tuple[Case, StreamState]:
    """The case, or the one it goes on as, locked."""
    for _step in range(20):
        row, stream = locked(Case.objects.filter(uid=case))
        if row.merged_into is None:
            return row, stream
        case = row.merged_into
    raise NotFound(_("There is no such case."))


def _concerned(row: Case) -> Holder | None:
    """Whoever has the case now; after its end the intake officer, who may be asked to look again."""
    duty = Duty.objects.filter(pk=row.duty).first() if row.duty else None
    if duty is not None and duty.post_id is not None:
        return Holder(post=duty.post_id, body=duty.body_id, appointment=duty.appointment)
    return holder(Power.CASE_INTAKE, row.territory_id, role=Role.INTAKE_OFFICER, turn=row.uid.int)
