"""How the system writes to its database: one transaction at a time per process on SQLite, as many as come elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import connection, transaction

# SQLite lets one writer in and makes the others poll, which is unfair under load: a queue in the process is fair.
_turn = threading.RLock()


@contextmanager
def write() -> Iterator[None]:
    """A writing transaction. Everything an action changes happens inside one of these, or not at all."""
    with _turn if connection.vendor == "sqlite" else nullcontext(), transaction.atomic():
        yield
