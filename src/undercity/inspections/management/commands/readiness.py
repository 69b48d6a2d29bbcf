"""`undercity readiness load [FILE …] | check FILE … | keepers FILE | make | lists`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from undercity import clock
from undercity.inspections.actions.checking import look_again, make_due
from undercity.inspections.actions.checklists import SHIPPED, check_files, load_files, load_keepers
from undercity.inspections.actions.material import remind_due
from undercity.inspections.queries.checklists import checklists


class Command(BaseCommand):
    help = "Readiness: load dated checklists, check a file, load who keeps places, make what has come."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        load = verbs.add_parser("load", help="load files of checklists, all or nothing (default: the shipped ones)")
        load.add_argument("files", type=Path, nargs="*")
        check = verbs.add_parser("check", help="read files of checklists and store nothing")
        check.add_argument("files", type=Path, nargs="+")
        kept = verbs.add_parser("keepers", help="load who keeps which place: CSV with place, body, post, source")
        kept.add_argument("file", type=Path)
        verbs.add_parser("make", help="make checks, second looks and reminders that have come; twice is once")
        listed = verbs.add_parser("lists", help="the checklists in force today, with their source")
        listed.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "load":
            self.stdout.write(f"{load_files(options['files'] or SHIPPED)} topics and checklists loaded")
        elif what == "check":
            self.stdout.write(f"{check_files(options['files'])} topics and checklists are in order")
        elif what == "keepers":
            self.stdout.write(f"{load_keepers(options['file'].name, options['file'].read_bytes())} keepers loaded")
        elif what == "make":
            now = clock.now()
            self.stdout.write(f"{make_due(now)} checks made, {look_again(now)} to be looked at again, "
                              f"{remind_due(now)} reminders of material")
        else:
            self.show(as_json=options["json"])

    def show(self, *, as_json: bool) -> None:
        rows = [{"code": one.code, "topic": one.topic, "zh": one.template.zh, "en": one.template.en,
                 "items": len(one.items), "rule": one.template.rule, "source": one.template.source,
                 "valid_from": one.template.valid_from.isoformat()} for one in checklists().values()]
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            self.stdout.write(f"  {row['topic']:<8} {row['code']:<16} {row['items']:>2} items  {row['zh']}  "
                              f"({row['source']})")
