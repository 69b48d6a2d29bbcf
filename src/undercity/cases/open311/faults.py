"""Everything wrong with a request at once: the standard wants one entry for each fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from undercity.errors import Refused


class Several(Refused):
    """More than one fault; the status is that of the first."""

    def __init__(self, faults: list[Refused]):
        super().__init__(str(faults[0]))
        self.faults = faults
        self.status = faults[0].status


class Faults:
    """The faults found so far; the first found decides the status of the answer."""

    def __init__(self) -> None:
        self.found: list[Refused] = []

    def add(self, fault: Refused) -> None:
        """Note one more."""
        self.found.append(fault)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what is refused inside, and go on after it."""
        try:
            yield
        except Refused as fault:
            self.add(fault)

    def end(self) -> None:
        """Refuse if anything was wrong."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise Several(self.found)


@contextmanager
def gathered() -> Iterator[Faults]:
    """Gather faults inside; whatever was wrong is refused at its end, together."""
    faults = Faults()
    with faults.noting():
        yield faults
    faults.end()
