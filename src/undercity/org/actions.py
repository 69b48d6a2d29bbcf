"""Everything that changes the organisation."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

import holidays

from undercity import clock
from undercity.db import write
from undercity.errors import NotFound, RuleBroken
from undercity.org.directory import forget
from undercity.org.models import ApiKey, Appointment, Body, BodyName, Grant, KeyUse, Person, Post, Workday
from undercity.org.queries import digest_of
from undercity.org.states import BodyKind, Power, Role


def found_body(*, key: str, kind: BodyKind, parent: Body | None, names: Iterable[Mapping[str, Any]],
               code: str = "", outline: Mapping[str, Any] | None = None) -> Body:
    """Add a body under its parent, with its dated names ({zh, en, valid_from, valid_to})."""
    with write():
        path = f"{parent.path if parent else ''}{key}/"
        body = Body.objects.create(key=key, kind=kind, parent=parent, path=path, code=code, outline=outline)
        BodyName.objects.bulk_create(BodyName(body=body, **name) for name in names)
    forget()
    return body


def create_post(*, key: str, body: Body, role: Role, title_zh: str, title_en: str,
                superior: Post | None = None) -> Post:
    """Add a post to a body, under the post that answers for it."""
    post = Post.objects.create(key=key, body=body, role=role, title_zh=title_zh, title_en=title_en, superior=superior)
    forget()
    return post


def grant(post: Post, power: Power, scope: Body) -> Grant:
    """Give a post one power over a body and all below it."""
    row, _ = Grant.objects.get_or_create(post=post, power=power, scope=scope)
    return row


def grant_all(rows: Iterable[tuple[Post, Power, Body]]) -> int:
    """Many grants at once; those there are already stay as they are. How many were named."""
    made = [Grant(post=post, power=power, scope=scope) for post, power, scope in rows]
    Grant.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def appoint(person: Person, post: Post, *, begins: datetime) -> Appointment:
    """Put a person on a post 任命; ends the appointment of whoever held it."""
    with write():
        Appointment.objects.filter(post=post, ends__isnull=True).update(ends=begins)
        return Appointment.objects.create(post=post, person=person, begins=begins)


def issue_key(post: Post, *, label: str, is_sample: bool = False, expires_at: datetime | None = None,
              per_minute: int | None = None, per_day: int | None = None) -> str:
    """Make an API key for a post; the key itself is returned once and never kept."""
    key = secrets.token_urlsafe(24)
    ApiKey.objects.create(post=post, digest=digest_of(key), label=label, is_sample=is_sample, made_at=clock.real_now(),
                          expires_at=expires_at, per_minute=per_minute, per_day=per_day)
    return key


def revoke_key(key: int) -> ApiKey:
    """Switch a key off for good. NotFound when there is none."""
    with write():
        row = _key(key)
        row.is_active = False
        row.save(update_fields=["is_active"])
    return row


def limit_key(key: int, *, per_minute: int | None, per_day: int | None, expires_at: datetime | None) -> ApiKey:
    """Give a key other quotas and another end."""
    with write():
        row = _key(key)
        row.per_minute, row.per_day, row.expires_at = per_minute, per_day, expires_at
        row.save(update_fields=["per_minute", "per_day", "expires_at"])
    return row


def _key(key: int) -> ApiKey:
    row = ApiKey.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFound("There is no such key.", remedy="`undercity open311 key list` shows them with their numbers.")
    return row


def take_from_quota(key: int, span: str, begins: datetime, *, limit: int, wanted: int) -> int:
    """Take up to so many requests of a key's quota for this process; 0: the quota of this span is used up.

    What all processes take together never comes to more than the limit.
    """
    with write():
        row, fresh = KeyUse.objects.select_for_update().get_or_create(key_id=key, span=span, begins=begins,
                                                                      defaults={"taken": 0})
        given = max(0, min(wanted, limit - row.taken))
        if given:
            KeyUse.objects.filter(pk=row.pk).update(taken=row.taken + given)
        if fresh:
            KeyUse.objects.filter(key=key, span=span, begins__lt=begins).delete()
    return given


def set_workday(day: date, *, working: bool, note: str, source: str) -> Workday:
    """Say that a day is worked or free, whatever its weekday 调休; the source is the year's notice."""
    if not source:
        raise RuleBroken("A change of the working calendar needs its source.", field="source",
                         remedy="Name the notice of the year.")
    row, _ = Workday.objects.update_or_create(day=day, defaults={"working": working, "note": note, "source": source})
    forget()
    return row


def seed_workdays(years: Iterable[int]) -> int:
    """Fill the working calendar of these years from the `holidays` library; days already there stay as they are."""
    rows, source = [], f"holidays {version('holidays')}"
    for year in years:
        table = holidays.country_holidays("CN", years=year, categories=("public",))
        for day, name in sorted(table.items()):
            rows.append(Workday(day=day, working=False, note=name[:120], source=source))
        for day in sorted(getattr(table, "weekend_workdays", ())):
            if day.year == year:
                rows.append(Workday(day=day, working=True, note="", source=source))
    before = Workday.objects.count()
    Workday.objects.bulk_create(rows, ignore_conflicts=True)
    forget()
    return Workday.objects.count() - before
