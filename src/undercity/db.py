"""How the system writes to its database: one transaction at a time per process on SQLite, as many as come elsewhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

# SQLite lets one writer in and makes the others poll, which is unfair under load: a queue in the process is fair.
_turn = threading.RLock()
# Up to so many rows an INSERT is quicker than PostgreSQL's COPY.
FEW = 20


@contextmanager
def write() -> Iterator[None]:
    """A writing transaction. Everything an action changes happens inside one of these, or not at all."""
    with _turn if connection.vendor == "sqlite" else nullcontext(), transaction.atomic():
        yield


def reserve(model: type[models.Model], count: int) -> Sequence[int]:
    """So many running numbers of a table that nobody else will get. Call it inside `write()`."""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # A writing transaction is alone here, and the table's counter never goes back.
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            last = (cursor.fetchone() or (0,))[0]
            return range(last + 1, last + 1 + count)
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                       [table, key, count])
        return [row[0] for row in cursor.fetchall()]


def insert_objects(model: type[models.Model], objects: Sequence[models.Model]) -> None:
    """Many whole new rows; see `insert_rows`."""
    names = [field.attname for field in model._meta.concrete_fields]
    insert_rows(model, names, map(attrgetter(*names), objects))
    for one in objects:
        one._state.adding, one._state.db = False, connection.alias


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """New rows as tuples of these fields, several times as fast as `bulk_create`: a year of a city is a million rows.

    Values have their column's own type; no defaults are filled in, no signals sent.
    """
    table, columns, turn = _plan(model, tuple(names), connection.vendor)
    ready = [_stored(row, turn) for row in rows]
    if not ready:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(ready) > FEW:
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for values in ready:
                    copy.write_row(values)
            return
        insert = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(names))})"
        if len(ready) == 1:
            cursor.execute(insert, ready[0])
        else:
            cursor.executemany(insert, ready)


def _stored(row: tuple[Any, ...], turn: tuple[tuple[int, Callable[[Any], Any]], ...]) -> list[Any]:
    values = list(row)
    for place, made in turn:
        if values[place] is not None:
            values[place] = made(values[place])
    return values


@cache
def _plan(model: type[models.Model], names: tuple[str, ...],
          vendor: str) -> tuple[str, str, tuple[tuple[int, Callable[[Any], Any]], ...]]:
    """The quoted table and columns, and which values the driver does not take as they are."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    quoted = connection.ops.quote_name
    turn = tuple((place, made) for place, name in enumerate(names)
                 if (made := _converter(fields[name], vendor)) is not None)
    return quoted(model._meta.db_table), ", ".join(quoted(fields[name].column) for name in names), turn


def _converter(field: models.Field[Any, Any], vendor: str) -> Callable[[Any], Any] | None:
    """How a value of this field is written for the driver; None when the driver takes it as it is."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.JSONField):
        return _as_json
    if vendor == "sqlite":
        if isinstance(field, models.UUIDField):
            return _hexadecimal
        if isinstance(field, models.DateTimeField):
            return _as_text
    return None


class Encoded(str):
    """A value for a JSON column that is JSON already."""


def _as_json(value: Any) -> str:
    return value if isinstance(value, Encoded) else json.dumps(value)


def _hexadecimal(value: UUID) -> str:
    return value.hex


# A moment stands in several columns of several rows: when one duty ends the next begins.
@lru_cache(maxsize=4096)
def _as_text(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
