"""The year of the invented works: every standing is there, the record agrees, nothing lies after the evening."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.city import City
from undercity.city.actions.loading import EVENING
from undercity.works.permits.states import State


@pytest.fixture
def told(city: City) -> City:
    """The works with their year."""
    from undercity.city.actions.underground import open_works
    from undercity.city.actions.underground_story import tell_works

    open_works()
    assert tell_works(until=EVENING, days=365, say=lambda words: None) > 2000
    return city


def test_every_standing_is_there_and_the_record_agrees(told: City) -> None:
    from undercity import clock
    from undercity.ledger.models import Entry
    from undercity.ledger.replay import replay
    from undercity.works.models import Document, Permit, UpkeepCheck
    from undercity.works.permits.actions import make_due
    from undercity.works.upkeep.actions import make_due as checks_due

    assert [str(one) for one in replay().differences] == []
    states = Counter(Permit.objects.values_list("state", flat=True))
    assert {State.VALID, State.EXPIRED, State.APPLIED, State.LEASED, State.MORE_ASKED, State.CHANGING,
            State.RENEWING} == set(states)
    assert states[State.VALID] > 200
    assert Permit.objects.filter(valid_to=EVENING.date(), state=State.VALID).exists()
    statuses = Counter(UpkeepCheck.objects.values_list("status", flat=True))
    assert statuses["done"] > 800
    assert 20 < statuses["open"] < 150
    assert Document.objects.count() == 120
    assert Entry.objects.filter(at__gt=EVENING).count() == 0
    # The worker finds nothing to make up for on the evening, and the permit that ends today expires in the morning.
    with clock.standing_at(EVENING):
        assert (make_due(EVENING), checks_due(EVENING)) == (0, 0)
    morning = EVENING.replace(day=19, hour=8)
    with clock.standing_at(morning):
        make_due(morning)
    assert Permit.objects.filter(valid_to=EVENING.date(), state=State.EXPIRED).exists()
