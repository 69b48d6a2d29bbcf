"""`undercity doctor`: what is wrong with this deployment, and the cure."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.checks import ERROR, WARNING, run_checks
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Say what is wrong with this deployment, and the cure."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = run_checks(databases=["default"])
        if options["json"]:
            self.stdout.write(json.dumps([{"id": one.id, "level": one.level, "message": one.msg, "cure": one.hint}
                                          for one in found], ensure_ascii=False))
        else:
            for one in found:
                mark = "ERROR" if one.level >= ERROR else "warning" if one.level >= WARNING else "note"
                self.stdout.write(f"{mark} {one.id}: {one.msg}\n    cure: {one.hint or 'see the message'}")
            if not found:
                self.stdout.write("Nothing is wrong.")
        if any(one.level >= ERROR for one in found):
            raise SystemExit(1)
