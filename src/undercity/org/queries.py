"""What others ask of the organisation."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import get_language, gettext as _

from undercity import clock
from undercity.errors import RuleBroken
from undercity.org.directory import BodyCard, Directory, calendar, directory
from undercity.org.models import Appointment, Grant, Post
from undercity.org.powers import POST, Actor
from undercity.org.states import Power, Role

__all__ = ["BodyCard", "Directory", "Holder", "KeyCard", "KeyOver", "actor_for_key", "actor_for_person",
           "actor_for_post", "body_name", "calendar", "directory", "holder", "holders", "key_card", "post_titles",
           "serving", "so_far_above", "superior_of"]


# A key comes with every request of another system: one statement for the key, its post and its powers.
KEY = ("SELECT post.id, post.role, body.id, body.path, post.title_zh, post.title_en, given.is_sample, held.power, "
       "scope.path, given.id, given.is_active, given.expires_at, given.per_minute, given.per_day "
       "FROM org_apikey given JOIN org_post post ON post.id = given.post_id "
       "JOIN org_body body ON body.id = post.body_id LEFT JOIN org_grant held ON held.post_id = post.id "
       "LEFT JOIN org_body scope ON scope.id = held.scope_id WHERE given.digest = %s")
HOLDERS = ("SELECT held.scope_id, held.post_id, post.body_id, current.id FROM org_grant held "
           "JOIN org_post post ON post.id = held.post_id "
           "LEFT JOIN org_appointment current ON current.post_id = post.id AND current.ends IS NULL "
           "WHERE held.power = %%s AND post.role = %%s AND held.scope_id IN (%s)")


@dataclass(frozen=True, slots=True)
class Holder:
    """A post that can take a duty, with the appointment holding it (None: vacant)."""

    post: int
    body: int
    appointment: int | None


def chosen_holder(post: int) -> Holder:
    """The post somebody chose in a form, with who holds it now. RuleBroken when there is none of this number."""
    row = Post.objects.filter(pk=post).first()
    if row is None:
        raise RuleBroken(_("There is no such post."), field="post", remedy=_("Choose one from the list."))
    return Holder(post=row.pk, body=row.body_id, appointment=Appointment.objects.filter(
        post=row, ends__isnull=True).values_list("pk", flat=True).first())


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


def actor_for_post(post: int, appointment: int | None) -> Actor | None:
    """The actor a post is, under an appointment that may be over: for what follows later from his decision."""
    row = Post.objects.filter(pk=post).values_list("role", "body_id", "body__path", "title_zh", "title_en").first()
    if row is None:
        return None
    role, body, path, zh, en = row
    return Actor(kind=POST, post=post, appointment=appointment, role=role, body=body, body_path=path, title_zh=zh,
                 title_en=en, grants=_grants(post))


@dataclass(frozen=True, slots=True)
class KeyCard:
    """An API key that holds: its number, whoever speaks by it, and its own quotas (None: what the terms say)."""

    id: int
    actor: Actor
    per_minute: int | None
    per_day: int | None


@dataclass(frozen=True, slots=True)
class KeyOver:
    """An API key that held once: `why` is "revoked" or "expired"."""

    why: str


def key_card(key: str) -> KeyCard | KeyOver | None:
    """What an API key is worth now; None when nobody ever gave it out."""
    with connection.cursor() as cursor:
        cursor.execute(KEY, [digest_of(key)])
        rows = cursor.fetchall()
    if not rows or (rows[0][6] and not settings.DEMO):
        return None
    post, role, body, path, zh, en, _sample, _power, _scope, identity, active, expires, minute, day = rows[0]
    if not active:
        return KeyOver("revoked")
    if expires is not None and _aware(expires) <= clock.real_now():
        return KeyOver("expired")
    grants = _by_power((row[7], row[8]) for row in rows if row[7] is not None)
    actor = Actor(kind=POST, post=post, role=role, body=body, body_path=path, title_zh=zh, title_en=en, grants=grants)
    return KeyCard(identity, actor, minute, day)


def _aware(moment: datetime | str) -> datetime:
    # Asked past the mapper, SQLite gives text and both give UTC.
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def actor_for_key(key: str) -> Actor | None:
    """The actor behind an API key; None when the key is unknown, switched off or over."""
    card = key_card(key)
    return card.actor if isinstance(card, KeyCard) else None


def digest_of(key: str) -> str:
    """What is kept of an API key: keys are long and random, so a plain SHA-256 keeps them."""
    return hashlib.sha256(key.encode()).hexdigest()


def _grants(post: int) -> dict[str, tuple[str, ...]]:
    return _by_power(Grant.objects.filter(post=post).values_list("power", "scope__path"))


def _by_power(rows: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    powers: dict[str, list[str]] = defaultdict(list)
    for power, path in rows:
        powers[power].append(path)
    return {power: tuple(paths) for power, paths in powers.items()}


def holder(power: Power, territory: int, *, role: Role, turn: int = 0, body: int | None = None) -> Holder | None:
    """The post a duty in this territory falls to: of that role, with that power over the nearest body above it.

    Several posts as near as each other take turns by `turn` (any whole number). `body` keeps to posts of that body.
    """
    found = holders(power, territory, role=role, body=body)
    return found[turn % len(found)] if found else None


def holders(power: Power, territory: int, *, role: Role, body: int | None = None) -> tuple[Holder, ...]:
    """The posts that take turns with such a duty, in their order; empty when there is none. See `holder`."""
    nearest = _by_nearness(power, territory, role, body)
    return tuple(Holder(post=post, body=of_body, appointment=appointment)
                 for scope, post, of_body, appointment in nearest
                 if (scope, appointment is None) == (nearest[0][0], nearest[0][3] is None))


def serving(power: Power, territory: int, *, role: Role) -> tuple[Holder, ...]:
    """Every post of that role with that power over the territory: the nearest body's first, vacant ones last in it."""
    return tuple(Holder(post=post, body=of_body, appointment=appointment)
                 for _scope, post, of_body, appointment in _by_nearness(power, territory, role, None))


