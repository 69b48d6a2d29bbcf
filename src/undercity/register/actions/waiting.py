"""Large spreadsheets are applied and undone in the background 后台导入: nobody waits for a page that does not come.

What was asked stands in the upload. The worker carries it out, or the officer's own page when no worker came; killed
in the middle, nothing was done, and it is begun again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import get_language, gettext as _, override

from undercity import clock
from undercity.db import write
from undercity.errors import NotAllowed, Refused
from undercity.org.powers import Actor
from undercity.org.queries import actor_for_person
from undercity.register.actions import applying
from undercity.register.models import Upload
from undercity.register.states import UploadState

# So many rows are written while the page waits: under a second.
AT_ONCE = 500
# Whoever began and did not end within this time was killed: the write itself leaves nothing behind.
GIVEN_UP = timedelta(minutes=3)
# A page leaves the worker so much time before it does the work itself.
FIRST = timedelta(seconds=4)


def apply(upload: Upload, *, by: Actor, at: datetime, seen: str, good_only: bool) -> None:
    """Apply what was looked at: at once when it is small, else in the background."""
    if upload.rows <= AT_ONCE:
        applying.apply(upload.pk, by=by, at=at, seen=seen, good_only=good_only)
    else:
        _ask(upload, UploadState.READY, by, at, {"what": "apply", "seen": seen, "good_only": good_only})


def undo(upload: Upload, *, by: Actor, at: datetime) -> None:
    """Undo an import: at once when it is small, else in the background."""
    if upload.rows <= AT_ONCE:
        applying.undo(upload.pk, by=by, at=at)
    else:
        _ask(upload, UploadState.APPLIED, by, at, {"what": "undo"})


def _ask(upload: Upload, since: UploadState, by: Actor, at: datetime, asked: dict[str, object]) -> None:
    told = {**asked, "person": by.person, "language": get_language() or "zh-hans", "at": at.isoformat(), "from": since}
    with write():
        # Asked twice, or of one that is over: the page says where it stands.
        Upload.objects.filter(pk=upload.pk, post=by.post, state=since).update(
            state=UploadState.WAITING, asked=told, begun_at=None)


def carry_out(upload: UUID, *, at: datetime) -> bool:
    """Do what was asked of an upload; False when somebody else is at it, or nothing is to be done."""
    with write():
        row = Upload.objects.select_for_update().filter(pk=upload, state=UploadState.WAITING).first()
        if row is None or (row.begun_at is not None and at - row.begun_at < GIVEN_UP):
            return False
        row.begun_at = at
        row.save(update_fields=["begun_at"])
    with override(str(row.asked["language"])):
        told = _carried_out(row, at)
    if told:
        with write():
            Upload.objects.filter(pk=upload, state=UploadState.WAITING).update(
                state=str(row.asked["from"]), asked={"told": told}, begun_at=None)
    return True


def _carried_out(row: Upload, at: datetime) -> str:
    """Nothing when it was done; else why not."""
    try:
        by = actor_for_person(int(row.asked["person"]))
        if by is None or by.post != row.post_id:
            raise NotAllowed(_("Whoever chose this no longer holds the post."))
        if row.asked["what"] == "apply":
            applying.apply(row.pk, by=by, at=at, seen=str(row.asked["seen"]), good_only=bool(row.asked["good_only"]))
        else:
            applying.undo(row.pk, by=by, at=at)
    except Refused as refusal:
        return str(refusal)
    return ""


def carry_out_waiting(at: datetime) -> int:
    """Carry out everything that waits; how many."""
    waiting = Upload.objects.filter(state=UploadState.WAITING).order_by("made_at").values_list("pk", flat=True)
    return sum(carry_out(upload, at=at) for upload in waiting)


def carry_out_mine(upload: Upload) -> None:
    """What a page does that comes again while its upload waits and no worker took it."""
    now = clock.now()
    if now - datetime.fromisoformat(str(upload.asked["at"])) >= FIRST:
        carry_out(upload.pk, at=now)
