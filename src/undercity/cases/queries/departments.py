"""Which departments a case can be dispatched to 派遣建议."""

from __future__ import annotations

from django.utils.translation import get_language

from undercity import clock
from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.org.models import Post
from undercity.org.queries import directory
from undercity.org.states import Power


def departments_for(case: Case) -> tuple[int | None, list[tuple[int, str]]]:
    """The usual department of the category (None when the city has none), and all that handle cases, it first."""
    book, language, today = directory(), get_language() or "zh-hans", clock.now().date()
    category = scheme().categories.get(case.category)
    usual = book.by_key.get(category.department) if category else None
    bodies = set(Post.objects.filter(grants__power=Power.CASE_DISPOSE).values_list("body_id", flat=True))
    named = sorted(((body, book.name(body, language, today)) for body in bodies),
                   key=lambda one: (one[0] != usual, one[1]))
    return (usual if usual in bodies else None), named
