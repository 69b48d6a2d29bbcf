"""The year of cases: the same seed tells the same city, problems come back, and the record agrees with every row."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.city import City
from undercity.city.actions.loading import EVENING
from undercity.city.actions.story import tell_cases

FIELDS = ("reported_at", "category", "territory_id", "stage", "source", "standard", "department_id", "due_at",
          "done_at", "rework", "returns", "closed_at", "outcome", "report__text", "report__address", "report__lat")


def silent(line: str) -> None:
    assert line


@pytest.fixture
def told(city: City) -> City:
    """Three hundred cases of two months."""
    tell_cases(300, until=EVENING, days=60, say=silent)
    return city


def rows() -> list[tuple[Any, ...]]:
    from undercity.cases.models import Case

    return list(Case.objects.order_by("id").values_list(*FIELDS))


def test_the_same_seed_tells_the_same_city(city: City) -> None:
    from django.db import transaction

    tellings = []
    for _ in range(2):
        try:
            with transaction.atomic():
                tell_cases(120, until=EVENING, days=60, say=silent)
                tellings.append(rows())
                raise LookupError
        except LookupError:
            pass
    assert len(tellings[0]) == 120
    assert tellings[0] == tellings[1]


def test_the_record_agrees_with_every_row(told: City) -> None:
    from undercity.city.actions.loading import load_underground
    from undercity.ledger.replay import replay

    load_underground(silent)
    report = replay()
    assert [str(one) for one in report.differences] == []
    assert report.streams == 319
    assert report.dossiers > 600


def test_problems_come_back_to_their_spot_within_the_month(told: City) -> None:
    from undercity.cases.models import Case

    seen: dict[tuple[Any, ...], list[Any]] = {}
    for category, lat, lon, at in Case.objects.values_list("category", "report__lat", "report__lon", "reported_at"):
        seen.setdefault((category, lat, lon), []).append(at)
    again = [ats for ats in seen.values() if len(ats) > 1 and max(ats) - min(ats) <= timedelta(days=31)]
    # One in eleven is meant to be one.
    assert len(again) >= 8


def test_every_desk_finds_work_of_today_and_little_of_it_is_late(told: City) -> None:
    from undercity.ledger.models import Duty

    found: dict[str, list[bool]] = {}
    for role, due in Duty.objects.filter(done_at__isnull=True).values_list("post__role", "due_at"):
        found.setdefault(role, []).append(due < EVENING)
    for role in ("intake_officer", "shift_lead", "dispatcher", "inspector", "department_handler"):
        assert 5 <= len(found[role]) <= 120, role
        assert sum(found[role]) < len(found[role]) / 2, role
    kinds = set(Duty.objects.filter(done_at__isnull=True).values_list("kind", flat=True))
    assert kinds == {"case.intake", "case.verify", "case.file", "case.dispatch", "case.dispose", "case.review",
                     "case.check", "case.confirm", "case.close"}


def test_words_and_pictures_vary_and_say_what_they_are(told: City) -> None:
    from undercity.cases.models import Photo, Report
    from undercity.ledger.pictures import path_of

    texts = list(Report.objects.values_list("text", flat=True))
    assert [text for text in texts if not text.endswith("（演示数据）")] == []
    assert len(set(texts)) > 200
    pictures = Counter(Photo.objects.values_list("sha256", flat=True))
    assert len(pictures) >= 14
    assert all(path_of(sha256).exists() for sha256 in pictures)


def test_no_step_lies_after_the_evening_or_before_the_one_before(told: City) -> None:
    from itertools import pairwise

    from undercity.ledger.models import Entry

    entries = list(Entry.objects.filter(stream_kind="case").order_by("stream", "sequence").values_list(
        "stream", "sequence", "at"))
    assert max(at for _, _, at in entries) < EVENING
    assert [(a, b) for a, b in pairwise(entries) if a[0] == b[0] and a[2] > b[2]] == []


def test_an_empty_city_is_told_without_a_case(city: City) -> None:
    assert tell_cases(0, until=EVENING, days=365, say=silent) == 0
    assert rows() == []


@pytest.mark.parametrize("count", [1, 3])
def test_so_many_cases_are_told_as_were_asked_for(count: int, city: City) -> None:
    tell_cases(count, until=EVENING, days=1, say=silent)
    assert len(rows()) == count
