"""Internal fields leave with a file only when somebody says why, and then it is noted who took which works."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from undercity.db import insert_rows, write
from undercity.errors import NotAllowed, RuleBroken
from undercity.ledger.actions import look
from undercity.org.powers import Actor
from undercity.org.states import Power
from undercity.register.models import Export, Exported
from undercity.register.queries.exports import Chosen

SUBJECT = "register.export"


def take_internal(given: Chosen, *, file_format: str, reason: str, by: Actor, at: datetime) -> Export:
    """Note an export with internal fields before the first byte of it leaves. RuleBroken without a reason."""
    if not by.holds(Power.WORK_READ) or by.post is None:
        raise NotAllowed(_("Your post has no power to %(power)s.") % {"power": Power.WORK_READ.label},
                         remedy=_("Ask the administrator of your office if you should have it."))
    reason = " ".join(reason.replace("\x00", "").split())[:200]
    if not reason:
        raise RuleBroken(_("What is the file for?"), field="reason",
                         remedy=_("Say it in a few words: it is noted with the export."))
    internal = [one.code for _part, one in given.columns if one.internal]
    with write():
        row = Export.objects.create(post=by.post, at=at, reason=reason, fields=",".join(internal)[:400],
                                    format=file_format, places=len(given.places))
        insert_rows(Exported, ["export_id", "place"], [(row.pk, place) for place in given.places])
        look(by=by, subject_kind=SUBJECT, subject=row.pk, fields=_short(internal), reason=reason)
    return row


def _short(names: list[str]) -> list[str]:
    """As many names as the column of a look holds; the export has them all."""
    held: list[str] = []
    for name in names:
        if len(",".join([*held, name])) > 190:
            return [*held, "…"]
        held.append(name)
    return held
