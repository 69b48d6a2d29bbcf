"""What somebody wishes of a place 筛选: amenities, getting in without a step. Read from an address, written into it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from undercity.places.amenities import AMENITIES, STEP_FREE, bits_of


@dataclass(frozen=True, slots=True)
class Wishes:
    """All of these at once. Words outside the vocabulary are no wishes."""

    step_free: bool = False
    amenities: tuple[str, ...] = ()

    @property
    def bits(self) -> int:
        """The bits a place must have."""
        return bits_of(self.amenities) | (STEP_FREE if self.step_free else 0)

    @property
    def query(self) -> list[tuple[str, str]]:
        """As fields of an address."""
        return [("stepfree", "1")] * self.step_free + [("with", code) for code in self.amenities]


NONE = Wishes()


def wished(given: QueryDict) -> Wishes:
    """The wishes an address carries."""
    asked = set(given.getlist("with"))
    return Wishes(given.get("stepfree") == "1", tuple(code for code in AMENITIES if code in asked))
