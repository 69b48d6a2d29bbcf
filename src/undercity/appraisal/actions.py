"""Bringing the facts in step with the record."""

from __future__ import annotations

import csv
import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import uuid_utils.compat as uuid
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from undercity import clock
from undercity.appraisal.columns import FORMAT
from undercity.appraisal.engine import DuckEngine, FactsGone
from undercity.appraisal.models import Export
from undercity.appraisal.parquet import merge, remember_streams
from undercity.appraisal.queries.export import Standing, behind_the_record, folder, is_stale, standing
from undercity.appraisal.queries.news import News, Sheets, news, write
from undercity.db import write as writing
from undercity.errors import Conflict

log = logging.getLogger(__name__)
# Only one thread of a process reads the record for the facts; the others wait and find them fresh.
_turn = threading.Lock()
TRIES = 5
# So many entries are read while somebody waits for a page, in about a second; more in a thread beside it.
AT_MOST = 20_000
# A file nobody names is left by an export that was killed, or is being written by another process right now.
ORPHAN_SECONDS = 3600
T = TypeVar("T")


def refresh(was: Standing | None = None) -> Standing:
    """The facts as fresh as the record was when this was called, or when `was` was asked for.

    Reads only streams with new entries, rewrites only the months they stand in, and holds no lock while doing so:
    of two processes the slower one finds the row changed, throws its files away and looks again.
    """
    was = was or standing()
    if not is_stale(was):
        return was
    with _turn:
        for _attempt in range(TRIES):
            was = standing()
            if not is_stale(was):
                return was
            try:
                if _carried_on(was):
                    return standing()
            except FactsGone:
                # Another process replaced the old files while we were about to read them.
                continue
    raise _busy()


class Preparing(Exception):
    """So much of the record must be read first that nobody should wait for it without being told."""

    def __init__(self, behind: int):
        super().__init__(f"{behind} entries to read")
        self.behind = behind


def asked_soon(ask: Callable[[Standing], T]) -> T:
    """As `asked`, for a page. Preparing when the record is far ahead; the facts then follow it in a thread."""
    was = standing()
    if was.position == 0 or was.newest - was.position > AT_MOST:
        behind = behind_the_record(was)
        if behind > AT_MOST:
            refresh_beside()
            raise Preparing(behind)
    return asked(ask, was)


def refresh_beside() -> threading.Thread | None:
    """Bring the facts in step in a thread; None when one of this process does so already."""
    if _turn.locked():
        return None
    thread = threading.Thread(target=_refresh_beside, name="facts", daemon=True)
    thread.start()
    return thread


def _refresh_beside() -> None:
    try:
        refresh()
    except Exception:
        # Nobody waits for this thread: what ends it must stand in the log, and the next look tries again.
        log.exception("the facts of the scores could not be brought in step")
    finally:
        connection.close()


def asked(ask: Callable[[Standing], T], was: Standing | None = None) -> T:
    """Ask something of fresh facts, known to stand at `was`; once more when a file was replaced under our hands."""
    for _attempt in range(TRIES):
        try:
            return ask(refresh(was))
        except FactsGone:
            was = None
    raise _busy()


def _busy() -> Conflict:
    return Conflict(_("The facts of the scores are being written by somebody else."),
                    remedy=_("Try again in a moment."))


def _carried_on(was: Standing) -> bool:
    """One attempt: read, merge, swap. False when somebody else was quicker."""
    folder().mkdir(parents=True, exist_ok=True)
    found = news(was, at=int(clock.real_now().timestamp()))
    files = {table: dict(months) for table, months in was.files.items()}
    fresh: list[str] = []
    try:
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder()) as place:
            for (table, month), sheet, engine in _sheets(Path(place), found):
                old = was.files[table].get(month) if found.streams is not None else None
                name = f"{table}-{month}-{uuid.uuid7().hex}.parquet"
                fresh.append(name)
                merge(engine, table, sheet, folder() / old if old else None, folder() / name)
                files[table][month] = name
        swapped = _swap(was, found, files)
    except BaseException:
        _remove(fresh)
        raise
    if not swapped:
        _remove(fresh)
        return False
    kept = {name for months in files.values() for name in months.values()}
    gone = [name for months in was.files.values() for name in months.values() if name not in kept]
    transaction.on_commit(lambda: _sweep(gone, kept))
    return True


def _sheets(place: Path, found: News) -> Iterator[tuple[tuple[str, str], Path, DuckEngine]]:
    """The new rows as sheets, each with the engine that knows the streams touched."""
    with ExitStack() as stack:
        sheets = Sheets(place, stack)
        write(sheets, found.streams)
    engine = DuckEngine()
    try:
        touched = place / "touched.csv"
        with touched.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows((stream,) for stream in found.streams or ())
        remember_streams(engine, touched)
        for key, sheet in sorted(sheets.written.items()):
            yield key, sheet, engine
    finally:
        engine.close()


def _swap(was: Standing, found: News, files: dict[str, dict[str, str]]) -> bool:
    """Name the new files, if nobody else did since."""
    values = {"format": FORMAT, "position": found.position, "files": files,
              "gaps": [[gap.first, gap.last, gap.since] for gap in found.gaps]}
    with writing():
        if was.version:
            return bool(Export.objects.filter(pk=1, version=was.version).update(version=was.version + 1, **values))
        try:
            with transaction.atomic():
                Export.objects.create(version=1, **values)
        except IntegrityError:
            return False
    return True


def _remove(names: list[str]) -> None:
    for name in names:
        (folder() / name).unlink(missing_ok=True)


def _sweep(gone: list[str], kept: set[str]) -> None:
    """Delete what was replaced, and what a killed export left behind."""
    _remove(gone)
    oldest = clock.real_now().timestamp() - ORPHAN_SECONDS
    for path in folder().glob("*.parquet"):
        try:
            if path.name not in kept and path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:
            continue
