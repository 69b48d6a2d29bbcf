"""Something made on the other cores: forked processes make the pieces, this one takes them in their order."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")
# Elsewhere a fork beside threads of the system's own libraries is not safe.
FORKS = sys.platform == "linux"


class StoppedBeside(RuntimeError):
    """The process beside this one failed, or ended before it was done."""


def beside(makers: Sequence[Callable[[], Iterator[T]]]) -> Generator[T, None, None]:
    """A piece of each maker in turn until one has no more, made while those before are used.

    Makers may remember, but not ask the database. StoppedBeside with the other side's traceback when one failed. Where
    forking is not safe the pieces are made here.
    """
    if not FORKS:
        yield from _in_turn([make() for make in makers])
        return
    with ExitStack() as ends:
        yield from _in_turn([_pieces(ends.enter_context(_forked(make))) for make in makers])


def _in_turn(streams: Sequence[Iterator[T]]) -> Iterator[T]:
    # The first one that ends is the one whose turn it is: shares are dealt in the same order.
    for stream in cycle(streams):
        try:
            yield next(stream)
        except StopIteration:
            return


@contextmanager
def _forked(make: Callable[[], Iterator[Any]]) -> Iterator[Connection]:
    """A process that makes pieces, at the other end of a pipe."""
    forking = get_context("fork")
    here, there = forking.Pipe(duplex=False)
    maker = forking.Process(target=_make, args=(make, here, there), daemon=True)
    maker.start()
    there.close()
    try:
        yield here
    finally:
        maker.kill()
        maker.join()
        here.close()


def _pieces(here: Connection) -> Iterator[Any]:
    while True:
        try:
            more, piece, trouble = here.recv()
        except EOFError:
            raise StoppedBeside("the process beside this one ended before it was done; was memory short?") from None
        if trouble:
            raise StoppedBeside(trouble)
        if not more:
            return
        yield piece


def _make(make: Callable[[], Iterator[Any]], here: Connection, there: Connection) -> None:
    # When the other side ends, writing to it must fail instead of waiting for itself to read.
    here.close()
    try:
        with connection.execute_wrapper(_refused):
            for piece in make():
                there.send((True, piece, ""))
        there.send((False, None, ""))
    except Exception:  # noqa: BLE001 - whatever it was must reach the other side
        there.send((False, None, traceback.format_exc()))


def _refused(_execute: Any, sql: str, *_rest: Any) -> Any:
    # The connection is the other process's: two on one would spoil its transaction.
    raise RuntimeError(f"asked the database beside its transaction: {sql[:200]}")
