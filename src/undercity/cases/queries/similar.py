"""相似案卷 and 重复案卷: what else was reported at the same place, just now and within the month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import cos, radians

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import REPEAT_DAYS, SIMILAR_HOURS, SIMILAR_METRES, Outcome, Stage
from undercity.ledger.lights import duration
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import body_name
from undercity.science.coordinates import distance_m

METRES_A_DEGREE = 111_320.0
AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Similar:
    """Another case nearby: its number and page, what, where, how far, how much earlier or later, where it stands."""

    number: str
    href: str
    category: str
    where: str
    metres: int
    gap: str
    stage: str


def similar(case: Case, actor: Actor) -> list[Similar]:
    """Cases the actor sees within so many metres and hours of this one (two terms of the scheme), the nearest first.

    Only of the same major class; what was refused, voided or merged is left out. Empty without a position.
    """
    known = scheme()
    gap = timedelta(hours=known.term(SIMILAR_HOURS, case.reported_at))
    rows = visible_to(actor).filter(reported_at__range=(case.reported_at - gap, case.reported_at + gap))
    major, address = known.major(case.category), address_of("case")
    found = [(metres, other) for metres, other in _near(rows, case) if known.major(other.category) == major]
    return [Similar(other.number, address(other.number), known.name(other.category),
                    other.report.address or body_name(other.territory_id), round(metres),
                    _gap(other.reported_at - case.reported_at), str(Stage(other.stage).label))
            for metres, other in sorted(found, key=lambda one: (one[0], one[1].pk))[:AT_MOST]]


def repeats(case: Case) -> int:
    """How often the same was reported at the same place in the days before 重复案卷 (a term of the scheme)."""
    before = case.reported_at - timedelta(days=scheme().term(REPEAT_DAYS, case.reported_at))
    rows = Case.objects.filter(timeline=case.timeline, category=case.category,
                               reported_at__range=(before, case.reported_at))
    return len(_near(rows, case))


def _near(rows: QuerySet[Case], case: Case) -> list[tuple[float, Case]]:
    lat, lon = case.report.lat, case.report.lon
    if lat is None or lon is None:
        return []
    metres = scheme().term(SIMILAR_METRES, case.reported_at)
    high = metres / METRES_A_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    around = rows.filter(report__lat__range=(lat - high, lat + high), report__lon__range=(lon - wide, lon + wide))
    others = around.exclude(pk=case.pk).exclude(outcome__in=[
        Outcome.NOT_TAKEN, Outcome.NOT_FILED, Outcome.VOIDED, Outcome.MERGED]).select_related("report")
    found = [(distance_m(lat, lon, other.report.lat, other.report.lon), other) for other in others
             if other.report.lat is not None and other.report.lon is not None]
    return [(far, other) for far, other in found if far <= metres]


def _gap(gap: timedelta) -> str:
    words = _("%(amount)s later") if gap > timedelta(0) else _("%(amount)s earlier")
    return words % {"amount": duration(abs(gap))}
