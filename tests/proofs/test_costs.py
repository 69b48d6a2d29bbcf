"""What a report and a list cost, in statements: literal numbers that may only go down."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from PIL import Image

from undercity import clock
from undercity.cases.actions.reporting import report
from undercity.cases.models import Case, Photo
from undercity.cases.queries import lists
from undercity.cases.queries.filters import read
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import Source
from undercity.city.accounts import derived
from undercity.city.actions.loading import EVENING, load_foundations
from undercity.city.actions.story import tell_cases
from undercity.ledger.models import Entry
from undercity.ledger.pictures import Picture, read_picture
from undercity.notices.models import Notice
from undercity.org.directory import forget
from undercity.org.models import Appointment, Post
from undercity.org.powers import Actor
from undercity.org.queries import actor_for_key, actor_for_person, directory
from undercity.org.states import Role

REPORT_MOST = 14
LIST_MOST = 6
CASES = 1200
SMALL_PAGE = 10
# What a list is narrowed to without gathering all that fits before the newest hundred are known.
NARROWED = ({"area": "shizhong"}, {"category": "gbt47678-component-01"}, {"source": "hotline", "area": "shizhong"},
            {"stage": "open", "category": "gbt47678-component-01"}, {"department": "sz-sanitation", "stage": "closed"})
TURNS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def silent(line: str) -> None:
    """Nobody reads what the loader says here."""
    assert line


@pytest.fixture
def city(db: None) -> Iterator[None]:
    """The sample city with its bodies and posts, and no case."""
    forget()
    load_foundations(silent)
    forget()
    yield
    forget()


@pytest.fixture
def full_city(city: None) -> None:
    """The same with cases enough for many small pages."""
    tell_cases(CASES, until=EVENING, days=60, say=silent)


def photo() -> Picture:
    """A small picture, read as an upload is."""
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 110, 130)).save(out, "JPEG")
    return read_picture(out.getvalue())


def counted(captured: CaptureQueriesContext) -> list[str]:
    """The statements that count: all but those that open and end a transaction."""
    return [one["sql"] for one in captured.captured_queries if not one["sql"].startswith(TURNS)]


def told(statements: list[str]) -> str:
    """The statements, for whoever must find the one too many."""
    return "\n".join(f"{number}. {sql[:160]}" for number, sql in enumerate(statements, start=1))


def reader() -> Actor:
    """An officer who sees the whole city."""
    person = (Appointment.objects.filter(post__role=Role.INTAKE_OFFICER, ends__isnull=True)
              .order_by("pk").values_list("person_id", flat=True)[0])
    actor = actor_for_person(person)
    assert actor is not None
    return actor


def make(by: Actor, **more: Any) -> Case:
    return report(by=by, at=clock.now(), source=Source.SYSTEM,
                  category="gbt47678-matter-06-010", text="The cover rattles.",
                  territory=directory().by_key["ganshiqiao"], lat=36.655, lon=117.003, **more)


def test_a_report_with_photo_and_notice_by_an_api_client_costs_at_most_fourteen_statements(city: None) -> None:
    key = derived(f"key:{Post.objects.filter(role=Role.OPEN311_CLIENT)[0].key}")
    warm = actor_for_key(key)
    assert warm is not None
    make(warm)
    picture = photo()
    before = Notice.objects.count()
    with CaptureQueriesContext(connection) as captured:
        by = actor_for_key(key)
        assert by is not None
        case = make(by, photos=[picture], client_key="once")
    statements = counted(captured)
    assert len(statements) <= REPORT_MOST, told(statements)
    assert Notice.objects.count() == before + 1
    assert Photo.objects.filter(case=case).count() == 1
    assert Entry.objects.filter(stream=case.uid).count() == 1


def test_a_list_of_a_hundred_cases_costs_at_most_six_statements(full_city: None) -> None:
    actor = reader()
    with CaptureQueriesContext(connection) as captured:
        rows = lists.page(actor, clock.now())
    assert len(rows) == lists.PAGE
    assert len(counted(captured)) <= LIST_MOST, told(counted(captured))


@pytest.mark.parametrize("wanted", [1, 3])
def test_a_longer_list_costs_no_more_statements_than_a_short_one(full_city: None, wanted: int) -> None:
    actor = reader()
    with CaptureQueriesContext(connection) as short:
        assert len(lists.page(actor, clock.now(), limit=wanted)) == wanted
    with CaptureQueriesContext(connection) as long:
        assert len(lists.page(actor, clock.now(), limit=lists.PAGE)) == lists.PAGE
    assert len(counted(short)) == len(counted(long))


def asked(actor: Actor, before: int | None) -> list[QuerySet[Any]]:
    """What a page asks: which cases, then these with their reports."""
    pages = visible_to(actor).order_by("-id")
    pages = (pages.filter(id__lt=before) if before is not None else pages)[:SMALL_PAGE]
    found = list(pages.values_list("pk", flat=True))
    return [pages.values_list("pk", flat=True), Case.objects.filter(pk__in=found).select_related("report")]


def rows_read(actor: Actor, before: int | None) -> int:
    """How many rows PostgreSQL touches in its scans for one page."""
    plans = [json.loads(rows.explain(format="json", analyze=True)) for rows in asked(actor, before)]
    return sum(scanned(plan[0]["Plan"]) for plan in plans)


def scanned(node: dict[str, Any]) -> int:
    """Rows given and thrown away by the scans of a plan."""
    below = sum(scanned(child) for child in node.get("Plans", ()))
    if "Scan" not in node["Node Type"]:
        return below
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + thrown) * node["Actual Loops"]) + below


def steps(actor: Actor, before: int | None) -> list[str]:
    """SQLite's plan for one page, line by line."""
    return [line.strip() for rows in asked(actor, before) for line in rows.explain().splitlines()]


def test_the_last_page_costs_what_the_first_does(full_city: None) -> None:
    actor, late = reader(), SMALL_PAGE * 2
    first_id = Case.objects.order_by("id").values_list("pk", flat=True)[0]
    with CaptureQueriesContext(connection) as first:
        assert len(lists.page(actor, clock.now(), limit=SMALL_PAGE)) == SMALL_PAGE
    with CaptureQueriesContext(connection) as last:
        rows = lists.page(actor, clock.now(), limit=SMALL_PAGE, before=first_id + late)
    assert len(rows) == SMALL_PAGE
    assert len(counted(first)) == len(counted(last))
    if connection.vendor == "postgresql":
        near, far = rows_read(actor, None), rows_read(actor, first_id + late)
        assert far <= near * 2, f"the first page reads {near} rows, the last one {far}"
    else:
        # The newest first by the table's own order, never sorted: a page ends when it is full.
        for before in (None, first_id + late):
            assert "TEMP B-TREE" not in " ".join(steps(actor, before))
        for asked_for in NARROWED:
            question = lists.found_by(actor, clock.now(), read(asked_for))
            assert isinstance(question, QuerySet)
            assert "TEMP B-TREE" not in question.explain(), asked_for
