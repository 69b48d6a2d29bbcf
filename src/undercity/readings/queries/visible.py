"""Which devices and readings an officer may see, and for which he answers. Hidden and missing look the same."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from undercity.org.powers import Actor, Decision, can
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.readings.models import Device, KeptApart


def sees_any(actor: Actor) -> Decision:
    """May this post look at readings at all?"""
    return Decision(actor.holds(Power.WORK_READ),
                    _("Your post has no power to %(power)s.") % {"power": Power.WORK_READ.label})


def _bodies(actor: Actor, power: Power) -> set[int]:
    book = directory()
    return {body for path in actor.scopes(power) for body in book.under(path)}


def visible_to(actor: Actor) -> QuerySet[Device]:
    """Devices of the districts an actor reads, and those run by bodies he reads."""
    bodies = _bodies(actor, Power.WORK_READ)
    return Device.objects.filter(Q(place__district__in=bodies) | Q(keeper__in=bodies))


def kept_by(actor: Actor) -> QuerySet[Device]:
    """Devices an actor answers for: he enters values, gives tokens, decides on what was kept apart."""
    bodies = _bodies(actor, Power.READING_KEEP)
    return Device.objects.filter(Q(place__district__in=bodies) | Q(keeper__in=bodies))


def may_keep(actor: Actor, *, district: int, keeper: int) -> Decision:
    """May this actor answer for a device in this district, run by this body?"""
    cards = directory().cards
    own = can(actor, Power.READING_KEEP, cards[keeper].path)
    return own if own else can(actor, Power.READING_KEEP, cards[district].path)


def places_kept_by(actor: Actor) -> QuerySet[Place]:
    """The places with devices an actor answers for."""
    return Place.objects.filter(devices__in=kept_by(actor)).distinct()


def apart_for(actor: Actor) -> QuerySet[KeptApart]:
    """What was kept apart of the devices an actor sees; what nobody knows is everybody's who looks at readings."""
    if not actor.holds(Power.WORK_READ):
        return KeptApart.objects.none()
    return KeptApart.objects.filter(Q(device__isnull=True) | Q(device__in=visible_to(actor)))


def may_decide(actor: Actor, row: KeptApart) -> Decision:
    """May this post decide on it? What no device claims, by anybody who keeps some."""
    if row.device is not None:
        return may_keep(actor, district=row.device.place.district_id, keeper=row.device.keeper_id)
    return Decision(actor.holds(Power.READING_KEEP),
                    _("Your post has no power to %(power)s.") % {"power": Power.READING_KEEP.label})
