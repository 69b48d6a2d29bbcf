"""`undercity works`: the same import, undo and export from a command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.city import City
from tests.register.sheets import row_of, xlsx
from undercity.errors import RuleBroken

WHO = ("--post", "duty-officer-1", "--datum", "gcj02")


def said(*words: str) -> str:
    out = io.StringIO()
    call_command("works", *words, stdout=out)
    return out.getvalue()


@pytest.mark.works
def test_a_spreadsheet_is_shown_brought_in_undone_and_written_out(city: City, tmp_path: Path) -> None:
    from undercity.ledger.models import Look
    from undercity.places.models import Place
    from undercity.register.models import Upload

    file, before = tmp_path / "台账.xlsx", Place.objects.count()
    file.write_bytes(xlsx([row_of(1), row_of(2, 容积="很大"), row_of(3)]))
    shown = said("import", str(file), *WHO, "--dry-run")
    assert "row 5: I 容积" in shown
    assert "3 rows: 2 new, 0 changed, 0 unchanged, 1 faulty; nothing was stored" in shown
    assert json.loads(said("import", str(file), *WHO, "--dry-run", "--json"))["faults"][0]["row"] == 5
    assert not Upload.objects.exists()
    with pytest.raises(RuleBroken):
        said("import", str(file), *WHO)
    assert Place.objects.count() == before
    done = json.loads(said("import", str(file), *WHO, "--good-rows", "--json"))
    assert (done["new"], done["left_out"]) == (2, 1)
    for name, magic in (("x.csv", b"\xef\xbb\xbf"), ("x.xlsx", b"PK"), ("x.geojson", b"{"), ("x.parquet", b"PAR1")):
        said("export", str(tmp_path / name), "--post", "duty-officer-1")
        assert (tmp_path / name).read_bytes().startswith(magic)
    assert not Look.objects.exists()
    said("export", str(tmp_path / "y.csv"), "--post", "duty-officer-1", "--internal", "汛前核对")
    assert Look.objects.get().reason == "汛前核对"
    said("undo", done["id"], "--post", "duty-officer-1")
    assert Place.objects.count() == before


def test_wrong_words_are_told(city: City, tmp_path: Path) -> None:
    for words in (("import", "no-such-file", *WHO), ("export", str(tmp_path / "x.doc"), "--post", "duty-officer-1"),
                  ("export", str(tmp_path / "x.csv"), "--post", "nobody"),
                  ("import", "x", *WHO, "--day", "tomorrow")):
        with pytest.raises(CommandError):
            said(*words)
