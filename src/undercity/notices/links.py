"""The one-tap link of a message 一键签收: signed, bound to the notice and to who held the post, over after some days.

Nothing is stored: the token is the number of the notice and of the appointment, the minute it ends, and a mark only
this site can make of them.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

SALT = "undercity.notices.link"
MARK_BYTES = 15
_HEAD = struct.Struct(">QQI")


@dataclass(frozen=True, slots=True)
class Link:
    """What a token says: its notice, the appointment it was written to, and until when it opens (real time)."""

    notice: int
    appointment: int
    until: datetime


def _mark(head: bytes) -> bytes:
    return salted_hmac(SALT, head, algorithm="sha256").digest()[:MARK_BYTES]


def _packed(head: bytes) -> bytes:
    """The two numbers are mostly small: their leading zeros are left out, so that a text message stays short."""
    notice, appointment, minute = head[:8].lstrip(b"\0"), head[8:16].lstrip(b"\0"), head[16:]
    return bytes([len(notice) << 4 | len(appointment)]) + notice + appointment + minute


def token_of(notice: int, appointment: int, until: datetime) -> str:
    """The token of a link."""
    head = _HEAD.pack(notice, appointment, int(until.timestamp()) // 60)
    return base64.urlsafe_b64encode(_packed(head) + _mark(head)).decode().rstrip("=")


def read(token: str, zone: datetime) -> Link | None:
    """What a token says; None when this site never made it. Whether it is over is for the caller (`until`).

    `zone` is any moment in the zone wanted.
    """
    if not token.isascii() or len(token) > 64:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) < 1 + 4 + MARK_BYTES:
        return None
    first, second = raw[0] >> 4, raw[0] & 15
    if first > 8 or second > 8 or len(raw) != 1 + first + second + 4 + MARK_BYTES:
        return None
    head = (raw[1:1 + first].rjust(8, b"\0") + raw[1 + first:1 + first + second].rjust(8, b"\0")
            + raw[1 + first + second:-MARK_BYTES])
    if not compare_digest(_mark(head), raw[-MARK_BYTES:]) or _packed(head) != raw[:-MARK_BYTES]:
        return None
    notice, appointment, minute = _HEAD.unpack(head)
    return Link(notice, appointment, datetime.fromtimestamp(minute * 60, zone.tzinfo))


def address_of(token: str) -> str:
    """The whole address of a link, as it stands in a message."""
    return f"{settings.SITE_ADDRESS}{reverse('notice_link', args=[token])}"
