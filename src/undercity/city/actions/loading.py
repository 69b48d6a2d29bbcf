"""The sample city from its files: bodies, posts, powers, accounts, places, and its clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection

from undercity import clock
from undercity.cases.actions.scheme import load_schemes
from undercity.cases.queries.scheme import scheme
from undercity.city.accounts import derived
from undercity.city.actions.register_story import tell_the_register
from undercity.city.actions.sources import state_the_source
from undercity.city.actions.underground import open_works
from undercity.city.grids import sample_grids
from undercity.city.people import RESOLUTION, sample_people
from undercity.city.sample_files import SAMPLE, read
from undercity.coverage.actions.people import import_people
from undercity.db import write
from undercity.ledger.actions.agenda import load_templates
from undercity.org.actions import appoint, create_post, found_body, grant_all, seed_workdays
from undercity.org.directory import forget
from undercity.org.models import ApiKey, Appointment, Body, Person, Post
from undercity.org.queries import actor_for_person, digest_of, directory
from undercity.org.states import BodyKind, Power, Role
from undercity.places.actions import hang_board, load_grids, open_place

# Saturday 18 July 2026, minutes before a storm.
EVENING = datetime(2026, 7, 18, 16, 30, tzinfo=clock.ZONE)
BEGINS = datetime(2025, 1, 1, tzinfo=clock.ZONE)


def is_loaded() -> bool:
    """Does this database hold a city?"""
    return Body.objects.exists()


def empty_the_database() -> None:
    """Throw everything away and start with empty tables. The record refuses deletion, so the tables go with it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys=OFF")
            # A virtual table takes its own tables with it.
            cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%%'")
            for name, in cursor.fetchall():
                cursor.execute(f'DROP TABLE "{name}"')
            for table in connection.introspection.table_names():
                cursor.execute(f'DROP TABLE "{table}"')
            cursor.execute("PRAGMA foreign_keys=ON")
        else:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0, interactive=False)
    forget()


def load_foundations(say: Callable[[str], None]) -> None:
    """Bodies, posts, accounts, public places, categories and the calendar: a city before anything happens in it."""
    # Password hashing is slow on purpose; it runs beside the rest on the other core.
    with write(), ThreadPoolExecutor(2) as pool:
        accounts = read("accounts.toml")["account"]
        hashes = [pool.submit(make_password, derived(f"account:{row['username']}")) for row in accounts]
        say(f"working calendar: {seed_workdays(range(2025, 2028))} days added")
        say("category scheme: " + ", ".join(f"{count} {what}" for what, count in load_schemes().items()))
        say(f"bodies: {_bodies()}")
        posts = _posts()
        say(f"places: {_places(posts)}")
        say(f"unit grids: {_grids()}, all invented")
        say(f"duty templates: {load_templates()}")
        if apps.is_installed("undercity.works"):
            from undercity.works.terms.actions import load_terms

            say(f"terms of permits and checks: {load_terms(categories=frozenset(scheme().categories))}")
        _accounts(accounts, [one.result() for one in hashes], posts)
        say(f"posts and accounts: {len(posts)}")


def load_underground(say: Callable[[str], None]) -> None:
    """The invented works, and what the source of 2022 says."""
    with write():
        say(f"works: {open_works()}, all invented")
        say(f"changes of the register: {tell_the_register()}")
        say(f"facts of the source: {state_the_source(recorded=BEGINS)}")


def load_people(say: Callable[[str], None]) -> None:
    """The invented population cells, imported by the office's director when the city begins."""
    holder = Appointment.objects.get(post__key="leader-2", ends__isnull=True)
    by = actor_for_person(holder.person_id) if holder.person_id else None
    assert by is not None
    made = import_people(sample_people(directory()), resolution=RESOLUTION, valid_from=BEGINS.date(), invented=True,
                         source="虚构 invented for the sample city", by=by, at=BEGINS)
    say(f"population cells: {made.cells}, {made.people:,.0f} people, all invented")


def _bodies() -> int:
    outlines = {feature["properties"]["key"]: feature["geometry"] for feature in
                json.loads((SAMPLE / "outlines.geojson").read_text(encoding="utf-8"))["features"]}
    made: dict[str, Body] = {}
    for row in read("bodies.toml")["body"]:
        names = [{"zh": n["zh"], "en": n["en"], "valid_from": n.get("from"), "valid_to": n.get("to")}
                 for n in row["names"]]
        made[row["key"]] = found_body(key=row["key"], kind=BodyKind(row["kind"]),
                                      parent=made.get(row.get("parent", "")), names=names,
                                      code=row.get("code", ""), outline=outlines.get(row["key"]))
    return len(made)


def _posts() -> dict[str, Post]:
    bodies = {body.key: body for body in Body.objects.all()}
    powers = read("powers.toml")
    posts: dict[str, Post] = {}
    grants: list[tuple[Post, Power, Body]] = []
    for row in read("posts.toml")["post"]:
        role = Role(row["role"])
        post = create_post(key=row["key"], body=bodies[row["body"]], role=role, title_zh=row["zh"], title_en=row["en"],
                           superior=posts.get(row.get("superior", "")))
        for scope in row.get("covers", [row["body"]]):
            # What one post may beside what its role brings.
            grants += [(post, Power(power), bodies[scope])
                       for power in [*powers[role.value]["powers"], *row.get("powers", [])]]
        if role is Role.OPEN311_CLIENT or row.get("machine"):
            ApiKey.objects.create(post=post, digest=digest_of(derived(f"key:{post.key}")), label="sample",
                                  is_sample=True, per_minute=0, per_day=0)
        posts[post.key] = post
    grant_all(grants)
    return posts


def _accounts(rows: list[dict[str, Any]], hashes: list[str], posts: dict[str, Post]) -> None:
    for row, password in zip(rows, hashes, strict=True):
        person = Person.objects.create(username=row["username"], password=password, name_zh=row["zh"],
                                       name_en=row["en"], is_sample=True)
        appoint(person, posts[row["post"]], begins=BEGINS)


def _places(posts: dict[str, Post]) -> int:
    rows = read("places.toml")["place"]
    book = directory()
    for row in rows:
        row["district"] = book.by_key[row["district"]]
        row["names"] = [dict(name) for name in row["names"]]
        board = row.pop("board")
        place = open_place(**row)
        hang_board(place, keeper=book.by_key[board.pop("keeper")], post=posts[board.pop("post")], invented=True,
                   source="invented for the sample city", valid_from=date(2026, 6, 1), **board)
    return len(rows)


def _grids() -> int:
    # Whoever covers the whole city has no streets of his own.
    streets = {row["key"]: [key for key in row["covers"] if key != "jinan"] for row in read("posts.toml")["post"]
               if row["role"] == Role.INSPECTOR.value}
    _, found = load_grids(sample_grids(directory(), streets), valid_from=BEGINS.date(), invented=True,
                          source="虚构 invented for the sample city")
    return len(found.cells)


def clock_text(real: datetime) -> str:
    """The setting that makes the city's evening begin at this real moment."""
    return clock.describe_offset(EVENING, real)


def season_before(days: int) -> datetime:
    """So many days before the evening."""
    return EVENING - timedelta(days=days)
