"""What others ask of the organisation."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import FilteredRelation, Q
from django.utils.translation import get_language

from undercity import clock
from undercity.org.directory import BodyCard, Directory, calendar, directory
from undercity.org.models import ApiKey, Appointment, Grant
from undercity.org.powers import POST, Actor
from undercity.org.states import Power, Role

__all__ = ["BodyCard", "Directory", "Holder", "actor_for_key", "actor_for_person", "body_name", "calendar", "directory",
           "holder", "post_titles"]


@dataclass(frozen=True, slots=True)
class Holder:
    """A post that can take a duty, with the appointment holding it (None: vacant)."""

    post: int
    body: int
    appointment: int | None


def actor_for_person(person_id: int) -> Actor | None:
    """The actor a signed-in person is, by the post held now; None when no post is held."""
    row = (Appointment.objects.filter(person_id=person_id, begins__lte=clock.now())
           .filter(Q(ends__isnull=True) | Q(ends__gt=clock.now()))
           .order_by("begins").values_list("pk", "post_id", "post__role", "post__body_id", "post__body__path",
                                           "post__title_zh", "post__title_en").first())
    if row is None:
        return None
    appointment, post, role, body, path, zh, en = row
    return Actor(kind=POST, post=post, appointment=appointment, person=person_id, role=role, body=body,
                 body_path=path, title_zh=zh, title_en=en, grants=_grants(post))


def actor_for_key(key: str) -> Actor | None:
    """The actor behind an API key; None when the key is unknown or switched off."""
    row = (ApiKey.objects.filter(digest=digest_of(key), is_active=True)
           .values_list("post_id", "post__role", "post__body_id", "post__body__path", "post__title_zh",
                        "post__title_en", "is_sample").first())
    if row is None:
        return None
    post, role, body, path, zh, en, is_sample = row
    if is_sample and not settings.DEMO:
        return None
    return Actor(kind=POST, post=post, role=role, body=body, body_path=path, title_zh=zh, title_en=en,
                 grants=_grants(post))


def digest_of(key: str) -> str:
    """What is kept of an API key: keys are long and random, so a plain SHA-256 keeps them."""
    return hashlib.sha256(key.encode()).hexdigest()


def _grants(post: int) -> dict[str, tuple[str, ...]]:
    powers: dict[str, list[str]] = defaultdict(list)
    for power, path in Grant.objects.filter(post=post).values_list("power", "scope__path"):
        powers[power].append(path)
    return {power: tuple(paths) for power, paths in powers.items()}


def holder(power: Power, territory: int, *, role: Role, turn: int = 0, body: int | None = None) -> Holder | None:
    """The post a duty in this territory falls to: of that role, with that power over the nearest body above it.

    Several posts as near as each other take turns by `turn` (any whole number). `body` keeps to posts of that body.
    """
    cards = directory()
    above = cards.line(territory)
    rows = (Grant.objects.filter(power=power, scope__in=above, post__role=role)
            .annotate(current=FilteredRelation("post__appointments",
                                               condition=Q(post__appointments__ends__isnull=True)))
            .values_list("scope_id", "post_id", "post__body_id", "current__pk"))
    if body is not None:
        rows = rows.filter(post__body_id=body)
    nearest = sorted(rows, key=lambda row: (-above.index(row[0]), row[3] is None, row[1]))
    if not nearest:
        return None
    best = [row for row in nearest if (row[0], row[3] is None) == (nearest[0][0], nearest[0][3] is None)]
    _, post, of_body, appointment = best[turn % len(best)]
    return Holder(post=post, body=of_body, appointment=appointment)


def body_name(body: int | None, on: date | None = None) -> str:
    """A body's name in the reader's language, as it was called on that day (today by default)."""
    if body is None:
        return ""
    return directory().name(body, get_language() or "zh-hans", on or clock.now().date())


def post_titles(posts: Iterable[int]) -> dict[int, str]:
    """Post id → its title in the reader's language."""
    return {post: directory().title(post, get_language() or "zh-hans") for post in set(posts)}
