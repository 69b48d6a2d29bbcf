"""What happens to plans: saved as a draft, published, withdrawn. A published text is never changed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import uuid_utils.compat as ids
from django.utils.translation import gettext as _

from undercity.clock import ZONE
from undercity.db import write
from undercity.errors import Conflict, InvalidMove, NotFound, RuleBroken
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.dossier import content_of as dossier_of, new_salt, ref
from undercity.ledger.evidence import kept_words
from undercity.ledger.fold import DossierRef, StreamState
from undercity.org.models import Body
from undercity.org.powers import Actor, Decision, can, require
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.response.plans.facts import SUBJECT, Drafted, Published, Withdrawn
from undercity.response.plans.models import PlanText, PlanVersion
from undercity.response.plans.queries import content_of, holders_now
from undercity.response.plans.rows import state_of
from undercity.response.plans.rules import PlanContent, check, parse
from undercity.response.plans.states import MOVES, Stage, Verb

NOTE_MAX = 2000


def may_edit(by: Actor, body: int) -> Decision:
    """Plans are written by whoever has the power over the body whose plan it is."""
    card = directory().cards.get(body)
    return can(by, Power.PLAN_EDIT, card.path if card else "")


def save_draft(text: str, *, by: Actor, at: datetime, seen: int | None = None) -> PlanVersion:
    """起草: a new version of the plan the file names. The same text again is the same version.

    `seen`: the number of the version it was written from (0: there was none); somebody saved meanwhile: Conflict.
    PlanFaults when the file is no plan.
    """
    content = parse(text)
    body = directory().by_key.get(content.plan.body)
    if body is None:
        raise RuleBroken(_("There is no body “%(key)s”.") % {"key": content.plan.body}, field="text",
                         remedy=_("Write the key of a body of the directory."))
    require(may_edit(by, body))
    with write():
        Body.objects.select_for_update().get(pk=body)
        last = (PlanVersion.objects.filter(body=body, code=content.plan.code).select_related("file")
                .order_by("-number").first())
        if last is not None and last.file.text == text and last.stage != Stage.WITHDRAWN:
            return last
        if seen is not None and seen != (last.number if last else 0):
            raise Conflict(_("Somebody was quicker: version %(n)d was saved meanwhile.") % {
                "n": last.number if last else 0}, field="text",
                remedy=_("Compare with it, carry over what you want, and save again."),
                details={"newest": str(last.pk) if last else ""})
        return _drafted(content, text, body, (last.number if last else 0) + 1, by, at)


def _drafted(content: PlanContent, text: str, body: int, number: int, by: Actor, at: datetime) -> PlanVersion:
    identity, head = ids.uuid7(), content.plan
    # The text hangs on the version, which the entry makes: the mark can be told before the row is there.
    file = PlanText(id=ids.uuid7(), salt=new_salt(), plan_id=identity, title_zh=head.zh, title_en=head.en, text=text)
    record(Drafted(body=body, code=head.code, number=number, label=head.version, orders=len(content.orders),
                   valid_from=head.valid_from, valid_to=head.valid_to,
                   file=ref("plan.text", file.id, dossier_of("plan.text", file))),
           stream_kind=SUBJECT, stream=identity, was=StreamState(), by=by, at=at)
    file.save(force_insert=True)
    return PlanVersion.objects.select_related("file").get(pk=identity)


def publish(plan: UUID, *, by: Actor, at: datetime, valid_from: date | None = None, note: str = "",
            seen: int | None = None) -> PlanVersion:
    """发布: in force from a day on, never before today; refused while the plan has errors."""
    with write():
        row = _locked(plan, Verb.PUBLISH, by, seen)
        content, today = content_of(row), at.astimezone(ZONE).date()
        begins = max(valid_from or content.plan.valid_from, content.plan.valid_from, today)
        if row.valid_to is not None and row.valid_to < begins:
            raise RuleBroken(_("It would end before it begins: valid_to is %(day)s.") % {"day": row.valid_to},
                             field="valid_from", remedy=_("Save a version with a later valid_to."))
        errors = [one for one in check(content, holders_now()) if one.is_error]
        if errors:
            raise RuleBroken(_("The plan still has errors: %(n)d.") % {"n": len(errors)}, field="text",
                             remedy=f"{errors[0].where}: {errors[0].message} {errors[0].remedy}",
                             details={"findings": [one.as_body() for one in errors]})
        if PlanVersion.objects.filter(body=row.body_id, code=row.code, label=row.label,
                                      stage=Stage.PUBLISHED).exists():
            raise RuleBroken(_("Version “%(label)s” was published before, with another text.") % {"label": row.label},
                             field="text", remedy=_("Give this one its own `version` and save it."))
        return _step(row, Published(valid_from=begins, note=_noted(row, note)), by, at)


def withdraw(plan: UUID, *, by: Actor, at: datetime, note: str, seen: int | None = None) -> PlanVersion:
    """废止: with the reason. A draft is put aside; of a published one, what was in force before holds again."""
    if not note.strip():
        raise RuleBroken(_("A reason is missing."), field="note", remedy=_("Write in one sentence why."))
    with write():
        row = _locked(plan, Verb.WITHDRAW, by, seen)
        return _step(row, Withdrawn(note=_noted(row, note)), by, at)


def _locked(plan: UUID, verb: Verb, by: Actor, seen: int | None) -> PlanVersion:
    row = PlanVersion.objects.select_for_update(of=("self",)).select_related("file").filter(pk=plan).first()
    if row is None:
        raise NotFound(_("There is no such plan."))
    require(may_edit(by, row.body_id))
    if verb not in MOVES[Stage(row.stage)]:
        raise InvalidMove(_("This version can no longer be moved so: it is %(stage)s.") % {
            "stage": Stage(row.stage).label}, remedy=_("Load the page again; its history shows what happened."))
    if seen is not None and seen != row.version:
        raise moved_since(row.pk, seen)
    return row


def _noted(row: PlanVersion, text: str) -> DossierRef | None:
    return kept_words("plan.note", text, most=NOTE_MAX, plan=row)


def _step(row: PlanVersion, said: Published | Withdrawn, by: Actor, at: datetime) -> PlanVersion:
    was = StreamState(sequence=last_sequence(row.pk), subject=state_of(row))
    record(said, stream_kind=SUBJECT, stream=row.pk, was=was, by=by, at=at)
    row.refresh_from_db()
    return row
