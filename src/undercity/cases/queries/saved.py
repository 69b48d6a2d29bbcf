"""The filters a post keeps 常用筛选."""

from __future__ import annotations

from undercity.cases.models import SavedFilter
from undercity.org.powers import Actor


def saved_filters(actor: Actor) -> list[SavedFilter]:
    """Those of the actor's post, the eldest first."""
    return list(SavedFilter.objects.filter(post=actor.post).order_by("pk"))


def saved_filter(actor: Actor, number: int) -> SavedFilter | None:
    """One of them."""
    return SavedFilter.objects.filter(post=actor.post, pk=number).first()
