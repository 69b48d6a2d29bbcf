"""`undercity work`: the worker. Delivers notices and tells the next higher post of silent duties."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from undercity import clock
from undercity.alerts.actions.dropping import read_folder
from undercity.alerts.actions.gauges import watch_gauges
from undercity.alerts.actions.polling import poll_due
from undercity.alerts.actions.receiving import expire_due
from undercity.appraisal.actions import refresh
from undercity.cases.actions import handing_over
from undercity.cases.actions.asking import resume_ripe
from undercity.cases.actions.batches import carry_out_ripe
from undercity.cases.actions.erasing import erase_due
from undercity.city.actions.instruments import measure_on
from undercity.coverage.actions.planning import solve_waiting
from undercity.errors import Refused
from undercity.inspections.actions.checking import look_again, make_due as inspections_due
from undercity.inspections.actions.material import remind_due
from undercity.ledger.actions import escalate
from undercity.ledger.actions.agenda import make_due
from undercity.ledger.actions.sweeping import sweep
from undercity.ledger.queries import to_escalate
from undercity.notices.actions import beat, deliver_waiting
from undercity.notices.actions.dispatch import deliver_until
from undercity.org.powers import THE_SYSTEM
from undercity.places.seasons.actions.heat import propose_due
from undercity.places.seasons.actions.proposals import lapse_due
from undercity.readings.actions.keeping import forget_keys
from undercity.register.actions.waiting import carry_out_waiting
from undercity.response.actions.issuing import issue_waiting
from undercity.response.actions.levels import confirm_alone
from undercity.response.actions.reports import report_due
from undercity.response.actions.silence import tell_silence
from undercity.response.evening.actions import evenings, go_on
from undercity.response.timelines import running, timeline_of

log = logging.getLogger("undercity.work")


class Command(BaseCommand):
    help = "Run the worker: deliver notices, escalate silent duties, speak to other systems."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then stop")
        parser.add_argument("--every", type=float, default=2.0, help="seconds between rounds (default 2)")

    def handle(self, *args: Any, once: bool, every: float, **options: Any) -> None:
        stop = threading.Event()
        if not once:
            for sign in (signal.SIGTERM, signal.SIGINT):
                signal.signal(sign, lambda *_: stop.set())
        name = f"{socket.gethostname()}:{os.getpid()}"
        if not once:
            # A thread of its own: no long round of anything else may hold up an order.
            threading.Thread(target=delivering, args=(stop, every), name="delivering", daemon=True).start()
        while not stop.is_set():
            try:
                one_round(name, deliver=once)
            except DatabaseError:
                log.exception("the database did not answer; trying again")
                connection.close()
            if once:
                return
            stop.wait(every)


def delivering(stop: threading.Event, every: float) -> None:
    """Deliver until told to stop, whatever happens to the database meanwhile."""
    while not stop.is_set():
        try:
            deliver_until(stop, every=every)
        except DatabaseError:
            log.exception("the database did not answer the delivery; trying again")
            connection.close()
            stop.wait(every)
    connection.close()


class Timetable:
    """What need not be done each round: the duties of templates, and the facts of the scores."""

    def __init__(self) -> None:
        self.due: dict[str, datetime] = {}

    def ripe(self, what: str, every: timedelta) -> bool:
        """Is it time again, by the wall clock?"""
        now = clock.real_now()
        if now < self.due.get(what, now):
            return False
        self.due[what] = now + every
        return True


timetable = Timetable()


def agenda(now: datetime) -> None:
    """Make what templates give: it begins in the morning and is due in days."""
    if timetable.ripe("agenda", timedelta(minutes=10)) and (made := make_due(now)):
        log.info("duties made from templates", extra={"count": made})


def underground(now: datetime) -> None:
    """Warn of permits that end, propose what follows an expired one, make the checks that fall due."""
    if not apps.is_installed("undercity.works") or not timetable.ripe("underground", timedelta(minutes=10)):
        return
    from undercity.works.permits.actions import make_due as permits_due
    from undercity.works.upkeep.actions import make_due as checks_due

    try:
        if (warned := permits_due(now)) + (made := checks_due(now)):
            log.info("permits warned of or expired, checks made", extra={"permits": warned, "checks": made})
    except Refused as refusal:
        # Terms that were never loaded must not stop the rest of the round.
        log.warning("works were left out of this round", extra={"why": str(refusal)})


def inspections(now: datetime) -> None:
    """Make the checks that fall due, the second looks where cases are closed, the reminders of material."""
    try:
        if timetable.ripe("inspections", timedelta(minutes=10)) and (made := inspections_due(now)):
            log.info("checks by checklist made", extra={"count": made})
        if timetable.ripe("looks", timedelta(minutes=1)) and (asked := look_again(now)):
            log.info("failed checks to be looked at again", extra={"count": asked})
        if timetable.ripe("material", timedelta(minutes=10)) and (due := remind_due(now)):
            log.info("reminders of material made", extra={"count": due})
    except Refused as refusal:
        log.warning("readiness was left out of this round", extra={"why": str(refusal)})


def facts() -> None:
    """Keep the scores' facts fresh, so that nobody's page has to read a long record first."""
    if timetable.ripe("facts", timedelta(minutes=1)):
        refresh()


def seasons(now: datetime) -> None:
    """Propose what the heat asks for, and let lapse what nobody decided in time."""
    if timetable.ripe("lapsed", timedelta(minutes=1)) and (gone := lapse_due(now)):
        log.info("proposals lapsed", extra={"count": gone})
    if timetable.ripe("heat", timedelta(hours=1)) and (made := propose_due(now)):
        log.info("proposals made by the rule of heat", extra={"count": made})


def outside() -> None:
    """Bring cases to the departments' own servers, and fetch what these tell."""
    if timetable.ripe("outside", timedelta(seconds=20)):
        came = handing_over.one_round(news=timetable.ripe("news", timedelta(minutes=1)))
        if came.sent or came.told:
            log.info("departments' own servers", extra={"sent": came.sent, "told": came.told})


