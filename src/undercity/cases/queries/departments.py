"""Which departments a case can be dispatched to 派遣建议."""

from __future__ import annotations

from django.utils.translation import get_language

from undercity import clock
from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.org.models import Post
from undercity.org.queries import Directory, directory
from undercity.org.states import Power


def departments_for(case: Case) -> tuple[int | None, list[tuple[int, str]]]:
    """The usual department of the category (None when the city has none), and all that handle cases, it first."""
    book, language, today = directory(), get_language() or "zh-hans", clock.now().date()
    usual, bodies = usual_department(case.category), handling_bodies()
    named = sorted(((body, book.name(body, language, today)) for body in bodies),
                   key=lambda one: (one[0] != usual, one[1]))
    return usual, named


def usual_department(category: str) -> int | None:
    """The department a subclass is usually dispatched to; None when the city has none that handles cases."""
    known = scheme().categories.get(category)
    usual = directory().by_key.get(known.department) if known else None
    return usual if usual in handling_bodies() else None


_kept: tuple[Directory, frozenset[int]] | None = None


def handling_bodies() -> frozenset[int]:
    """The bodies with a post that handles cases, kept as long as the directory is."""
    global _kept
    book = directory()
    if _kept is None or _kept[0] is not book:
        rows = Post.objects.filter(grants__power=Power.CASE_DISPOSE)
        _kept = (book, frozenset(rows.values_list("body_id", flat=True)))
    return _kept[1]
