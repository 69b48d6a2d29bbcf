"""The words a case is found by, written beside it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from undercity.cases.models import Case
from undercity.cases.words import grams

# A case's words ready to be stored, so that another process can make them: its grams and its id, as the driver takes
# them.
Packed = tuple[str | list[str], str]


def packed(case: UUID, *texts: str) -> Packed:
    """The words of a case."""
    found = grams(" ".join(texts))
    ready = str(Case._meta.get_field("uid").get_db_prep_value(case, connection))
    return (" ".join(found) if connection.vendor == "sqlite" else found), ready


def remember(words: Packed) -> int:
    """Make a new case found by its words, in the transaction that makes it; its running number."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_insertion()} RETURNING {_key()}", words)
        number: int = cursor.fetchone()[0]
        return number


def remember_many(rows: Sequence[Packed]) -> None:
    """As `remember`, of many cases at once."""
    with connection.cursor() as cursor:
        cursor.executemany(_insertion(), rows)


def _insertion() -> str:
    return f"INSERT INTO cases_words ({_key()}, grams) SELECT id, %s FROM cases_case WHERE uid = %s"


def _key() -> str:
    # FTS5 keeps nothing but a running number; PostgreSQL's table has a column for it.
    return "rowid" if connection.vendor == "sqlite" else "case_id"


def forget_words(case: int, *texts: str) -> None:
    """Take the words of a case out of the index; `texts` are those it was written with, in their order.

    FTS5 keeps no text of its own here: it takes out what it is told again, and a wrong word would spoil the index.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO cases_words (cases_words, rowid, grams) VALUES ('delete', %s, %s)",
                           [case, " ".join(grams(" ".join(texts)))])
        else:
            cursor.execute("DELETE FROM cases_words WHERE case_id = %s", [case])
