"""Everything that changes something about warnings. `receive` takes a message in, `issue` publishes one of our own."""

from __future__ import annotations

from undercity.alerts.actions.issuing import Said, issue, update, withdraw
from undercity.alerts.actions.receiving import expire_due, receive

__all__ = ["Said", "expire_due", "issue", "receive", "update", "withdraw"]
