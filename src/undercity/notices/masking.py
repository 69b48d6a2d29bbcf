"""Addresses as they are shown: enough to know one's own again, too little to use it."""

from __future__ import annotations

from urllib.parse import urlsplit

from undercity.notices.states import Channel


def masked(channel: Channel | str, address: str) -> str:
    """A number by its ends, an e-mail by its first letter and its host, a webhook by its host and its last letters."""
    if not address:
        return ""
    if channel == Channel.SMS:
        return f"{address[:3]}****{address[-4:]}" if len(address) > 8 else f"***{address[-2:]}"
    if channel == Channel.EMAIL:
        name, _sign, host = address.partition("@")
        return f"{name[:1]}***@{host}"
    bare = address.partition("#")[0]
    return f"{urlsplit(bare).hostname or ''} …{bare[-4:]}"
