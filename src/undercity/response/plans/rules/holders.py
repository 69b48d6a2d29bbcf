"""The city as a plan meets it: its bodies, posts, places and teams as plain values, read once for all orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

LEADER = "leader"


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post that can be called: who holds it (None: vacant), and the post named above it."""

    id: int
    key: str
    body: int
    role: str
    appointment: int | None
    superior: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """A place an order can be about. `keeper` is the post that keeps it, `keeper_body` its body; None: not known."""

    id: int
    key: str
    zh: str
    en: str
    use: str
    listed: bool
    territory: int
    keeper: int | None = None
    keeper_body: int | None = None


@dataclass(frozen=True)
class Holders:
    """Bodies by key with their path, posts, places, and teams' leaders (team key → post id) at one moment."""

    bodies: Mapping[str, int]
    paths: Mapping[int, str]
    posts: tuple[PostCard, ...]
    places: tuple[PlaceCard, ...]
    teams: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def by_post(self) -> dict[int, PostCard]:
        """Posts by their id."""
        return {post.id: post for post in self.posts}

    @cached_property
    def by_key(self) -> dict[str, PostCard]:
        """Posts by their key."""
        return {post.key: post for post in self.posts}

    @cached_property
    def by_place(self) -> dict[str, PlaceCard]:
        """Places by their key."""
        return {place.key: place for place in self.places}

    @cached_property
    def by_role(self) -> dict[tuple[int, str], list[PostCard]]:
        """Posts of a body and a role: held ones first, then the eldest."""
        found: dict[tuple[int, str], list[PostCard]] = {}
        for post in sorted(self.posts, key=lambda one: (one.appointment is None, one.id)):
            found.setdefault((post.body, post.role), []).append(post)
        return found

    @cached_property
    def body_at(self) -> dict[str, int]:
        """Bodies by their path."""
        return {path: body for body, path in self.paths.items()}

    def posts_of(self, body: str, role: str, *, below: bool = False) -> list[PostCard]:
        """The posts of a role at a body, with `below` of all bodies under it as well; held ones first."""
        number = self.bodies.get(body)
        if number is None:
            return []
        if not below:
            return self.by_role.get((number, role), [])
        path = self.paths[number]
        return [post for (at, of_role), posts in self.by_role.items() if of_role == role
                and self.paths.get(at, "").startswith(path) for post in posts]

    def is_under(self, body: int | None, keys: tuple[str, ...]) -> bool:
        """Is a body one of these or below one of them?"""
        path = self.paths.get(body) if body is not None else None
        return path is not None and any(path.startswith(self.paths[self.bodies[key]]) for key in keys
                                        if key in self.bodies)

    def superior(self, post: int) -> int | None:
        """上级: the post named above it, or a leader of the nearest body above; the same rule as for every duty."""
        card = self.by_post.get(post)
        if card is None:
            return None
        if card.superior is not None:
            return card.superior
        parts = self.paths.get(card.body, "").rstrip("/").split("/")
        for length in range(len(parts), 0, -1):
            body = self.body_at.get("/".join(parts[:length]) + "/")
            # A leader answers to the next body up, everybody else to the leader of his own.
            if body is None or (body == card.body and card.role == LEADER):
                continue
            found = [one.id for one in self.by_role.get((body, LEADER), ()) if one.id != post]
            if found:
                return min(found)
        return None
