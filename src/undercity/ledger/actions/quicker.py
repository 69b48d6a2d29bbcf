"""Two at once 同时操作: whoever looked at an older version is told what happened meanwhile."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.clock import ZONE
from undercity.errors import Conflict
from undercity.ledger.facts import label
from undercity.ledger.queries import since
from undercity.org.queries import post_titles


def news(stream: UUID, seen: int) -> list[dict[str, Any]]:
    """What happened to a stream's subject since a version somebody saw: what, who, when, for a page or a machine."""
    # That a duty was seen or is late changes nothing of what it is about.
    entries = [entry for entry in since(stream, seen) if not entry.verb.startswith("duty.")]
    titles = post_titles(entry.post for entry in entries if entry.post)
    return [{"what": label(entry.verb), "who": titles.get(entry.post, "") if entry.post else "",
             "when": entry.at.astimezone(ZONE).isoformat()} for entry in entries]


def moved_since(stream: UUID, seen: int, said: str = "", remedy: str = "", **details: Any) -> Conflict:
    """The refusal of a step on an older version; `said` and `remedy` where a room has better words."""
    return Conflict(said or _("Somebody was quicker: this changed while you looked at it."),
                    remedy=remedy or _("See below what changed, then decide again."),
                    details={**details, "changes": news(stream, seen)})
