"""The internal side of works: who sees it, that every look is noted, and that nothing of it leaks."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.city import City
from undercity.errors import NotAllowed, RuleBroken

pytestmark = pytest.mark.works


@pytest.fixture
def underground(city: City) -> City:
    """The city with its invented works."""
    from undercity.city.actions.underground import open_works

    assert open_works() == 300
    return city


def signed_in(actor: Any) -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=actor.person))
    return client


def profile(**changes: Any) -> dict[str, Any]:
    from undercity.org.queries import directory

    return {"managed": "joint", "form": "basement", "area_m2": 4000, "volume_m3": 14000, "levels": 1, "depth_m": 5,
            "capacity": 1500, "condition": "good", "condition_words": "", "pumps": 2, "boards": 3,
            "keeper": directory().by_key["jinan-cad-works"], "built": 2010, **changes}


WAY = {"name": "主出入口", "lat": 36.65, "lon": 117.0, "width_m": 3, "sill_m": 41.5}


def a_place(city: City, key: str = "example") -> Any:
    from undercity.org.queries import directory
    from undercity.places.actions import open_place

    return open_place(key=key, names=[], district=directory().by_key["shizhong"], address_zh="示例（虚构）", lat=36.655,
                      lon=117.003, hours="24/7", source="test", valid_from=city.at.date(), listed=False, invented=True)


def test_three_hundred_works_are_told_and_marked_invented(underground: City) -> None:
    from django.db.models import Count

    from undercity.places.models import Place
    from undercity.works.models import Work

    works = list(Work.objects.select_related("place").prefetch_related("place__names", "entrances"))
    assert len(works) == 300
    assert Work.objects.values("place__district").distinct().count() == 12
    assert {(work.place.listed, work.place.invented) for work in works} == {(False, True)}
    assert [work.code for work in works if not work.code.startswith("虚构-")] == []
    assert [work.code for work in works if "虚构" not in work.place.names.all()[0].zh] == []
    assert [work.code for work in works if "（虚构）" not in work.place.address_zh] == []
    assert [work.code for work in works if not 1 <= work.entrances.count() <= 4] == []
    most = Work.objects.values_list("place__district__key").annotate(n=Count("pk")).order_by("-n")[:5]
    assert {key for key, _ in most} == {"shizhong", "lixia", "huaiyin", "tianqiao", "licheng"}
    assert Place.objects.filter(listed=True).count() == 9


def test_every_invented_work_lies_in_its_district(underground: City) -> None:
    from undercity.org.queries import directory
    from undercity.places.models import Place

    book = directory()
    outside = [place.key for place in Place.objects.filter(invented=True)
               if (at := book.at(place.lat, place.lon)) is None or place.district_id not in book.line(at)]
    assert outside == []


def test_the_same_seed_tells_the_same_works(city: City) -> None:
    from undercity.city.actions.underground import _told
    from undercity.city.sample_files import read
    from undercity.org.queries import directory

    told = read("works.toml")
    assert list(_told(told, directory())) == list(_told(told, directory()))
    other = list(_told({**told, "seed": told["seed"] + 1}, directory()))
    assert [row["lat"] for row in other] != [row["lat"] for row in _told(told, directory())]


def test_a_keeper_sees_the_works_of_his_own_body_only(underground: City) -> None:
    from undercity.works.models import Work
    from undercity.works.queries import visible_to

    for nth in (0, 1):
        keeper = underground.post("keeper", nth)
        assert set(visible_to(keeper)) == set(Work.objects.filter(keeper=keeper.body))
        assert visible_to(keeper).exists()
    assert not visible_to(underground.post("inspector")).exists()
    assert visible_to(underground.post("duty_officer")).count() == 300


def test_every_view_of_the_internal_page_leaves_one_look(underground: City) -> None:
    from undercity.ledger.models import Look
    from undercity.works.models import Work

    officer = underground.post("duty_officer")
    work = Work.objects.order_by("code")[0]
    client = signed_in(officer)
    for seen in (1, 2):
        assert client.get(reverse("work", args=[work.code])).status_code == 200
        assert Look.objects.filter(subject=work.uid, subject_kind="work", post=officer.post).count() == seen
    assert "capacity" in Look.objects.filter(subject=work.uid)[0].fields
    assert client.get(reverse("works")).status_code == 200
    assert Look.objects.count() == 2


def test_a_work_elsewhere_and_a_missing_one_look_the_same_and_leave_no_look(underground: City) -> None:
    from undercity.ledger.models import Look
    from undercity.works.models import Work

    client = signed_in(underground.post("keeper"))
    other = Work.objects.exclude(keeper=underground.post("keeper").body).order_by("code")[0]
    for code in (other.code, "no-such-work"):
        assert client.get(reverse("work", args=[code])).status_code == 404
    assert not Look.objects.exists()


def test_the_list_is_paged_filtered_and_ready_for_a_map(underground: City) -> None:
    client = signed_in(underground.post("duty_officer"))
    page = client.get(reverse("works")).content.decode()
    assert page.count("data-lat=") == page.count('data-kind="open unlisted"') == 100
    assert 'data-label="虚构-' in page
    assert client.get(reverse("works"), {"page": "3"}).content.decode().count("data-lat=") == 100
    assert client.get(reverse("works"), {"page": "4"}).content.decode().count("data-lat=") == 0
    small = client.get(reverse("works"), {"district": "shanghe"}).content.decode()
    assert small.count("data-lat=") == 8
    assert client.get(reverse("works"), {"words": "市中-017"}).content.decode().count("data-lat=") == 1
    for odd in ({"page": "0"}, {"page": "x"}, {"use": "palace"}, {"district": "atlantis"}, {"words": "\0" * 900}):
        assert client.get(reverse("works"), odd).status_code == 200, odd


def test_a_hundred_rows_cost_no_more_statements_than_eight(underground: City) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from undercity.works.queries import rows

    officer = underground.post("duty_officer")
    rows(officer)
    counts = []
    for district in ("shanghe", ""):
        with CaptureQueriesContext(connection) as captured:
            assert len(rows(officer, district=district)[0]) == (8 if district else 100)
        counts.append(len(captured.captured_queries))
    assert counts == [3, 3]


@pytest.mark.parametrize(("changes", "field"), [
    ({"form": "tunnel"}, "form"), ({"volume_m3": 100}, "volume_m3"), ({"capacity": 9000}, "capacity"),
    ({"built": 2200}, "built"), ({"entrances": []}, "entrances")])
def test_a_profile_that_cannot_be_is_refused_with_its_field(changes: dict[str, Any], field: str, city: City) -> None:
    from undercity.works.actions import register_work
    from undercity.works.models import Work

    given = {"entrances": [WAY], **profile(), **changes}
    with pytest.raises(RuleBroken) as refusal:
        register_work(by=city.post("duty_officer"), place=a_place(city), code="虚构-1", year=2026, **given)
    assert refusal.value.field == field
    assert not Work.objects.exists()


def test_a_work_is_registered_once_and_by_those_who_may(city: City) -> None:
    from undercity.works.actions import register_work

    place = a_place(city)
    with pytest.raises(NotAllowed):
        register_work(by=city.post("inspector"), place=place, code="虚构-1", year=2026, entrances=[WAY], **profile())
    work = register_work(by=city.post("duty_officer"), place=place, code="虚构-1", year=2026, entrances=[WAY],
                         **profile())
    assert work.entrances.get().name == "主出入口"
    with pytest.raises(RuleBroken) as refusal:
        register_work(by=city.post("duty_officer"), place=a_place(city, "other"), code="虚构-1", year=2026,
                      entrances=[WAY], **profile())
    assert refusal.value.field == "code"


LEFT_OUT = """
import django
django.setup()
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.urls import NoReverseMatch, reverse
assert not apps.is_installed("undercity.works")
call_command("migrate", verbosity=0, interactive=False)
call_command("collectstatic", verbosity=0, interactive=False)
tables = [name for name in connection.introspection.table_names() if name.startswith("works_")]
assert tables == [], tables
for name, words in (("works", []), ("work", ["x"])):
    try:
        reverse(name, args=words)
    except NoReverseMatch:
        continue
    raise AssertionError(name)
from undercity.city.actions.loading import load_foundations, load_underground
load_foundations(lambda words: None)
load_underground(lambda words: None)
from django.test import Client
answer = Client(headers={"host": "localhost"}).get("/desk/works/")
assert answer.status_code == 404, answer.status_code
print("left out")
"""


@pytest.mark.once
def test_a_deployment_may_leave_the_room_out_and_then_has_neither_table_nor_route(tmp_path: Any) -> None:
    surroundings = {**os.environ, "UNDERCITY_WORKS": "false", "UNDERCITY_VAR": str(tmp_path),
                    "UNDERCITY_DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}"}
    done = subprocess.run([sys.executable, "-c", LEFT_OUT], env=surroundings, capture_output=True, text=True,
                          timeout=120)
    assert done.stdout.strip() == "left out", done.stderr[-2000:]
