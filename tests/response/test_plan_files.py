"""Files that are no plan: each is refused with its line, its field and what to do."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given, strategies as st

from undercity.city.sample_files import SAMPLE
from undercity.errors import RuleBroken
from undercity.response.plans.pages.editor import SKELETON
from undercity.response.plans.rules import PlanFaults, parse
from undercity.response.plans.rules.lines import lines_of
from undercity.response.plans.rules.reading import CHARACTERS_MAX, decoded

GOOD = SKELETON.read_text(encoding="utf-8")
ORDER = GOOD.index("[[order]]")


def faults(text: str) -> list[tuple[int, str, str, str]]:
    with translation.override("en"), pytest.raises(PlanFaults) as caught:
        parse(text)
    return [(one.line, one.where, one.message, one.remedy) for one in caught.value.faults]


@pytest.mark.parametrize(("was", "becomes", "word", "where"), [
    ('verb = "watch"', 'verb = "wach"', "watch", "order 1 · verb"),
    ('verb = "watch"', "", "verb = …", "order 1 · verb"),
    ("level = 4\nverb", "level = 7\nverb", "At most 4", "order 1 · level"),
    ("level = 4\nverb", 'level = "x"\nverb', "whole number", "order 1 · level"),
    ("done = 60", "done = 2000", "At most 1440", "defaults · done"),
    ("done = 60", "dnoe = 60", "Did you mean “done”", "defaults · dnoe"),
    ("valid_from = 2026-06-01", 'valid_from = "soon"', "2026-06-01", "plan · valid_from"),
    ("valid_from = 2026-06-01", "valid_from = 2026-06-01\nvalid_to = 2025-01-01", "description", "plan"),
    ('code = "flood"', 'code = "Flood Plan"', "Small letters", "plan · code"),
    ("第{number}号", "号", "description", "numbering"),
    ('en = "Duty officer on post."', "en = 5", "quotation marks", "order 1 · en"),
    ('en = "Duty officer on post."', 'en = "  "', "leave the line out", "order 1 · en"),
    ('{ role = "duty_officer", body = "body-key" }', '{ role = "duty_officer" }', "description", "order 1 · to"),
    ('{ role = "duty_officer", body = "body-key" }', '"leader"', "braces", "order 1 · to"),
    ('{ role = "duty_officer", body = "body-key" }', "{ keeper = true }", "description", "order 1"),
    ("level = 4\nverb", 'level = 4\nwhen = "place_closed"\nverb', "description", "order 1"),
    ('colour = "blue"', 'colour = "pink"', "One of", "warning 1 · colour"),
])
def test_a_bad_word_is_found_in_its_line_with_a_remedy(was: str, becomes: str, word: str, where: str) -> None:
    start = ORDER if where.startswith("order") else 0
    at = GOOD.index(was, start)
    text = GOOD[:at] + becomes + GOOD[at + len(was):]
    found = [one for one in faults(text) if one[1].startswith(where)]
    assert found, faults(text)
    line, _where, message, remedy = found[0]
    assert word in remedy
    assert message
    near = text[:at].count("\n") + 1
    # The word's own line, or the head of the table that lacks it.
    assert lines_of(text).of(("order", 0)) <= line <= near if where.startswith("order") else 1 < line <= near + 1


def test_every_fault_is_told_at_once() -> None:
    text = GOOD.replace('verb = "watch"', 'verb = "wach"').replace("done = 60", "done = 0")
    assert len(faults(text)) == 2


@pytest.mark.parametrize("text", ["", "x", "= 5", "[plan", '[[order]]\nkey = "a', "[plan]\n[plan]", "\x00",
                                  "a = " + "[" * 3000, "[[order]]", "order = 5", "plan = []"])
def test_what_is_not_a_plan_at_all_is_refused_in_words(text: str) -> None:
    assert all(message and remedy and line >= 1 for line, _where, message, remedy in faults(text))


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(PlanFaults):
        parse(text)


def test_a_file_far_too_long_is_refused_before_it_is_read() -> None:
    assert "longer" in faults("#" * (CHARACTERS_MAX + 1))[0][2]


def test_bytes_that_are_no_text_say_the_line() -> None:
    with translation.override("en"), pytest.raises(RuleBroken, match="Line 2 is not UTF-8"):
        decoded("一\n二".encode("gb18030").replace(b"\xd2\xbb", b"ok"))
    assert decoded("\ufeff一\r\n二".encode()) == "一\n二"


@pytest.mark.parametrize("file", sorted((SAMPLE / "plans").glob("*.toml")), ids=lambda file: file.stem)
def test_every_plan_shipped_is_a_plan_with_all_four_levels_and_says_it_is_invented(file: object) -> None:
    content = parse(file.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    assert content.levels_known == (4, 3, 2, 1)
    assert content.plan.invented
    assert content.numbering.invented
    assert "虚构" in content.plan.zh
    assert all(any(one.level == level for one in content.orders) for level in content.levels_known)


def test_the_district_plan_has_forty_orders_and_the_inferred_colour_says_so() -> None:
    content = parse((SAMPLE / "plans" / "shizhong.toml").read_text(encoding="utf-8"))
    assert len(content.orders) >= 40
    assert {(one.colour, one.level, one.inferred) for one in content.warnings} == {
        ("blue", 4, False), ("yellow", 3, False), ("orange", 2, True), ("red", 1, False)}
