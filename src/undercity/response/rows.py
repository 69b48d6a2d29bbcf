"""Responses and orders as states of the record, and back; their dossiers and the duties they bring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from undercity import clock
from undercity.ledger.dossier import register_table
from undercity.ledger.kinds import DutyKind, register as register_kind
from undercity.ledger.subjects import Line, Subject, columns, register
from undercity.org.queries import body_name
from undercity.places.queries import name_of, with_names
from undercity.response import facts, order_facts
from undercity.response.fold import OrderState, ResponseState
from undercity.response.models import Order, OrderNote, OrderPhoto, OrderWords, Response, ResponseText
from undercity.response.states import Level

DECIDE, CARRY_OUT = "response.decide", "response.order"


def _order_state(values: Sequence[Any]) -> OrderState:
    """The columns of an order; a chain is kept as lists, and is a tuple in the state."""
    given = dict(zip(columns(OrderState), values, strict=True))
    return OrderState(**{**given, "chain": tuple((post, minutes) for post, minutes in given["chain"])})


def _describe_responses(streams: Iterable[UUID]) -> dict[UUID, Line]:
    rows = Response.objects.filter(pk__in=list(streams))
    return {row.uid: Line(number=str(row.year), where=body_name(row.body_id),
                          title=str(Level(row.level if row.wanted is None else row.wanted).label)) for row in rows}


def _describe_orders(streams: Iterable[UUID]) -> dict[UUID, Line]:
    from undercity.response.queries.words import words_of

    now = clock.now()
    rows = list(Order.objects.filter(pk__in=list(streams)).select_related("place", "response", "words")
                .prefetch_related(with_names("place__")))
    said = words_of(rows)
    return {row.uid: Line(number=f"{row.response.number}-{row.key.split(':')[0]}", title=said[row.uid],
                          where=name_of(row.place, now) if row.place else body_name(row.territory_id or row.body_id))
            for row in rows}


RESPONSES = Subject(kind=facts.SUBJECT, state=ResponseState, model=Response, describe=_describe_responses)
ORDERS = Subject(kind=order_facts.SUBJECT, state=OrderState, model=Order, describe=_describe_orders, read=_order_state)
state_of = RESPONSES.state_of


def register_subjects() -> None:
    """Tell the record how responses and orders are read and written, and which duties they bring."""
    register(RESPONSES)
    register(ORDERS)
    for kind in ("note", "order", "report"):
        register_table(f"response.{kind}", ResponseText, ("kind", "text"))
    register_table("order.words", OrderWords, ("zh", "en"))
    register_table("order.note", OrderNote, ("text",))
    register_table("order.photo", OrderPhoto, ("sha256", "width", "height"))
    register_kind(DutyKind(code=DECIDE, label=_("Decide on a response level"), page="response", to_superior=True,
                           again_after=timedelta(minutes=15),
                           silence=_("A proposed level waits for a decision; the post above is told.")))
    register_kind(DutyKind(code=CARRY_OUT, label=pgettext_lazy("duty", "Carry out an order"), page="order",
                           to_superior=True, again_after=timedelta(minutes=30),
                           silence=_("The order is late; the post above is told.")))
