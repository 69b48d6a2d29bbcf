"""May I? 权限: the only place that answers it, always with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from undercity.errors import NotAllowed, NotSignedIn
from undercity.org.states import Power

CITIZEN = "citizen"
SYSTEM = "system"
POST = "post"


@dataclass(frozen=True, slots=True)
class Decision:
    """A yes or a no with its reason: the same object refuses the call, greys the button and fills the tooltip."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a post held by an appointment, a citizen, or the system. `grants`: power → paths of its scopes."""

    kind: str
    post: int | None = None
    appointment: int | None = None
    person: int | None = None
    role: str = ""
    body: int | None = None
    body_path: str = ""
    title_zh: str = ""
    title_en: str = ""
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def scopes(self, power: Power) -> tuple[str, ...]:
        """The paths under which this actor holds the power."""
        return self.grants.get(power.value, ())

    def holds(self, power: Power) -> bool:
        """Holds the power somewhere."""
        return bool(self.scopes(power))

    @property
    def holds_any_case_power(self) -> bool:
        """Reads or handles cases somewhere."""
        return self.holds(Power.CASE_READ) or self.holds(Power.CASE_DISPOSE)

    @property
    def may_see_outbox(self) -> bool:
        """For the menu: is the outbox this post's business?"""
        return self.holds(Power.NOTICE_OUTBOX)


# A citizen may report, and that is all: no reading, no power over any body.
THE_CITIZEN = Actor(kind=CITIZEN, grants={Power.CASE_REPORT.value: ("",)})
# What time itself brings, and what instruments tell: a hold that ends, a warning that somebody is late, a reading out
# of range. Nothing else is decided by nobody.
THE_SYSTEM = Actor(kind=SYSTEM, grants={power.value: ("",) for power in (
    Power.CASE_READ, Power.CASE_REPORT, Power.CASE_DISPATCH, Power.CASE_SUPERVISE, Power.LEVEL_PROPOSE,
    Power.ALERT_RECEIVE)})


def can(actor: Actor, power: Power, path: str) -> Decision:
    """May this actor use this power on the body with this path? Over a body means over all below it."""
    scopes = actor.scopes(power)
    if any(path.startswith(scope) for scope in scopes):
        return Decision(True)
    if actor.kind == CITIZEN:
        return Decision(False, _("Sign in first: this is done by an officer."))
    if scopes:
        return Decision(False, _("Your post may %(power)s elsewhere, not here.") % {"power": power.label})
    return Decision(False, _("Your post has no power to %(power)s.") % {"power": power.label})


def own(actor: Actor, post: int | None, path: str) -> Decision:
    """Is this duty the actor's to do: held by his post, or by no post of his own body?"""
    if actor.kind == POST and (actor.post == post or (post is None and actor.body_path == path)):
        return Decision(True)
    return Decision(False, _("This duty is not yours: its holder does it, or hands it over."))


def require(decision: Decision, **details: Any) -> None:
    """Go on if allowed; otherwise NotAllowed with the reason."""
    if not decision:
        raise NotAllowed(decision.reason, remedy=_("Ask the administrator of your office if you should have it."),
                         details=details)


def signed_in(actor: Actor | None) -> Actor:
    """The actor, who must hold a post; otherwise NotSignedIn."""
    if actor is None or actor.kind != POST:
        raise NotSignedIn(_("Sign in to go on."))
    return actor
