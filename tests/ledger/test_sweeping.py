"""Pictures of reports never sent are swept; evidence and what somebody keeps at this moment stay."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.city import City, png
from undercity import clock


@pytest.fixture
def disk(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def kept(colour: tuple[int, int, int], *, days_old: float) -> Any:
    from undercity.ledger.pictures import keep, path_of, read_picture

    picture = read_picture(png(colour))
    keep(picture)
    aged = clock.real_now().timestamp() - days_old * 86_400
    os.utime(path_of(picture.sha256), (aged, aged))
    return picture


def swept() -> int:
    from undercity.ledger.actions.sweeping import FOLDERS, sweep

    return sum(sweep(folder, at=clock.real_now()) for folder in range(FOLDERS))


def test_what_was_never_sent_goes_after_a_day_and_evidence_stays(city: City, disk: Path) -> None:
    from undercity.ledger.pictures import path_of

    unsent, young, sent = kept((1, 2, 3), days_old=2), kept((9, 9, 9), days_old=0.9), kept((200, 1, 1), days_old=40)
    city.reported(photos=[sent])
    half = path_of(unsent.sha256).with_suffix(".jpg.1.ab.new")
    half.write_bytes(b"x")
    os.utime(half, (1, 1))
    assert swept() == 1
    assert [path_of(one.sha256).exists() for one in (unsent, young, sent)] == [False, True, True]
    assert not half.exists()
    assert swept() == 0


def test_a_picture_kept_again_is_young_again(city: City, disk: Path) -> None:
    from undercity.ledger.pictures import keep, path_of

    picture = kept((1, 2, 3), days_old=2)
    keep(picture)
    assert swept() == 0
    assert path_of(picture.sha256).exists()


def test_one_kept_while_it_is_swept_is_put_back(city: City, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from undercity.ledger.actions import sweeping
    from undercity.ledger.pictures import keep, path_of

    picture = kept((1, 2, 3), days_old=2)
    asked = sweeping.evidence_among

    def asked_and_kept(hashes: Any) -> set[str]:
        answer = asked(hashes)
        keep(picture)
        return answer

    monkeypatch.setattr(sweeping, "evidence_among", asked_and_kept)
    assert swept() == 0
    assert path_of(picture.sha256).exists()


def test_what_a_killed_sweep_had_put_aside_is_asked_for_again(city: City, disk: Path) -> None:
    from undercity.ledger.pictures import path_of

    sent, unsent = kept((200, 1, 1), days_old=40), kept((1, 2, 3), days_old=40)
    city.reported(photos=[sent])
    for one in (sent, unsent):
        path = path_of(one.sha256)
        os.utime(path, (1, 1))
        path.rename(path.with_name(f"{path.name}.gone"))
    assert (swept(), swept()) == (0, 1)
    assert [path_of(one.sha256).exists() for one in (sent, unsent)] == [True, False]


def test_nothing_is_swept_while_a_room_is_left_out_whose_tables_are_there(city: City, disk: Path) -> None:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    from undercity.ledger.pictures import path_of

    picture, recorder = kept((1, 2, 3), days_old=2), MigrationRecorder(connection)
    recorder.record_applied("some_room", "0001_initial")
    assert swept() == 0
    assert path_of(picture.sha256).exists()
    recorder.record_unapplied("some_room", "0001_initial")
    assert swept() == 1
