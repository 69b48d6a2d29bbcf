"""What other processes make arrives whole, in order, or the trouble does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial

import pytest

from undercity.city.beside import FORKS, StoppedBeside, beside
from undercity.org.models import Body

forks = pytest.mark.skipif(not FORKS, reason="only where processes may fork")


def counted(first: int, step: int, to: int) -> Iterator[tuple[int, int]]:
    for number in range(first, to, step):
        yield number, os.getpid()


def stumbling() -> Iterator[int]:
    yield 1
    raise ZeroDivisionError("here it stumbles")


def asking() -> Iterator[int]:
    yield Body.objects.count()


def vanishing() -> Iterator[int]:
    yield 1
    os._exit(3)


@pytest.mark.parametrize("to", [0, 1, 6, 7])
def test_pieces_dealt_in_turn_arrive_in_their_order(to: int) -> None:
    assert [number for number, _ in beside([partial(counted, 0, 2, to), partial(counted, 1, 2, to)])] == [*range(to)]


@forks
def test_they_are_made_elsewhere() -> None:
    makers = {pid for _, pid in beside([partial(counted, 0, 2, 8), partial(counted, 1, 2, 8)])}
    assert len(makers) == 2
    assert os.getpid() not in makers


def test_a_failure_arrives_with_its_story() -> None:
    with pytest.raises(StoppedBeside, match="here it stumbles"):
        list(beside([stumbling]))


@forks
def test_a_process_that_ends_too_early_is_noticed() -> None:
    with pytest.raises(StoppedBeside, match="ended before it was done"):
        list(beside([vanishing]))


@pytest.mark.django_db
def test_the_database_belongs_to_this_side() -> None:
    with pytest.raises(StoppedBeside, match="asked the database"):
        list(beside([asking]))


@forks
def test_who_stops_taking_ends_the_makers() -> None:
    stream = beside([partial(counted, 0, 1, 10**9)])
    _, maker = next(stream)
    stream.close()
    with pytest.raises(ProcessLookupError):
        os.kill(maker, 0)
