"""The vocabulary of the record: one typed class a verb and version, with the function that applies it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from undercity.ledger.fold import DossierRef, Happening, Part, StreamState


class Facts(Part, ABC):
    """What an entry says. A version never changes once an entry of it exists: a new one brings an upcaster."""

    verb: ClassVar[str]

    @abstractmethod
    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        """The stream after this happened. Pure."""

    def dossiers(self) -> Iterator[DossierRef]:
        """Every text and photo this entry vouches for."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, DossierRef):
                yield value
            elif isinstance(value, tuple):
                yield from (item for item in value if isinstance(item, DossierRef))


@dataclass(frozen=True)
class Verb:
    """A verb of the record: its code with version, its facts, and what it is called."""

    code: str
    facts: type[Facts]
    label: Any


_verbs: dict[str, Verb] = {}
_upcasters: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {}


def verb(code: str, label: Any) -> Callable[[type[Facts]], type[Facts]]:
    """Register a facts class under `<room>.<done>/<version>`, with its label for a reader."""

    def register(facts: type[Facts]) -> type[Facts]:
        if code in _verbs:
            raise ValueError(f"the verb {code} is registered twice")
        facts.verb = code
        _verbs[code] = Verb(code, facts, label)
        return facts

    return register


def upcast(code: str, *, to: str) -> Callable[[Any], Any]:
    """Register how facts of an old version become those of a newer one."""

    def register(function: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
        _upcasters[code] = (to, function)
        return function

    return register


def verbs() -> dict[str, Verb]:
    """All verbs known, by code."""
    return dict(_verbs)


def old_verbs() -> dict[str, str]:
    """Versions that are written no more: the code of each → the code it is read as."""
    return {code: to for code, (to, _function) in _upcasters.items()}


def label(code: str) -> str:
    """What a verb is called, in the reader's language; the code itself when it is of a room not installed."""
    while code in _upcasters:
        code = _upcasters[code][0]
    known = _verbs.get(code)
    return str(known.label) if known else code


def read(code: str, facts: dict[str, Any]) -> Facts:
    """The typed facts of a stored entry, brought to today's version. KeyError: unknown verb. ValidationError: not its
    facts."""
    while code in _upcasters:
        code, function = _upcasters[code]
        facts = function(facts)
    return _verbs[code].facts.model_validate(facts)
