"""Responses and orders as states of the record, and back; their dossiers and the duties they bring."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from undercity import clock
from undercity.db import Rows, rows_of
from undercity.ledger.dossier import register_table
from undercity.ledger.kinds import DutyKind, register as register_kind
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name
from undercity.places.queries import name_of, with_names
from undercity.response import facts, order_facts
from undercity.response.fold import OrderState, ResponseState
from undercity.response.models import Order, OrderNote, OrderPhoto, OrderWords, Response, ResponseText
from undercity.response.states import Level

RESPONSE_FIELDS = tuple(field.name for field in dataclasses.fields(ResponseState))
ORDER_FIELDS = tuple(field.name for field in dataclasses.fields(OrderState))
DECIDE, CARRY_OUT = "response.decide", "response.order"


def _load_responses(streams: Iterable[UUID]) -> dict[UUID, ResponseState]:
    rows = Response.objects.filter(pk__in=list(streams)).values_list("uid", *RESPONSE_FIELDS)
    return {row[0]: ResponseState(*row[1:]) for row in rows}


def state_of(response: Response) -> ResponseState:
    """The state of a row at hand."""
    return ResponseState(**{name: getattr(response, name) for name in RESPONSE_FIELDS})


def _response_rows(states: Mapping[UUID, ResponseState]) -> Rows:
    values = attrgetter(*RESPONSE_FIELDS)
    return rows_of(Response, ["uid", *RESPONSE_FIELDS], ((uid, *values(state)) for uid, state in states.items()))


def _load_orders(streams: Iterable[UUID]) -> dict[UUID, OrderState]:
    rows = Order.objects.filter(pk__in=list(streams)).values_list("uid", *ORDER_FIELDS)
    return {row[0]: order_state(row[1:]) for row in rows}


def order_state(values: tuple[Any, ...]) -> OrderState:
    """The state of the columns `ORDER_FIELDS`; a chain is kept as lists, and is a tuple in the state."""
    given = dict(zip(ORDER_FIELDS, values, strict=True))
    return OrderState(**{**given, "chain": tuple((post, minutes) for post, minutes in given["chain"])})


def _order_rows(states: Mapping[UUID, OrderState]) -> Rows:
    values = attrgetter(*ORDER_FIELDS)
    return rows_of(Order, ["uid", *ORDER_FIELDS], ((uid, *values(state)) for uid, state in states.items()))


def _update_response(uid: UUID, was: ResponseState, now: ResponseState) -> None:
    Response.objects.filter(pk=uid).update(**changes(was, now))


def _update_order(uid: UUID, was: OrderState, now: OrderState) -> None:
    Order.objects.filter(pk=uid).update(**changes(was, now))


def _responses_without() -> Iterable[UUID]:
    return Response.objects.filter(~Exists(Entry.objects.filter(stream=OuterRef("uid")))).values_list("uid", flat=True)


def _orders_without() -> Iterable[UUID]:
    return Order.objects.filter(~Exists(Entry.objects.filter(stream=OuterRef("uid")))).values_list("uid", flat=True)


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


def register_subjects() -> None:
    """Tell the record how responses and orders are read and written, and which duties they bring."""
    register(Subject(kind=facts.SUBJECT, state=ResponseState, load=_load_responses, rows=_response_rows,
                     update=_update_response, without_entries=_responses_without, describe=_describe_responses))
    register(Subject(kind=order_facts.SUBJECT, state=OrderState, load=_load_orders, rows=_order_rows,
                     update=_update_order, without_entries=_orders_without, describe=_describe_orders))
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
