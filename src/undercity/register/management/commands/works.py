"""`undercity works import FILE --post KEY`, `undercity works export FILE`, `undercity works undo ID`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date

from undercity import clock
from undercity.errors import RuleBroken
from undercity.org.models import Appointment
from undercity.org.powers import Actor
from undercity.org.queries import actor_for_person
from undercity.register.actions import applying, uploading
from undercity.register.actions.exporting import take_internal
from undercity.register.queries.exports import FORMATS, chosen, geojson, lines, parquet
from undercity.register.queries.previews import Preview, compare_all
from undercity.register.queries.sheets import BYTES_MAX, Table, read_table
from undercity.register.queries.uploads import remembered
from undercity.register.states import RowKind
from undercity.science.coordinates import Datum

LISTED = 20


class Command(BaseCommand):
    help = "The register of works and places: import a spreadsheet, undo an import, export."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        load = verbs.add_parser("import", help="bring in an .xlsx, .xls, .ods or .csv file, all of it or nothing")
        load.add_argument("file", type=Path)
        load.add_argument("--post", required=True, help="the key of the post in whose name it is brought in")
        load.add_argument("--datum", choices=list(Datum), help="what positions count in where the headers do not say")
        load.add_argument("--day", help="new names hold from this day (default today)")
        load.add_argument("--dry-run", action="store_true", help="show the difference and store nothing")
        load.add_argument("--good-rows", action="store_true", help="apply the good rows and leave the faulty ones")
        load.add_argument("--json", action="store_true", help="print as JSON")
        back = verbs.add_parser("undo", help="put back everything an import did")
        back.add_argument("id", type=UUID, help="what the import said when it was applied")
        back.add_argument("--post", required=True, help="the key of the post that applied it")
        out = verbs.add_parser("export", help="write the register to a file; its ending says which kind")
        out.add_argument("file", type=Path)
        out.add_argument("--post", required=True, help="the key of the post whose area is written")
        out.add_argument("--internal", metavar="REASON", help="with internal fields, for this reason; it is noted")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        actor = self.actor(options["post"])
        if what == "import":
            self.load(actor, options)
        elif what == "undo":
            done = applying.undo(options["id"], by=actor, at=clock.now())
            self.stdout.write(f"undone: {done.new} taken out again, {done.changed} put back")
        else:
            self.export(actor, options["file"], options["internal"])

    def load(self, actor: Actor, options: dict[str, Any]) -> None:
        day = parse_date(options["day"]) if options["day"] else clock.now().date()
        if day is None:
            raise CommandError("--day is no day; write it like 2026-07-18.", returncode=2)
        try:
            with options["file"].open("rb") as file:
                table = read_table(file.read(BYTES_MAX + 1))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        assert actor.post is not None
        guessed = remembered(table.headers, actor.post)
        datum = Datum(guessed.datum) if guessed.datum else Datum(options["datum"]) if options["datum"] else None
        if options["dry_run"]:
            self.show(compare_all(table.rows, guessed.columns, table.headers, datum, actor), table, options["json"])
            return
        upload = uploading.keep(options["file"].name, table, by=actor, at=clock.now())
        try:
            uploading.settle(upload.pk, guessed.columns, datum=datum, day=day, by=actor)
            done = applying.apply(upload.pk, by=actor, at=clock.now(), good_only=options["good_rows"])
        except RuleBroken:
            uploading.drop(upload.pk, by=actor)
            raise
        told = {"id": str(done.pk), "new": done.new, "changed": done.changed, "left_out": done.left_out}
        self.stdout.write(json.dumps(told) if options["json"] else (
            f"{done.new} new, {done.changed} changed, {done.left_out} rows left out; to undo it: works undo {done.pk}"))

    def show(self, found: Preview, table: Table, as_json: bool) -> None:
        """The difference in words, faults by row and column."""
        faults = [{"row": row.row, "column": found.header_of(one.field), "message": one.message, "remedy": one.remedy}
                  for row in found.of(RowKind.FAULTY) for one in row.faults]
        if as_json:
            self.stdout.write(json.dumps({"rows": len(found.rows), **{kind: found.counts[kind] for kind in
                                          RowKind.values}, "faults": faults}, ensure_ascii=False))
            return
        for remark in table.remarks:
            self.stdout.write(remark)
        for fault in faults[:LISTED]:
            self.stdout.write("row {row}: {column}: {message} {remedy}".format(**fault))
        if len(faults) > LISTED:
            self.stdout.write(f"and {len(faults) - LISTED} faults more; --json lists them all")
        self.stdout.write(f"{len(found.rows)} rows: {found.counts['new']} new, {found.counts['changed']} changed, "
                          f"{found.counts['same']} unchanged, {found.counts['faulty']} faulty; nothing was stored")

    def export(self, actor: Actor, file: Path, reason: str | None) -> None:
        """The register of the post's area as a file."""
        kind = file.suffix.removeprefix(".").casefold()
        if kind not in FORMATS:
            raise CommandError(f"the file must end in one of: {', '.join(FORMATS)}.", returncode=2)
        given = chosen(actor, internal=reason is not None)
        if reason is not None:
            take_internal(given, file_format=kind, reason=reason, by=actor, at=clock.now())
        parts: Any = {"geojson": geojson, "parquet": parquet}.get(kind)
        if parts is None:
            from undercity.org.csv_files import csv_response
            from undercity.org.xlsx_files import xlsx_response

            answer: Any = (csv_response if kind == "csv" else xlsx_response)("register", lines(given))
            content = answer.streaming_content
        else:
            content = (one.encode() if isinstance(one, str) else one for one in parts(given))
        try:
            with file.open("wb") as out:
                for part in content:
                    out.write(part)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{len(given.places)} places written to {file}")

    def actor(self, post: str) -> Actor:
        held = Appointment.objects.filter(post__key=post, ends__isnull=True, person__isnull=False).first()
        found = actor_for_person(held.person_id) if held and held.person_id else None
        if found is None:
            raise CommandError("--post names no post that somebody holds; give a post's key.")
        return found
