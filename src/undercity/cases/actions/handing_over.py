"""转外部系统: a department that runs an Open311 server of its own gets its cases there, and we hear of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.actions.moving import locked
from undercity.cases.actions.outside import TEXT_MAX, told_outside
from undercity.cases.facts import SUBJECT
from undercity.cases.models import Case, Handover, Jurisdiction, Peer
from undercity.cases.open311.remote import News, Remote, Taken, TurnedAway, Unanswered, checked_endpoint, is_here
from undercity.cases.outside_facts import HandedOver
from undercity.cases.queries.scheme import forget
from undercity.cases.states import OPEN, WITH_DEPARTMENT, HandoverState, Stage, Told
from undercity.db import write
from undercity.errors import NotFound, Refused, RuleBroken
from undercity.ledger.actions import record
from undercity.org.powers import THE_SYSTEM
from undercity.org.queries import directory

log = logging.getLogger("undercity.open311")
# A worker that has not finished a case by then is taken for dead, and the case is tried again.
CLAIM_HOLDS = timedelta(minutes=2)
# After each vain try twice as long, up to this; after so many tries an operator looks.
FIRST_PAUSE, LONGEST_PAUSE, MOST_TRIES = timedelta(seconds=30), timedelta(hours=1), 60
# Two clocks are never the same: what is asked for overlaps by this, and what is told twice is kept once.
OVERLAP, FURTHEST = timedelta(minutes=15), timedelta(days=89)
FULL = 1000
ERROR_MAX = 300


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of the worker came to."""

    sent: int = 0
    told: int = 0
    failed: int = 0


def set_peer(department: str, endpoint: str, *, at: datetime, jurisdiction: str = "", key: str = "",
             services: Mapping[str, str] | None = None) -> Peer:
    """Say where a department's own server is. Cases dispatched from `at` on are posted there."""
    body = directory().by_key.get(department)
    if body is None:
        raise NotFound("There is no such department.", field="department", remedy="Give its key, like sz-lighting.")
    given = {"endpoint": checked_endpoint(endpoint), "jurisdiction": jurisdiction, "key": key,
             "services": dict(services or {}), "is_active": True, "rest_until": None, "failures": 0, "last_error": ""}
    with write():
        peer, _fresh = Peer.objects.update_or_create(department_id=body, defaults=given,
                                                     create_defaults={**given, "since": at})
    return peer


def stop_peer(department: str) -> Peer:
    """Post nothing more to a department's server, and ask it nothing."""
    with write():
        peer = Peer.objects.filter(department__key=department).first()
        if peer is None:
            raise NotFound("This department has no server of its own here.", remedy="`undercity open311 peer list`")
        peer.is_active = False
        peer.save(update_fields=["is_active"])
    return peer


def set_jurisdiction(code: str, body: str, *, begins: datetime, ends: datetime | None = None) -> Jurisdiction:
    """Say under which name other systems know a territory, for a time."""
    found = directory().by_key.get(body)
    if found is None:
        raise NotFound("There is no such body.", field="body", remedy="Give its key, like jinan.")
    if not code.strip() or len(code) > 80:
        raise RuleBroken("This is no name of a jurisdiction.", field="code",
                         remedy="Usually the address of the city's site: example.gov.cn.")
    if ends is not None and ends.date() <= begins.date():
        raise RuleBroken("It ends before it begins.", field="until", remedy="Give a later day.")
    with write():
        row, _fresh = Jurisdiction.objects.update_or_create(
            code=code.strip(), valid_from=begins.date(),
            defaults={"body_id": found, "valid_to": ends.date() if ends else None})
    forget()
    return row


def try_again(department: str = "") -> int:
    """Try once more what was given up; how many that is."""
    rows = Handover.objects.filter(state=HandoverState.FAILED)
    if department:
        rows = rows.filter(peer__department__key=department)
    with write():
        Peer.objects.filter(pk__in=rows.values("peer")).update(rest_until=None, failures=0)
        return rows.update(state=HandoverState.WAITING, attempts=0, next_at=clock.real_now())


