"""`undercity duties load FILE`, `undercity duties make`, `undercity duties templates`."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from undercity import clock
from undercity.ledger.actions.agenda import load_templates, make_due, make_duties
from undercity.ledger.queries.agenda import templates
from undercity.ledger.rules import Cycle, last_day


class Command(BaseCommand):
    help = "Duty templates: load a file of them, list them, make the duties of a month."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        load = verbs.add_parser("load", help="load a file of templates, all of it or nothing")
        load.add_argument("file", type=Path)
        make = verbs.add_parser("make", help="make the duties that have come; twice makes them once")
        make.add_argument("--month", help="all of a month, for example 2026-07, that has come by now")
        listed = verbs.add_parser("templates", help="the templates in force")
        listed.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "load":
            self.stdout.write(f"{load_templates(options['file'])} templates loaded")
        elif what == "make":
            self.stdout.write(f"{self.make(options['month'])} duties made")
        else:
            self.show(as_json=options["json"])

    def make(self, month: str | None) -> int:
        now = clock.now()
        if not month:
            return make_due(now)
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            raise CommandError("--month is written like 2026-07.") from None
        last = last_day(first, Cycle.MONTH)
        return make_duties(first, last, at=min(now, datetime.combine(last, time.max, clock.ZONE)))

    def show(self, *, as_json: bool) -> None:
        rows = [{"code": one.code, "zh": one.zh, "en": one.en, "rule": one.rule, "trigger": one.trigger,
                 "until": one.until, "row": one.row} for one in templates().values()]
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            self.stdout.write(f"  {row['code']:<20} {row['zh']}  {row['rule'] or 'on ' + row['trigger']}")
