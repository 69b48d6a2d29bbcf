"""Dossiers 卷宗: texts, photos and contacts that stay in their room while the record keeps their salted hash.

A changed text no longer fits its hash. An erased one loses its salt, so that nothing can be guessed from the hash,
and no proof breaks.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import rfc8785
from django.db.models import Model

from undercity.ledger.fold import DossierRef


@dataclass(frozen=True, slots=True)
class Content:
    """A dossier row as it is today: its salt (empty when erased) and what was hashed."""

    salt: str
    values: dict[str, Any]


class Row(Protocol):
    """A row whose hash stands in the record."""

    id: UUID
    salt: str


Reader = Callable[[Iterable[UUID]], dict[UUID, Content]]
_readers: dict[str, Reader] = {}
_fields: dict[str, tuple[str, ...]] = {}
_tables: dict[str, type[Model]] = {}


def register(kind: str, reader: Reader) -> None:
    """Tell how rows of this kind are read, many at a time; a kind belongs to one table only."""
    if kind in _readers:
        raise ValueError(f"the dossier {kind} is registered twice")
    _readers[kind] = reader


def register_table(kind: str, model: type[Model], fields: tuple[str, ...]) -> None:
    """Rows of this table are dossiers of this kind; the record vouches for these of their columns."""

    def read(ids: Iterable[UUID]) -> dict[UUID, Content]:
        rows = model._default_manager.filter(pk__in=list(ids)).values_list("pk", "salt", *fields)
        return {row[0]: Content(row[1], dict(zip(fields, row[2:], strict=True))) for row in rows}

    _fields[kind], _tables[kind] = fields, model
    register(kind, read)


def table_of(kind: str) -> type[Model]:
    """The table whose rows are dossiers of this kind."""
    return _tables[kind]


def fields_of(kind: str) -> tuple[str, ...]:
    """The columns of it that the record vouches for."""
    return _fields[kind]


def content_of(kind: str, row: Row) -> Content:
    """What of this row the record vouches for."""
    return Content(row.salt, {field: getattr(row, field) for field in _fields[kind]})


def new_salt() -> str:
    """128 random bits, in hexadecimal."""
    return secrets.token_hex(16)


def digest(content: Content) -> str:
    """SHA-256 over the salt and the RFC 8785 canonical JSON of the values, in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(content.salt) + rfc8785.dumps(content.values)).hexdigest()


def ref(kind: str, row: UUID, content: Content) -> DossierRef:
    """The mark to put into an entry."""
    return DossierRef(kind=kind, id=row, sha256=digest(content))


def differences(refs: Iterable[DossierRef]) -> list[tuple[DossierRef, str]]:
    """Which of these marks no longer fit: ("missing" or "changed"). Erased ones fit."""
    by_kind: dict[str, list[DossierRef]] = {}
    for one in refs:
        by_kind.setdefault(one.kind, []).append(one)
    found = []
    for kind, marks in by_kind.items():
        contents = _readers[kind]([mark.id for mark in marks])
        for mark in marks:
            content = contents.get(mark.id)
            if content is None:
                found.append((mark, "missing"))
            elif content.salt and digest(content) != mark.sha256:
                found.append((mark, "changed"))
    return found