Row = tuple[int, int, int, int | None]


def _by_nearness(power: Power, territory: int, role: Role, body: int | None) -> list[Row]:
    above = directory().line(territory)
    if not above:
        return []
    # Asked with every report and every move: written out, it costs a fifth of what the mapper needs to phrase it.
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS % ", ".join(["%s"] * len(above)), [power.value, role.value, *above])
        rows = [row for row in cursor.fetchall() if body is None or row[2] == body]
    return sorted(rows, key=lambda row: (-above.index(row[0]), row[3] is None, row[1]))


def superior_of(post: int) -> Holder | None:
    """上级: the post told when this one stays silent; its own, or a leader of the nearest body above it."""
    row = Post.objects.filter(pk=post).values_list("superior_id", "body_id", "role").first()
    if row is None:
        return None
    named, body, role = row
    if named is not None:
        return _held(Post.objects.filter(pk=named))
    for above in reversed(directory().line(body)):
        # A leader answers to the next body up, everybody else to the leader of his own.
        if not (above == body and role == Role.LEADER) and (
                found := _held(Post.objects.filter(body=above, role=Role.LEADER).exclude(pk=post).order_by("pk"))):
            return found
    return None


def so_far_above(post: int, steps: int) -> Holder | None:
    """The post so many steps up the line, or the highest there is; None when nobody stands above."""
    told = None
    for _step in range(steps):
        higher = superior_of(told.post if told else post)
        if higher is None:
            break
        told = higher
    return told


def _held(posts: QuerySet[Post]) -> Holder | None:
    row = posts.values_list("pk", "body_id").first()
    if row is None:
        return None
    current = Appointment.objects.filter(post=row[0], ends__isnull=True).values_list("pk", flat=True).first()
    return Holder(post=row[0], body=row[1], appointment=current)


def body_name(body: int | None, on: date | None = None) -> str:
    """A body's name in the reader's language, as it was called on that day (today by default)."""
    if body is None:
        return ""
    return directory().name(body, get_language() or "zh-hans", on or clock.now().date())


def post_titles(posts: Iterable[int]) -> dict[int, str]:
    """Post id → its title in the reader's language."""
    return {post: directory().title(post, get_language() or "zh-hans") for post in set(posts)}
