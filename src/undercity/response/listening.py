"""What the response hears: warnings and gauges propose levels; and how its messages read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from undercity import clock
from undercity.alerts import signals
from undercity.alerts.models import ReceivedWarning
from undercity.alerts.rules.book import GaugeRule
from undercity.ledger.lights import day_and_minute
from undercity.notices import letters
from undercity.notices.letters import Told, Words
from undercity.org.powers import POST, Actor
from undercity.response.actions.answering import acknowledge_all
from undercity.response.actions.proposing import Reached, after_end, after_reading, after_warning
from undercity.response.models import Order, Response
from undercity.response.queries.words import words_of
from undercity.response.states import How, Level, Standing

# So many orders are spelled out in a message; the page has them all.
SPELLED = 5


def connect() -> None:
    """Tell the outbox how messages of the response read."""
    letters.register_for_posts("response.orders", orders_in_words, acknowledge=acknowledged, received=received)
    letters.register_for_posts("order.silent", silence_in_words)
    signals.warning_received.connect(_warned, dispatch_uid="response.warned")
    signals.warning_ended.connect(_ended, dispatch_uid="response.ended")
    signals.rule_reached.connect(_reached, dispatch_uid="response.reached")
    signals.rule_eased.connect(_ended, dispatch_uid="response.eased")


def _warned(warning: ReceivedWarning, at: datetime, **_rest: Any) -> None:
    after_warning(warning, at)
    # An update may have taken back what a level rested on.
    after_end(at)


def _ended(at: datetime, **_rest: Any) -> None:
    after_end(at)


def _reached(rule: GaugeRule, value: float, body: int, episode: Any, **_rest: Any) -> None:
    after_reading(Reached(rule, value, body, episode.pk), clock.now())


def _mark(notice: Told) -> str:
    """Every message of an exercise says so first."""
    return "" if notice.timeline == clock.REAL else _("EXERCISE: ")


def orders_in_words(notices: Sequence[Told]) -> Words | None:
    """One message a holder with all his orders; None when none is open any more."""
    first = notices[0]
    rows = list(Order.objects.filter(response=first.subject, post=first.post_id).exclude(
        standing=Standing.WITHDRAWN).select_related("response", "place", "words").order_by("due_at", "uid"))
    response = Response.objects.filter(pk=first.subject).first()
    if not rows or response is None:
        return None
    said = words_of(rows, outside=True)
    lines = [f"{said[row.uid]} ({day_and_minute(row.due_at)})" for row in rows[:SPELLED]]
    if len(rows) > SPELLED:
        lines.append(_("… and %(more)d more on the page.") % {"more": len(rows) - SPELLED})
    title = ngettext("%(mark)s%(level)s: %(count)d order for you", "%(mark)s%(level)s: %(count)d orders for you",
                     len(rows)) % {"mark": _mark(first), "level": Level(response.level).label, "count": len(rows)}
    return Words(title, tuple(lines), reverse("orders"), shown=tuple(lines))


def acknowledged(notice: Told, at: datetime) -> None:
    """One tap acknowledges every order of the message that nobody answered yet."""
    by = Actor(kind=POST, post=notice.post_id, appointment=notice.appointment)
    with clock.on(clock.named(notice.timeline)):
        acknowledge_all(by=by, at=clock.now(), response=notice.subject, how=How.LINK)


def received(notice: Told) -> datetime | None:
    """When the last of the message's orders was answered; None while one is not."""
    rows = list(Order.objects.filter(response=notice.subject, post=notice.post_id).exclude(
        standing=Standing.WITHDRAWN).values_list("answered_at", flat=True))
    return max((at for at in rows if at is not None), default=None) if rows and None not in rows else None


def silence_in_words(notices: Sequence[Told]) -> Words | None:
    """Somebody does not answer: which order, and where to act."""
    first = notices[0]
    row = Order.objects.filter(pk=first.subject, standing=Standing.ISSUED).select_related(
        "response", "place", "words").first()
    if row is None:
        return None
    line = words_of([row], outside=True)[row.uid]
    return Words(_("%(mark)sNo answer to an order") % {"mark": _mark(first)},
                 (line, _("Due: %(moment)s") % {"moment": day_and_minute(row.due_at)}),
                 reverse("order", args=[row.pk]), receivable=False)
