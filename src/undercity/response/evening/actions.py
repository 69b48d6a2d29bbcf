"""What happens on a rainy evening: each step is done by the worker, with the actions everybody uses."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils import translation
from django.utils.translation import gettext as _

from undercity import clock
from undercity.alerts.actions.receiving import receive
from undercity.alerts.cap.message import (
    Alert,
    Area,
    Category,
    Certainty,
    InfoBlock,
    MsgType,
    Reference,
    Scope,
    Severity,
    Status,
    Urgency,
)
from undercity.alerts.cap.writing import written
from undercity.alerts.models import WarningMessage
from undercity.alerts.states import Door
from undercity.db import write
from undercity.errors import NotFound
from undercity.ledger.actions.each import record_each, states_of
from undercity.org.models import Appointment
from undercity.org.powers import POST, THE_SYSTEM, Actor
from undercity.org.queries import actor_for_post, holder
from undercity.org.states import Power, Role
from undercity.places.models import Place
from undercity.places.seasons.actions.turning import uid_of
from undercity.response.actions import levels
from undercity.response.actions.answering import acknowledge, acknowledge_all
from undercity.response.actions.reports import write_report
from undercity.response.evening.models import Evening
from undercity.response.evening.steps import STEPS
from undercity.response.models import Order, Response
from undercity.response.order_facts import SUBJECT, Done
from undercity.response.powers import may_confirm
from undercity.response.queries.closures import closed_by
from undercity.response.states import How, Stage, Standing
from undercity.response.timelines import timeline_of

# Whoever comes while one is under way watches that one.
LASTS = timedelta(minutes=10)
SENDER = "weather@jinan.invalid"
COLOURS = {"warning": ("黄", "yellow", Severity.MODERATE), "water": ("橙", "orange", Severity.SEVERE)}


def begin_evening(at: datetime) -> Evening:
    """开始演示: a new one, or the one that is under way. NotFound outside a demonstration. `at`: real time."""
    if not settings.DEMO:
        raise NotFound(_("The rainy evening is shown in demonstrations only."))
    with write():
        running = under_way(at)
        return running or Evening.objects.create(name=f"evening-{secrets.token_hex(6)}", began_at=at)


def under_way(at: datetime) -> Evening | None:
    """The evening that is being shown at a moment of real time."""
    return Evening.objects.filter(ended_at__isnull=True, began_at__gt=at - LASTS).order_by("-began_at").first()


def evenings(at: datetime) -> list[Evening]:
    """All that are not over, for the worker; those that were left are ended. `at`: real time."""
    with write():
        Evening.objects.filter(ended_at__isnull=True, began_at__lte=at - LASTS).update(ended_at=at)
    return list(Evening.objects.filter(ended_at__isnull=True))


def go_on(evening: Evening, at: datetime) -> bool:
    """The next step, if its time has come; each is done once. `at`: real time."""
    with write():
        row = Evening.objects.select_for_update(of=("self",)).filter(pk=evening.pk).filter(
            Q(ended_at__isnull=True)).first()
        if row is None or row.step >= len(STEPS):
            return False
        step = STEPS[row.step]
        if row.stepped_at is not None and at < row.stepped_at + timedelta(seconds=step.seconds):
            return False
        row.ahead_minutes += step.minutes
        with clock.on(timeline_of(row)), translation.override("zh-hans"):
            row.told[step.code] = DO[step.code](row)
        row.step, row.stepped_at = row.step + 1, at
        if row.step == len(STEPS):
            row.ended_at = at
        row.save()
    return True


def _warn(row: Evening) -> int:
    return _message(row, "warning", MsgType.ALERT)


def _water(row: Evening) -> int:
    return _message(row, "water", MsgType.UPDATE)


def _message(row: Evening, which: str, kind: MsgType) -> int:
    at = clock.now().replace(microsecond=0)
    zh, en, severity = COLOURS[which]
    infos = tuple(InfoBlock(
        language=language, categories=(Category.MET,), event=event, urgency=Urgency.EXPECTED, severity=severity,
        certainty=Certainty.LIKELY, sender_name=office, headline=headline, description="", instruction="",
        effective=at, expires=at + timedelta(hours=6), areas=(Area(desc=area, geocodes=(("行政区划代码", "370100"),)),))
        for language, event, office, headline, area in (
            ("zh-CN", "暴雨", "气象台（虚构）", f"暴雨{zh}色预警信号（虚构）", "济南市"),
            ("en-US", "rainstorm", "Weather office (invented)", f"Rainstorm {en} warning (invented)", "Jinan")))
    previous = () if kind is MsgType.ALERT else (_first_of(row),)
    alert = Alert(identifier=f"{row.name}-{which}", sender=SENDER, sent=at, status=Status.EXERCISE, msg_type=kind,
                  scope=Scope.PUBLIC, references=previous, infos=infos)
    taken = receive(written(alert), door=Door.FOLDER, by=THE_SYSTEM, at=at)
    row.warning = taken.warning.pk
    found = _response(row)
    row.response = found.pk if found else None
    return 1


def _first_of(row: Evening) -> Reference:
    """The reference to the evening's first message."""
    kept = WarningMessage.objects.get(timeline=row.name, identifier=f"{row.name}-warning")
    return Reference(SENDER, kept.identifier, kept.sent)


