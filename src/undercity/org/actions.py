"""Everything that changes the organisation."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

import holidays

from undercity.db import write
from undercity.errors import RuleBroken
from undercity.org.directory import forget
from undercity.org.models import ApiKey, Appointment, Body, BodyName, Grant, Person, Post, Workday
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


def appoint(person: Person, post: Post, *, begins: datetime) -> Appointment:
    """Put a person on a post 任命; ends the appointment of whoever held it."""
    with write():
        Appointment.objects.filter(post=post, ends__isnull=True).update(ends=begins)
        return Appointment.objects.create(post=post, person=person, begins=begins)


def issue_key(post: Post, *, label: str, is_sample: bool = False) -> str:
    """Make an API key for a post; the key itself is returned once and never kept."""
    key = secrets.token_urlsafe(24)
    ApiKey.objects.create(post=post, digest=digest_of(key), label=label, is_sample=is_sample)
    return key


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
