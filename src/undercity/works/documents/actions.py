"""Filing documents of works and taking them out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import uuid_utils.compat as uuid
from django.utils.translation import gettext as _

from undercity.db import insert_objects, write
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.fold import StreamState
from undercity.org.powers import Actor, can, require
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.works.documents import rules
from undercity.works.documents.facts import SUBJECT, Filed, TakenOut
from undercity.works.documents.files import keep, read_file
from undercity.works.documents.models import Document, Paper
from undercity.works.documents.rows import state_of
from undercity.works.documents.states import DocumentStatus, Media
from undercity.works.queries import visible_to as visible_works
from undercity.works.terms.queries import in_force


def file_document(work: UUID, *, by: Actor, at: datetime, kind: str, title: str, raw: bytes | None = None,
                  file_name: str = "", client_key: str = "") -> Document:
    """资料归档: a document with its file, or the register number of drawings without. The same key files it once.

    RuleBroken when a word of its title or its file's name is on the stop list, when a file is missing or unwanted, or
    when it is neither PDF nor picture.
    """
    known = in_force("document", at.date()).get(kind)
    if known is None:
        raise RuleBroken(_("There is no such kind of document."), field="kind",
                         remedy=_("Choose one of those offered."))
    title = rules.checked_title(title)
    # The register number of drawings may say that it is one; a file may not.
    rules.not_stopped([title, file_name] if known.content["file"] else [file_name],
                      in_force("refused", at.date()).values())
    if bool(known.content["file"]) != (raw is not None):
        raise RuleBroken(_("A file is missing.") if known.content["file"] else
                         _("Of drawings the register number is kept, never the drawing."), field="file",
                         remedy=_("Choose a PDF or a picture.") if known.content["file"] else _("Send it without."))
    file = read_file(raw) if raw is not None else None
    uid = uuid.uuid5(uuid.NAMESPACE_URL, f"undercity:document:{by.post}:{client_key}") if client_key else uuid.uuid7()
    with write():
        row = visible_works(by).select_for_update(of=("self",)).filter(uid=work).first()
        if row is None:
            raise NotFound(_("There is no such work."), remedy=_("Check the code; it may also lie outside your area."))
        require(can(by, Power.WORK_KEEP, directory().cards[row.keeper_id].path))
        there = Document.objects.filter(pk=uid).first()
        if there is not None:
            return there
        if file is not None:
            keep(file)
        paper = Paper(id=uuid.uuid7(), salt=new_salt(), document=uid, title=title,
                      media=file.media.value if file else Media.NONE.value, sha256=file.sha256 if file else "",
                      size=len(file.content) if file else 0)
        insert_objects(Paper, [paper])
        record(Filed(work=work, keeper=row.keeper_id, kind=kind,
                     paper=ref("document.paper", paper.id, content_of("document.paper", paper))),
               stream_kind=SUBJECT, stream=uid, was=StreamState(), by=by, at=at)
        return Document.objects.get(pk=uid)


def take_out(document: UUID, *, by: Actor, at: datetime) -> Document:
    """资料撤出: shown no longer. Its file and its entry stay: what was once filed can be proved."""
    with write():
        row = Document.objects.select_for_update(of=("self",)).filter(
            pk=document, work__in=visible_works(by).values("uid")).first()
        if row is None:
            raise NotFound(_("There is no such document."), remedy=_("It may lie outside your area."))
        require(can(by, Power.WORK_KEEP, directory().cards[row.body_id].path))
        if row.status != DocumentStatus.FILED:
            raise InvalidMove(_("This document was taken out already."), remedy=_("The record shows when."))
        record(TakenOut(), stream_kind=SUBJECT, stream=row.pk, by=by, at=at,
               was=StreamState(sequence=last_sequence(row.pk), subject=state_of(row)))
        row.refresh_from_db()
        return row
