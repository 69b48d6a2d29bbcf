"""`undercity work`: the worker. Delivers notices and tells the next higher post of silent duties."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from undercity import clock
from undercity.appraisal.actions import refresh
from undercity.cases.actions import handing_over
from undercity.cases.actions.asking import resume_ripe
from undercity.cases.actions.batches import carry_out_ripe
from undercity.cases.actions.erasing import erase_due
from undercity.city.actions.instruments import measure_on
from undercity.coverage.actions.planning import solve_waiting
from undercity.errors import Refused
from undercity.ledger.actions import escalate
from undercity.ledger.actions.agenda import make_due
from undercity.ledger.actions.sweeping import sweep
from undercity.ledger.queries import to_escalate
from undercity.notices.actions import beat, deliver_waiting
from undercity.org.powers import THE_SYSTEM
from undercity.places.seasons.actions.heat import propose_due
from undercity.places.seasons.actions.proposals import lapse_due
from undercity.readings.actions.keeping import forget_keys
from undercity.register.actions.waiting import carry_out_waiting

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
        while not stop.is_set():
            try:
                one_round(name)
            except DatabaseError:
                log.exception("the database did not answer; trying again")
                connection.close()
            if once:
                return
            stop.wait(every)


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


def disk() -> None:
    """Sweep one of the folders of pictures; all of them come round in two days."""
    if timetable.ripe("disk", timedelta(minutes=10)):
        now = clock.real_now()
        if gone := sweep(int(now.timestamp()) // 600, at=now):
            log.info("pictures of reports never sent removed", extra={"count": gone})


def one_round(worker: str) -> None:
    """Everything that is due now."""
    beat(worker)
    now = clock.now()
    agenda(now)
    seasons(now)
    underground(now)
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
    deliver_waiting()
    if solved := solve_waiting(now, by=THE_SYSTEM):
        log.info("plans of the next places calculated", extra={"count": solved})
    privacy(now)
    disk()
    facts()
    outside()
    instruments(now)
