"""Databases for tests that commit: each gets a copy of the migrated one, since the record refuses to be flushed.

UNDERCITY_TEST_DATABASE says which kind: `sqlite` (a file, with WAL and locking as in production) or `postgresql`
(a throw-away server of tools/postgres.py).
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

KINDS = ("sqlite", "postgresql")
_number = itertools.count(1)


def kind() -> str:
    """The kind of database this run is about."""
    chosen = os.environ.get("UNDERCITY_TEST_DATABASE") or KINDS[0]
    if chosen not in KINDS:
        raise SystemExit(f"UNDERCITY_TEST_DATABASE must be one of {', '.join(KINDS)}, not {chosen!r}")
    return chosen


class Databases(Protocol):
    """Where databases of one kind live, and how one is copied."""

    def name(self, label: str) -> str:
        """A name no other database of this run has."""

    def url(self, name: str) -> str:
        """The address for UNDERCITY_DATABASE_URL."""

    def copy(self, source: str, target: str) -> None:
        """A second database with everything the first holds; nobody may be connected to the first."""

    def create(self, name: str) -> None:
        """An empty database."""

    def drop(self, name: str) -> None:
        """The end of one, whoever is still connected."""


@dataclass(frozen=True)
class SqliteFiles:
    """Databases as files of one folder."""

    folder: Path

    def name(self, label: str) -> str:
        return str(self.folder / f"{label}-{next(_number)}.sqlite3")

    def url(self, name: str) -> str:
        return f"sqlite:///{name}"

    def copy(self, source: str, target: str) -> None:
        # Through SQLite, so that what still lies in the write-ahead log comes along.
        there = sqlite3.connect(source)
        here = sqlite3.connect(target)
        try:
            there.backup(here)
        finally:
            here.close()
            there.close()

    def create(self, name: str) -> None:
        self.drop(name)

    def drop(self, name: str) -> None:
        for tail in ("", "-wal", "-shm", "-journal"):
            Path(name + tail).unlink(missing_ok=True)


@dataclass(frozen=True)
class PostgresDatabases:
    """Databases of one server; `address` is the server's own, of its database `postgres`."""

    address: str

    def name(self, label: str) -> str:
        return f"{label}_{os.getpid()}_{next(_number)}"

    def url(self, name: str) -> str:
        return self.address.rsplit("/", 1)[0] + "/" + name

    def copy(self, source: str, target: str) -> None:
        self._say(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def create(self, name: str) -> None:
        self._say(f'CREATE DATABASE "{name}"')

    def drop(self, name: str) -> None:
        self._say(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _say(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Django's connection, and those of threads started inside, go to this database."""
    from django.db import connections

    settings = connections["default"].settings_dict
    before = settings["NAME"]
    connections["default"].close()
    settings["NAME"] = name
    try:
        yield
    finally:
        connections["default"].close()
        settings["NAME"] = before


@contextmanager
def standing_in(other: BaseDatabaseWrapper) -> Iterator[None]:
    """Django's connection of this thread is another one, in a transaction that is rolled back, as a test's own is."""
    from django.db import connections, transaction

    before = connections["default"]
    connections["default"] = other
    whole = transaction.atomic()
    # As Django's own test cases mark theirs: durable blocks may stand inside.
    whole._from_testcase = True  # type: ignore[attr-defined]
    try:
        with whole:
            try:
                yield
                if other.features.can_defer_constraint_checks and not other.needs_rollback:
                    other.check_constraints()
            finally:
                transaction.set_rollback(True)
    finally:
        connections["default"] = before


def copy_folder(source: Path, target: Path) -> None:
    """The state folder of a server that is not running."""
    shutil.copytree(source, target, dirs_exist_ok=True)
