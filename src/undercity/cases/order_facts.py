"""What can happen to a hotline order 热线工单, as entries of its case: beside the main line, on a clock of its own."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from undercity.cases.facts import Aside
from undercity.cases.states import Callback
from undercity.ledger.facts import verb
from undercity.ledger.fold import Happening, StreamState


@verb("case.order_taken/1", _("Hotline order taken"))
class OrderTaken(Aside):
    """热线工单: it came with an order of the hotline, which keeps its number and has a clock of its own."""

    order: str
    called_at: datetime
    due_at: datetime | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.aside(state, happening, order=self.order, order_at=self.called_at, order_due=self.due_at,
                          order_duty=self.opens.id if self.opens else None)


@verb("case.order_contacted/1", _("Caller contacted"))
class OrderContacted(Aside):
    """首次联系: somebody spoke to the caller."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.aside(state, happening, contacted_at=happening.at)


@verb("case.order_replied/1", _("Hotline order answered"))
class OrderReplied(Aside):
    """答复: what the caller was told; the call-back is somebody's duty."""

    order: str
    due_at: datetime | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.aside(state, happening, duty_outcome="answered", replied_at=happening.at,
                          order_duty=self.opens.id if self.opens else None)


@verb("case.order_called_back/1", _("Caller called back"))
class OrderCalledBack(Aside):
    """回访: is the caller satisfied?"""

    order: str
    said: Callback

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.aside(state, happening, duty_outcome=self.said.value, callback=self.said.value,
                          order_duty=None)


@verb("case.order_redone/1", _("Hotline order opened again"))
class OrderRedone(Aside):
    """重办: the caller was not satisfied; the order is open again, with a new clock."""

    order: str
    due_at: datetime | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.aside(state, happening, order_due=self.due_at, order_duty=self.opens.id if self.opens else None,
                          contacted_at=None, replied_at=None, callback="", redos=state.subject.redos + 1)


@verb("case.order_returned/1", _("Hotline order sent back"))
class OrderReturned(Aside):
    """退单: it was for another unit, and went back to the hotline in time."""

    order: str

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.aside(state, happening, duty_outcome="returned", order_duty=None, order_returned=True)
