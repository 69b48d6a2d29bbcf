"""Spreadsheets on their way, and those applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.register.models import HeaderChoice, Import, Upload
from undercity.register.parts import fields, headers_known
from undercity.register.rules.headers import datum_of, fingerprint, guess
from undercity.register.states import UploadState

LISTED = 30


@dataclass(frozen=True, slots=True)
class Guessed:
    """Which column is which, as remembered or as the headers suggest; what positions count in, "" when unknown."""

    columns: dict[str, int]
    datum: str


def remembered(head: Sequence[str], post: int) -> Guessed:
    """The columns this post gave to these headers last time; those the headers suggest when it never did."""
    kept = HeaderChoice.objects.filter(post=post, headers=fingerprint(head)).first()
    said = datum_of(head)
    if kept is not None:
        return Guessed({name: head.index(header) for name, header in kept.columns.items()
                        if header in head and name in fields()}, said or kept.datum)
    return Guessed(guess(head, headers_known()), said or "")


def mine(actor: Actor) -> list[tuple[Upload, Import | None]]:
    """The spreadsheets of my post, newest first, each with what became of it."""
    rows = list(Upload.objects.filter(post=actor.post).defer("table").order_by("-made_at", "-id")[:LISTED])
    done = Import.objects.in_bulk([row.pk for row in rows])
    return [(row, done.get(row.pk)) for row in rows]


def upload_of(actor: Actor, key: UUID) -> Upload | None:
    """A spreadsheet of my post; None when there is none."""
    return Upload.objects.filter(pk=key, post=actor.post).first()


def is_open(upload: Upload) -> bool:
    """Is it still on its way?"""
    return upload.state in {UploadState.COLUMNS, UploadState.READY}


def may_edit(actor: Actor, district: int, keeper: int | None) -> bool:
    """May this actor change a place of this district, kept by this body?"""
    cards = directory().cards
    return any(cards[body].path.startswith(scope) for body in (district, keeper) if body in cards
               for scope in actor.scopes(Power.PLACE_EDIT))
