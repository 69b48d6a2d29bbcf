"""How a process knows that places changed 变更标记: a mark in the database that every change of a
place, its names or its seasons moves.

Triggers move it, so that no import, no room and no hand on the database can forget to. SQLite, which has one writer,
keeps one row with a random mark; PostgreSQL adds a row a statement, since a row that all writers change would make them
wait for one another. The key is the count and the sum of the marks: it differs after every change that was committed,
in whatever order, and after a rollback it is what it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("places_place", "places_placename", "places_season")
TABLE = "places_placechange"
# Rows that are added up in no time; an update of the software brings them back to one.
MANY = 1000


class PlaceChange(models.Model):
    """A mark left by a change of places."""

    mark = models.BigIntegerField()


_asked: ContextVar[list[tuple[int, int]] | None] = ContextVar("places_stand", default=None)


@contextmanager
def one_stand() -> Iterator[None]:
    """Inside, one question has one answer: everything told is of the same stand, and it is asked for once."""
    token = _asked.set(_asked.get() or [])
    try:
        yield
    finally:
        _asked.reset(token)


def stand() -> tuple[int, int]:
    """The key of what places are now."""
    asked = _asked.get()
    if asked:
        return asked[0]
    found = _stand()
    if asked is not None:
        asked.append(found)
    return found


def _stand() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), coalesce(sum(mark), 0) FROM {TABLE}")
        count, marks = cursor.fetchone()
    return int(count), int(marks)


def statements(of: BaseDatabaseWrapper) -> list[str]:
    """What sets up the triggers; harmless where they stand already."""
    if of.vendor == "sqlite":
        moved = (f"INSERT INTO {TABLE} (id, mark) VALUES (1, random()) "
                 "ON CONFLICT (id) DO UPDATE SET mark = random()")
        return [f"CREATE TRIGGER IF NOT EXISTS {table}_changed_{verb.lower()} AFTER {verb} ON {table} "
                f"BEGIN {moved}; END" for table in TABLES for verb in ("INSERT", "UPDATE", "DELETE")]
    return ["CREATE OR REPLACE FUNCTION undercity_places_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO {TABLE} (mark) VALUES ((random() * 2147483647)::bigint); RETURN NULL; END $$",
            *(f"CREATE OR REPLACE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
              "FOR EACH STATEMENT EXECUTE FUNCTION undercity_places_changed()" for table in TABLES)]


def set_up(**_words: Any) -> None:
    """Put the triggers in place, after every migration: Django drops a table's triggers when it rebuilds it."""
    if TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            for statement in statements(connection):
                cursor.execute(statement)
        if PlaceChange.objects.count() > MANY:
            # One mark nobody has seen stands for all: every process reads once more.
            with transaction.atomic():
                PlaceChange.objects.all().delete()
                PlaceChange.objects.create(mark=secrets.randbits(60))
