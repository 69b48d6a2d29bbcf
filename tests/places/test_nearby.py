"""The nearest open place, exactly: against measuring all, at any moment, with exceptions, and after every change."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as some

from tests.city import City
from undercity import clock
from undercity.places import exceptions
from undercity.places.rules import Opening, opening
from undercity.places.wishes import NONE, Wishes

AFTERNOON = datetime(2026, 7, 18, 16, 30, tzinfo=clock.ZONE)
NIGHT = datetime(2026, 7, 18, 3, tzinfo=clock.ZONE)
HERE = (36.648, 117.003)
HOURS = ("Jun 21-Aug 31 09:30-20:00", "24/7", "Mo-Fr 08:00-18:00", "Sa-Su 10:00-22:00", "06:00-23:30", "20:00-04:00",
         "Dec 1-Dec 31 09:00-10:00", "off")
WISHES = (NONE, Wishes(step_free=True), Wishes(amenities=("library",)), Wishes(True, ("seats", "water")))


@pytest.fixture
def many(city: City) -> City:
    """The city with 300 invented places more: half in heaps, some not listed."""
    from undercity.org.queries import directory
    from undercity.places.actions import cell_of
    from undercity.places.models import Place

    dice, book = random.Random(5), directory()
    heaps = [(dice.uniform(36.6, 36.7), dice.uniform(116.95, 117.05)) for _ in range(5)]
    rows = []
    for nth in range(300):
        lat, lon = dice.choice(heaps) if dice.random() < 0.5 else (dice.uniform(36.5, 36.8), dice.uniform(116.8, 117.2))
        rows.append(Place(key=f"n-{nth}", district_id=book.by_key["lixia"], address_zh="示例", lat=lat, lon=lon,
                          cell=cell_of(lat, lon), hours=dice.choice(HOURS), source="test", valid_from=city.at.date(),
                          listed=dice.random() < 0.8, invented=True, step_free=dice.choice(("yes", "no", "unknown")),
                          amenities=dice.sample(("seats", "water", "library", "a word of its own"), 2)))
    Place.objects.bulk_create(rows)
    return city


def measured(lat: float, lon: float, at: datetime, wishes: Wishes = NONE, known: Mapping[int, Opening] = {},
             officer: bool = False) -> list[tuple[Any, float, int]]:
    """(opening, metres, id) of every place that counts, by looking at each."""
    from undercity.places.models import Place
    from undercity.science.coordinates import distance_m

    rows = Place.objects.all() if officer else Place.objects.filter(listed=True)
    return [(known.get(row.pk) or opening(row.hours, at), distance_m(lat, lon, row.lat, row.lon), row.pk)
            for row in rows if (not wishes.step_free or row.step_free == "yes")
            and set(wishes.amenities) <= set(row.amenities)]


def agrees(lat: float, lon: float, at: datetime, wishes: Wishes = NONE, known: Mapping[int, Opening] = {},
           officer: bool = False) -> None:
    from undercity.places.queries import nearest_open, next_to_open

    rows = measured(lat, lon, at, wishes, known, officer)
    found = nearest_open(lat, lon, at, 5, wishes=wishes, officer=officer)
    assert all(one.opening.is_open for one in found)
    assert [one.metres for one in found] == pytest.approx(sorted(m for state, m, _ in rows if state.is_open)[:5])
    if not officer:
        soon = sorted((state.changes_at, m) for state, m, _ in rows if not state.is_open and state.changes_at)[:5]
        later = next_to_open(lat, lon, at, 5, wishes=wishes)
        assert [one.opening.changes_at for one in later] == [when for when, _ in soon]
        assert [one.metres for one in later] == pytest.approx([metres for _, metres in soon])


def test_at_any_moment_and_for_any_wish_it_is_what_measuring_all_gives(many: City) -> None:
    @hypothesis_settings(max_examples=25)
    @given(some.floats(36.5, 36.8), some.floats(116.8, 117.2), some.integers(0, 7 * 24 * 60), some.sampled_from(WISHES))
    def compare(lat: float, lon: float, minutes: int, wishes: Wishes) -> None:
        # Minutes come in any order: the clock of the index goes forwards and back.
        agrees(lat, lon, AFTERNOON + timedelta(minutes=minutes), wishes)

    compare()
    agrees(*HERE, AFTERNOON, officer=True)


def test_a_place_opens_and_shuts_on_the_second(many: City) -> None:
    for moment in ("09:29:59", "09:30:00", "19:59:59", "20:00:00", "03:59:59", "04:00:00"):
        agrees(*HERE, datetime.fromisoformat(f"2026-07-18T{moment}").replace(tzinfo=clock.ZONE))


@pytest.fixture
def except_for() -> Iterator[Callable[[dict[int, Opening]], None]]:
    """Say what is not as the hours say."""
    said: dict[int, Opening] = {}

    def source(at: datetime) -> Mapping[int, Opening]:
        return said

    exceptions.register(source)

    def say(what: dict[int, Opening]) -> None:
        said.clear()
        said.update(what)

    yield say
    exceptions.leave(source)


def test_what_is_closed_for_rain_is_not_offered_and_what_is_kept_open_is(
        many: City, except_for: Callable[[dict[int, Opening]], None]) -> None:
    from undercity.places.queries import found, nearest_open

    first = nearest_open(*HERE, AFTERNOON, 4)
    tomorrow = AFTERNOON + timedelta(days=1)
    known = {one.place.pk: Opening(False, tomorrow) for one in first[:3]}
    known[10**9] = Opening(True, None)  # a place that is gone
    except_for(known)
    agrees(*HERE, AFTERNOON, known=known)
    assert nearest_open(*HERE, AFTERNOON, 1)[0].place.pk == first[3].place.pk
    assert found(first[0].place, AFTERNOON).opening == Opening(False, tomorrow)
    extended = {one.place.pk: Opening(True, NIGHT + timedelta(hours=2)) for one in first[:2]}
    except_for(extended)
    agrees(*HERE, NIGHT, known=extended)
    except_for({})
    agrees(*HERE, AFTERNOON)


def test_every_kind_of_change_is_noticed_and_what_is_rolled_back_is_forgotten(many: City) -> None:
    from django.db import transaction

    from undercity.places.actions import open_place
    from undercity.places.models import Place, PlaceName
    from undercity.places.queries import nearest_open

    def nearest() -> str:
        return nearest_open(*HERE, AFTERNOON, 1)[0].name

    from undercity.org.queries import directory

    before = nearest()

    def add(key: str) -> Place:
        return open_place(key=key, names=[{"zh": key, "en": key}], district=directory().by_key["shizhong"],
                          address_zh="x", lat=HERE[0], lon=HERE[1], hours="24/7", source="test",
                          valid_from=many.at.date())

    with transaction.atomic():
        add("gone")
        assert nearest() == "gone"
        transaction.set_rollback(True)
    assert nearest() == before
    place = add("new")
    assert nearest() == "new"
    PlaceName.objects.filter(place=place).update(zh="renamed", en="renamed")
    assert nearest() == "renamed"
    Place.objects.filter(pk=place.pk).update(hours="off")
    assert nearest() == before
    Place.objects.filter(pk=place.pk).update(hours="24/7", listed=False)
    assert nearest() == before
    Place.objects.filter(pk=place.pk).update(listed=True)
    assert nearest() == "renamed"
    PlaceName.objects.filter(place=place).delete()
    Place.objects.filter(pk=place.pk).delete()
    assert nearest() == before


def test_what_another_process_changed_is_noticed(committed_db: str) -> None:
    """Another connection, as another process has it, adds a place and leaves."""
    from threading import Thread

    from django.db import connection

    from undercity.org.actions import found_body
    from undercity.org.states import BodyKind
    from undercity.places import nearby
    from undercity.places.models import Place

    def add(key: str, lat: float) -> None:
        Place.objects.create(key=key, district_id=body.pk, address_zh="x", lat=lat, lon=117.0, cell=1, hours="24/7",
                             source="test", valid_from=AFTERNOON.date())
        connection.close()

    def ids() -> list[int]:
        found = nearby.find(36.6, 117.0, AFTERNOON, 5, wishes=NONE, exceptions={})[1]
        return [number for number, _metres in found]

    nearby.forget()
    body = found_body(key="city", kind=BodyKind.CITY, parent=None, names=[{"zh": "市", "en": "City"}])
    assert ids() == []
    for count, lat in enumerate((36.7, 36.65), 1):
        other = Thread(target=add, args=(f"k{count}", lat))
        other.start()
        other.join()
        assert len(ids()) == count
    assert ids() == list(Place.objects.order_by("-pk").values_list("pk", flat=True))
    nearby.forget()


def test_asking_costs_two_statements_once_the_places_are_known(many: City, django_assert_num_queries: Any) -> None:
    from undercity.places.queries import nearest_open

    nearest_open(*HERE, AFTERNOON, 5)
    # How the places stand, and the newest measurements of those found.
    with django_assert_num_queries(2):
        nearest_open(*HERE, AFTERNOON, 5)
