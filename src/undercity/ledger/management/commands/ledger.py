"""`undercity ledger replay`, `undercity ledger guard`."""

from __future__ import annotations

import dataclasses
import json
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from undercity.ledger import triggers
from undercity.ledger.replay import replay


class Command(BaseCommand):
    help = "Check the record: replay folds it anew and compares; guard puts the append-only triggers back."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        again = verbs.add_parser("replay", help="fold the record anew and compare; exit 1 on any difference")
        again.add_argument("--json", action="store_true", help="print the report as JSON")
        verbs.add_parser("guard", help="put the append-only triggers back")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "guard":
            with connection.cursor() as cursor:
                for statement in triggers.create(connection):
                    cursor.execute(statement)
            self.stdout.write("The record is append-only.")
            return
        started = perf_counter()
        report = replay()
        seconds = round(perf_counter() - started, 2)
        if options["json"]:
            self.stdout.write(json.dumps({**dataclasses.asdict(report), "seconds": seconds}, default=str))
        else:
            for difference in report.differences:
                self.stdout.write(str(difference))
            self.stdout.write(f"{report.entries} entries, {report.streams} streams, {report.duties} duties, "
                              f"{report.dossiers} dossiers: {len(report.differences)} differences ({seconds} s)")
        if report.differences:
            raise SystemExit(1)
