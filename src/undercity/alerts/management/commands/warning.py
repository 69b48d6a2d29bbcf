"""`undercity warning FILE …`: take in CAP messages from files; trust a certificate; list what is in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from undercity import clock
from undercity.alerts.actions.dropping import read_file
from undercity.alerts.actions.receiving import receive
from undercity.alerts.actions.sources import trust
from undercity.alerts.projection import title
from undercity.alerts.queries import in_force
from undercity.alerts.states import Counting, Door, Said
from undercity.errors import Refused
from undercity.org.powers import THE_SYSTEM
from undercity.science.coordinates import Datum


class Command(BaseCommand):
    help = "Warnings: take in CAP files, trust an office's certificate, list what is in force."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="*", type=Path, help="CAP 1.2 messages; without any, what is in force")
        parser.add_argument("--datum", choices=[one.value for one in Datum], default=Datum.WGS84.value,
                            help="what the positions are measured against (default wgs84)")
        parser.add_argument("--trust", action="store_true", help="the file is a certificate in PEM: trust it")
        parser.add_argument("--label", default="", help="whose certificate it is")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["file"]:
            self.list()
        elif options["trust"]:
            for path in options["file"]:
                row = trust(_read(path).decode("ascii", "replace"), by=None, at=clock.now(),
                            label=options["label"] or path.stem)
                self.stdout.write(f"{row.label} is trusted: {row.fingerprint}")
        elif bad := [path for path in options["file"] if not self.take(path, Datum(options["datum"]))]:
            raise CommandError(f"{len(bad)} of {len(options['file'])} files were refused.")

    def take(self, path: Path, datum: Datum) -> bool:
        """One file; False when it was refused."""
        try:
            found = receive(_read(path), door=Door.COMMAND, by=THE_SYSTEM, at=clock.now(), datum=datum)
        except Refused as refusal:
            self.stderr.write(f"{path}: {refusal}")
            return False
        row = found.warning
        self.stdout.write(f"{path}: {found.how}, {title(row.hazard, row.colour)}, {row.stage}; "
                          f"{Counting(row.counting).label}"
                          + "".join(f"; {Said(one).label}" for one in found.message.said))
        return True

    def list(self) -> None:
        """What is in force now."""
        rows = in_force(clock.now())
        for row in rows:
            until = f"{row.ends.astimezone(clock.ZONE):%Y-%m-%d %H:%M}"
            self.stdout.write(f"  {title(row.hazard, row.colour)}  until {until}  {row.status}  {row.pk}")
        if not rows:
            self.stdout.write("No warning is in force.")


def _read(path: Path) -> bytes:
    try:
        return read_file(path, clock.now())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
