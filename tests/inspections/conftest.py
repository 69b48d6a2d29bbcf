"""The sample city for the tests of this room, with checklists and places somebody keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from shapely.geometry import shape

from tests.city import City, city
from undercity import clock

__all__ = ["city"]
GOOD: dict[str, Any] = {"pumps": "yes", "boards": "fit", "sandbags": 60, "drains": "yes", "roster": "yes"}


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the sample year."""
    return datetime(2026, month, day, hour, minute, tzinfo=clock.ZONE)


def by_key(post: str) -> Any:
    """The actor holding a post of this key."""
    from undercity.org.models import Post
    from undercity.org.queries import actor_for_person

    found = actor_for_person(Post.objects.get(key=post).appointments.get(ends__isnull=True).person_id)
    assert found is not None
    return found


def a_place(key: str, *, use: str = "mall", body: str = "op-mall", post: str | None = None, listed: bool = False,
            district: str = "shizhong", lat: float | None = None, lon: float = 117.003) -> Any:
    """An invented place somebody keeps, with or without the room of works."""
    from undercity.inspections.actions.checklists import keep
    from undercity.inspections.models import Keeping
    from undercity.org.models import Post
    from undercity.org.queries import directory
    from undercity.places.actions import open_place

    book = directory()
    if lat is None:
        inside = shape(book.outlines[book.by_key[district]]).representative_point()
        lat, lon = (36.655, lon) if district == "shizhong" else (inside.y, inside.x)
    place = open_place(key=key, names=[{"zh": f"虚构·{key}", "en": f"Invented {key}"}],
                       district=book.by_key[district], address_zh="示例路1号（虚构）", lat=lat, lon=lon, hours="24/7",
                       source="test", valid_from=date(2026, 1, 1), listed=listed, invented=True, use=use)
    keep([Keeping(place=place, body_id=book.by_key[body], source="test",
                  post=Post.objects.get(key=post) if post else None)])
    return place


@pytest.fixture
def lists(city: City) -> City:
    """The shipped checklists are loaded, and the nine cool places are out of the way: only the test's are kept."""
    from undercity.inspections.actions.checklists import load_files
    from undercity.places.boards import FloodBoard

    load_files()
    FloodBoard.objects.all().delete()
    return city


@pytest.fixture
def place(lists: City) -> Any:
    """One place of the mall's keeper."""
    return a_place("shop")


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    """A browser signed in as whoever holds a post."""
    from undercity.org.models import Person

    def make(actor: Any) -> Client:
        client = Client()
        client.force_login(Person.objects.get(pk=actor.person))
        return client

    return make


def check_of(place: Any, checklist: str = "flood-season", period: str = "2026-07", when: Any = None) -> Any:
    """The check of a place, made by the worker."""
    from undercity.inspections.actions.checking import make_due
    from undercity.inspections.models import Inspection

    make_due(when or at(7, 8))
    return Inspection.objects.get(place=place, checklist=checklist, period=period)


def done(check: Any, answers: Any = None, **more: Any) -> Any:
    """The check as a keeper reports it."""
    from undercity.inspections.actions.checking import finish_check

    return finish_check(check.pk, **{"by": by_key("keeper-1"), "at": at(7, 9), "notes": {}, **more},
                        answers={**GOOD, **(answers or {})})


def replayed() -> list[str]:
    """What the record and the rows say differently."""
    from undercity.ledger.replay import replay

    return [str(one) for one in replay().differences]
