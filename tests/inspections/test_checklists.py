"""Checklists: loaded all or nothing, versions by day, checked and taken in by an administrator; who keeps what."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from tests.city import City
from tests.inspections.conftest import a_place, at, by_key, check_of
from undercity.errors import NotAllowed, RuleBroken
from undercity.inspections.actions.checklists import SHIPPED, judge, load_files, load_keepers, upload
from undercity.inspections.models import Keeping, Sheet
from undercity.inspections.queries.checklists import checklists, version_of
from undercity.inspections.queries.inspections import items_now

FLOOD = next(path for path in SHIPPED if path.name == "flood.toml")
NEWER = FLOOD.read_bytes().replace(b"valid_from = 2025-01-01", b"valid_from = 2026-08-01").replace(
    b"least = 30", b"least = 99")


def test_loading_twice_changes_nothing(lists: City) -> None:
    before = list(Sheet.objects.values_list("kind", "code", "valid_from"))
    assert load_files() == len(before)
    assert list(Sheet.objects.values_list("kind", "code", "valid_from")) == before


def test_a_file_with_one_fault_is_loaded_not_at_all(city: City) -> None:
    with pytest.raises(RuleBroken):
        upload("x.toml", FLOOD.read_bytes() + b'\n[[checklist]]\ncode = "half"\n', by=by_key("administrator-1"))
    assert not Sheet.objects.exists()


def test_a_check_keeps_the_version_it_was_given_under(place: Any) -> None:
    check = check_of(place)
    upload("newer.toml", NEWER, by=by_key("administrator-1"))
    assert [item.least for item in items_now(check) if item.code == "sandbags"] == [30]
    assert checklists(date(2026, 7, 31))["flood-season"].template.valid_from == date(2025, 1, 1)
    later = checklists(date(2026, 8, 1))["flood-season"].item("sandbags")
    assert later is not None
    assert later.least == 99
    assert version_of("flood-season", date(2025, 1, 1)) is not None
    august = check_of(place, period="2026-08", when=at(8, 7))
    assert august.since == date(2026, 8, 1)


def test_checking_a_file_stores_nothing_and_only_whoever_keeps_lists_may(city: City) -> None:
    found = judge("flood.toml", FLOOD.read_bytes(), by=by_key("administrator-1"))
    assert ("checklist", "flood-before", "2025-01-01", 10) in found
    assert not Sheet.objects.exists()
    for act in (judge, upload):
        with pytest.raises(NotAllowed):
            act("flood.toml", FLOOD.read_bytes(), by=by_key("keeper-1"))


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[[checklist", b"[other]\na = 1", b'[[else]]\ncode = "x"'])
def test_a_file_that_is_none_is_refused_with_a_remedy(content: bytes, city: City) -> None:
    with pytest.raises(RuleBroken) as refusal:
        upload("x.toml", content, by=by_key("administrator-1"))
    assert refusal.value.remedy


def test_the_page_checks_and_takes_in(lists: City, signed_in: Callable[[Any], Client]) -> None:
    client = signed_in(by_key("administrator-1"))

    def send(act: str, content: bytes) -> Any:
        return client.post("/desk/readiness/checklists/send/", {
            "act": act, "file": SimpleUploadedFile("lists.toml", content, "application/toml")})

    assert "flood-before" in send("check", NEWER).content.decode()
    assert Sheet.objects.filter(valid_from=date(2026, 8, 1)).count() == 0
    assert send("store", b"nonsense").status_code == 422
    assert send("store", NEWER).status_code == 302
    assert Sheet.objects.filter(valid_from=date(2026, 8, 1)).count() == 3
    page = client.get("/desk/readiness/checklists/flood-season/?version=2026-08-01").content.decode()
    assert "≥ 99" in page
    assert client.get("/desk/readiness/checklists/none/").status_code == 404
    # A keeper reads them and changes nothing.
    other = signed_in(by_key("keeper-1"))
    assert "type=\"file\"" not in other.get("/desk/readiness/checklists/").content.decode()
    assert other.post("/desk/readiness/checklists/send/").status_code == 403


def test_who_keeps_a_place_comes_from_a_file_all_or_nothing(lists: City) -> None:
    place = a_place("shop")
    load_keepers("k.csv", "place,body,post,source\nshop,op-parking,keeper-3,台账\n".encode())
    kept = Keeping.objects.get(place=place)
    assert (kept.body.key, kept.source) == ("op-parking", "台账")
    for wrong in ("place,body\nnowhere,op-mall\n", "place,body,post\nshop,op-mall,keeper-3\n", "a,b\n1,2\n"):
        with pytest.raises(RuleBroken) as refusal:
            load_keepers("k.csv", wrong.encode())
        assert refusal.value.remedy
    assert Keeping.objects.get(place=place).body.key == "op-parking"


def test_the_verb_loads_lists_checks_and_makes(city: City, tmp_path: Any) -> None:
    said = io.StringIO()
    call_command("readiness", "load", stdout=said)
    call_command("readiness", "lists", stdout=said)
    call_command("readiness", "check", str(FLOOD), stdout=said)
    call_command("readiness", "make", stdout=said)
    assert "topics and checklists loaded" in said.getvalue()
    assert "flood-before" in said.getvalue()
    assert "checks made" in said.getvalue()
