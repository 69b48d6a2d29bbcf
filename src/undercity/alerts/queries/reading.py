"""A message looked through before anything is stored: what it says, what its signature is worth, whom it touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from django.conf import settings
from shapely.geometry import shape

from undercity import clock
from undercity.alerts.cap.message import Alert
from undercity.alerts.cap.reading import alert_of, tree_of
from undercity.alerts.cap.signature import certificate_of, checked
from undercity.alerts.models import Signer
from undercity.alerts.rules.areas import Territories, Touched, long_code, touched
from undercity.alerts.rules.book import terms, words
from undercity.alerts.rules.meaning import Meaning, counting, meaning
from undercity.alerts.states import Counting, Said, Signed
from undercity.org.queries import Directory, directory
from undercity.org.states import TERRITORY
from undercity.science.coordinates import Datum

_kept: tuple[Directory, Territories] | None = None


def territories() -> Territories:
    """Our bodies by code and outline; made anew only when the directory was."""
    global _kept
    book = directory()
    if _kept is None or _kept[0] is not book:
        ours = [card for card in book.cards.values() if card.kind in TERRITORY]
        _kept = (book, Territories(
            codes={long_code(card.code): card.id for card in ours if long_code(card.code)},
            outlines={body: shape(outline) for body, outline in book.outlines.items()},
            below={card.id: frozenset(book.under(card.path)) - {card.id} for card in ours}))
    return _kept[1]


@dataclass(frozen=True)
class Looked:
    """What a message is, as it would be taken now."""

    alert: Alert
    signed: Signed
    signer: str
    meaning: Meaning
    touched: Touched
    counting: Counting
    said: tuple[Said, ...]
    over: bool


def trusted() -> dict[int, x509.Certificate]:
    """The certificates of trusted offices."""
    return {row.pk: certificate_of(row.pem) for row in Signer.objects.filter(stopped_at__isnull=True)}


def look_through(raw: bytes, *, at: datetime, datum: Datum = Datum.WGS84) -> Looked:
    """Read a message without storing anything. RuleBroken (TooLarge, NotXml, NotCap …) says what is wrong with it."""
    held = terms(at.astimezone(clock.ZONE).date())
    found = checked(tree_of(raw, most=held.kilobytes * 1024), trusted())
    alert = alert_of(found.root)
    meant = meaning(alert, words(), held)
    where = touched(alert, territories(), datum)
    ahead = alert.sent > at + timedelta(minutes=held.minutes_ahead)
    over = meant.ends <= at
    counts = counting(alert.status, alert.msg_type, timeline=clock.timeline(), demo=settings.DEMO, over=over)
    return Looked(alert=alert, signed=found.signed, signer=found.by, meaning=meant, touched=where, counting=counts,
                  said=where.said + ((Said.FUTURE,) if ahead else ()), over=over)
