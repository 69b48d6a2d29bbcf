"""`undercity workdays seed`, `undercity workdays set`: the working calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from undercity.org.actions import seed_workdays, set_workday


class Command(BaseCommand):
    help = "The working calendar: seed a year's holidays, or set one day."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        seed = verbs.add_parser("seed", help="add the holidays of a year that are not there yet")
        seed.add_argument("year", type=int)
        one = verbs.add_parser("set", help="say that a day is worked or free")
        one.add_argument("day", type=date.fromisoformat, help="for example 2026-10-10")
        one.add_argument("kind", choices=["worked", "free"])
        one.add_argument("--source", required=True, help="the notice that says so")
        one.add_argument("--note", default="")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "seed":
            self.stdout.write(f"{seed_workdays([options['year']])} days added")
            return
        row = set_workday(options["day"], working=options["kind"] == "worked", note=options["note"],
                          source=options["source"])
        self.stdout.write(f"{row.day} is {options['kind']}")
