"""The vocabulary of the record never changes under entries already written. `golden.jsonl` holds one entry a verb."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from undercity.ledger import facts
from undercity.ledger.fold import Assigned, DossierRef

GOLDEN = [json.loads(line) for line in
          (Path(__file__).parent / "golden.jsonl").read_text(encoding="utf-8").splitlines()]
# Entries of versions that are written no more.
OLD = [one for one in GOLDEN if one["verb"] in facts.old_verbs()]
TODAY = [one for one in GOLDEN if one not in OLD]
# What may stand in the record beside ids, codes, moments and numbers of the system's own: nothing.
FORBIDDEN = {"name", "phone", "email", "text", "address", "lat", "lon", "person", "username"}


def test_every_verb_has_its_golden_entry_and_none_was_dropped() -> None:
    assert sorted(one["verb"] for one in GOLDEN) == sorted([*facts.verbs(), *facts.old_verbs()])


@pytest.mark.parametrize("one", TODAY, ids=lambda one: one["verb"])
def test_an_entry_reads_back_as_it_was_written(one: dict[str, Any]) -> None:
    assert facts.read(one["verb"], one["facts"]).model_dump(mode="json") == one["facts"]


@pytest.mark.parametrize("one", OLD, ids=lambda one: one["verb"])
def test_an_entry_of_old_is_read_as_one_of_today_and_loses_nothing(one: dict[str, Any]) -> None:
    read = facts.read(one["verb"], one["facts"])
    assert read.verb == facts.old_verbs()[one["verb"]]
    assert facts.label(one["verb"]) == facts.label(read.verb)
    assert one["facts"].items() <= read.model_dump(mode="json").items()


@pytest.mark.parametrize("one", TODAY, ids=lambda one: one["verb"])
def test_a_version_has_exactly_the_fields_it_was_born_with(one: dict[str, Any]) -> None:
    # A field with a default would read back silently: a new field is a new version with an upcaster.
    kind = facts.verbs()[one["verb"]].facts
    assert set(kind.model_fields) == set(one["facts"])
    for value, shape in ((one["facts"].get("opens"), Assigned), (one["facts"].get("note"), DossierRef)):
        if value is not None:
            assert set(shape.model_fields) == set(value)


@pytest.mark.parametrize("one", GOLDEN, ids=lambda one: one["verb"])
def test_no_field_can_hold_a_person_or_his_words(one: dict[str, Any]) -> None:
    assert FORBIDDEN & set(one["facts"]) == set()


def test_facts_nobody_knows_are_refused() -> None:
    with pytest.raises(KeyError):
        facts.read("case.vanished/1", {})
    with pytest.raises(ValueError):
        facts.read("duty.accepted/1", {"duty": "none", "surplus": 1})


def test_a_verb_cannot_be_registered_twice() -> None:
    with pytest.raises(ValueError):
        facts.verb("case.closed/1", "again")(facts.verbs()["case.closed/1"].facts)
