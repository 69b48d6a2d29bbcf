"""What a page of coverage was asked: area, minutes on foot, which places count as open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from undercity import clock
from undercity.coverage.queries.people import areas_of
from undercity.coverage.rules import MINUTES_MOST
from undercity.coverage.states import Whether
from undercity.errors import NotAllowed, NotFound, RuleBroken
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.states import Power

USUAL_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to the form of a page: the body's number, minutes, which places, and the moment they are open at
    (None: all count)."""

    area: int
    minutes: int
    whether: Whether
    moment: datetime | None

    @property
    def key(self) -> str:
        """The area's key, as addresses have it."""
        return directory().cards[self.area].key

    @property
    def at_text(self) -> str:
        """The moment as a form field has it; "" when none was given."""
        return f"{self.moment:%Y-%m-%dT%H:%M}" if self.whether is Whether.AT and self.moment else ""

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        words = {"area": self.key, "minutes": self.minutes, "open": self.whether.value}
        return urlencode({**words, "at": self.at_text} if self.at_text else words)

    @property
    def bodies(self) -> list[int]:
        """All bodies of the area."""
        return directory().under(directory().cards[self.area].path)

    @property
    def in_words(self) -> str:
        """Which places count, in words."""
        if self.whether is Whether.AT and self.moment:
            return _("open on %(moment)s") % {"moment": f"{self.moment:%Y-%m-%d %H:%M}"}
        return str(self.whether.label)


def read(given: Mapping[str, str], actor: Actor, now: datetime, power: Power = Power.COVERAGE_READ) -> Asked:
    """Read a page's question. NotAllowed without the power anywhere, NotFound for an area that is not one's own,
    RuleBroken for minutes or a moment that cannot be."""
    mine = areas_of(actor, power)
    if not mine:
        raise NotAllowed(_("Your post has no power to %(power)s.") % {"power": power.label},
                         remedy=_("Ask the administrator of your office if you should have it."))
    key = given.get("area", "")
    area = directory().by_key.get(key) if key else mine[0]
    streets = {body for one in mine for body in directory().under(directory().cards[one].path)}
    if area is None or area not in streets:
        raise NotFound(_("There is no such area, or it is not yours."), remedy=_("Choose one of the areas offered."))
    whether = Whether(given["open"]) if given.get("open") in Whether.values else Whether.ALL
    return Asked(area, minutes_of(given.get("minutes", "")), whether, moment_of(whether, given.get("at", ""), now))


def minutes_of(text: str) -> int:
    """Minutes on foot; 15 when nothing is said."""
    text = text.strip()
    if not text:
        return USUAL_MINUTES
    if not (text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MINUTES_MOST):
        raise RuleBroken(_("“%(text)s” are no minutes on foot.") % {"text": text[:20]}, field="minutes",
                         remedy=_("Write a number from 1 to %(most)d.") % {"most": MINUTES_MOST})
    return int(text)


def moment_of(whether: Whether, text: str, now: datetime) -> datetime | None:
    """The moment whose open places count; None: all of them."""
    if whether is Whether.ALL:
        return None
    if whether is Whether.NOW:
        return now
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=clock.ZONE)
    except ValueError:
        raise RuleBroken(_("When shall they be open?"), field="at",
                         remedy=_("Write day and time, for example 2026-08-01T20:30.")) from None


def areas(actor: Actor, power: Power = Power.COVERAGE_READ) -> list[tuple[str, str]]:
    """Key and name of every area this actor may choose."""
    book = directory()
    return [(book.cards[body].key, body_name(body)) for body in areas_of(actor, power)]
