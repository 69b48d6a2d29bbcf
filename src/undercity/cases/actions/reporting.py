"""上报: a problem comes in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import uuid_utils.compat as uuid
from django.db import IntegrityError
from django.utils.translation import gettext as _

from undercity.cases import kinds
from undercity.cases.actions.dossiers import mark, photo_rows
from undercity.cases.actions.indexing import packed, remember
from undercity.cases.facts import SUBJECT, Reported
from undercity.cases.models import Case, Contact, Photo, Report
from undercity.cases.projection import row_written
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import Source
from undercity.db import insert_objects, write
from undercity.errors import RuleBroken
from undercity.ledger.actions import assigned, record
from undercity.ledger.dossier import new_salt
from undercity.ledger.fold import StreamState
from undercity.ledger.pictures import Picture
from undercity.org.powers import POST, Actor, can, require
from undercity.org.queries import calendar, directory, holder
from undercity.org.states import Power, Role
from undercity.places.grids import grid_at
from undercity.science.worktime import deadline

TEXT_MAX = 4000


@dataclass(frozen=True, slots=True)
class Sender:
    """How to reach the reporter, if he wants to be."""

    name: str = ""
    phone: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.email)


def report(*, by: Actor, at: datetime, source: Source, category: str, text: str, territory: int, address: str = "",
           lat: float | None = None, lon: float | None = None, photos: Sequence[Picture] = (),
           sender: Sender | None = None, client_key: str = "") -> Case:
    """Take a report and give its intake to somebody. The same `client_key` again gives the first case back."""
    require(can(by, Power.CASE_REPORT, directory().cards[territory].path))
    category = scheme().category(category).code
    if len(text) > TEXT_MAX:
        raise RuleBroken(_("The description is longer than %(max)d characters.") % {"max": TEXT_MAX},
                         field="description", remedy=_("Shorten it; the officers will see the place."))
    if not text.strip() and not photos:
        raise RuleBroken(_("Say what is wrong, or show it."), field="description",
                         remedy=_("Write a few words or add a photo."))
    key = scoped(by, client_key)
    if key and (known := _known(key)):
        return known
    try:
        with write():
            return written(by=by, at=at, source=source, category=category, text=text, territory=territory,
                          address=address, lat=lat, lon=lon, photos=photos, sender=sender, key=key)
    except IntegrityError:
        if key and (known := _known(key)):
            return known
        raise


def scoped(by: Actor, client_key: str) -> str | None:
    """The key of whoever sends, as it is kept; None without one."""
    # Two clients may pick the same key: each has its own, and a citizen's comes from us and cannot be guessed.
    if not client_key:
        return None
    return hashlib.sha256(f"{by.kind}:{by.post or ''}:{client_key}".encode()).hexdigest()


def _known(key: str) -> Case | None:
    return Case.objects.select_related("report").filter(report__client_key=key).first()


def written(*, by: Actor, at: datetime, source: Source, category: str, text: str, territory: int, address: str,
            lat: float | None, lon: float | None, photos: Sequence[Picture], sender: Sender | None,
            key: str | None) -> Case:
    """A new case at intake, inside the caller's `write()`; what was given is right already."""
    uid = uuid.uuid7()
    words = Report(id=uuid.uuid7(), salt=new_salt(), case_id=uid, text=text.strip(), address=address.strip(), lat=lat,
                   lon=lon, token=secrets.token_urlsafe(16), client_key=key)
    contact = Contact(id=uuid.uuid7(), salt=new_salt(), case_id=uid, name=sender.name, phone=sender.phone,
                      email=sender.email) if sender else None
    rows = photo_rows(uid, "report", photos, public=False)
    limit = scheme().stage_limit(kinds.INTAKE, at)
    to = holder(Power.CASE_INTAKE, territory, role=Role.INTAKE_OFFICER, turn=uid.int)
    grid = grid_at(lat, lon, at.date())
    said = Reported(
        source=source.value, category=category, territory=territory, unit_grid=grid.code if grid else "",
        reporter_post=by.post if by.kind == POST else None, report=mark("case.report", words),
        contact=mark("case.contact", contact) if contact else None,
        photos=tuple(mark("case.photo", row) for row in rows),
        opens=assigned(kinds.INTAKE, to=to, body=territory, territory=territory, limit=limit,
                       due_at=deadline(at, limit, calendar()) if limit else None))
    now = record(said, stream_kind=SUBJECT, stream=uid, was=StreamState(), by=by, at=at)
    insert_objects(Report, [words])
    if contact:
        insert_objects(Contact, [contact])
    if rows:
        insert_objects(Photo, rows)
    case = row_written(remember(packed(uid, words.text, words.address)), uid, now.subject)
    case.report = words
    return case