def one_round(*, limit: int = 20, news: bool = True) -> Round:
    """What is due with the departments' own servers: post cases, turn tokens into numbers, and fetch news."""
    sent = told = failed = 0
    for peer in list(Peer.objects.filter(is_active=True).select_related("department").order_by("pk")):
        if peer.rest_until is not None and peer.rest_until > clock.real_now():
            continue
        _queue(peer)
        try:
            with _remote(peer) as remote:
                for row in _claimed(peer, limit):
                    if _handed(remote, peer, row):
                        sent += 1
                told += _news(remote, peer) if news else 0
        except Unanswered as error:
            failed += 1
            _rest(peer, error)
        except (TurnedAway, Refused) as error:
            failed += 1
            _rest(peer, Unanswered(str(error)))
        else:
            if peer.failures:
                Peer.objects.filter(pk=peer.pk).update(failures=0, rest_until=None, last_error="")
    return Round(sent, told, failed)


def _remote(peer: Peer) -> Remote:
    if settings.DEMO and not is_here(peer.endpoint):
        raise RuleBroken(_("In demonstration mode nothing leaves this machine."), field="endpoint",
                         remedy=_("Use an address of this machine."))
    return Remote(peer.endpoint, key=settings.OPEN311_KEYS.get(peer.department.key) or peer.key,
                  jurisdiction=peer.jurisdiction)


def _rest(peer: Peer, error: Unanswered) -> None:
    pause = max(_pause(peer.failures), timedelta(seconds=error.seconds))
    Peer.objects.filter(pk=peer.pk).update(failures=F("failures") + 1, rest_until=clock.real_now() + pause,
                                           last_error=str(error)[:ERROR_MAX])
    log.warning("a department's server did not answer", extra={"department": peer.department.key,
                                                               "why": str(error)[:ERROR_MAX]})


def _queue(peer: Peer) -> None:
    """Cases the department has that are not on their way yet."""
    known = Handover.objects.filter(case=OuterRef("uid"), peer=peer)
    cases = Case.objects.filter(~Exists(known), timeline=clock.timeline(), department=peer.department_id,
                                stage=Stage.DISPOSAL, dispatched_at__gte=peer.since)
    rows = [Handover(case_id=uid, peer=peer, next_at=clock.real_now()) for uid in cases.values_list("uid", flat=True)]
    if rows:
        Handover.objects.bulk_create(rows, ignore_conflicts=True)


def _claimed(peer: Peer, limit: int) -> Iterable[Handover]:
    """What is due, one after the other, each claimed by compare-and-swap: two workers never have the same one."""
    due = Handover.objects.filter(peer=peer, state__in=[HandoverState.WAITING, HandoverState.TOKEN],
                                  next_at__lte=clock.real_now()).order_by("next_at", "pk")
    for row in list(due.select_related("case__report")[:limit]):
        real = clock.real_now()
        won = Handover.objects.filter(pk=row.pk, attempts=row.attempts, state=row.state).update(
            attempts=row.attempts + 1, next_at=real + CLAIM_HOLDS, first_tried_at=row.first_tried_at or clock.now())
        if won:
            yield row


def _handed(remote: Remote, peer: Peer, row: Handover) -> bool:
    """Bring one case over; true when it is there now. Unanswered ends the round with this server."""
    case = row.case
    if row.state == HandoverState.WAITING and (case.department_id != peer.department_id
                                               or Stage(case.stage) not in WITH_DEPARTMENT):
        _ended(row, HandoverState.FAILED, "the department no longer has it")
        return False
    try:
        taken = _asked(remote, peer, row)
    except TurnedAway as refusal:
        _ended(row, HandoverState.FAILED, str(refusal))
        return False
    except Unanswered as error:
        _later(row, error)
        raise
    if not taken.number:
        Handover.objects.filter(pk=row.pk).update(state=HandoverState.TOKEN, token=taken.token[:200], last_error="",
                                                  next_at=clock.real_now() + _pause(row.attempts))
        return False
    _there(row, peer, taken.number[:120])
    return True


def _asked(remote: Remote, peer: Peer, row: Handover) -> Taken:
    if row.state == HandoverState.TOKEN:
        return Taken(remote.number_of(row.token), row.token)
    case, words = row.case, row.case.report
    service = _service(peer, case.category)
    if row.attempts and row.first_tried_at is not None:
        # It may have arrived before, and only the answer have been lost: servers that know no keys would take it twice.
        found = _found_there(remote, row, service)
        if found:
            return Taken(found, "")
    fields = {"service_code": service, "description": "\n".join(filter(None, (words.text, _mark(case)))),
              "address_string": words.address or directory().name(case.territory_id, "zh-hans", clock.now().date())}
    if words.lat is not None and words.lon is not None:
        fields |= {"lat": f"{words.lat:.6f}", "long": f"{words.lon:.6f}"}
    return remote.post_request(fields, once=str(case.uid))