def _response(row: Evening) -> Response | None:
    """The response of the office whose plan covers the city; others keep their proposals."""
    return Response.objects.filter(timeline=row.name, body__key="jinan-cad").first() or Response.objects.filter(
        timeline=row.name).order_by("proposed_at").first()


def _officer(response: Response) -> Actor:
    """A duty officer who may confirm it; without one nothing is put into force."""
    to = holder(Power.LEVEL_CONFIRM, response.body_id, role=Role.DUTY_OFFICER) or holder(
        Power.LEVEL_CONFIRM, response.body_id, role=Role.LEADER)
    actor = actor_for_post(to.post, to.appointment) if to else None
    if actor is None:
        raise NotFound(_("Nobody may confirm a level here."), remedy=_("Grant the power to a post."))
    return actor


def _confirm(row: Evening) -> int:
    response = _response(row)
    if response is None or response.wanted is None:
        return 0
    by = _officer(response)
    made = levels.confirm(response.pk, by=by, at=clock.now())
    if made.seconded_by is not None:
        made = _seconded(made, by)
    row.place = _closed_place(made)
    return Order.objects.filter(response=made).exclude(standing=Standing.WITHDRAWN).count()


def _seconded(response: Response, first: Actor) -> Response:
    """Where the plan wants two, another duty officer is the second."""
    for post, appointment in Appointment.objects.filter(post__role=Role.DUTY_OFFICER, ends__isnull=True).order_by(
            "post").values_list("post", "pk"):
        second = actor_for_post(post, appointment)
        if post != first.post and second is not None and may_confirm(second, response.body_id, first.post):
            return levels.confirm(response.pk, by=second, at=clock.now())
    return response


def _closed_place(response: Response) -> int | None:
    year = clock.now().year
    places = {uid_of(place.key, year): place.pk for place in Place.objects.filter(listed=True).order_by("key")}
    return next((places[season] for season in closed_by(response, list(places))), None)


def _answers(row: Evening) -> int:
    """All but one acknowledge what they have."""
    orders = Order.objects.filter(response=row.response, standing=Standing.ISSUED, post__isnull=False)
    held = list(orders.values_list("post", "appointment").distinct().order_by("post"))
    told = [post for post, appointment in held if appointment is not None]
    # Whoever has the fewest at a place stays silent: what follows is about him, not about half of the city.
    row.silent_post = next(iter(orders.filter(place__isnull=False, appointment__isnull=False).values_list(
        "post", flat=True).annotate(many=Count("pk")).order_by("many", "post")[:1]), None)
    for post, appointment in held:
        if post in told and post != row.silent_post:
            acknowledge_all(by=Actor(kind=POST, post=post, appointment=appointment), at=clock.now(),
                            response=row.response, how=How.LINK)
    return len(told) - 1


def _silence(row: Evening) -> int:
    """Only time passes: the telling itself is the worker's ordinary round."""
    return Order.objects.filter(response=row.response, standing=Standing.ISSUED).count()


def _telephone(row: Evening) -> int:
    response = _response(row)
    orders = list(Order.objects.filter(response=row.response, standing=Standing.ISSUED))
    if response is not None:
        by = _officer(response)
        for order in orders:
            acknowledge(order.pk, by=by, at=clock.now())
    return len(orders)


def _raise(row: Evening) -> int:
    before = Order.objects.filter(response=row.response).count()
    _confirm(row)
    return Order.objects.filter(response=row.response).count() - before


def _done(row: Evening) -> int:
    """Whatever was acknowledged is carried out; the rest follows by telephone."""
    open_now = list(Order.objects.filter(response=row.response, standing__in=[
        Standing.ISSUED, Standing.ACCEPTED, Standing.BEGUN]).order_by("pk").values_list("pk", flat=True))
    response = _response(row)
    if response is None or not open_now:
        return 0
    by = _officer(response)
    part = open_now[:max(1, len(open_now) * 9 // 10)]
    record_each({uid: Done(how=How.TELEPHONE.value) for uid in part}, states_of(SUBJECT, part), stream_kind=SUBJECT,
                by=by, at=clock.now())
    return len(part)


def _report(row: Evening) -> int:
    response = _response(row)
    if response is None or response.stage != Stage.ACTIVE:
        return 0
    write_report(response.pk, by=THE_SYSTEM, at=clock.now())
    return 1


DO: dict[str, Callable[[Evening], int]] = {
    "warning": _warn, "confirm": _confirm, "answers": _answers, "silence": _silence, "telephone": _telephone,
    "water": _water, "raise": _raise, "done": _done, "report": _report}

