"""Which inspector to send 就近监督员: who was near a while ago, then whose responsibility grid it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.cases.kinds import CHECK, VERIFY
from undercity.cases.models import Case, Report
from undercity.cases.queries.patrol import grid_of
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import POSITION_HOURS
from undercity.ledger.lights import duration
from undercity.ledger.models import Duty
from undercity.org.queries import post_titles, serving
from undercity.org.states import Power, Role
from undercity.science.coordinates import distance_m

Place = tuple[datetime, float, float]


@dataclass(frozen=True, slots=True)
class Near:
    """An inspector who may be sent: metres from where he was last, how long ago; None when nobody knows.

    `own`: the case lies in his responsibility grid 责任网格.
    """

    post: int
    title: str
    metres: int | None
    ago: timedelta | None
    own: bool = False

    @property
    def proposed(self) -> bool:
        """Whether something speaks for him but that it is his turn."""
        return self.own or self.metres is not None

    @property
    def words(self) -> str:
        """As a choice of a form says it."""
        if self.metres is None or self.ago is None:
            return _("%(who)s – own grid") % {"who": self.title} if self.own else self.title
        return _("%(who)s – %(metres)d m away, %(ago)s ago") % {
            "who": self.title, "metres": self.metres, "ago": duration(self.ago)}


def inspectors_near(case: Case, power: Power, at: datetime) -> list[Near]:
    """The inspectors with this power over a case's territory, whom to propose first.

    First those whose last place is fresh (a dated setting) by their distance from the case, then whose responsibility
    grid it lies in, then the others, the post of the smallest area first. Without a position of the case nobody is
    nearer than another.
    """
    able = [one for one in serving(power, case.territory_id, role=Role.INSPECTOR) if one.appointment is not None]
    titles = post_titles(one.post for one in able)
    lat, lon = case.report.lat, case.report.lon
    places = _last_places([one.post for one in able], at) if lat is not None and lon is not None else {}
    grid, found = grid_of(case), []
    for one in able:
        known = places.get(one.post)
        metres = round(distance_m(lat, lon, *known[1:])) if known and lat is not None and lon is not None else None
        found.append(Near(one.post, titles[one.post], metres, at - known[0] if known else None,
                          own=grid is not None and grid.post == one.post))
    return sorted(found, key=lambda one: (one.metres is None, one.metres or 0, not one.own))


def _last_places(posts: Iterable[int], at: datetime) -> dict[int, Place]:
    """Where each was last, as far as the record tells: a report of his own, or a case he answered on the spot."""
    wanted, since = list(posts), at - timedelta(hours=scheme().term(POSITION_HOURS, at))
    told: list[tuple[int, Place]] = [
        (post, (when, lat, lon)) for post, when, lat, lon in Case.objects.filter(
            reporter_post__in=wanted, reported_at__range=(since, at)).values_list(
                "reporter_post", "reported_at", "report__lat", "report__lon")
        if post is not None and lat is not None and lon is not None]
    answered = list(Duty.objects.filter(post__in=wanted, kind__in=[VERIFY, CHECK], done_at__range=(since, at))
                    .values_list("post_id", "done_at", "stream"))
    spots: dict[UUID, tuple[float, float]] = {
        report.case.uid: (report.lat, report.lon) for report in Report.objects.filter(
            case__in=[stream for *_rest, stream in answered]).select_related("case")
        if report.lat is not None and report.lon is not None}
    told += [(post, (when, *spots[stream])) for post, when, stream in answered
             if post is not None and when is not None and stream in spots]
    found: dict[int, Place] = {}
    for post, place in told:
        if post not in found or place[0] > found[post][0]:
            found[post] = place
    return found
