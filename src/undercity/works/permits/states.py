"""Where a permit of peacetime use stands, and the table of legal moves. The table is the law; `rules` asks it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from undercity.org.states import Power


class State(TextChoices):
    """Where a permit 平时使用证 stands."""

    LEASED = "leased", _("to be applied for")
    APPLIED = "applied", _("applied for")
    MORE_ASKED = "more_asked", _("more is asked")
    VALID = "valid", _("valid")
    CHANGING = "changing", _("valid, a change is announced")
    RENEWING = "renewing", _("valid, renewal asked for")
    EXPIRED = "expired", _("expired, to be decided")
    ENDED = "ended", pgettext_lazy("permit", "ended")
    REVOKED = "revoked", _("revoked")
    REFUSED = "refused", _("permit refused")
    WITHDRAWN = "withdrawn", _("application withdrawn")


class Verb(TextChoices):
    """What can be done about a permit."""

    APPLY = "apply", _("apply for the permit")
    SUPPLY = "supply", _("bring what was asked for")
    WITHDRAW = "withdraw", _("withdraw the application")
    GRANT = "grant", _("grant the permit")
    REFUSE = "refuse", _("refuse the permit")
    ASK_MORE = "ask_more", _("ask for more")
    ANNOUNCE_CHANGE = "announce_change", _("announce a change")
    AGREE_CHANGE = "agree_change", _("agree to the change")
    OBJECT_CHANGE = "object_change", _("object to the change")
    RENEW = "renew", _("ask for renewal")
    GRANT_RENEWAL = "grant_renewal", _("renew the permit")
    REFUSE_RENEWAL = "refuse_renewal", _("refuse the renewal")
    GIVE_BACK = "give_back", _("give the permit back")
    REVOKE = "revoke", _("revoke the permit")
    WARN = "warn", _("warn of the expiry")
    EXPIRE = "expire", _("expire")
    SETTLE_RENEW = "settle_renew", _("decide: renew")
    SETTLE_END = "settle_end", _("decide: end")
    UNDO = "undo", _("take the decision back")


class Proposal(TextChoices):
    """What the machine proposes when a permit has expired; an officer decides."""

    RENEW = "renew", _("renew, as was asked for")
    END = "end", _("end the use")


class Needs(Flag):
    """What must come with a move."""

    NOTHING = 0
    REASON = auto()
    DAY = auto()


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move: where it leads, the power it needs (None: time brings it), and what must come with it."""

    to: State
    power: Power | None
    needs: Needs = Needs.NOTHING


KEEP, DECIDE = Power.WORK_KEEP, Power.PERMIT_DECIDE
# While it runs, a work has no other: before it is granted, while it holds, and until what follows is decided.
BEFORE = frozenset({State.LEASED, State.APPLIED, State.MORE_ASKED})
IN_FORCE = frozenset({State.VALID, State.CHANGING, State.RENEWING})
RUNNING = BEFORE | IN_FORCE | {State.EXPIRED}

_WITHDRAW = {Verb.WITHDRAW: Move(State.WITHDRAWN, KEEP, Needs.REASON)}
_WHILE_VALID = {
    Verb.GIVE_BACK: Move(State.ENDED, KEEP, Needs.REASON),
    Verb.REVOKE: Move(State.REVOKED, DECIDE, Needs.REASON),
    Verb.EXPIRE: Move(State.EXPIRED, None),
}

MOVES: dict[State, dict[Verb, Move]] = {
    State.LEASED: {Verb.APPLY: Move(State.APPLIED, KEEP), **_WITHDRAW},
    State.APPLIED: {
        Verb.GRANT: Move(State.VALID, DECIDE),
        Verb.REFUSE: Move(State.REFUSED, DECIDE, Needs.REASON),
        Verb.ASK_MORE: Move(State.MORE_ASKED, DECIDE, Needs.REASON),
        **_WITHDRAW},
    State.MORE_ASKED: {
        Verb.SUPPLY: Move(State.APPLIED, KEEP, Needs.REASON),
        Verb.REFUSE: Move(State.REFUSED, DECIDE, Needs.REASON),
        **_WITHDRAW},
    State.VALID: {
        Verb.ANNOUNCE_CHANGE: Move(State.CHANGING, KEEP, Needs.REASON | Needs.DAY),
        Verb.RENEW: Move(State.RENEWING, KEEP, Needs.DAY),
        Verb.WARN: Move(State.VALID, None),
        **_WHILE_VALID,
        Verb.UNDO: Move(State.EXPIRED, DECIDE, Needs.REASON)},
    State.CHANGING: {
        Verb.AGREE_CHANGE: Move(State.VALID, DECIDE),
        Verb.OBJECT_CHANGE: Move(State.VALID, DECIDE, Needs.REASON),
        Verb.WARN: Move(State.CHANGING, None),
        **_WHILE_VALID},
    State.RENEWING: {
        Verb.GRANT_RENEWAL: Move(State.VALID, DECIDE),
        Verb.REFUSE_RENEWAL: Move(State.VALID, DECIDE, Needs.REASON),
        **_WHILE_VALID},
    State.EXPIRED: {
        Verb.SETTLE_RENEW: Move(State.VALID, DECIDE, Needs.REASON | Needs.DAY),
        Verb.SETTLE_END: Move(State.ENDED, DECIDE, Needs.REASON)},
    State.ENDED: {Verb.UNDO: Move(State.EXPIRED, DECIDE, Needs.REASON)},
    State.REVOKED: {},
    State.REFUSED: {},
    State.WITHDRAWN: {},
}
