"""The sample city with its teams and points, and who acts there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from tests.city import City, city
from undercity import clock
from undercity.org.powers import Actor

__all__ = ["city"]

AT = datetime(2026, 7, 18, 16, 30, tzinfo=clock.ZONE)
# In the middle of 市中区, near several bases.
SPOT = (36.6412, 116.9985)


def holder(post: str) -> Actor:
    """The actor who holds this post."""
    from undercity.org.models import Appointment
    from undercity.org.queries import actor_for_person

    found = actor_for_person(Appointment.objects.get(post__key=post, ends__isnull=True).person_id)
    assert found is not None
    return found


def team(zh: str) -> Any:
    """The team whose name begins so."""
    from undercity.forces.models import Team, TeamWords

    return Team.objects.get(pk=TeamWords.objects.get(zh__startswith=zh).team_id)


@pytest.fixture
def forces(city: City) -> Iterator[City]:
    """The forces of the sample city, on its evening."""
    from undercity.city.actions.forces_story import install_forces

    with translation.override("en"):
        install_forces(lambda words: None)
        with clock.standing_at(AT):
            yield city


@pytest.fixture
def officer(forces: City) -> Actor:
    """The duty officer."""
    return holder("duty-officer-1")
