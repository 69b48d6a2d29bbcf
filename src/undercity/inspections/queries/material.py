"""What pages and other rooms ask of the register of material 物资台账."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import cos, radians
from uuid import UUID

from django.db.models import Q, QuerySet

from undercity import clock
from undercity.inspections.models import Material, MaterialNote, MaterialWords
from undercity.inspections.queries.checklists import topics
from undercity.inspections.queries.inspections import bodies_read
from undercity.inspections.rules import soonest
from undercity.inspections.states import Gear, Movement
from undercity.ledger import facts as vocabulary
from undercity.ledger.queries import story
from undercity.org.powers import SYSTEM, Actor
from undercity.org.queries import body_name, post_titles
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names
from undercity.science.coordinates import METRES_A_DEGREE, distance_m

REMIND = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Stock:
    """A stock as lists show it; `metres` from where somebody asked (None: nobody did)."""

    row: Material
    name: str
    unit: str
    spot: str
    place: str
    keeper: str
    metres: float | None = None

    @property
    def gear(self) -> str:
        """The kind in words."""
        return str(Gear(self.row.gear).label)

    @property
    def on(self) -> date | None:
        """The day on which somebody must look at it."""
        return soonest(self.row.expires_on, self.row.test_on)

    @property
    def light(self) -> str:
        """Over: red; soon: yellow; else green."""
        today = clock.now().date()
        if self.on is None:
            return ""
        return "red" if self.on < today else "yellow" if self.on <= today + remind_before() else "green"


def remind_before() -> timedelta:
    """How long before its day a stock is looked at."""
    return max((one.remind for one in topics().values()), default=REMIND)


def visible_to(actor: Actor) -> QuerySet[Material]:
    """The stocks of the bodies an actor sees, and those that lie in his area; what was written off is gone."""
    rows = Material.objects.filter(timeline=clock.timeline(), gone=False)
    if actor.kind == SYSTEM:
        return rows
    bodies = bodies_read(actor)
    return rows.filter(Q(body__in=bodies) | Q(place__district__in=bodies))


def stocks(rows: Iterable[Material], metres: dict[UUID, float] | None = None) -> list[Stock]:
    """Rows with their words and places: three statements."""
    rows = list(rows)
    words = {one.material_uid: one for one in MaterialWords.objects.filter(material_uid__in=[row.pk for row in rows])}
    places = Place.objects.prefetch_related(with_names()).in_bulk({row.place_id for row in rows if row.place_id})
    now = clock.now()
    return [Stock(row, words[row.pk].name, words[row.pk].unit, words[row.pk].spot,
                  name_of(places[row.place_id], now) if row.place_id else "", body_name(row.body_id),
                  metres.get(row.pk) if metres else None) for row in rows]


def chosen(actor: Actor, *, gear: str = "", soon: bool = False) -> QuerySet[Material]:
    """The stocks of a kind, or those somebody must look at soon."""
    rows = visible_to(actor).order_by("gear", "body", "pk")
    if gear in Gear.values:
        rows = rows.filter(gear=gear)
    if soon:
        last = clock.now().date() + remind_before()
        rows = rows.filter(Q(expires_on__lte=last) | Q(test_on__lte=last))
    return rows


def stock_for(actor: Actor, uid: UUID) -> Stock | None:
    """One stock; None when there is none, or it is not this actor's business."""
    row = visible_to(actor).filter(pk=uid).first()
    return stocks([row])[0] if row else None


def material_near(lat: float, lon: float, gear: Gear, *, within_m: float = 5000, limit: int = 20) -> list[Stock]:
    """Stocks of a kind with something in them that lie at a place near a position (WGS 84 degrees), the nearest first.

    For whoever sends material: he looks everywhere, whatever he may otherwise see.
    """
    up = within_m / METRES_A_DEGREE
    across = up / max(cos(radians(lat)), 0.01)
    rows = (Material.objects.filter(
        timeline=clock.timeline(), gone=False, gear=gear, count__gt=0, place__lat__range=(lat - up, lat + up),
        place__lon__range=(lon - across, lon + across)).select_related("place"))
    metres = {row.pk: distance_m(lat, lon, row.place.lat, row.place.lon) for row in rows if row.place}
    near = sorted((row for row in rows if metres[row.pk] <= within_m), key=lambda row: (metres[row.pk], str(row.pk)))
    return stocks(near[:limit], metres)


def to_remind(today: date) -> QuerySet[Material]:
    """Stocks somebody must look at soon, and nobody has to yet."""
    last = today + remind_before()
    return Material.objects.filter(timeline=clock.timeline(), gone=False, duty__isnull=True).filter(
        Q(expires_on__lte=last) | Q(test_on__lte=last))


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a stock's book."""

    what: str
    who: str
    at: datetime
    amount: int | None
    count: int | None
    movement: str
    note: str


def book_of(uid: UUID) -> list[Step]:
    """Everything that happened to a stock, the newest first."""
    entries = list(story(uid))
    titles = post_titles(entry.post for entry in entries if entry.post)
    notes = {str(pk): text for pk, text in MaterialNote.objects.filter(material_uid=uid).values_list("pk", "text")}
    return [Step(vocabulary.label(entry.verb), titles.get(entry.post, "") if entry.post else "", entry.at,
                 entry.facts.get("amount"), entry.facts.get("count"),
                 str(Movement(entry.facts["movement"]).label) if "movement" in entry.facts else "",
                 notes.get((entry.facts.get("note") or {}).get("id", ""), "")) for entry in reversed(entries)]