def _found_there(remote: Remote, row: Handover, service: str) -> str:
    assert row.first_tried_at is not None
    try:
        return remote.number_with(_mark(row.case), service=service, since=row.first_tried_at - OVERLAP)
    except TurnedAway:
        return ""


def _mark(case: Case) -> str:
    """How the other side sees whose case it is; with it a case is known again there."""
    return f"[{case.number}]"


def _service(peer: Peer, category: str) -> str:
    """Their code for our category; TurnedAway when the mapping has none for it."""
    if not peer.services:
        return category
    fits = [ours for ours in peer.services if category.startswith(ours)]
    if not fits:
        raise TurnedAway(f"no service code is set for {category}", 0)
    return str(peer.services[max(fits, key=len)])


def _there(row: Handover, peer: Peer, reference: str) -> None:
    with write():
        fresh = Handover.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if fresh.state == HandoverState.THERE:
            return
        case, stream = locked(Case.objects.filter(uid=row.case_id))
        record(HandedOver(department=peer.department_id, reference=reference), stream_kind=SUBJECT, stream=case.uid,
               was=stream, by=THE_SYSTEM, at=clock.now())
        Handover.objects.filter(pk=row.pk).update(state=HandoverState.THERE, reference=reference, last_error="")


def _ended(row: Handover, state: HandoverState, why: str) -> None:
    Handover.objects.filter(pk=row.pk).update(state=state, last_error=why[:ERROR_MAX])
    log.warning("a case could not be handed over", extra={"case": row.case.number, "why": why[:ERROR_MAX]})


def _later(row: Handover, error: Unanswered) -> None:
    state = HandoverState.FAILED if row.attempts + 1 >= MOST_TRIES else HandoverState(row.state)
    Handover.objects.filter(pk=row.pk).update(
        state=state, last_error=str(error)[:ERROR_MAX],
        next_at=clock.real_now() + max(_pause(row.attempts), timedelta(seconds=error.seconds)))


def _pause(attempts: int) -> timedelta:
    return min(FIRST_PAUSE * int(2 ** min(attempts, 12)), LONGEST_PAUSE)


def _news(remote: Remote, peer: Peer) -> int:
    """Fetch what the other side tells of our cases; how much of it was new."""
    ours = Handover.objects.filter(peer=peer, state=HandoverState.THERE)
    if not ours.exists():
        return 0
    now = clock.now()
    begins = max((peer.polled_until or peer.since) - OVERLAP, now - FURTHEST)
    found = remote.news(begins, now)
    until = now
    if found is None:
        # Each must be asked for by its number: only those that are still open here.
        there = {row.reference: row for row in ours.filter(case__stage__in=sorted(OPEN))}
        told = sum(_stands(peer, there[one.request], one) for one in remote.standing(there) if one.request in there)
    else:
        cases = {row.reference: row.case_id for row in ours.filter(reference__in={one.request for one in found})}
        told = sum(_tell(peer, cases[one.request], one) for one in found if one.request in cases)
        if len(found) >= FULL and (latest := max((one.at for one in found if one.at), default=None)) is not None:
            until = min(latest, now)
    Peer.objects.filter(pk=peer.pk).update(polled_until=until)
    return told


def _stands(peer: Peer, row: Handover, one: News) -> bool:
    """Without a list of updates, only a change of where a request stands is news."""
    if not one.status or one.status == row.status:
        return False
    Handover.objects.filter(pk=row.pk).update(status=one.status[:40])
    if not row.status and _told(one.status) is Told.OPEN:
        return False
    return _tell(peer, row.case_id, one, number=f"{one.request}:{one.status}:{one.at}")


def _tell(peer: Peer, case: UUID, one: News, number: str = "") -> bool:
    text = "\n".join(filter(None, (one.words, one.link)))[:TEXT_MAX].replace("\x00", "")
    now = clock.now()
    _update, new = told_outside(case, by=THE_SYSTEM, at=now, teller=f"peer:{peer.pk}", number=number or one.number,
                                status=_told(one.status), said_at=one.at or now, text=text)
    return new


def _told(status: str) -> Told:
    given = status.strip().lower().replace(" ", "_")
    return Told(given) if given in Told.values else Told.OPEN
