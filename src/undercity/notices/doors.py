"""The doors letters leave by: a mail server, a gateway of text messages, robots of group chats, own receivers.

Each sends one message and returns, or raises Undelivered with the kind of trouble; never with an address or a text. All
are bounded by time-outs. A connection is used once: a receiver that answers twice spoils nobody else's answer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import smtplib
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
from django.conf import settings
from django.core.mail import EmailMessage

from undercity import clock
from undercity.notices.states import Channel

SECONDS = 10.0
# A text message of a gateway is cut into parts of 67 characters; robots take 2,048 bytes.
ROBOT_BYTES = 2000
# These say that the address or the message is wrong, and will be wrong tomorrow.
FINAL = frozenset({400, 404, 405, 410, 413, 414, 422})
FINAL_MAIL = frozenset({550, 551, 553, 554})
# What the makers' services answer, with status 200, when a robot does not exist or was told a wrong secret, second hand
# from their documentation. Anything else than 0 is a failure too, only not a final one: it is tried again first.
FINAL_CODES = frozenset({93000, 40035, 300005, 310000, 400013, 19001, 19021})
# Where the robots of the makers' own services live; a deployment may name its own server of the same make.
SERVICES = {Channel.WECOM: "https://qyapi.weixin.qq.com", Channel.DINGTALK: "https://oapi.dingtalk.com",
            Channel.FEISHU: "https://open.feishu.cn"}
ROBOT_PATHS = {Channel.WECOM: "/cgi-bin/webhook/send?key=", Channel.DINGTALK: "/robot/send?access_token=",
               Channel.FEISHU: "/open-apis/bot/v2/hook/"}


@dataclass(frozen=True, slots=True)
class Button:
    """What a card offers: its label in the reader's language, and the address it opens."""

    label: str
    address: str


class Undelivered(Exception):
    """A letter could not be sent; says what kind of trouble it was, without the address.

    `final`: this address will never work. `down`: nobody answered at all, or the service is out of order.
    """

    def __init__(self, why: str, *, final: bool = False, down: bool = False):
        super().__init__(why)
        self.final = final
        self.down = down


def by_mail(to: str, subject: str, text: str, key: str) -> None:
    """One e-mail through Django's mail settings."""
    headers = {"Auto-Submitted": "auto-generated"}
    if key:
        headers["Message-ID"] = f"<{key}@{urlsplit(settings.SITE_ADDRESS).hostname or 'localhost'}>"
    message = EmailMessage(" ".join(subject.split()), text, settings.DEFAULT_FROM_EMAIL, [to], headers=headers)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        codes = {code for code, _words in refused.recipients.values()}
        raise Undelivered(f"the mail server refused the recipient: {max(codes, default=0)}",
                          final=bool(codes & FINAL_MAIL)) from None
    except smtplib.SMTPResponseException as trouble:
        raise Undelivered(f"the mail server answered {trouble.smtp_code}", down=True) from None
    except (OSError, ValueError) as trouble:
        raise Undelivered(type(trouble).__name__, down=isinstance(trouble, OSError)) from None


@cache
def _client() -> httpx.Client:
    # Making one reads all certificates: it is kept. No connection is.
    return httpx.Client(timeout=SECONDS, limits=httpx.Limits(max_connections=200, max_keepalive_connections=0))


def _post(address: str, body: dict[str, Any], headers: dict[str, str], who: str) -> bytes:
    """POST JSON; what was answered, as JSON if it is. An answer that comes in drops is cut off."""
    ends = clock.real_now().timestamp() + 2 * SECONDS
    try:
        with _client().stream("POST", address, json=body, headers=headers) as answer:
            said = b""
            for piece in answer.iter_bytes():
                said += piece
                if len(said) > 65536 or clock.real_now().timestamp() > ends:
                    break
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as trouble:
        raise Undelivered(type(trouble).__name__, down=True) from None
    if not answer.is_success:
        raise Undelivered(f"the {who} answered {answer.status_code}", final=answer.status_code in FINAL,
                          down=answer.status_code >= 500)
    return said


def by_gateway(to: str, subject: str, text: str, key: str) -> None:
    """A text message: one POST of {"to", "text", "id"} as JSON, any answer of 2xx means taken over; or by apprise."""
    if "{to}" in settings.SMS_GATEWAY:
        by_apprise(settings.SMS_GATEWAY.replace("{to}", quote(to, safe="+")), "", text)
        return
    headers = {"Authorization": f"Bearer {settings.SMS_KEY}"} if settings.SMS_KEY else {}
    body = {"to": to, "text": text}
    if key:
        headers["Idempotency-Key"] = key
        body["id"] = key
    _post(settings.SMS_GATEWAY, body, headers, "gateway")


def by_robot(channel: Channel) -> Callable[..., None]:
    """The robot of a chat: its webhook, with the signing secret behind a # where it has one. With `button` a card."""

    def speak(to: str, subject: str, text: str, key: str, button: Button | None = None) -> None:
        webhook, _sign, secret = to.partition("#")
        if not webhook.startswith(robot_base(channel)):
            raise Undelivered("this is no robot of a service that is allowed here", final=True)
        body = CARDS[channel](subject, text, button) if button else _plain(channel, _cut(f"{subject}\n{text}"))
        if secret and channel is Channel.DINGTALK:
            moment = str(int(clock.real_now().timestamp() * 1000))
            mixed = _hmac(secret.encode(), f"{moment}\n{secret}".encode())
            webhook += f"&timestamp={moment}&sign={quote(mixed, safe='')}"
        elif secret and channel is Channel.FEISHU:
            moment = str(int(clock.real_now().timestamp()))
            body |= {"timestamp": moment, "sign": _hmac(f"{moment}\n{secret}".encode(), b"")}
        _understood(_post(webhook, body, {"Idempotency-Key": key} if key else {}, "group's robot"))

    return speak


