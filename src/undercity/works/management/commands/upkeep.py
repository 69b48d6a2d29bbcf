"""`undercity upkeep load [FILE …]`, `undercity upkeep make`, `undercity upkeep terms`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from undercity import clock
from undercity.works.permits.actions import make_due as permits_due
from undercity.works.terms.actions import SHIPPED, load_terms
from undercity.works.terms.queries import in_force
from undercity.works.terms.rules import NEEDED
from undercity.works.upkeep.actions import make_due as checks_due


class Command(BaseCommand):
    help = "Permits and upkeep of works: load dated terms, list them, bring what has come."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        load = verbs.add_parser("load", help="load files of terms, all of them or nothing (default: the shipped ones)")
        load.add_argument("files", type=Path, nargs="*")
        verbs.add_parser("make", help="warn of permits that end, expire those that ended, make checks; twice is once")
        listed = verbs.add_parser("terms", help="everything in force today, with its source")
        listed.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "load":
            self.stdout.write(f"{load_terms(options['files'] or SHIPPED)} terms loaded")
        elif what == "make":
            now = clock.now()
            self.stdout.write(f"{permits_due(now)} permits warned of or expired, {checks_due(now)} checks made")
        else:
            self.show(as_json=options["json"])

    def show(self, *, as_json: bool) -> None:
        rows = [{"kind": kind, **one.content} for kind in NEEDED for one in in_force(kind).values()]
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            limit = row.get("limit") or {}
            self.stdout.write(f"  {row['kind']:<9} {row['code']:<15} {limit.get('value', '')} {limit.get('unit', '')}  "
                              f"{row['zh']}  ({row['source']})")
