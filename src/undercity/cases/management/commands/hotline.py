"""`undercity hotline load FILE --post KEY`: orders of the hotline from a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from undercity import clock
from undercity.cases.actions.hotline import take_orders
from undercity.cases.queries.order_files import BYTES_MAX, check, table, wrong_rows
from undercity.org.models import Appointment
from undercity.org.powers import Actor
from undercity.org.queries import actor_for_person
from undercity.science.coordinates import Datum


class Command(BaseCommand):
    help = "Hotline orders: take a spreadsheet, or only look it through."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        load = verbs.add_parser("load", help="take the good rows of an .xlsx or .csv file")
        load.add_argument("file", type=Path)
        load.add_argument("--post", help="the key of the intake post in whose name they are taken")
        load.add_argument("--datum", choices=list(Datum), required=True,
                          help="what positions count in where a row does not say so itself")
        load.add_argument("--check", action="store_true", help="say what is wrong and store nothing")
        load.add_argument("--all", action="store_true", help="take all rows or none")
        load.add_argument("--wrong", type=Path, help="write the bad rows with their reasons to this .xlsx file")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        try:
            with options["file"].open("rb") as file:
                given = table(options["file"].name, file.read(BYTES_MAX + 1))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        now = clock.now()
        checked = check(given, at=now, datum=Datum(options["datum"]))
        for one in checked.wrong:
            self.stdout.write(f"row {one.row}: {one.column}: {one.message} {one.remedy}")
        if options["wrong"] and checked.wrong:
            options["wrong"].write_bytes(wrong_rows(given, checked))
        self.stdout.write(f"{len(checked.bad_rows)} of {checked.rows} rows are bad; {len(checked.good)} are good, "
                          f"{len(checked.known)} were taken before")
        if not options["check"]:
            taken = take_orders(checked, by=self.actor(options["post"]), at=now, all_or_nothing=options["all"])
            self.stdout.write(f"{len(taken.cases)} orders taken")

    def actor(self, post: str | None) -> Actor:
        held = Appointment.objects.filter(post__key=post or "", ends__isnull=True, person__isnull=False).first()
        found = actor_for_person(held.person_id) if held and held.person_id else None
        if found is None:
            raise CommandError("--post names no post that somebody holds; give the key of an intake officer's post.")
        return found
