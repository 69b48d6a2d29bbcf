"""Property filters of a collection: how each is read, described to a machine, and offered to a reader as a choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from undercity.org.queries import body_name, directory
from undercity.places.ogc import parameters
from undercity.places.states import PlaceUse, StepFree


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter on a page: its label, its values with their words, and the one chosen."""

    name: str
    label: Any
    options: list[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter by one property. `options`: value and word of each thing it may be; `reads`: None when not given."""

    label: Any
    about: Any
    options: Callable[[], list[tuple[str, str]]]
    is_truth: bool = False

    def read(self, name: str, given: QueryDict) -> Any:
        """The value asked for; RuleBroken names the filter and what is known."""
        if self.is_truth:
            return parameters.truth(given, name)
        return parameters.choice(given, name, [value for value, _word in self.options()])

    def offered(self, name: str, given: QueryDict) -> Choice:
        """The filter as a choice on a page."""
        return Choice(name, self.label, self.options(), given.get(name, ""))

    def schema(self) -> dict[str, Any]:
        """The JSON schema of its value."""
        return {"type": "boolean"} if self.is_truth else {"type": "string", "enum": [value for value, _w in
                                                                                    self.options()]}


def _districts() -> list[tuple[str, str]]:
    book = directory()
    return sorted((card.key, body_name(card.id)) for card in book.cards.values() if card.kind == "district")


def _uses() -> list[tuple[str, str]]:
    return [(str(value), str(word)) for value, word in PlaceUse.choices]


def _ways_in() -> list[tuple[str, str]]:
    return [(str(value), str(word)) for value, word in StepFree.choices]


def _yes_no() -> list[tuple[str, str]]:
    return [("true", str(_("yes"))), ("false", str(_("no")))]


FILTERS: dict[str, Filter] = {
    "district": Filter(_("District"), _("only places of this district"), _districts),
    "use": Filter(_("Use"), _("only places of this peacetime use"), _uses),
    "step_free": Filter(_("Way in"), _("only places one gets into without a step, or with, or not known"), _ways_in),
    "open": Filter(_("Open now"), _("only places open, or closed, at the moment asked for"), _yes_no,
                   is_truth=True),
}
