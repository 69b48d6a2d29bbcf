"""The sample city for the tests of this room, with works under it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from tests.city import City, city
from undercity import clock

__all__ = ["city"]
WAY = {"name": "主出入口", "lat": 36.65, "lon": 117.0, "width_m": 3, "sill_m": 41.5}
PROFILE = {"managed": "joint", "form": "basement", "area_m2": 4000, "volume_m3": 14000, "levels": 1, "depth_m": 5,
           "capacity": 1500, "condition": "good", "condition_words": "", "pumps": 2, "boards": 3, "built": 2010}


def at(month: int, day: int, hour: int = 9, year: int = 2026) -> datetime:
    """A moment of the sample year."""
    return datetime(year, month, day, hour, tzinfo=clock.ZONE)


def a_work(key: str, *, keeper: str = "op-mall", district: str = "shizhong", use: str = "mall",
           listed: bool = False) -> Any:
    """An invented work with its place."""
    from undercity.org.queries import directory
    from undercity.places.actions import open_place
    from undercity.works.actions import register_works
    from undercity.works.models import Work

    book = directory()
    place = open_place(key=key, names=[{"zh": f"虚构·{key}", "en": f"Invented {key}"}],
                       district=book.by_key[district], address_zh="示例路1号（虚构）", lat=36.655, lon=117.003,
                       hours="24/7", source="test", valid_from=date(2026, 1, 1), listed=listed, invented=True, use=use)
    register_works([{**PROFILE, "place": place.pk, "code": f"虚构-{key}", "entrances": [WAY],
                     "keeper": book.by_key[keeper]}], year=2026)
    return Work.objects.select_related("place").get(place=place)


@pytest.fixture
def work(city: City) -> Any:
    """One work of the mall's keeper."""
    return a_work("shop")


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    """A browser signed in as whoever holds a post."""
    from undercity.org.models import Person

    def make(actor: Any) -> Client:
        client = Client()
        client.force_login(Person.objects.get(pk=actor.person))
        return client

    return make


def by_key(post: str) -> Any:
    """The actor holding a post of this key."""
    from undercity.org.models import Post
    from undercity.org.queries import actor_for_person

    found = actor_for_person(Post.objects.get(key=post).appointments.get(ends__isnull=True).person_id)
    assert found is not None
    return found
