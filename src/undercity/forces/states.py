"""The words of the room, and the table of what may happen to a deployment."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class TeamKind(TextChoices):
    """What a team is 队伍类别."""

    YOUNG = "young", _("young members' team")
    CADRES = "cadres", _("cadres' team")
    DRAINAGE = "drainage", _("drainage team")
    RESCUE = "rescue", _("rescue team")
    MEDICAL = "medical", _("medical team")
    REPAIR = "repair", _("repair team")
    STORE = "store", _("store of gear")


class Skill(TextChoices):
    """What the heads of a team can do 技能."""

    PUMPING = "pumping", _("running pumps")
    BOARDS = "boards", _("boards and sandbags")
    WATER = "water", _("rescue on water")
    EVACUATION = "evacuation", _("leading people out")
    FIRST_AID = "first_aid", pgettext_lazy("skill", "first aid")
    POWER = "power", _("electrical work")
    TRAFFIC = "traffic", _("directing traffic")
    WATCH = "watch", _("standing watch")


class GearKind(TextChoices):
    """What a team brings along 装备."""

    PUMP = "pump", _("mobile pump")
    PUMP_TRUCK = "pump_truck", _("pump truck")
    BOAT = "boat", _("boat")
    VEHICLE = "vehicle", _("vehicle")
    GENERATOR = "generator", _("generator")
    LIGHT = "light", _("lighting set")


PUMPS = (GearKind.PUMP, GearKind.PUMP_TRUCK)


class Part(TextChoices):
    """The two shifts of a day 班次."""

    DAY = "day", pgettext_lazy("shift", "day")
    NIGHT = "night", pgettext_lazy("shift", "night")


class PointKind(TextChoices):
    """What a point to staff is 点位类别."""

    MOTORWAY = "motorway", _("motorway exit")
    SITE = "site", _("building site")
    HEALTH = "health", _("public-health service area")
    COMMUNITY = "community", pgettext_lazy("point", "community")
    UNDERPASS = "underpass", _("underpass")
    WORK = "work", _("entrance of works")


class Urgency(TextChoices):
    """How much a need weighs 紧急程度; the weights are dated terms."""

    LIFE = "life", _("people in danger")
    SERIOUS = "serious", _("serious")
    USUAL = "usual", pgettext_lazy("urgency", "usual")


class NeedStage(TextChoices):
    """Where a need stands."""

    OPEN = "open", pgettext_lazy("need", "open")
    MET = "met", pgettext_lazy("need", "met")
    WITHDRAWN = "withdrawn", pgettext_lazy("need", "withdrawn")


class Stage(TextChoices):
    """Where a deployment 调度 stands."""

    CALLED = "called", _("called up")
    THERE = "there", _("on post")
    OVER = "over", pgettext_lazy("deployment", "over")


class Verb(StrEnum):
    """What may happen to a deployment."""

    ARRIVE = "arrive"
    RELIEVE = "relieve"
    STAND_DOWN = "stand_down"


MOVES: dict[Stage, dict[Verb, Stage]] = {
    Stage.CALLED: {Verb.ARRIVE: Stage.THERE, Verb.STAND_DOWN: Stage.OVER},
    Stage.THERE: {Verb.RELIEVE: Stage.OVER, Verb.STAND_DOWN: Stage.OVER},
    Stage.OVER: {},
}


class How(TextChoices):
    """How an arrival was said."""

    CODE = "code", _("by the code on the spot")
    HERE = "here", _("by the phone's position")
    HAND = "hand", _("by an officer")


class ProposalStage(TextChoices):
    """Where a proposal stands."""

    OPEN = "open", _("waits for a decision")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")


class Severity(TextChoices):
    """How badly hurt 伤情."""

    RED = "red", _("critical")
    YELLOW = "yellow", pgettext_lazy("hurt", "serious")
    GREEN = "green", pgettext_lazy("hurt", "light")
