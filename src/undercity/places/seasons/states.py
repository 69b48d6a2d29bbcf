"""The words of a season, and the table of what may happen to a proposal."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class Standing(TextChoices):
    """Where a place's season of a year stands 开放季状态."""

    NONE = "none", _("no season")
    OPEN = "open", pgettext_lazy("season", "open")
    CLOSED = "closed", pgettext_lazy("season", "ended early")


class Why(TextChoices):
    """Why a place is open or closed right now 原因. Empty: as its hours say."""

    RAIN = "rain", _("because of rain")
    REFIT = "refit", _("because of refit")
    POWER = "power", _("because of a failure of power or water")
    OTHER = "other", _("for a special reason")
    HEAT = "heat", _("longer because of the heat")
    SHOP = "shop_hours", _("at shop hours")
    HOLIDAY = "holiday", _("at holiday hours")
    BEFORE = "before_season", _("the season has not begun")
    OVER = "season_over", _("the season is over")


# What closes a place, and what only changes its hours.
CLOSING = (Why.RAIN, Why.REFIT, Why.POWER, Why.OTHER)
CHANGING = (Why.HEAT, Why.SHOP, Why.HOLIDAY)


class Wish(TextChoices):
    """What a proposal wants 建议事项."""

    CLOSING = "closing", _("close for a time")
    EXTENSION = "extension", _("extend the season")
    LONGER = "longer", _("longer hours")


class Source(TextChoices):
    """Where a proposal comes from 建议来源."""

    OFFICER = "officer", _("an officer")
    KEEPER = "keeper", _("the keeper")
    READING = "reading", _("a reading")
    ALERT = "alert", _("a warning received")
    RULE = "rule", _("the rule of heat")
    RESPONSE = "response", _("an order of the response")


class Answer(TextChoices):
    """How a proposal stands 建议状态."""

    PROPOSED = "proposed", _("waits for a decision")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")
    REFUSED = "refused", pgettext_lazy("proposal", "refused")
    WITHDRAWN = "withdrawn", _("taken back by whoever proposed it")
    LAPSED = "lapsed", _("nobody decided in time")


class Verb(StrEnum):
    """What may happen to a proposal."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    UNDO = "undo"


MOVES: dict[Answer, dict[Verb, Answer]] = {
    Answer.PROPOSED: {Verb.ACCEPT: Answer.ACCEPTED, Verb.REFUSE: Answer.REFUSED, Verb.WITHDRAW: Answer.WITHDRAWN,
                      Verb.LAPSE: Answer.LAPSED},
    Answer.ACCEPTED: {Verb.UNDO: Answer.PROPOSED},
    Answer.REFUSED: {Verb.UNDO: Answer.PROPOSED},
    Answer.WITHDRAWN: {},
    Answer.LAPSED: {},
}
