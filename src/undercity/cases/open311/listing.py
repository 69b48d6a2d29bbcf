"""Cases as GeoReport shows them. The public sees no words, no contact and only about where; a key sees its own more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet

from undercity import clock
from undercity.cases.models import Case, Photo
from undercity.cases.numbers import row_of
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import OPEN, Outcome, Stage
from undercity.clock import ZONE
from undercity.ledger.models import Duty, Entry
from undercity.org.powers import Actor
from undercity.org.queries import body_name

# The standard's own default span of a list.
SPAN = timedelta(days=90)
# About a hundred metres: enough to see the corner, not the door.
PUBLIC_DECIMALS = 3


def found(*, numbers: Sequence[str] = (), services: Sequence[str] = (), begins: datetime | None = None,
          ends: datetime | None = None, status: str = "", before: int | None = None, offset: int = 0,
          limit: int = 50) -> list[Case]:
    """Cases by the standard's filters, newest first."""
    rows: QuerySet[Case] = Case.objects.filter(timeline=clock.timeline()).select_related("report").order_by("-id")
    if numbers:
        # A list of ids makes every other filter void, as the standard says.
        ids = [row for number in numbers if (row := row_of(number)) is not None]
        return [case for case in rows.filter(pk__in=ids) if case.number in set(numbers)][:limit]
    begins = begins or (ends or clock.now()) - SPAN
    rows = rows.filter(reported_at__gte=begins, reported_at__lte=ends or max(begins + SPAN, clock.now()))
    if services:
        rows = rows.filter(category__in=services)
    if status:
        rows = rows.filter(stage__in=sorted(OPEN)) if status == "open" else rows.exclude(stage__in=sorted(OPEN))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[offset:offset + limit])


def shown(cases: Sequence[Case], actor: Actor | None, base: str) -> list[dict[str, Any]]:
    """Cases as the standard's requests; `base` is this site's address."""
    uids = [case.uid for case in cases]
    moved = dict(Entry.objects.filter(stream__in=uids).values_list("stream").annotate(Max("at")).order_by())
    bodies = dict(Duty.objects.filter(pk__in=[case.duty for case in cases if case.duty]).values_list("pk", "body_id"))
    photos: dict[UUID, UUID] = {}
    for uid, photo in Photo.objects.filter(case__in=uids, is_public=True, erased_at__isnull=True).order_by(
            "-id").values_list("case__uid", "id"):
        photos[uid] = photo
    known = (set(visible_to(actor).filter(uid__in=uids).values_list("uid", flat=True))
             if actor is not None and actor.holds_any_case_power else set())
    return [_one(case, moved.get(case.uid), bodies.get(case.duty) if case.duty else None, photos.get(case.uid),
                 base, full=case.uid in known or (actor is not None and actor.post == case.reporter_post))
            for case in cases]


def _one(case: Case, moved: datetime | None, body: int | None, photo: UUID | None, base: str, *,
         full: bool) -> dict[str, Any]:
    words, known = case.report, scheme()
    digits = 6 if full else PUBLIC_DECIMALS
    closed = case.stage not in OPEN
    return {
        "service_request_id": case.number, "status": "closed" if closed else "open", "status_notes": _notes(case),
        "service_name": known.name(case.category), "service_code": case.category,
        "description": words.text if full else None,
        "agency_responsible": body_name(case.department_id or body), "service_notice": None,
        "requested_datetime": _stamp(case.reported_at), "updated_datetime": _stamp(moved),
        "expected_datetime": _stamp(case.due_at),
        "address": words.address if full and words.address else body_name(case.territory_id),
        "address_id": None, "zipcode": None,
        "lat": round(words.lat, digits) if words.lat is not None else None,
        "long": round(words.lon, digits) if words.lon is not None else None,
        "media_url": f"{base}/photo/{photo}.jpg" if photo else None,
    }


def _notes(case: Case) -> str:
    return str(Outcome(case.outcome).label if case.outcome else Stage(case.stage).label)


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(ZONE).isoformat(timespec="seconds") if moment else None
