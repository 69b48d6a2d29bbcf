"""`undercity season terms FILE`, `undercity season temperatures FILE`, `undercity season propose`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from undercity import clock
from undercity.errors import Refused
from undercity.places.seasons.actions.heat import load_terms, propose_due, store_maxima
from undercity.places.seasons.actions.proposals import lapse_due


class Command(BaseCommand):
    help = "Seasons of places: the rule of heat, the city's temperatures, and what the rule proposes now."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        terms = verbs.add_parser("terms", help="load dated rules of heat from a TOML file, all of it or nothing")
        terms.add_argument("file", type=Path)
        heat = verbs.add_parser("temperatures", help="load daily maximum temperatures from a CSV file")
        heat.add_argument("file", type=Path)
        heat.add_argument("--source", required=True, help="the station or notice they are from")
        heat.add_argument("--invented", action="store_true", help="say wherever they are shown that they are invented")
        verbs.add_parser("propose", help="make now the proposals that the rule gives; twice makes them once")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        now = clock.now()
        try:
            if what == "terms":
                self.stdout.write(f"{load_terms(options['file'])} rules of heat loaded")
            elif what == "temperatures":
                stored = store_maxima(options["file"].read_bytes(), at=now, source=options["source"],
                                      invented=options["invented"])
                self.stdout.write(f"{stored} days stored")
            else:
                self.stdout.write(f"{propose_due(now)} proposals made, {lapse_due(now)} lapsed")
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from error
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
