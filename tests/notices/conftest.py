"""The sample city for the tests of this room, in a deployment that really sends, and what it sends to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.city import city
from tests.notices.receivers import Mailbox, Receiver, mail_server, receiver
from tests.server import free_port

__all__ = ["city"]


@pytest.fixture
def gateway(settings: Any) -> Iterator[Receiver]:
    """A gateway of text messages, and nothing else open."""
    with receiver() as there:
        settings.DEMO, settings.MAIL = False, False
        settings.SMS_GATEWAY, settings.SMS_KEY = there.base + "/", "a-key"
        yield there


@pytest.fixture
def group(settings: Any) -> Iterator[Receiver]:
    """A server of WeCom's make, of DingTalk's and of Feishu's, and a host of one's own."""
    with receiver() as there:
        settings.DEMO = False
        settings.ROBOTS = dict.fromkeys(("wecom", "dingtalk", "feishu"), there.base)
        settings.WEBHOOK_HOSTS = {"127.0.0.1"}
        yield there


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A real mail server, spoken to by Django's own client."""
    with mail_server(free_port()) as box:
        settings.DEMO, settings.MAIL = False, True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield box
