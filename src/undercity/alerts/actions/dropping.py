"""文件投放: a folder into which another program puts messages; each is taken in and moved aside, or refused with a
note beside it. Nothing is ever deleted."""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

from undercity import clock
from undercity.alerts.actions.receiving import receive
from undercity.alerts.rules.book import terms
from undercity.alerts.states import Door
from undercity.errors import Refused
from undercity.org.powers import THE_SYSTEM

log = logging.getLogger("undercity.alerts")
DONE, REFUSED = "done", "refused"
# A file that was touched just now may not be whole yet.
SETTLED = timedelta(seconds=2)
AT_ONCE = 200


def read_folder(folder: Path, at: datetime) -> tuple[int, int]:
    """Take in every settled *.xml of the folder; how many were taken, and how many refused."""
    taken = refused = 0
    try:
        files = sorted(one for one in folder.iterdir() if one.suffix.lower() == ".xml" and one.is_file()
                       and not one.is_symlink())
    except OSError as error:
        log.warning("the folder of warnings cannot be read", extra={"folder": str(folder), "why": str(error)})
        return 0, 0
    settled = (clock.real_now() - SETTLED).timestamp()
    for path in files[:AT_ONCE]:
        try:
            if path.stat().st_mtime > settled:
                continue
            if _take(path, at):
                taken += 1
            else:
                refused += 1
        except OSError as error:
            log.warning("a dropped file cannot be moved", extra={"file": path.name, "why": str(error)})
    return taken, refused


def read_file(path: Path, at: datetime) -> bytes:
    """The bytes of a file, one more than may be taken at most."""
    most = terms(at.astimezone(clock.ZONE).date()).kilobytes * 1024
    with path.open("rb") as file:
        return file.read(most + 1)


def _take(path: Path, at: datetime) -> bool:
    try:
        receive(read_file(path, at), door=Door.FOLDER, by=THE_SYSTEM, at=at)
    except Refused as refusal:
        aside = _move(path, REFUSED)
        aside.with_name(aside.name + ".txt").write_text(f"{refusal.field}: {refusal}\n", encoding="utf-8")
        log.warning("a dropped file was refused", extra={"file": path.name, "why": str(refusal)})
        return False
    _move(path, DONE)
    return True


def _move(path: Path, below: str) -> Path:
    """Aside, under a name that is still free."""
    folder = path.parent / below
    folder.mkdir(exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        target, number = folder / f"{path.stem}-{number}{path.suffix}", number + 1
    os.replace(path, target)
    return target
