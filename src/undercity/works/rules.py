"""Decisions about works: who may see the internal side, and which profile makes no sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from undercity.errors import RuleBroken
from undercity.org.powers import Actor, Decision, can
from undercity.org.states import Power
from undercity.works.states import FORMS_OF, Form, Managed

# A room lower than this holds nobody, and no hall under a city is higher.
LOWEST_M, HIGHEST_M = 1.8, 15.0
PER_PERSON_M2 = 1.0
OLDEST = 1950


def may_read(actor: Actor, *, district: str, keeper: str) -> Decision:
    """May this actor see the internal side of a work in this district, kept by this body (paths)?"""
    own = can(actor, Power.WORK_READ, keeper)
    return own if own else can(actor, Power.WORK_READ, district)


def checked(profile: Mapping[str, Any], *, year: int) -> None:
    """A profile that can be; otherwise RuleBroken naming the field."""
    if Form(profile["form"]) not in FORMS_OF[Managed(profile["managed"])]:
        raise RuleBroken(_("This way of building does not go with how the work is managed."), field="form",
                         remedy=_("What was built with a building is its basement; nothing else is."))
    area, volume, capacity = profile["area_m2"], profile["volume_m3"], profile["capacity"]
    if not area * LOWEST_M <= volume <= area * HIGHEST_M:
        raise RuleBroken(_("Floor area and volume do not fit each other."), field="volume_m3",
                         remedy=_("Give square metres over all levels, and cubic metres of air in them."))
    if capacity * PER_PERSON_M2 > area:
        raise RuleBroken(_("So many people do not find room on this floor."), field="capacity",
                         remedy=_("Reckon at least one square metre for each."))
    if not OLDEST <= profile["built"] <= year:
        raise RuleBroken(_("The year of building is not possible."), field="built",
                         remedy=_("Write the year as four digits."))
