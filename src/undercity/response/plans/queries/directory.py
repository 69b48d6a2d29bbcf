"""The city as a plan meets it, read in bulk: six statements, however many orders and holders there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.apps import apps
from django.db.models import OuterRef, Q, Subquery

from undercity import clock
from undercity.forces.models import Team
from undercity.notices.queries import reach
from undercity.org.models import Appointment, Post
from undercity.org.queries import directory
from undercity.org.states import Role
from undercity.places.models import FloodBoard, Place, Season
from undercity.places.queries import CALLED, with_names
from undercity.response.plans.rules.holders import Holders, PlaceCard, PostCard


def holders_now(at: datetime | None = None) -> Holders:
    """Bodies, posts, places and teams; who holds a post and what a place is called, as at a moment (default now)."""
    book, moment = directory(), at or clock.now()
    held = (Appointment.objects.filter(post=OuterRef("pk"), begins__lte=moment)
            .filter(Q(ends__isnull=True) | Q(ends__gt=moment)).order_by("-begins").values("pk")[:1])
    posts = tuple(PostCard(*row) for row in Post.objects.annotate(held=Subquery(held)).order_by("pk").values_list(
        "pk", "key", "body_id", "role", "held", "superior_id"))
    return Holders(bodies=book.by_key, paths={card.id: card.path for card in book.cards.values()}, posts=posts,
                   places=_places(posts, moment.astimezone(clock.ZONE).date()), teams=_teams())


def _places(posts: tuple[PostCard, ...], today: date) -> tuple[PlaceCard, ...]:
    boards = {place: (post, body) for place, post, body in FloodBoard.objects.values_list(
        "place_id", "post_id", "keeper_id")}
    bodies: dict[int, int] = dict(Season.objects.filter(timeline=clock.REAL, keeper__isnull=False).order_by(
        "year").values_list("place_id", "keeper_id"))
    if apps.is_installed("undercity.works"):
        from undercity.works.queries import keepers

        bodies = keepers() | bodies
    # Of a keeping body, the post whose role it is; a held one before a vacant one.
    keeping: dict[int, int] = {}
    for post in sorted(posts, key=lambda one: (one.appointment is None, one.id)):
        if post.role == Role.KEEPER:
            keeping.setdefault(post.body, post.id)
    found = []
    for row in Place.objects.order_by("key").only("pk", "key", "use", "listed", "district_id").prefetch_related(
            with_names()):
        post_of, body = boards.get(row.pk, (None, bodies.get(row.pk)))
        zh, en = _called(row, today) if getattr(row, CALLED) else (row.key, row.key)
        found.append(PlaceCard(row.pk, row.key, zh, en, row.use, row.listed, row.district_id,
                               post_of or (keeping.get(body) if body is not None else None), body))
    return tuple(found)


def _called(place: Place, today: date) -> tuple[str, str]:
    """The name of the day in both languages: a text of an order carries both."""
    names = sorted(getattr(place, CALLED), key=lambda name: name.valid_from or date.min)
    current = [name for name in names if (name.valid_from is None or name.valid_from <= today)
               and (name.valid_to is None or today < name.valid_to)] or names
    return current[-1].zh, current[-1].en


def _teams() -> dict[str, int]:
    """Team → its leader's post, for teams that are not over. A plan names a team by the key of that post."""
    return dict(Team.objects.filter(post__isnull=False, ended_at__isnull=True).values_list("post__key", "post"))


def reachable(appointments: Iterable[int]) -> set[int]:
    """Which of these appointments a message can reach outside this system; two statements."""
    held = dict(Appointment.objects.filter(pk__in=list(appointments), ends__isnull=True).values_list("pk", "post"))
    channels = reach.reachable(held.values())
    return {appointment for appointment, post in held.items() if channels[post]}
