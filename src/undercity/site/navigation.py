"""The main menu 导航: what a post may open, or what a citizen comes for. A room that is not installed has no entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from undercity.org.powers import POST, Actor
from undercity.org.states import Power

Holds = Callable[[Actor], bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu; `current` is what aria-current says ("" when it is another page)."""

    name: str
    label: Any
    address: str
    current: str = ""


def _everybody(_actor: Actor) -> bool:
    return True


def _holder(power: Power) -> Holds:
    return lambda actor: actor.holds(power)


def _decides(actor: Actor) -> bool:
    return any(map(actor.holds, (Power.CASE_INTAKE, Power.CASE_FILE, Power.CASE_DISPATCH)))


def _seasons(actor: Actor) -> bool:
    return actor.holds(Power.PLACE_EDIT) or actor.holds(Power.DUTY_READ)


def _plans(actor: Actor) -> bool:
    return actor.holds(Power.RESPONSE_READ) or actor.holds(Power.PLAN_EDIT)


OFFICERS: tuple[tuple[str, Any, Holds], ...] = (
    ("desk", _("My work today"), _everybody),
    ("shift", _("Shift desk"), _decides),
    ("today", _("To handle today"), _holder(Power.CASE_DISPOSE)),
    ("orders", _("My orders"), _everybody),
    ("responses", _("Flood response"), _holder(Power.RESPONSE_READ)),
    ("field", _("Field"), _everybody),
    ("cases", _("Cases"), _everybody),
    ("board", _("Case board"), _everybody),
    ("hotline", _("Hotline"), _holder(Power.CASE_INTAKE)),
    ("grids", _("Grids"), _holder(Power.CASE_READ)),
    ("duties", _("Duties"), _everybody),
    ("scores", _("Ranking"), _holder(Power.SCORE_READ)),
    ("warnings", _("Warnings"), _everybody),
    ("works", _("Works"), _holder(Power.WORK_READ)),
    ("readings", _("Readings"), _holder(Power.WORK_READ)),
    ("readiness", _("Readiness"), _holder(Power.READINESS_READ)),
    ("seasons", _("Seasons"), _seasons),
    ("register", _("Register of works"), _holder(Power.PLACE_EDIT)),
    ("coverage", pgettext_lazy("cooling", "Coverage"), _holder(Power.COVERAGE_READ)),
    ("plans", pgettext_lazy("emergency", "Plans"), _plans),
    ("forces", pgettext_lazy("rescue", "Forces"), _holder(Power.FORCE_READ)),
    ("map", _("Map"), _everybody),
    ("outbox", _("Outbox"), _holder(Power.NOTICE_OUTBOX)),
    ("looks", _("Looks"), _holder(Power.RECORD_READ)),
    ("report", pgettext_lazy("nav", "Report"), _everybody),
)
PUBLIC: tuple[tuple[str, Any, Holds], ...] = (
    ("report", _("Report a problem"), _everybody),
    ("places", _("Cool places"), _everybody),
    ("map", _("Map"), _everybody),
    ("public_warnings", _("Warnings"), _everybody),
    ("numbers", _("Public numbers"), _everybody),
    ("tour", _("Tour"), _everybody),
)
# Pages that belong to an entry of the menu without lying below it.
BESIDE = {"exercises": "responses"}
FOOT = (("about", _("About")), ("tour", _("Tour")), ("components", _("Components")),
        ("machines", _("Doors for machines")))


def address_of(name: str) -> str:
    """Where a named page lives; empty when this deployment has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def menu(actor: Actor, path: str) -> list[Entry]:
    """The entries for whoever looks, the one he stands on marked: "page" on it, "true" below it."""
    chosen = OFFICERS if actor.kind == POST else PUBLIC
    entries = [Entry(name, label, address) for name, label, may in chosen
               if may(actor) and (address := address_of(name))]
    below = [entry for entry in entries if path.startswith(entry.address)]
    home = next((name for page, name in BESIDE.items() if (there := address_of(page)) and path.startswith(there)), "")
    nearest = next((entry for entry in entries if entry.name == home),
                   max(below, key=lambda entry: len(entry.address), default=None))
    return [entry if entry is not nearest else
            Entry(entry.name, entry.label, entry.address, "page" if entry.address == path else "true")
            for entry in entries]


def foot() -> list[Entry]:
    """The links below every page."""
    return [Entry(name, label, address) for name, label in FOOT if (address := address_of(name))]
