"""The words of a plan: levels, verbs of orders, evidence, conditions, stages of a version and its legal moves."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy

# 四级 → 一级: the smaller the number, the graver.
LEVELS = (4, 3, 2, 1)
ROMAN = {4: "IV", 3: "III", 2: "II", 1: "I"}
NUMERAL_ZH = {4: "四", 3: "三", 2: "二", 1: "一"}


class OrderVerb(TextChoices):
    """What an order asks for 指令动作."""

    WATCH = "watch", _("keep watch")
    PATROL = "patrol", _("patrol")
    SET_BOARDS = "set_boards", _("set flood boards")
    STACK_SANDBAGS = "stack_sandbags", _("stack sandbags")
    START_PUMPS = "start_pumps", _("start pumps")
    CLOSE = "close", _("close to the public")
    EVACUATE = "evacuate", _("evacuate")
    SEND_TEAM = "send_team", _("send a team")
    SEND_PUMP = "send_pump", _("send a pump")
    OPEN_SHELTER = "open_shelter", _("open a shelter")
    CUT_POWER = "cut_power", _("cut the power")
    TRANSFER_PATIENTS = "transfer_patients", _("transfer patients")
    REPORT = "report", _("report the situation")


class Evidence(TextChoices):
    """What shows that an order was carried out."""

    NONE = "none", pgettext_lazy("evidence", "none")
    PHOTO = "photo", _("a photo")
    NUMBER = "number", _("a number")


class Condition(TextChoices):
    """What brings an order although no level brings it 触发条件."""

    PLACE_CLOSED = "place_closed", _("a place was closed")
    WATER_IN = "water_in", _("water comes into a place")
    POWER_LOST = "power_lost", _("a place has lost its power")
    PEOPLE_INSIDE = "people_inside", _("people are still inside after closing")


class Quantity(TextChoices):
    """What a gauge of the rules measures."""

    RAIN = "rain", _("rain in the window")
    STREET_DEPTH = "street_depth", _("water on the street")
    RIVER_LEVEL = "river_level", _("river level")


class Colour(TextChoices):
    """The colour of a warning 预警颜色, from the lightest to the gravest."""

    BLUE = "blue", _("blue")
    YELLOW = "yellow", _("yellow")
    ORANGE = "orange", _("orange")
    RED = "red", _("red")


class Stage(TextChoices):
    """What a version was made into. Whether a published one is in force, or replaced by a later one, is asked."""

    DRAFT = "draft", pgettext_lazy("plan", "draft")
    PUBLISHED = "published", pgettext_lazy("plan", "published")
    WITHDRAWN = "withdrawn", pgettext_lazy("plan", "withdrawn")


class Standing(TextChoices):
    """How a version stands on a day."""

    DRAFT = "draft", pgettext_lazy("plan", "draft")
    COMING = "coming", pgettext_lazy("plan", "in force later")
    IN_FORCE = "in_force", pgettext_lazy("plan", "in force")
    SUPERSEDED = "superseded", pgettext_lazy("plan", "replaced")
    OVER = "over", pgettext_lazy("plan", "expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("plan", "withdrawn")


class Verb(StrEnum):
    """What may happen to a version."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"


MOVES: dict[Stage, dict[Verb, Stage]] = {
    Stage.DRAFT: {Verb.PUBLISH: Stage.PUBLISHED, Verb.WITHDRAW: Stage.WITHDRAWN},
    Stage.PUBLISHED: {Verb.WITHDRAW: Stage.WITHDRAWN},
    Stage.WITHDRAWN: {},
}
