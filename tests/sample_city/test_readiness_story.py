"""The season's checks of the sample city: most places ready, some not, and the record agrees."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps

from tests.city import City
from undercity import clock
from undercity.city.actions.loading import EVENING


@pytest.fixture
def told(city: City) -> City:
    """The works and their season."""
    from undercity.city.actions.readiness_story import tell_readiness
    from undercity.city.actions.underground import open_works

    open_works()
    assert tell_readiness(until=EVENING, say=lambda words: None) > 200
    return city


def test_the_board_shows_a_real_trend_and_the_record_agrees(told: City) -> None:
    from undercity.inspections.actions.checking import look_again, make_due
    from undercity.inspections.actions.material import remind_due
    from undercity.inspections.models import Inspection, Material
    from undercity.inspections.queries.checklists import topics
    from undercity.inspections.queries.readiness import board
    from undercity.inspections.states import Standing
    from undercity.ledger.models import Entry
    from undercity.ledger.replay import replay
    from undercity.org.models import Appointment
    from undercity.org.queries import actor_for_person

    assert [str(one) for one in replay().differences] == []
    assert Entry.objects.filter(at__gt=EVENING).count() == 0
    director = Appointment.objects.get(post__key="leader-2", ends__isnull=True)
    leader = actor_for_person(director.person_id or 0)
    assert leader is not None
    with clock.standing_at(EVENING):
        found = board(leader, topics()["flood"], EVENING.date(), EVENING)
        # The worker finds no check to make up for and no stock to remind of.
        assert (make_due(EVENING), remind_due(EVENING)) == (0, 0)
        looked = look_again(EVENING)
    shares = {day: count[Standing.READY] / count.total() for day, count in found.trend}
    assert shares[date(2026, 5, 1)] == 0 < shares[EVENING.date()]
    assert Material.objects.filter(gear="boat").exists()
    if apps.is_installed("undercity.works"):
        assert len(found.spots) == 309
        assert 0 < shares[date(2026, 5, 20)] < shares[date(2026, 6, 1)] < 1
        assert 0.8 < shares[EVENING.date()] < 1
        assert Inspection.objects.filter(again__gt=0, clean_at__isnull=False).exists()
        assert looked < 20
