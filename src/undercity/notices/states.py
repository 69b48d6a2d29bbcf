"""Where a notice stands, how pressing it is, by which channels it travels."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class NoticeState(TextChoices):
    """The way of a notice. A claimed one whose worker died is claimed again after a while."""

    WAITING = "waiting", _("waiting")
    CLAIMED = "claimed", _("being delivered")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("given up")


class Level(IntegerChoices):
    """How pressing a notice is 紧急程度; the higher goes first."""

    ORDINARY = 0, pgettext_lazy("notice", "ordinary")
    IMPORTANT = 1, pgettext_lazy("notice", "important")
    URGENT = 2, pgettext_lazy("notice", "urgent")


class Channel(TextChoices):
    """How a notice travels 通知渠道. The outbox page keeps everything inside the machine."""

    OUTBOX = "outbox", _("outbox page")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")
    WECOM = "wecom", _("WeCom group")
    DINGTALK = "dingtalk", _("DingTalk group")
    FEISHU = "feishu", _("Feishu group")
    WEBHOOK = "webhook", _("own receiver")


# How somebody outside the offices is reached.
OUTSIDE = (Channel.EMAIL, Channel.SMS)
# Robots of group chats: one address speaks to a whole group.
ROBOTS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)
# What an officer may be reached by, and what a body may.
OF_A_PERSON = (Channel.SMS, Channel.EMAIL, *ROBOTS, Channel.WEBHOOK)
OF_A_BODY = (*ROBOTS, Channel.WEBHOOK)
