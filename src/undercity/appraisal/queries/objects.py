"""Who is scored: posts, departments, and which inspector walks which street."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language

from undercity.appraisal.scheme import BODY, Objects
from undercity.org.models import Grant, Post
from undercity.org.queries import body_name, directory
from undercity.org.states import Power, Role


@dataclass(frozen=True, slots=True)
class Scored:
    """A post or a body that is scored: its id, its name in the reader's language, the path its power is asked on."""

    id: int
    name: str
    path: str


@dataclass(frozen=True)
class Roll:
    """The organisation as scores need it, read in two statements.

    `posts`: id → (role, body, body's path, titles); `handling`: bodies that handle cases; `walks`: body → inspectors
    whose power to verify is given there.
    """

    posts: dict[int, tuple[str, int, str, tuple[str, str]]]
    handling: frozenset[int]
    walks: dict[int, list[int]]

    def inspectors_of(self, territory: int) -> list[int]:
        """The inspectors of a street: those whose area is the nearest around it; several share it."""
        return next((self.walks[body] for body in reversed(directory().line(territory)) if body in self.walks), [])

    def streets_of(self, inspector: int, streets: Iterable[int]) -> list[int]:
        """Those of these streets that an inspector walks."""
        return [street for street in streets if inspector in self.inspectors_of(street)]

    def scored(self, objects: Objects, with_facts: Iterable[int]) -> dict[int, Scored]:
        """Everybody of a kind who is scored; whoever has facts is there even if the post or body has changed since."""
        if objects.kind == BODY:
            cards = directory().cards
            return {body: Scored(body, body_name(body), cards[body].path)
                    for body in sorted({*self.handling, *with_facts}) if body in cards}
        if objects.role is None:
            wanted = set(with_facts)
        else:
            wanted = {post for post, (role, *_) in self.posts.items() if role == objects.role}
        chinese = (get_language() or "zh").startswith("zh")
        return {post: Scored(post, self.posts[post][3][0 if chinese else 1], self.posts[post][2])
                for post in sorted(wanted) if post in self.posts}


def roll() -> Roll:
    """The organisation now."""
    posts = {pk: (role, body, path, (zh, en)) for pk, role, body, path, zh, en in Post.objects.values_list(
        "pk", "role", "body_id", "body__path", "title_zh", "title_en")}
    handling, walks = set(), defaultdict(list)
    for power, scope, post, role, body in Grant.objects.filter(
            power__in=[Power.CASE_DISPOSE, Power.CASE_VERIFY]).order_by("post_id").values_list(
            "power", "scope_id", "post_id", "post__role", "post__body_id"):
        if power == Power.CASE_DISPOSE:
            handling.add(body)
        elif role == Role.INSPECTOR:
            walks[scope].append(post)
    return Roll(posts, frozenset(handling), dict(walks))
