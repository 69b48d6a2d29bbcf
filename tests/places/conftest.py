"""The sample city for the tests of this room: one for each test, and one that many tests of a file only look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.city import EVENING, City, city

__all__ = ["city"]


@pytest.fixture(scope="module")
def standing_city(django_db_setup: str, django_db_blocker: Any) -> Iterator[City]:
    """The sample city's foundations, loaded once for a file. Use it through `looked_at`, never beside `city`."""
    from django.db import transaction
    from django.test import override_settings

    from tests.city import forgotten
    from undercity import clock
    from undercity.city.actions.loading import load_foundations

    with (django_db_blocker.unblock(), forgotten(), clock.standing_at(EVENING), transaction.atomic(),
          override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])):
        load_foundations(lambda words: None)
        yield City()
        transaction.set_rollback(True)


@pytest.fixture
def looked_at(standing_city: City) -> Iterator[City]:
    """The city of the file; whatever a test changes in it is taken back."""
    from django.db import transaction

    with transaction.atomic():
        yield standing_city
        transaction.set_rollback(True)
