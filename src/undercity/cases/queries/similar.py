"""相似案卷 and 重复案卷: what else was reported at the same place, just now and within the month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import OPEN, REPEAT_DAYS, SIMILAR_HOURS, SIMILAR_METRES, Outcome, Stage
from undercity.ledger.lights import duration
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import body_name
from undercity.science.coordinates import METRES_A_DEGREE, distance_m

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
    others = rows.exclude(pk=case.pk).exclude(outcome__in=[
        Outcome.NOT_TAKEN, Outcome.NOT_FILED, Outcome.VOIDED, Outcome.MERGED])
    return within(others, lat, lon, scheme().term(SIMILAR_METRES, case.reported_at))


def within(rows: QuerySet[Case], lat: float, lon: float, metres: int) -> list[tuple[float, Case]]:
    """Those of these cases that lie within so many metres of a position (WGS 84), each with its distance."""
    high = metres / METRES_A_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    around = rows.filter(report__lat__range=(lat - high, lat + high), report__lon__range=(lon - wide, lon + wide))
    found = [(distance_m(lat, lon, other.report.lat, other.report.lon), other)
             for other in around.select_related("report")
             if other.report.lat is not None and other.report.lon is not None]
    return [(far, other) for far, other in found if far <= metres]


@dataclass(frozen=True, slots=True)
class There:
    """An open case as anybody may see it: its number, what, about where, within how many metres (None: the same place
    in words), since when, where it stands, how many reported it."""

    number: str
    category: str
    where: str
    metres: int | None
    since: datetime
    stage: str
    reporters: int


def public_cases() -> QuerySet[Case]:
    """The cases anybody may know of, without words and contacts."""
    return Case.objects.filter(timeline=clock.timeline())


def already_there(*, category: str, territory: int, lat: float | None, lon: float | None, address: str,
                  at: datetime) -> list[There]:
    """Open cases of the same major class at the same place, for whoever is about to report: 是不是这一件?

    Within so many metres (a term of the scheme); without a position, those with the same words for the place in the
    same territory. Public fields only: the place is the name of the territory.
    """
    known = scheme()
    major = known.major(category)
    open_cases = public_cases().filter(stage__in=sorted(OPEN))
    found: list[tuple[float | None, Case]]
    if lat is not None and lon is not None:
        found = [*within(open_cases, lat, lon, known.term(SIMILAR_METRES, at))]
    elif address.strip():
        found = [(None, one) for one in open_cases.filter(
            territory=territory, report__address__iexact=address.strip()).select_related("report").order_by("-id")[:50]]
    else:
        found = []
    same = [(far, one) for far, one in found if known.major(one.category) == major]
    # How far exactly would tell where exactly: the radius is told.
    radius = known.term(SIMILAR_METRES, at)
    return [There(one.number, known.name(one.category), body_name(one.territory_id), None if far is None else radius,
                  one.reported_at, str(Stage(one.stage).label), one.reporters)
            for far, one in sorted(same, key=lambda pair: (pair[0] or 0.0, pair[1].pk))[:AT_MOST]]


def _gap(gap: timedelta) -> str:
    words = _("%(amount)s later") if gap > timedelta(0) else _("%(amount)s earlier")
    return words % {"amount": duration(abs(gap))}
