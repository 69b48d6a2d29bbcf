"""附记: what somebody knows of a case, added beside everything else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.cases.actions.dossiers import write_note, write_photos
from undercity.cases.actions.moving import locked
from undercity.cases.facts import SUBJECT
from undercity.cases.models import Case
from undercity.cases.queries.visible import visible_to
from undercity.cases.remark_facts import Remarked
from undercity.db import write
from undercity.errors import RuleBroken
from undercity.ledger.actions import record
from undercity.ledger.pictures import Picture
from undercity.org.powers import Actor, signed_in


def remark(case: UUID, *, by: Actor, at: datetime, note: str, photos: Sequence[Picture] = ()) -> Case:
    """Add words or pictures to a case one may see, whatever its stage; for officers only, never on the receipt."""
    signed_in(by)
    if not note.strip() and not photos:
        raise RuleBroken(_("A remark is empty."), field="note", remedy=_("Write a few words or add a photo."))
    with write():
        row, stream = locked(visible_to(by).filter(uid=case))
        record(Remarked(note=write_note(row.uid, note), photos=write_photos(row.uid, "remark", photos, public=False)),
               stream_kind=SUBJECT, stream=row.uid, was=stream, by=by, at=at)
        return row
