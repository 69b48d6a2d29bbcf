"""What pages ask of works. Reading starts from what an actor may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from undercity import clock
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.states import Power
from undercity.places.pins import Pin
from undercity.places.queries import name_of, with_names
from undercity.places.states import PlaceUse
from undercity.works.models import Work

PAGE = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A work in a list: only what its public side may show, and who keeps it."""

    work: Work
    name: str
    use: str
    district: str
    keeper: str


def visible_to(actor: Actor) -> QuerySet[Work]:
    """The works of the districts an actor reads, and those kept by bodies he reads."""
    bodies = {body for path in actor.scopes(Power.WORK_READ) for body in directory().under(path)}
    return Work.objects.filter(Q(place__district__in=bodies) | Q(keeper__in=bodies))


def rows(actor: Actor, *, use: str = "", district: str = "", words: str = "", page: int = 1,
         narrowed: Callable[[QuerySet[Work]], QuerySet[Work]] | None = None) -> tuple[list[Row], int]:
    """A page of a hundred by code, and how many there are in all; `narrowed` leaves some of them out."""
    found = visible_to(actor)
    if narrowed is not None:
        found = narrowed(found)
    if use:
        found = found.filter(place__use=use)
    if district:
        found = found.filter(place__district__key=district)
    if words:
        found = found.filter(Q(code__icontains=words) | Q(place__address_zh__icontains=words)
                             | Q(place__names__zh__icontains=words)
                             | Q(place__names__en__icontains=words)).distinct()
    first = (page - 1) * PAGE
    works = found.select_related("place").prefetch_related(with_names("place__")).order_by("code")[first:first + PAGE]
    return [row_of(work) for work in works], found.count()


def row_of(work: Work) -> Row:
    """A work as a list and its page's head show it."""
    return Row(work, name_of(work.place, clock.now()), str(PlaceUse(work.place.use).label),
               body_name(work.place.district_id), body_name(work.keeper_id))


def pin_of(row: Row, href: str) -> Pin:
    """A work on the map: where its public entrance is, and nothing of what lies below."""
    place = row.work.place
    return Pin(place.lat, place.lon, row.work.code, href, "open", row.name,
               listed=place.listed)


def by_code(actor: Actor, code: str) -> Work | None:
    """The work with this code; None when there is none, and when it is not this actor's business."""
    return (visible_to(actor).filter(code=code).select_related("place")
            .prefetch_related("place__names", "entrances").first())


def districts() -> Sequence[tuple[str, str]]:
    """Key and name of every district, for a choice."""
    book, language, today = directory(), get_language() or "zh-hans", clock.now().date()
    return [(card.key, book.name(card.id, language, today)) for card in book.cards.values() if card.kind == "district"]


def keepers() -> dict[int, int]:
    """Place id → the body that keeps its work; for officers' lists, never for the public."""
    return dict(Work.objects.values_list("place_id", "keeper_id"))
