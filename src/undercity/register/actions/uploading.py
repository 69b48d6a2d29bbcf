"""A spreadsheet comes in, its columns are settled, or it is thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import uuid_utils.compat as uuid
from django.utils.translation import gettext as _

from undercity.db import write
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.ledger.dossier import new_salt
from undercity.org.powers import Actor, Decision, require
from undercity.org.states import Power
from undercity.register.models import HeaderChoice, Upload
from undercity.register.parts import fields
from undercity.register.queries.previews import IDENTITIES
from undercity.register.queries.sheets import Table, packed, read_table
from undercity.register.queries.uploads import remembered
from undercity.register.rules.headers import fingerprint
from undercity.register.states import UploadState
from undercity.science.coordinates import Datum

# A spreadsheet nobody applied is emptied after so long: it may hold internal fields.
KEPT = timedelta(days=2)
OPEN = (UploadState.COLUMNS, UploadState.READY)
# Being carried out is not over, and nothing else may be done with it.
GOING_ON = (*OPEN, UploadState.WAITING)


def may_import(actor: Actor) -> Decision:
    """May this post bring spreadsheets in at all? Each row is asked again."""
    return Decision(actor.holds(Power.PLACE_EDIT),
                    _("Your post has no power to %(power)s.") % {"power": Power.PLACE_EDIT.label})


def take_in(name: str, content: bytes, *, by: Actor, at: datetime) -> Upload:
    """Keep a spreadsheet until it is applied or thrown away, with its columns guessed. RuleBroken when it cannot be."""
    require(may_import(by))
    return keep(name, read_table(content), by=by, at=at)


def keep(name: str, table: Table, *, by: Actor, at: datetime) -> Upload:
    """The same for a table read already."""
    assert by.post is not None
    guessed = remembered(table.headers, by.post)
    with write():
        Upload.objects.filter(state__in=OPEN, made_at__lt=at - KEPT).update(state=UploadState.DROPPED, table=b"")
        return Upload.objects.create(
            id=uuid.uuid7(), salt=new_salt(), name="".join(name.split("\x00"))[-120:], sha256=table.sha256,
            post_id=by.post, made_at=at, head=table.headers, rows=len(table.rows), table=packed(table.rows),
            remarks=table.remarks, columns=guessed.columns, datum=guessed.datum, day=at.date())


def settle(upload: UUID, columns: Mapping[str, int], *, datum: Datum | None, day: date, by: Actor) -> Upload:
    """Settle which column is which, what positions count in and from which day names hold; remembered for next time."""
    with write():
        row = locked(upload, by=by)
        _check(columns, row, datum)
        row.columns, row.datum, row.day = dict(columns), datum or "", day
        row.state = UploadState.READY
        row.save(update_fields=["columns", "datum", "day", "state"])
        HeaderChoice.objects.update_or_create(
            post_id=row.post_id, headers=fingerprint(row.head),
            defaults={"columns": {name: row.head[column] for name, column in columns.items()}, "datum": row.datum})
    return row


def _check(columns: Mapping[str, int], row: Upload, datum: Datum | None) -> None:
    known = fields()
    if unknown := [name for name in columns if name not in known or not 0 <= columns[name] < len(row.head)]:
        raise RuleBroken(_("There is no column %(name)s.") % {"name": unknown[0]}, field="columns",
                         remedy=_("Choose among the columns of the file."))
    if len(set(columns.values())) < len(columns):
        raise RuleBroken(_("One column of the file was chosen twice."), field="columns",
                         remedy=_("Choose each column for one thing only."))
    if not any(name in columns for name in IDENTITIES):
        raise RuleBroken(_("No column tells which work or place a row is about."), field="columns",
                         remedy=_("Choose the column of the code, of the key, or of the name."))
    if "place.lat" in columns and datum is None:
        raise RuleBroken(_("What do the positions count in?"), field="datum",
                         remedy=_("Choose one: the same numbers lie half a kilometre apart."))


def drop(upload: UUID, *, by: Actor) -> None:
    """Throw a spreadsheet away; nothing of its table stays."""
    with write():
        row = locked(upload, by=by)
        row.state, row.table = UploadState.DROPPED, b""
        row.save(update_fields=["state", "table"])


def locked(upload: UUID, *, by: Actor, states: Sequence[UploadState] = OPEN) -> Upload:
    """An upload of this post that is still on its way. NotFound: not this post's; InvalidMove: it is over."""
    row = Upload.objects.select_for_update().filter(pk=upload, post=by.post).first()
    if row is None:
        raise NotFound(_("There is no such spreadsheet."), remedy=_("Send it again."))
    if row.state not in states:
        raise InvalidMove(_("This spreadsheet is over: %(state)s.") % {"state": UploadState(row.state).label},
                          remedy=_("Send it again if it should be looked at once more."))
    return row
