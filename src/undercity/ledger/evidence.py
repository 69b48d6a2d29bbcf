"""Evidence of a step 佐证: words and pictures that come with it, kept as dossiers; the marks go into its entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import uuid_utils.compat as uuid
from django.utils.translation import gettext as _

from undercity.db import insert_objects
from undercity.errors import RuleBroken
from undercity.ledger.dossier import content_of, fields_of, new_salt, ref, table_of
from undercity.ledger.fold import DossierRef
from undercity.ledger.pictures import Picture, keep


def bounded(text: str, *, most: int, needed: bool = False, field: str = "note") -> str:
    """Words without the blanks round them. RuleBroken when they are missing though needed, or longer than `most`."""
    text = text.strip()
    if needed and not text:
        raise RuleBroken(_("A reason is missing."), field=field, remedy=_("Write in one sentence why."))
    if len(text) > most:
        raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": most}, field=field,
                         remedy=_("Shorten it."))
    return text


def kept_words(kind: str, text: str, *, most: int, needed: bool = False, **of: Any) -> DossierRef | None:
    """Words of one step, in the table of this kind of dossier; `of`: what they belong to. None when there are none."""
    text = bounded(text, most=most, needed=needed)
    return _kept(kind, [{**of, "text": text}])[0] if text else None


def kept_words_by_item(kind: str, said: Mapping[str, str], **of: Any) -> tuple[DossierRef, ...]:
    """Words to several items of one step: item → words."""
    return _kept(kind, [{**of, "item": item, "text": text} for item, text in said.items()])


def kept_pictures(kind: str, pictures: Iterable[Picture], **of: Any) -> tuple[DossierRef, ...]:
    """Pictures of one step."""
    return _kept(kind, [_shown(kind, picture, of) for picture in pictures])


def kept_pictures_by_item(kind: str, pictures: Iterable[tuple[str, Picture]], **of: Any) -> tuple[DossierRef, ...]:
    """Pictures to several items of one step: (item, picture)."""
    return _kept(kind, [_shown(kind, picture, {**of, "item": item}) for item, picture in pictures])


def _shown(kind: str, picture: Picture, of: Mapping[str, Any]) -> dict[str, Any]:
    keep(picture)
    where = {"taken_lat": picture.lat, "taken_lon": picture.lon} if "taken_lat" in fields_of(kind) else {}
    return {**of, **where, "sha256": picture.sha256, "width": picture.width, "height": picture.height}


def _kept(kind: str, found: list[dict[str, Any]]) -> tuple[DossierRef, ...]:
    model: Any = table_of(kind)
    rows = [model(id=uuid.uuid7(), salt=new_salt(), **values) for values in found]
    insert_objects(model, rows)
    return tuple(ref(kind, row.id, content_of(kind, row)) for row in rows)
