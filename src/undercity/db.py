"""How the system writes to its database: one transaction at a time per process on SQLite, as many as come elsewhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
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


@dataclass(frozen=True, slots=True)
class Rows:
    """New rows of one table as the driver takes them: numbers and texts, so that another process can make them."""

    model: type[models.Model]
    names: tuple[str, ...]
    values: list[list[Any]]


def rows_of(model: type[models.Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> Rows:
    """Rows as tuples of these fields, made ready to be inserted.

    Values have their column's own type; no defaults are filled in.
    """
    turns = _turns(model, tuple(names), connection.vendor)
    values = list(map(list, rows))
    for row in values:
        for place, made in turns:
            if (value := row[place]) is not None:
                row[place] = made(value)
    return Rows(model, tuple(names), values)


def insert(rows: Rows) -> None:
    """New rows, several times as fast as `bulk_create`: a year of a city is a million of them. No signals are sent."""
    if not rows.values:
        return
    table, columns = _written(rows.model, rows.names, connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows.values) > FEW:
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for values in rows.values:
                    copy.write_row(values)
            return
        statement = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(rows.names))})"
        if len(rows.values) == 1:
            cursor.execute(statement, rows.values[0])
        else:
            cursor.executemany(statement, rows.values)


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """New rows as tuples of these fields; see `rows_of`."""
    insert(rows_of(model, names, rows))


def update_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Many rows changed, each a tuple of its key and the new values of these fields: one statement, run for each."""
    fields, quoted = _fields(model), connection.ops.quote_name
    key = model._meta.pk
    sets = ", ".join(f"{quoted(fields[name].column)} = %s" for name in names)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quoted(model._meta.db_table)} SET {sets} WHERE {quoted(key.column)} = %s",
            [[*(fields[name].get_db_prep_save(value, connection) for name, value in zip(names, values, strict=True)),
              key.get_db_prep_save(identity, connection)] for identity, *values in rows])


def _fields(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    return {field.attname: field for field in model._meta.concrete_fields}


@cache
def _written(model: type[models.Model], names: tuple[str, ...], vendor: str) -> tuple[str, str]:
    """The table and the columns, quoted."""
    fields, quoted = _fields(model), connection.ops.quote_name
    return quoted(model._meta.db_table), ", ".join(quoted(fields[name].column) for name in names)


@cache
def _turns(model: type[models.Model], names: tuple[str, ...],
           vendor: str) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """Which values are not written as they are, and how they are."""
    fields = _fields(model)
    return tuple((place, made) for place, name in enumerate(names)
                 if (made := _converter(fields[name], vendor)) is not None)


def _converter(field: models.Field[Any, Any], vendor: str) -> Callable[[Any], Any] | None:
    """How a value of this field is written as text; None when it is a number or a text already."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.JSONField):
        return _as_json
    if isinstance(field, models.UUIDField):
        return _hexadecimal
    if isinstance(field, models.DateTimeField):
        return _as_naive_text if vendor == "sqlite" else _as_text
    if isinstance(field, models.DateField):
        return date.isoformat
    return None


class Encoded(str):
    """A value for a JSON column that is JSON already."""


def _as_json(value: Any) -> str:
    return str(value) if isinstance(value, Encoded) else json.dumps(value)


def _hexadecimal(value: UUID) -> str:
    return value.hex


# A moment stands in several columns of several rows: when one duty ends the next begins.
@lru_cache(maxsize=4096)
def _as_naive_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(" ")[:-6]


@lru_cache(maxsize=4096)
def _as_text(value: datetime) -> str:
    return value.isoformat(" ")
