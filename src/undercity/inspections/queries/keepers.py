"""Who keeps a place 管护单位: a work's profile says so, or what was loaded for the place, or its flood board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db.models import F, Q

from undercity.inspections.models import Keeping
from undercity.org.models import Post
from undercity.org.queries import Holder
from undercity.org.states import Role
from undercity.places.boards import FloodBoard


@dataclass(frozen=True, slots=True)
class Keeper:
    """The body that keeps a place, and the post in it that has its duties when one is named."""

    body: int
    post: int | None = None


def keepers(places: Iterable[int] | None = None) -> dict[int, Keeper]:
    """Place → its keeper, of these places or of all; a place nobody is known to keep is missing. Three statements."""
    only = {} if places is None else {"place__in": list(places)}
    found = {place: Keeper(body, post) for place, body, post in
             FloodBoard.objects.filter(**only).values_list("place", "keeper", "post")}
    found |= {place: Keeper(body, post) for place, body, post in
              Keeping.objects.filter(**only).values_list("place", "body", "post")}
    if apps.is_installed("undercity.works"):
        from undercity.works.models import Work

        for place, body in Work.objects.filter(**only).values_list("place", "keeper"):
            named = found.get(place)
            found[place] = named if named is not None and named.body == body else Keeper(body)
    return found


def holders_of(kept: Mapping[int, Keeper]) -> dict[int, Holder | None]:
    """Place → the post that has its duties: the one named, else the keeper's post of the body (several take turns by
    the place's number). None: the body itself answers. One statement."""
    bodies = {one.body for one in kept.values()}
    named = {one.post for one in kept.values() if one.post is not None}
    rows = Post.objects.filter(Q(body__in=bodies, role=Role.KEEPER) | Q(pk__in=named)).order_by("pk").annotate(
        current=F("appointments__pk"), ends=F("appointments__ends")).values_list(
            "pk", "body", "role", "current", "ends")
    posts: dict[int, Holder] = {}
    of_body: dict[int, list[int]] = {}
    for post, body, role, current, ends in rows:
        if post not in posts and role == Role.KEEPER:
            of_body.setdefault(body, []).append(post)
        if post not in posts or (current is not None and ends is None):
            posts[post] = Holder(post=post, body=body, appointment=current if ends is None else None)
    found: dict[int, Holder | None] = {}
    for place, one in kept.items():
        turns = of_body.get(one.body, [])
        chosen = one.post if one.post is not None else turns[place % len(turns)] if turns else None
        found[place] = posts.get(chosen) if chosen is not None else None
    return found
