"""The rainy evening: real steps on a clock of its own, done by the worker, and visibly standing still without it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.response.conftest import Flood
from undercity import clock
from undercity.errors import NotFound


@pytest.fixture
def show(flood: Flood, settings: Any) -> Flood:
    """A demonstration."""
    settings.DEMO = True
    return flood


def test_the_evening_goes_from_the_warning_to_the_report(show: Flood) -> None:
    from undercity.response.actions.silence import tell_silence
    from undercity.response.evening.actions import begin_evening, evenings, go_on
    from undercity.response.evening.steps import STEPS
    from undercity.response.models import Order, Response
    from undercity.response.timelines import timeline_of

    at = clock.real_now()
    evening = begin_evening(at)
    assert begin_evening(at).pk == evening.pk
    for step in STEPS:
        at += timedelta(seconds=step.seconds + 1)
        assert go_on(evening, at), step.code
        evening.refresh_from_db()
        with clock.on(timeline_of(evening)):
            tell_silence(clock.now())
        if step.code == "silence":
            assert Order.objects.filter(timeline=evening.pk, told__gt=0).exists()
    assert not go_on(evening, at + timedelta(hours=1))
    assert evenings(at) == []
    row = Response.objects.get(pk=evening.response)
    assert (row.level, row.timeline, row.reported_at is not None) == (3, evening.pk, True)
    assert not Response.objects.filter(timeline=clock.REAL).exists()
    page = Client(headers={"accept-language": "en"}).get(f"/tour/storm/{evening.pk}/").content.decode()
    assert "The evening is over." in page
    assert "Situation report" in page


def test_no_step_is_done_early_or_twice(show: Flood) -> None:
    from undercity.response.evening.actions import begin_evening, go_on
    from undercity.response.evening.steps import STEPS

    at = clock.real_now()
    evening = begin_evening(at)
    assert go_on(evening, at)
    assert not go_on(evening, at + timedelta(seconds=STEPS[1].seconds - 1))
    assert go_on(evening, at + timedelta(seconds=STEPS[1].seconds))


def test_without_the_worker_it_stands_still_and_says_so(show: Flood) -> None:
    from undercity.response.evening.models import Evening

    visitor = Client(headers={"accept-language": "en"})
    address = visitor.post("/tour/storm/begin/").headers["Location"]
    assert "does not answer" not in visitor.get(address).content.decode()
    Evening.objects.update(began_at=clock.real_now() - timedelta(minutes=1))
    assert "does not answer" in visitor.get(f"{address}part/").content.decode()


def test_what_cannot_go_on_stops_no_worker(show: Flood) -> None:
    from undercity.org.models import Grant
    from undercity.response.evening.actions import begin_evening
    from undercity.response.evening.models import Evening
    from undercity.site.management.commands.work import floods

    evening = begin_evening(clock.real_now())
    floods(show.at)
    Grant.objects.filter(power="level.confirm").delete()
    Evening.objects.update(stepped_at=clock.real_now() - timedelta(minutes=1))
    floods(show.at)
    evening.refresh_from_db()
    assert evening.step == 1


def test_outside_a_demonstration_there_is_none(flood: Flood, settings: Any) -> None:
    from undercity.response.evening.actions import begin_evening

    settings.DEMO = False
    with pytest.raises(NotFound):
        begin_evening(clock.real_now())
    assert Client().post("/tour/storm/begin/").status_code == 404
