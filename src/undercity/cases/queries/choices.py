"""What a reporter chooses from: the territories, the often reported subclasses, and the whole scheme."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext as _

from undercity import clock
from undercity.cases.queries.scheme import scheme
from undercity.org.queries import directory

# What citizens report most, first; the whole scheme follows by class.
COMMON = tuple(f"gbt47678-matter-{short}" for short in (
    "01-023", "06-010", "06-012", "06-013", "01-037", "01-004", "10-002", "07-001", "09-006", "09-009", "06-001",
    "08-004"))


def areas() -> list[tuple[str, str]]:
    """Streets and districts by key, in the reader's language."""
    book, language, today = directory(), get_language() or "zh-hans", clock.now().date()
    cards = sorted((card for card in book.cards.values() if card.id in book.outlines), key=lambda card: card.path)
    return [(card.key, ("" if card.kind == "district" else "· ") + book.name(card.id, language, today))
            for card in cards]


def categories() -> list[Any]:
    """The common subclasses, then all by major class."""
    known = scheme()
    common = [(code, known.name(code)) for code in COMMON if code in known.categories]
    groups: dict[str, list[tuple[str, str]]] = {}
    for code in known.categories:
        groups.setdefault(known.major(code), []).append((code, known.name(code)))
    return [(_("Often reported"), common), *groups.items()] if common else list(groups.items())
