"""Warnings as lists and pages show them, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _, pgettext

from undercity import clock
from undercity.alerts.cap.message import Alert, InfoBlock, Status
from undercity.alerts.models import ReceivedWarning, WarningMessage
from undercity.alerts.projection import title
from undercity.alerts.queries.warnings import in_force, newest_messages, visible_to
from undercity.alerts.rules.book import chinese, signal_of
from undercity.alerts.states import Colour, Counting, Hazard, Said, Signed, Stage
from undercity.org.powers import THE_CITIZEN
from undercity.org.queries import body_name

PAGE = 50


def status_words(status: str) -> str:
    """What CAP's status means, in words."""
    return {"Actual": _("actual"), "Exercise": _("exercise"), "System": _("system message"), "Test": _("test"),
            "Draft": _("draft")}.get(status, status)


@dataclass(frozen=True)
class Line:
    """A warning in a list."""

    row: ReceivedWarning
    title: str
    headline: str
    office: str
    where: str
    live: bool
    invented: bool

    @property
    def status(self) -> str:
        """How it is meant, in words."""
        return status_words(self.row.status)

    @property
    def stage(self) -> str:
        """Where it stands, in words."""
        return str(Stage(self.row.stage).label)

    @property
    def counting(self) -> str:
        """Whether it may move anything, in words."""
        return str(Counting(self.row.counting).label)

    @property
    def signed(self) -> str:
        """What its signature is worth, in words."""
        return str(Signed(self.row.signed).label)

    @property
    def do(self) -> tuple[str, ...]:
        """What to do, by the signal of its hazard and colour that held when it was sent."""
        day = self.row.sent.astimezone(clock.ZONE).date()
        signal = signal_of(Hazard(self.row.hazard), Colour(self.row.colour), day)
        return signal.do if signal else ()


def where(bodies: Sequence[int], most: int = 4) -> str:
    """The bodies in words, the first few of them."""
    names = [body_name(body) for body in bodies[:most]]
    if len(bodies) > most:
        names.append(_("and %(n)d more") % {"n": len(bodies) - most})
    return "、".join(names) if chinese() else ", ".join(names)


def lines(rows: Iterable[ReceivedWarning], at: datetime) -> list[Line]:
    """Warnings for a list, in their order; two statements however many."""
    chosen = list(rows)
    speaks = newest_messages(chosen)
    return [_line(row, speaks[row.pk], at) for row in chosen if row.pk in speaks]


def _line(row: ReceivedWarning, message: WarningMessage, at: datetime) -> Line:
    headline = (message.headline_zh if chinese() else message.headline_en) or message.headline_zh
    office = message.office if chinese() else message.office_en or message.office
    return Line(row, title(row.hazard, row.colour), headline, office, where(row.bodies),
                row.stage == Stage.IN_FORCE and row.ends > at, message.invented)


def public(at: datetime) -> list[Line]:
    """What the public reads: in force, for everybody, and meant for this timeline; an office's monthly test is not."""
    return [line for line in live(visible_to(THE_CITIZEN), at) if line.row.counts or line.row.status == Status.ACTUAL]


def live(visible: QuerySet[ReceivedWarning], at: datetime) -> list[Line]:
    """What of these is in force, the strongest first."""
    seen = set(visible.filter(stage=Stage.IN_FORCE).values_list("pk", flat=True))
    return lines([row for row in in_force(at) if row.pk in seen], at)


def history(visible: QuerySet[ReceivedWarning], at: datetime, *, hazard: str, colour: str, page: int
            ) -> tuple[list[Line], bool]:
    """A page of the warnings there were, the newest first, and whether there are more."""
    rows = visible.exclude(stage=Stage.IN_FORCE, ends__gt=at)
    if hazard in Hazard.values:
        rows = rows.filter(hazard=hazard)
    if colour and colour in Colour.values:
        rows = rows.filter(colour=colour)
    found = list(rows.order_by("-received_at", "pk")[(page - 1) * PAGE:page * PAGE + 1])
    return lines(found[:PAGE], at), len(found) > PAGE


def said(codes: Iterable[str]) -> list[str]:
    """What was odd, in words."""
    return [str(Said(code).label) for code in codes if code in Said.values]


def languages(alert: Alert) -> list[dict[str, Any]]:
    """Every language of a message for a page, the reader's first."""
    ordered = sorted(alert.infos, key=lambda info: info.chinese is not chinese())
    return [{"info": info, "areas": [area.desc for area in info.areas],
             "name": {"zh": _("Chinese"), "en": _("English")}.get(info.language[:2].lower(), info.language),
             "times": _times(info)} for info in ordered]


def _times(info: InfoBlock) -> list[tuple[str, datetime]]:
    named = ((_("Takes effect"), info.effective), (pgettext("warnings", "Begins"), info.onset),
             (pgettext("warnings", "Ends"), info.expires))
    return [(label, moment.astimezone(clock.ZONE)) for label, moment in named if moment]
