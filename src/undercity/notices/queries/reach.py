"""How people and bodies are reached, as pages and other rooms ask it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from undercity.notices.letters import open_to_posts
from undercity.notices.masking import masked
from undercity.notices.models import Address, Preference
from undercity.notices.states import Channel
from undercity.org.models import Appointment, Body, Post
from undercity.org.powers import Actor
from undercity.org.queries import body_name
from undercity.org.states import Power


@dataclass(frozen=True, slots=True)
class Shown:
    """An address on a page: masked, even before its own reader."""

    row: Address
    channel: str
    masked: str
    open: bool


def shown_addresses(**whose: int) -> list[Shown]:
    """The addresses of a person or a body, in their order."""
    there = open_to_posts()
    return [Shown(row, str(Channel(row.channel).label), masked(row.channel, row.address), row.channel in there)
            for row in Address.objects.filter(**whose)]


def wishes_for(person: int) -> dict[str, Any]:
    """What the form of wishes begins with."""
    row = Preference.objects.filter(person=person).first()
    if row is None:
        return {"language": "zh-hans"}
    return {"quiet_from": row.quiet_from, "quiet_until": row.quiet_until, "on_page": row.on_page,
            "language": row.language}


def reachable(posts: Iterable[int]) -> dict[int, frozenset[Channel]]:
    """Post → the channels by which whoever holds it now can be reached himself; empty: on the page only.

    Groups of bodies are not counted: nobody in one has to answer. Asked by plans before anything happens.
    """
    there, found = open_to_posts(), {post: set[Channel]() for post in posts}
    for post, channel in Address.objects.filter(
            person__appointments__post__in=list(found), person__appointments__ends__isnull=True).values_list(
            "person__appointments__post", "channel"):
        if post in found and channel in there:
            found[post].add(Channel(channel))
    return {post: frozenset(channels) for post, channels in found.items()}


def telephones(post: int) -> list[str]:
    """The numbers of whoever holds a post now, in the order he wants. Personal data: the caller notes the look."""
    return list(Address.objects.filter(
        person__appointments__post=post, person__appointments__ends__isnull=True, channel=Channel.SMS).order_by(
        "rank", "pk").values_list("address", flat=True))


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A body on the administrator's page: its groups, its posts, and how many of those nobody can reach."""

    key: str
    name: str
    groups: int
    posts: int
    silent: int


def _under(actor: Actor) -> Q:
    held = Q(pk__in=())
    for scope in actor.scopes(Power.ORG_ADMIN):
        held |= Q(path__startswith=scope)
    return held


def body_under(actor: Actor, key: str) -> Body | None:
    """A body the actor administers."""
    return Body.objects.filter(_under(actor), key=key).first()


def bodies_with_groups(actor: Actor, words: str = "") -> list[BodyRow]:
    """The bodies with posts an administrator keeps, by name as it is written."""
    rows = list(Body.objects.filter(_under(actor), posts__isnull=False).distinct().order_by("path"))
    posts: dict[int, list[int]] = defaultdict(list)
    for post, body in Post.objects.filter(body__in=[row.pk for row in rows]).values_list("pk", "body_id"):
        posts[body].append(post)
    held = set(Appointment.objects.filter(ends__isnull=True).values_list("post_id", flat=True))
    reached = reachable(post for there in posts.values() for post in there)
    groups = dict(Address.objects.filter(body__in=[row.pk for row in rows]).values_list("body").annotate(Count("pk")))
    made = [BodyRow(row.key, body_name(row.pk), groups.get(row.pk, 0), len(posts[row.pk]),
                    sum(post in held and not reached[post] for post in posts[row.pk])) for row in rows]
    return [row for row in made if words.casefold() in row.name.casefold()]
