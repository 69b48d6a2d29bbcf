"""What is not listed cannot be seen, counted or derived: every public page is the same with it as without it."""

from __future__ import annotations

import re

import h3
from django.test import Client

from tests.city import City
from undercity.places.clusters import SINGLE, gathered

SHEETS = ("centre", "core", "city")
CELLS = ("86318b38fffffff", "nonsense", "")


def doors() -> list[str]:
    """Every public page that speaks of places."""
    from undercity.places.models import Place

    finest = [h3.int_to_str(cell) for cell in Place.objects.values_list("cell", flat=True)]
    cells = sorted({h3.cell_to_parent(cell, level) for cell in finest for level in (6, 8)})[::40]
    return ["/", "/?lat=36.65&lon=117.0", "/find/", "/find/?lat=36.65&lon=117.0", "/find/?near=shanghe",
            "/find/?at=虚构", "/find/?at=示例路", "/find/?lat=36.65&lon=117.0&stepfree=1&with=parking",
            "/find/map/", "/find/map/?lat=36.65&lon=117.0", "/places/", "/places/?page=2", "/map/schematic.json",
            *(f"/map/?layer={layer}&sheet={sheet}" for layer in ("above", "below") for sheet in SHEETS),
            *(f"/map/?layer={layer}&cell={cell}" for layer in ("above", "below") for cell in (*CELLS, *cells))]


def said(path: str) -> str:
    """What a page says, but for what is different each time."""
    answer = Client().get(path)
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", f"{answer.status_code} {answer.content.decode()}")


def test_every_public_page_is_the_same_with_hidden_works_and_without(city: City) -> None:
    from undercity.city.actions.underground import open_works
    from undercity.places.models import Place

    assert open_works() == 300
    paths = doors()
    with_them = {path: said(path) for path in paths}
    keys = list(Place.objects.filter(listed=False).values_list("key", flat=True)[:5])
    hidden = [said(f"/places/{key}/{more}") for key in keys for more in ("", "poster/", "flood-board/")]
    from undercity.works.models import Work

    for work in Work.objects.all():
        work.entrances.all().delete()
        work.delete()
    Place.objects.filter(listed=False).delete()
    assert [path for path in paths if said(path) != with_them[path]] == []
    gone = [said(f"/places/{key}/{more}") for key in keys for more in ("", "poster/", "flood-board/")]
    assert gone == hidden
    # The walk above could have found something: an officer's map does differ.
    assert len(with_them) > 30


def test_thousands_are_gathered_and_every_cluster_opens_to_its_own(city: City) -> None:
    import random

    from undercity.org.queries import directory
    from undercity.places.actions import cell_of
    from undercity.places.models import Place

    dice, rows = random.Random(3), []
    for nth in range(3000):
        lat, lon = dice.uniform(36.5, 36.8), dice.uniform(116.8, 117.2)
        rows.append(Place(key=f"c-{nth}", district_id=directory().by_key["lixia"], address_zh="示例", lat=lat, lon=lon,
                          cell=cell_of(lat, lon), hours="24/7", source="test", valid_from=city.at.date(),
                          listed=nth % 3 > 0, invented=True))
    Place.objects.bulk_create(rows)
    listed = Place.objects.filter(listed=True).count()
    for sheet in SHEETS:
        seen = gathered(sheet)
        assert sum(one.count for one in seen.clusters) == listed
        assert seen.places == []
        page = Client().get(f"/map/?sheet={sheet}").content.decode()
        assert page.count("data-count=") == len(seen.clusters) < 600
        assert len(page) < 150_000
    # Down to single places: nothing is lost and nothing counted twice.
    found, waiting = set(), [one.cell for one in gathered("centre").clusters]
    while waiting:
        seen = gathered("centre", waiting.pop())
        found |= set(seen.places)
        assert seen.more == 0 or len(seen.places) == SINGLE
        waiting += [one.cell for one in seen.clusters]
    assert found == set(Place.objects.filter(listed=True).values_list("pk", flat=True))
