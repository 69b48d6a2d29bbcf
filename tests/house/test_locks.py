"""Both locks pin the same versions, with hashes, and name no address."""

from __future__ import annotations

import re

import pytest

from tools.house import ROOT

pytestmark = pytest.mark.once
PIN = re.compile(r"^([A-Za-z0-9_.-]+(?:\[[a-z,]+\])?)==(\S+)( ;[^\\]*)?", re.MULTILINE)


def pins(name: str) -> set[tuple[str, str, str]]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return {(found[1], found[2], found[3] or "") for found in PIN.finditer(text)}


def test_the_development_lock_holds_every_pin_of_the_other() -> None:
    small = pins("requirements.lock")
    assert len(small) > 15
    assert small - pins("requirements-dev.lock") == set()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_hashes_and_no_line_an_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
