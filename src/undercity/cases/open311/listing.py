"""Cases as GeoReport shows them. The public sees no words, no contact and only about where; a key sees its own more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import cos, radians
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from undercity import clock
from undercity.cases import kinds
from undercity.cases.facts import SUBJECT
from undercity.cases.models import Case, Photo
from undercity.cases.numbers import row_of
from undercity.cases.open311.parameters import SPAN, Circle
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import OPEN, Outcome, Stage
from undercity.clock import ZONE
from undercity.ledger.models import Duty
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.science.coordinates import METRES_A_DEGREE, distance_m

# About a hundred metres: enough to see the corner, not the door.
PUBLIC_DECIMALS = 3
# What is settled among officers after the end is no news of the case.
NO_NEWS = (kinds.APPEAL, kinds.REPLY)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases somebody asks for. A list of numbers makes every other filter void, as the standard says."""

    numbers: Sequence[str] = ()
    services: Sequence[str] = ()
    begins: datetime | None = None
    ends: datetime | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    # True: open ones, False: those that ended.
    open: bool | None = None
    near: Circle | None = None
    under: str = ""
    before: int | None = None


def found(wanted: Wanted, *, offset: int = 0, limit: int = 50) -> list[Case]:
    """Cases by the standard's filters, newest first."""
    rows: QuerySet[Case] = Case.objects.filter(timeline=clock.timeline()).select_related("report").order_by("-id")
    if wanted.under:
        rows = rows.filter(territory__in=directory().under(wanted.under))
    if wanted.numbers:
        asked = set(wanted.numbers)
        ids = [row for number in asked if (row := row_of(number)) is not None]
        return [case for case in rows.filter(pk__in=ids) if case.number in asked][offset:offset + limit]
    rows = _filtered(rows, wanted)
    if wanted.near is not None:
        ids = _near(rows, wanted.near)[offset:offset + limit]
        return list(rows.filter(pk__in=ids))
    return list(rows[offset:offset + limit])


def _filtered(rows: QuerySet[Case], wanted: Wanted) -> QuerySet[Case]:
    begins, ends = wanted.begins, wanted.ends
    if begins is None and wanted.updated_after is None:
        # Nothing was said about when: the newest 90 days.
        begins = clock.now() - SPAN
    if begins is not None:
        rows = rows.filter(reported_at__gte=begins)
    if ends is not None:
        rows = rows.filter(reported_at__lte=ends)
    if wanted.updated_after is not None:
        rows = rows.filter(Q(reported_at__gte=wanted.updated_after)
                           | Q(uid__in=_news().filter(done_at__gte=wanted.updated_after).values("stream")))
    if wanted.updated_before is not None:
        rows = rows.filter(reported_at__lte=wanted.updated_before).exclude(
            uid__in=_news().filter(done_at__gt=wanted.updated_before).values("stream"))
    if wanted.services:
        rows = rows.filter(category__in=wanted.services)
    if wanted.open is not None:
        rows = rows.filter(stage__in=sorted(OPEN)) if wanted.open else rows.exclude(stage__in=sorted(OPEN))
    if wanted.before is not None:
        rows = rows.filter(pk__lt=wanted.before)
    return rows


def _news() -> QuerySet[Duty]:
    """The duties of cases whose end is news of the case: every move of the main line ends one."""
    return Duty.objects.filter(subject_kind=SUBJECT, done_at__isnull=False).exclude(kind__in=NO_NEWS)


def _near(rows: QuerySet[Case], circle: Circle) -> list[int]:
    """Running numbers within the circle, newest first, by the place as the public sees it.

    By the exact place somebody could ask circle by circle until he knows the door.
    """
    high = circle.metres / METRES_A_DEGREE + 10 ** -PUBLIC_DECIMALS
    wide = high / max(cos(radians(min(abs(circle.lat) + high, 89.0))), 0.01)
    box = rows.filter(report__lat__range=(circle.lat - high, circle.lat + high),
                      report__lon__range=(circle.lon - wide, circle.lon + wide))
    return [row for row, lat, lon in box.values_list("pk", "report__lat", "report__lon")
            if lat is not None and lon is not None and distance_m(
                circle.lat, circle.lon, round(lat, PUBLIC_DECIMALS), round(lon, PUBLIC_DECIMALS)) <= circle.metres]


def updated(uids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each of these cases moved last; none that was only reported."""
    return dict(_news().filter(stream__in=list(uids)).values_list("stream").annotate(Max("done_at")).order_by())


def shown(cases: Sequence[Case], actor: Actor | None, base: str, *, extended: bool = False) -> list[dict[str, Any]]:
    """Cases as the standard's requests; `base` is this site's address."""
    uids = [case.uid for case in cases]
    moved = updated(uids)
    bodies = dict(Duty.objects.filter(pk__in=[case.duty for case in cases if case.duty]).values_list("pk", "body_id"))
    photos: dict[UUID, list[str]] = {}
    for uid, photo in Photo.objects.filter(case__in=uids, is_public=True, erased_at__isnull=True).order_by(
            "id").values_list("case__uid", "id"):
        photos.setdefault(uid, []).append(f"{base}/photo/{photo}.jpg")
    known = (set(visible_to(actor).filter(uid__in=uids).values_list("uid", flat=True))
             if actor is not None and actor.holds_any_case_power else set())
    # A list is a thousand rows of a few dozen bodies and a dozen stages.
    name, notes = cache(body_name), cache(_notes)
    rows = []
    for case in cases:
        full = case.uid in known or (actor is not None and actor.post == case.reporter_post)
        agency = case.department_id or (bodies.get(case.duty) if case.duty else None)
        row = _one(case, moved.get(case.uid), name(agency), name(case.territory_id), notes(case.stage, case.outcome),
                   full=full)
        pictures = photos.get(case.uid, [])
        row["media_url"] = pictures[0] if pictures else None
        if extended:
            row["extended_attributes"] = _extended(case, pictures)
        rows.append(row)
    return rows


def _one(case: Case, moved: datetime | None, agency: str, where: str, notes: str, *, full: bool) -> dict[str, Any]:
    words, known = case.report, scheme()
    digits = 6 if full else PUBLIC_DECIMALS
    territory = directory().cards.get(case.territory_id)
    return {
        "service_request_id": case.number, "status": "open" if case.stage in OPEN else "closed",
        "status_notes": notes, "service_name": known.name(case.category), "service_code": case.category,
        "description": words.text if full else None,
        "agency_responsible": agency, "service_notice": None,
        "requested_datetime": stamp(case.reported_at),
        "updated_datetime": stamp(case.closed_at or max(case.reported_at, moved or case.reported_at)),
        "expected_datetime": stamp(case.due_at),
        "address": words.address if full and words.address else where,
        "address_id": territory.key if territory else None, "zipcode": None,
        "lat": round(words.lat, digits) if words.lat is not None else None,
        "long": round(words.lon, digits) if words.lon is not None else None,
    }


def _extended(case: Case, pictures: list[str]) -> dict[str, Any]:
    return {"stage": case.stage, "outcome": case.outcome or None, "group": scheme().major(case.category),
            "reporters": case.reporters, "rework": case.rework, "media_urls": pictures}


def _notes(stage: str, outcome: str) -> str:
    """Where a case stands, or how it ended, in words."""
    return str(Outcome(outcome).label if outcome else Stage(stage).label)


def stamp(moment: datetime | None) -> str | None:
    """A moment as the standard writes it: with its offset, to the second."""
    return moment.astimezone(ZONE).isoformat(timespec="seconds") if moment else None