def privacy(now: datetime) -> None:
    """Erase what was kept long enough, and forget what nobody asks for again."""
    if timetable.ripe("privacy", timedelta(hours=1)) and (gone := erase_due(now)):
        log.info("personal data erased", extra={"count": gone})
    if timetable.ripe("keys", timedelta(hours=1)):
        forget_keys(now)


def instruments(now: datetime) -> None:
    """In a demonstration the invented instruments go on measuring."""
    if settings.DEMO and timetable.ripe("instruments", timedelta(minutes=1)):
        measure_on(now)


def warnings(now: datetime) -> None:
    """Take in warnings from the folder and the feeds, end those that are over, go through what gauges measured."""
    if settings.WARNINGS_FOLDER is not None and any(came := read_folder(settings.WARNINGS_FOLDER, now)):
        log.info("warnings dropped as files", extra={"taken": came[0], "refused": came[1]})
    if timetable.ripe("feeds", timedelta(seconds=15)) and (new := poll_due(now)):
        log.info("warnings fetched from feeds", extra={"count": new})
    if over := expire_due(now):
        log.info("warnings ran out", extra={"count": over})
    if timetable.ripe("gauges", timedelta(seconds=10)) and (reached := watch_gauges(now)):
        log.info("thresholds of gauges reached", extra={"count": reached})


def disk() -> None:
    """Sweep one of the folders of pictures; all of them come round in two days."""
    if timetable.ripe("disk", timedelta(minutes=10)):
        now = clock.real_now()
        if gone := sweep(int(now.timestamp()) // 600, at=now):
            log.info("pictures of reports never sent removed", extra={"count": gone})


RESPONSES: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    ("orders given that were left", issue_waiting), ("levels in force by one of two", confirm_alone),
    ("silences told on", tell_silence), ("situation reports written", report_due))


def response_round(now: datetime) -> None:
    """What time brings to responses: orders a killed process left, silence, the second of two, the hourly report."""
    for what, bring in RESPONSES:
        try:
            if count := bring(now):
                log.info(what, extra={"count": count})
        except Refused as refusal:
            # Somebody answered at the same moment, or a plan is gone: the others go on, the next round tries again.
            log.warning("left out of this round", extra={"what": what, "why": str(refusal)})


def floods(now: datetime) -> None:
    """The response in earnest, and each exercise on its own clock."""
    response_round(now)
    for drill in running():
        with clock.on(timeline_of(drill)):
            response_round(clock.now())
    if settings.DEMO:
        for evening in evenings(clock.real_now()):
            try:
                go_on(evening, clock.real_now())
            except Refused as refusal:
                # Its page says that it stands still.
                log.warning("the rainy evening stands still", extra={"why": str(refusal)})
            with clock.on(timeline_of(evening)):
                response_round(clock.now())


def one_round(worker: str, *, deliver: bool = True) -> None:
    """Everything that is due now; with `deliver` also what waits in the outbox."""
    beat(worker)
    now = clock.now()
    warnings(now)
    floods(now)
    agenda(now)
    seasons(now)
    underground(now)
    inspections(now)
    if resumed := resume_ripe(now):
        log.info("cases resumed whose day had come", extra={"count": resumed})
    if carried_out := carry_out_ripe(now):
        log.info("choices of many cases carried out", extra={"count": carried_out})
    if applied := carry_out_waiting(now):
        log.info("spreadsheets of the register carried out", extra={"count": applied})
    for duty in to_escalate(now):
        try:
            escalate(duty, at=now)
        except Refused as refusal:
            log.info("not escalated this round", extra={"duty": str(duty), "why": str(refusal)})
    if deliver:
        deliver_waiting()
    if solved := solve_waiting(now, by=THE_SYSTEM):
        log.info("plans of the next places calculated", extra={"count": solved})
    privacy(now)
    disk()
    facts()
    outside()
    instruments(now)
