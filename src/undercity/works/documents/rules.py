"""Decisions about documents: what is refused at the door, and what file a file is. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

from undercity.errors import RuleBroken
from undercity.works.documents.states import Media
from undercity.works.terms.rules import Setting

TITLE_MAX = 120
# Where a reader looks for the marks of a PDF: the first and the last kilobyte (ISO 32000-1, 7.5.2 and 7.5.5).
MARK_WITHIN = 1024
# What a paper has no need of: a script, a program to start, another file inside.
LIVE = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/RichMedia")


def plain(text: str) -> str:
    """Words as they are compared: one width, small letters, no spaces.

    >>> plain("Floor  Plan １")
    'floorplan1'
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def not_stopped(words: Iterable[str], stops: Iterable[Setting]) -> None:
    """None of these words is on the stop list; otherwise RuleBroken says which and why 涉密不上网."""
    said = [plain(one) for one in words]
    for stop in stops:
        for word in stop.content["words"]:
            if any(plain(word) in one for one in said):
                raise RuleBroken(_("“%(word)s” stops this document: %(why)s.") % {"word": word, "why": str(stop)},
                                 field="title", remedy=_("It stays on paper, in the archive made for it."))


def checked_title(title: str) -> str:
    """A title, or a register number, of a length that a list can show."""
    title = " ".join(title.replace("\0", "").split())
    if not title or len(title) > TITLE_MAX:
        raise RuleBroken(_("Between 1 and %(most)d characters.") % {"most": TITLE_MAX}, field="title",
                         remedy=_("Say what it is: “Inspection report 2026”."))
    return title


def media_of(raw: bytes) -> Media:
    """What a file is by its content, whatever its name says: a PDF, or something that may be a picture."""
    return Media.PDF if b"%PDF-" in raw[:MARK_WITHIN] else Media.PICTURE


def checked_pdf(raw: bytes) -> None:
    """A whole PDF with nothing alive in it; otherwise RuleBroken."""
    if b"%%EOF" not in raw[-MARK_WITHIN:]:
        raise RuleBroken(_("This PDF is not whole."), field="file", remedy=_("Save it again and send that."))
    if b"/Encrypt" in raw:
        raise RuleBroken(_("This PDF is locked."), field="file", remedy=_("Send it without a password."))
    if any(mark in raw for mark in LIVE):
        raise RuleBroken(_("This PDF holds a script or another file."), field="file",
                         remedy=_("Print it to a new PDF and send that."))
