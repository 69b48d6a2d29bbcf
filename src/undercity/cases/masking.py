"""Contacts with their middle left out 脱敏: enough to know one again, not enough to call."""

from __future__ import annotations

STARS = "****"
SHOWN_LEFT, SHOWN_RIGHT = 3, 4


def masked_phone(phone: str) -> str:
    """138****1234; of a short number only its last two digits stay."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    if len(digits) >= SHOWN_LEFT + SHOWN_RIGHT + len(STARS):
        return f"{digits[:SHOWN_LEFT]}{STARS}{digits[-SHOWN_RIGHT:]}"
    return f"{STARS}{digits[-2:]}" if len(digits) > SHOWN_RIGHT else STARS if phone.strip() else ""


def masked_email(email: str) -> str:
    """z***@example.com"""
    name, at, host = email.strip().rpartition("@")
    if not at:
        return STARS if email.strip() else ""
    return f"{name[:1]}***@{host}"


def masked_name(name: str) -> str:
    """张** of 张小明: the first character only."""
    name = name.strip()
    return name[:1] + "**" if name else ""


def masked(address: str) -> str:
    """An address of either kind."""
    return masked_email(address) if "@" in address else masked_phone(address)
