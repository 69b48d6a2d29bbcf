"""清理照片: pictures that were put into a form that was never sent lie on the disk for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from undercity.ledger.pictures import path_of
from undercity.ledger.queries.pictures import evidence_among

# Whoever began a report may finish it the same day; field phones send pictures together with what they show.
UNSENT_HOURS = 24
AT_ONCE = 500
FOLDERS, PICTURE, ASIDE = 256, ".jpg", ".gone"


def forget_pictures(hashes: Iterable[str]) -> None:
    """Remove the files of pictures that no dossier names any more."""
    gone = {one for one in hashes if one}
    for one in gone - evidence_among(gone):
        path_of(one).unlink(missing_ok=True)


def sweep(folder: int, *, at: datetime) -> int:
    """Remove what lies in one of the 256 folders, is older than a day and is no evidence; how many went.

    `at` is a real moment: files know no other clock.
    """
    place = path_of(f"{folder % FOLDERS:02x}").parent
    if not place.is_dir() or _rooms_left_out():
        return 0
    before = (at - timedelta(hours=UNSENT_HOURS)).timestamp()
    old = [path for path in place.iterdir() if path.stat().st_mtime < before]
    for path in old:
        if path.suffix == ASIDE:
            # A sweep that was killed had not decided yet: the next one asks again.
            path.rename(path.with_suffix(""))
        elif path.suffix != PICTURE:
            # Half a file, of a server that was killed while it wrote.
            path.unlink(missing_ok=True)
    whole = {path.stem: path for path in old if path.suffix == PICTURE}
    hashes, swept = list(whole), 0
    for first in range(0, len(hashes), AT_ONCE):
        some = hashes[first:first + AT_ONCE]
        swept += sum(_removed(whole[one], before) for one in set(some) - evidence_among(some))
    return swept


def _rooms_left_out() -> bool:
    # A room that is only switched off still has its evidence, in tables that nobody asks now.
    rooms = {label for label, _name in MigrationRecorder(connection).applied_migrations()}
    return bool(rooms - {config.label for config in apps.get_app_configs()})


def _removed(path: Path, before: float) -> bool:
    # Whoever keeps the same picture in this moment touches it first: then it is put back.
    aside = path.with_name(f"{path.name}{ASIDE}")
    try:
        path.rename(aside)
        if aside.stat().st_mtime >= before:
            aside.rename(path)
            return False
        aside.unlink()
    except FileNotFoundError:
        return False
    return True
