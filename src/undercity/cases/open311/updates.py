"""`servicerequestupdates`: what became of cases, and what others tell of them, as FixMyStreet and its kin speak it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.actions.outside import told_outside
from undercity.cases.facts import SUBJECT
from undercity.cases.models import Case, Note, Photo
from undercity.cases.numbers import number_of, row_of
from undercity.cases.open311 import parameters
from undercity.cases.open311.bodies import body, door, fresh
from undercity.cases.open311.doors import AT_ONCE, base_of, sender_of
from undercity.cases.open311.faults import gathered
from undercity.cases.open311.listing import stamp
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import Outcome, Stage, Told
from undercity.errors import NotAllowed, NotFound, RuleBroken
from undercity.ledger import facts as vocabulary
from undercity.ledger.models import Duty, Entry
from undercity.ledger.pictures import Picture
from undercity.org.powers import Actor
from undercity.org.queries import directory

# What a client that says nothing about when gets: what is new since yesterday.
LATELY = timedelta(hours=24)
# How a case stands after each move that the public hears of. What is settled among officers is none.
PUBLIC: dict[str, Told] = {
    "case.reported/1": Told.OPEN, "case.verification_sent/1": Told.INVESTIGATING,
    "case.verified/1": Told.INVESTIGATING, "case.passed_on/1": Told.INVESTIGATING,
    "case.filed/1": Told.ACTION_SCHEDULED, "case.dispatched/1": Told.IN_PROGRESS,
    "case.returned/1": Told.INVESTIGATING, "case.returned/2": Told.INVESTIGATING, "case.done/1": Told.IN_PROGRESS,
    "case.sent_back/1": Told.IN_PROGRESS, "case.reviewed/1": Told.IN_PROGRESS, "case.checked/1": Told.IN_PROGRESS,
    "case.check_confirmed/1": Told.IN_PROGRESS, "case.held/1": Told.ACTION_SCHEDULED,
    "case.resumed/1": Told.IN_PROGRESS, "case.closed/1": Told.FIXED, "case.handling_confirmed/1": Told.FIXED,
    "case.merged/1": Told.DUPLICATE, "case.voided/1": Told.NO_FURTHER_ACTION, "case.forced/1": Told.NO_FURTHER_ACTION,
    "case.refused/1": Told.NO_FURTHER_ACTION}
# Whose words the reporter reads on his receipt as well.
WITH_WORDS = "case.refused/1"


@door("GET", "HEAD", "POST")
def updates(request: HttpRequest, *, format: str) -> HttpResponse:
    """GET tells what became of cases; POST takes what another system tells of one."""
    return _take(request, format) if request.method == "POST" else _list(request, format)


def _list(request: HttpRequest, format: str) -> HttpResponse:
    parameters.caller(request)
    values = request.GET
    with gathered() as faults:
        under, numbers, size, page = "", list[str](), AT_ONCE, 1
        with faults.noting():
            under = parameters.jurisdiction(request)
        with faults.noting():
            numbers = parameters.words(values, "service_request_id")
        begins, ends = parameters.span(values, faults, "start_date", "end_date")
        with faults.noting():
            size = parameters.whole(values, "page_size", AT_ONCE, AT_ONCE)
        with faults.noting():
            page = parameters.whole(values, "page", 1, 10_000)
    if begins is None or ends is None:
        ends = clock.now()
        # Of named cases everything is told, as far back as a list reaches.
        begins = ends - (parameters.SPAN if numbers else LATELY)
    entries = _entries(begins, ends, numbers, under, (page - 1) * size, size)
    return fresh(request, body(_shown(entries, base_of(request)), format, root="service_request_updates",
                               item="request_update"))


def _entries(begins: datetime, ends: datetime, numbers: list[str], under: str, offset: int, limit: int) -> list[Entry]:
    cases = Case.objects.filter(timeline=clock.timeline())
    rows = Entry.objects.filter(timeline=clock.timeline(), stream_kind=SUBJECT, at__gte=begins, at__lte=ends,
                                verb__in=PUBLIC)
    if numbers:
        asked = set(numbers)
        found = cases.filter(pk__in=[row for one in asked if (row := row_of(one)) is not None]).values_list(
            "pk", "uid", "reported_at")
        rows = rows.filter(stream__in=[uid for pk, uid, at in found if number_of(pk, at) in asked])
    else:
        # The record is kept by stream, not by time; duties and cases know when something ended or began.
        ended = Duty.objects.filter(subject_kind=SUBJECT, done_at__gte=begins, done_at__lte=ends)
        rows = rows.filter(Q(stream__in=ended.values("stream"))
                           | Q(stream__in=cases.filter(reported_at__gte=begins, reported_at__lte=ends).values("uid")))
    if under:
        rows = rows.filter(stream__in=cases.filter(territory__in=directory().under(under)).values("uid"))
    return list(rows.order_by("at", "number")[offset:offset + limit])


def _shown(entries: list[Entry], base: str) -> list[dict[str, Any]]:
    numbers = {uid: number_of(row, at) for uid, row, at in Case.objects.filter(
        uid__in={entry.stream for entry in entries}).values_list("uid", "pk", "reported_at")}
    said = {entry.facts["note"]["id"] for entry in entries if entry.verb == WITH_WORDS and entry.facts["note"]}
    words = {str(note): text for note, text in Note.objects.filter(pk__in=said).values_list("pk", "text")}
    pictures = {one["id"] for entry in entries for one in entry.facts.get("photos", ())}
    public = {str(photo) for photo in Photo.objects.filter(pk__in=pictures, is_public=True, erased_at__isnull=True)
              .values_list("pk", flat=True)} if pictures else set()
    rows = []
    for entry in entries:
        number = numbers.get(entry.stream)
        if number is None:
            continue
        note = words.get((entry.facts.get("note") or {}).get("id", ""), "")
        photo = next((one["id"] for one in entry.facts.get("photos", ()) if one["id"] in public), None)
        label = vocabulary.label(entry.verb)
        rows.append({"update_id": str(entry.number), "service_request_id": number, "status": _status(entry).value,
                     "external_status_code": entry.verb.partition(".")[2].partition("/")[0],
                     "updated_datetime": stamp(entry.at),
                     "description": _("%(what)s: %(answer)s") % {"what": label, "answer": note} if note else label,
                     "media_url": f"{base}/photo/{photo}.jpg" if photo else None})
    return rows


def _status(entry: Entry) -> Told:
    if entry.verb == WITH_WORDS and entry.facts["outcome"] == Outcome.NOT_TAKEN:
        return Told.NOT_OURS
    if entry.verb.startswith("case.returned/") and entry.facts["to"] == Stage.DISPATCH:
        return Told.ACTION_SCHEDULED
    return PUBLIC[entry.verb]


def _take(request: HttpRequest, format: str) -> HttpResponse:
    values, actor = request.POST, sender_of(request)
    with gathered() as faults:
        case, number, status, words, link = None, "", Told.OPEN, "", ""
        said_at, photos = clock.now(), list[Picture]()
        with faults.noting():
            case = _case(values, actor, parameters.jurisdiction(request))
        with faults.noting():
            number = _number(values)
        with faults.noting():
            status = _told(values)
        with faults.noting():
            said_at = parameters.moment(values, "updated_datetime") or said_at
        with faults.noting():
            words = parameters.text(values, "description", parameters.TEXT_MAX)
        with faults.noting():
            link = parameters.link(values)
        with faults.noting():
            photos = parameters.pictures(request)
    assert case is not None
    if link:
        words = "\n".join(filter(None, (words, _("Picture elsewhere: %(link)s") % {"link": link})))
    update, _new = told_outside(case.uid, by=actor, at=clock.now(), teller=f"post:{actor.post}:{case.uid}",
                                number=number, status=status, said_at=said_at, text=words, photos=photos)
    return body([{"update_id": str(update.pk), "account_id": None}], format, root="service_request_updates",
                item="request_update", status=201)


def _case(values: Any, actor: Actor, under: str) -> Case:
    given = parameters.text(values, "service_request_id", 60)
    if not given:
        raise RuleBroken(_("The number of the case is missing."), field="service_request_id",
                         remedy=_("Send the service_request_id you were given."))
    row = row_of(given)
    case = Case.objects.filter(pk=row, timeline=clock.timeline()).first() if row is not None else None
    if case is None or case.number != given or not directory().cards[case.territory_id].path.startswith(under):
        raise NotFound(_("There is no such case."), field="service_request_id", remedy=_("Check the number."))
    if case.reporter_post != actor.post and not visible_to(actor).filter(pk=case.pk).exists():
        raise NotAllowed(_("Your key neither reported this case nor may see it."), field="service_request_id",
                         remedy=_("Tell of cases you reported, or ask the office for the power to read them."))
    return case


def _number(values: Any) -> str:
    # Older clients write update_id_ext.
    number = parameters.text(values, "update_id", 200) or parameters.text(values, "update_id_ext", 200)
    if not number:
        raise RuleBroken(_("The number of the update is missing."), field="update_id",
                         remedy=_("Send your own number of it, so that it is there once however often you send it."))
    return number


def _told(values: Any) -> Told:
    given = parameters.text(values, "status", 40).lower().replace(" ", "_")
    if given not in Told.values:
        raise RuleBroken(_("There is no status “%(status)s”.") % {"status": given}, field="status",
                         remedy=_("Use one of: %(all)s.") % {"all": ", ".join(Told)})
    return Told(given)