def _plain(channel: Channel, words: str) -> dict[str, Any]:
    if channel is Channel.FEISHU:
        return {"msg_type": "text", "content": {"text": words}}
    return {"msgtype": "text", "text": {"content": words}}


def _wecom_card(subject: str, text: str, button: Button) -> dict[str, Any]:
    """企业微信模板卡片: the whole card and a line below it lead to the link."""
    return {"msgtype": "template_card", "template_card": {
        "card_type": "text_notice", "main_title": {"title": subject}, "sub_title_text": _cut(text),
        "jump_list": [{"type": 1, "url": button.address, "title": button.label}],
        "card_action": {"type": 1, "url": button.address}}}


def _dingtalk_card(subject: str, text: str, button: Button) -> dict[str, Any]:
    """钉钉 ActionCard: its text is Markdown, in which a line ends with an empty one."""
    told = "\n\n".join(_cut(text).replace("#", "＃").replace("*", "＊").split("\n"))
    return {"msgtype": "actionCard", "actionCard": {
        "title": subject, "text": f"**{subject}**\n\n{told}", "singleTitle": button.label,
        "singleURL": button.address}}


def _feishu_card(subject: str, text: str, button: Button) -> dict[str, Any]:
    """飞书消息卡片."""
    pressed = {"tag": "button", "type": "primary", "url": button.address,
               "text": {"tag": "plain_text", "content": button.label}}
    return {"msg_type": "interactive", "card": {
        "header": {"title": {"tag": "plain_text", "content": subject}}, "elements": [
            {"tag": "div", "text": {"tag": "plain_text", "content": _cut(text)}},
            {"tag": "action", "actions": [pressed]}]}}


# How a card of each maker looks, second hand from their documentation, 2026-11.
CARDS: dict[Channel, Callable[[str, str, Button], dict[str, Any]]] = {
    Channel.WECOM: _wecom_card, Channel.DINGTALK: _dingtalk_card, Channel.FEISHU: _feishu_card}


def robot_base(channel: Channel) -> str:
    """How the webhook of such a robot begins here: at its maker's server, or at the one the deployment names."""
    return (settings.ROBOTS.get(channel) or SERVICES[channel]) + ROBOT_PATHS[channel]


def _hmac(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def _cut(text: str) -> str:
    """As much of a text as a robot takes."""
    said = text.encode()
    return text if len(said) <= ROBOT_BYTES else said[:ROBOT_BYTES].decode(errors="ignore") + "…"


def _understood(said: bytes) -> None:
    """These services answer 200 to everything; whether it was taken stands in the body."""
    try:
        answer = httpx.Response(200, content=said).json()
        code = int(answer.get("errcode", answer.get("code", answer.get("StatusCode", 0))))
    except (ValueError, AttributeError, TypeError):
        raise Undelivered("the group's robot answered what nobody understands") from None
    if code:
        raise Undelivered(f"the group's robot answered {code}", final=code in FINAL_CODES)


def by_webhook(to: str, subject: str, text: str, key: str) -> None:
    """A receiver of one's own on a host that is allowed: apprise's JSON, with the key as a header and a field."""
    parts = urlsplit(to)
    if parts.hostname not in settings.WEBHOOK_HOSTS or parts.scheme not in {"http", "https"}:
        raise Undelivered("this host is not allowed here", final=True)
    scheme = "jsons" if parts.scheme == "https" else "json"
    # In an address of apprise's, - stands before what goes on as a query, + before a header, : before a field.
    more = [f"-{quote(name)}={quote(value)}" for name, value in parse_qsl(parts.query)]
    more += [f"+Idempotency-Key={key}", f":id={key}"]
    by_apprise(f"{scheme}://{parts.netloc}{parts.path or '/'}?{'&'.join(more)}", subject, text)


_loading = threading.Lock()


@cache
def _apprise() -> Any:
    """The library with its two hundred kinds of address: loaded when it is first needed, which takes half a second."""
    with warnings.catch_warnings():
        # Some of its own modules warn of others.
        warnings.simplefilter("ignore")
        import apprise

        apprise.Apprise.instantiate("json://localhost")
    return apprise


def by_apprise(address: str, subject: str, text: str) -> None:
    """Anything apprise knows. It says only whether it worked; its own log would repeat the address and stays shut."""
    with _loading:
        library = _apprise()
    way = library.Apprise.instantiate(f"{address}{'&' if '?' in address else '?'}cto=5&rto={SECONDS:.0f}",
                                      suppress_exceptions=True)
    if way is None:
        raise Undelivered("apprise does not know this address", final=True)
    try:
        taken = way.notify(body=text, title=subject, body_format=library.NotifyFormat.TEXT)
    except (OSError, ValueError, TypeError) as trouble:
        raise Undelivered(type(trouble).__name__, down=True) from None
    if not taken:
        raise Undelivered("the receiver did not take it", down=True)


WAYS: dict[Channel, Callable[..., None]] = {
    Channel.EMAIL: by_mail, Channel.SMS: by_gateway, Channel.WEBHOOK: by_webhook,
    **{channel: by_robot(channel) for channel in SERVICES}}
