"""`undercity grid load FILE`, `undercity grid versions`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from undercity import clock
from undercity.places.actions import check_grids, load_grids
from undercity.places.models import GridVersion
from undercity.science.coordinates import Datum


class Command(BaseCommand):
    help = "Unit grids: load a version from a GeoJSON file, or only check it; list the versions."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        load = verbs.add_parser("load", help="load a file of unit grids, all of it or nothing")
        load.add_argument("file", type=Path)
        load.add_argument("--check", action="store_true", help="say what is wrong and store nothing")
        load.add_argument("--from", dest="valid_from", type=date.fromisoformat,
                          help="the first day these grids hold, for example 2026-08-01; today if not given")
        load.add_argument("--source", default="", help="where they are from; the file's name if not given")
        load.add_argument("--datum", choices=list(Datum), default=Datum.WGS84.value,
                          help="what the degrees of the file count in")
        verbs.add_parser("versions", help="the versions there are")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "versions":
            for row in GridVersion.objects.order_by("valid_from"):
                self.stdout.write(f"  {row.valid_from}  {row.grids.count()} grids  {row.source}")
            return
        try:
            collection = json.loads(options["file"].read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise CommandError(f"{options['file']} is no JSON in UTF-8: {error}.") from error
        datum = Datum(options["datum"])
        if options["check"]:
            found = check_grids(collection, datum=datum)
            for fault in found.faults:
                self.stdout.write(f"wrong: {fault}")
        else:
            _, found = load_grids(collection, valid_from=options["valid_from"] or clock.now().date(),
                                  source=options["source"] or options["file"].name, datum=datum)
        for warning in found.warnings:
            self.stdout.write(f"odd: {warning}")
        if found.faults:
            raise CommandError(f"{len(found.faults)} faults; a load would store nothing.")
        self.stdout.write(f"{len(found.cells)} unit grids " + ("are in order" if options["check"] else "loaded"))
