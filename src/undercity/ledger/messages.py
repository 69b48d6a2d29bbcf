"""How notices of duties read when they leave the machine, and how one tap accepts a duty 一键签收."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from undercity import clock
from undercity.ledger.actions import accept_duty
from undercity.ledger.facts import label
from undercity.ledger.kinds import DutyKind, kind
from undercity.ledger.lights import day_and_minute
from undercity.ledger.models import Duty
from undercity.ledger.subjects import subject
from undercity.notices import letters
from undercity.notices.letters import Told, Words
from undercity.org.powers import POST, Actor

LATE = "duty.escalated"
# Kinds of subject whose number and title the public may read; of others a message says only what is to be done.
_named: set[str] = set()


def name_in_messages(subject_kind: str) -> None:
    """Let messages say which subject of this kind they are about."""
    _named.add(subject_kind)


def words(notices: Sequence[Told]) -> Words:
    """What it is, of what, by when, and the page. Nothing internal: a number and a title as lists show them."""
    first = notices[0]
    duty = _duty(first)
    rule = _kind(duty.kind if duty else first.code)
    what = str(rule.label) if rule else label(first.code)
    lines = [_("Late, and nobody answered: %(what)s") % {"what": what}] if first.code == LATE else []
    if place := _described(first):
        lines.append(place)
    if first.due_at is not None:
        lines.append(_("Due: %(moment)s") % {"moment": day_and_minute(first.due_at)})
    title = _("A duty is late") if first.code == LATE else what
    return Words(title, tuple(lines), _page(rule, first), shown=tuple(lines),
                 receivable=duty is not None and first.code != LATE)


def _described(notice: Told) -> str:
    known = subject(notice.subject_kind) if notice.subject_kind in _named else None
    line = known.describe([notice.subject]).get(notice.subject) if known else None
    return " · ".join(part for part in (line.number, line.title) if part) if line else ""


def _kind(code: str) -> DutyKind | None:
    try:
        return kind(code)
    except KeyError:
        return None


def _page(rule: DutyKind | None, notice: Told) -> str:
    if rule is not None:
        try:
            return reverse(rule.page, args=[notice.subject])
        except NoReverseMatch:
            pass
    return reverse("desk")


def _duty(notice: Told) -> Duty | None:
    """The duty a notice tells of: the newest of its kind, about its subject, at its post; or the late one."""
    rows = Duty.objects.filter(subject_kind=notice.subject_kind, subject=notice.subject)
    rows = rows.filter(done_at__isnull=True, due_at=notice.due_at) if notice.code == LATE else rows.filter(
        kind=notice.code, post=notice.post_id)
    return rows.order_by("-assigned_at").first()


def accept(notice: Told, at: datetime) -> None:
    """The holder says that he saw the duty. What is no duty, or is another's who is late, is only read."""
    if notice.code == LATE or (duty := _duty(notice)) is None:
        return
    # What is answered in a drill belongs to the drill, whoever opens the link.
    elsewhere = notice.timeline != clock.timeline()
    with clock.on(clock.named(notice.timeline)) if elsewhere else nullcontext():
        accept_duty(duty.pk, by=Actor(kind=POST, post=notice.post_id, appointment=notice.appointment),
                    at=clock.now() if elsewhere else at)


def accepted(notice: Told) -> datetime | None:
    """When it was accepted, or done without that."""
    duty = _duty(notice) if notice.code != LATE else None
    return (duty.accepted_at or duty.done_at) if duty else None


def register() -> None:
    """What holds for every notice to a post that no room tells of itself."""
    letters.register_default(words, acknowledge=accept, received=accepted)
