"""A scheme file that is wrong is refused with its line and a remedy, and nothing of it is loaded."""

from __future__ import annotations

import pytest

from undercity.appraisal.scheme import DEFAULT, load
from undercity.errors import RuleBroken

pytestmark = pytest.mark.once
TEXT = DEFAULT.read_text(encoding="utf-8")


def changed(old: str, new: str) -> tuple[str, int]:
    """The shipped file with its first such line changed, and the number of that line."""
    lines = TEXT.splitlines()
    place = next(number for number, line in enumerate(lines) if line.strip() == old)
    lines[place] = new
    return "\n".join(lines), place + 1


def test_the_shipped_scheme_is_whole() -> None:
    found = load(TEXT, "x.toml")
    assert list(found.objects) == ["department", "inspector", "intake_officer", "shift_lead", "dispatcher", "duties"]
    assert all(sum(one.weight for one in objects.measures) == 1 for objects in found.objects.values())


@pytest.mark.parametrize(("old", "new", "words"), [
    ('indicator = "archive_rate"', 'indicator = "archiv_rate"', "There is no indicator “archiv_rate”."),
    ('counts = ["inst_num"]', 'counts = ["inst"]', "There is no indicator “inst”."),
    ('role = "shift_lead"', 'role = "boss"', "There is no role “boss”."),
    ('kind = "body"', 'kind = "house"', "There is no kind “house”."),
    ('scores = "bad"', 'scores = "ugly"', "cannot score as “ugly”"),
    ('scores = "good"', 'scores = "volume"', "cannot score as “volume”"),
    ('bands = "department"', 'bands = "cells"', "There are no bands “cells”."),
    ('code = "inspector"', 'code = "department"', "is there twice"),
    ("weight = 0.40", "weight = -0.40", "A weight lies between 0 and 1."),
    ("{ from = 301, to = 500, points = 60 },", "{ from = 302, to = 500, points = 60 },", "a gap or overlap at 301"),
    ("{ from = 301, to = 500, points = 60 },", "{ from = 301, to = 500, points = 160 },", "a gap or overlap at 301"),
    ("{ from = 2001, points = 100 },", "{ from = 2001, to = 9000, points = 100 },", "a gap or overlap at 2001"),
    ("from = 0", "from = 1", "The lowest grade begins at 0."),
])
def test_a_fault_is_refused_with_its_line_and_a_remedy(old: str, new: str, words: str) -> None:
    from django.utils import translation

    text, line = changed(old, new)
    with translation.override("en"), pytest.raises(RuleBroken) as refused:
        load(text, "ours.toml")
    assert words in str(refused.value.message)
    assert f"ours.toml, line {line}:" in str(refused.value.message)
    assert refused.value.remedy


def test_weights_that_do_not_sum_to_1_name_the_object() -> None:
    from django.utils import translation

    text, _ = changed("weight = 0.25", "weight = 0.26")
    line = next(number for number, words in enumerate(text.splitlines()) if words == 'code = "intake_officer"')
    with translation.override("en"), pytest.raises(RuleBroken) as refused:
        load(text, "ours.toml")
    assert f"ours.toml, line {line}: The weights of “intake_officer” sum to 1.01, not to 1." in str(refused.value)


@pytest.mark.parametrize("text", ["", "code = ", 'code = "x"', TEXT.replace("weight = 0.40", "weight = true", 1),
                                  TEXT.replace("from = 90", 'from = "90"', 1), "object = 3", "bands = [[]]",
                                  TEXT.replace("valid_from = 2026-01-01", "")])
def test_any_other_file_is_refused_too(text: str) -> None:
    with pytest.raises(RuleBroken):
        load(text, "ours.toml")
