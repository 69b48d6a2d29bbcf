"""System checks of the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import connections

from undercity.ledger import triggers


@register("undercity", "database")
def the_record_is_append_only(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """undercity.E001: Django drops SQLite triggers when it rebuilds a table; this finds it out."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if "ledger_entry" not in connection.introspection.table_names():
            continue
        missing = triggers.expected(connection) - triggers.present(connection)
        if missing:
            found.append(Error(f"The record can be changed: triggers are missing ({', '.join(sorted(missing))}).",
                               hint="Run `undercity ledger guard` to put them back, then `undercity ledger replay`.",
                               id="undercity.E001"))
    return found
