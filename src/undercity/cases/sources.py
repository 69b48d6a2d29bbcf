"""Which source a report counts under, by who sends it."""

from __future__ import annotations

from undercity.cases.states import Source
from undercity.org.powers import CITIZEN, Actor
from undercity.org.states import Role

_BY_ROLE = {Role.INSPECTOR.value: Source.INSPECTOR, Role.LEADER.value: Source.LEADER,
            Role.OPEN311_CLIENT.value: Source.SYSTEM}


def source_of(actor: Actor) -> Source:
    """Whoever else reports from a desk writes down what somebody told him by telephone."""
    return Source.CITIZEN if actor.kind == CITIZEN else _BY_ROLE.get(actor.role, Source.HOTLINE)
