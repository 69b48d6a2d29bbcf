"""What a place offers 设施: one vocabulary in both languages, each word a bit: a million places are filtered at once.

The order is the bits' and only ever grows at its end; the words a place may carry beyond it are shown as they are and
cannot be filtered by.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

AMENITIES: dict[str, Any] = {
    "seats": _("seats"), "water": _("drinking water"), "first_aid": _("first aid"), "billiards": _("billiards"),
    "table_tennis": _("table tennis"), "badminton": _("badminton"), "fitness": _("fitness gear"),
    "cinema": _("films"), "library": _("books"), "exhibition": _("exhibition"), "wifi": _("Wi-Fi"),
    "umbrellas": _("umbrellas"), "newspapers": _("newspapers"), "tv": _("television"), "parking": _("parking"),
    "stage": _("stage"), "reception_room": _("reception room"), "children": _("children's corner"),
    "meeting_room": _("meeting room"), "reading": _("reading room"), "toilet": _("toilet"),
    "charging": _("charging for phones"), "card_tables": _("card tables"), "nursing_room": _("nursing room"),
}
_BITS = {code: 1 << number for number, code in enumerate(AMENITIES)}
STEP_FREE = 1 << 62


def bits_of(codes: Iterable[str]) -> int:
    """The bits of these words; unknown ones have none."""
    found = 0
    for code in codes:
        found |= _BITS.get(code, 0)
    return found


def words_of(codes: Iterable[str]) -> list[str]:
    """The words in the reader's language, in the vocabulary's order; unknown ones last, as they are."""
    given = list(codes)
    return [str(AMENITIES[code]) for code in AMENITIES if code in given] + [
        code for code in given if code not in AMENITIES]
