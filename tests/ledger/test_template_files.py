"""A file of duty templates is taken whole or not at all, and a fault names its line and its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.city import City
from undercity.errors import RuleBroken
from undercity.ledger.actions.agenda import load_templates
from undercity.ledger.models import DutyTemplate
from undercity.ledger.queries.template_files import SHIPPED, read_templates

GOOD = """# A file of a city.

[[template]]
code = "night-watch"
zh = "夜间巡查"
en = "Night watch"
do_zh = "巡查"
do_en = "Walk the round"
roles = ["keeper"]
rule = "FREQ=WEEKLY;BYDAY=FR"
cycle = "week"
until = "limit"
limit = { value = 1, unit = "working_day" }
source = "test"
valid_from = 2026-01-01
"""
# What is written instead of which line, the line that is named, and a word of the message.
FAULTS = [
    ('roles = ["keeper"]', 'roles = ["emperor"]', 9, "emperor"),
    ('roles = ["keeper"]', 'posts = ["no-such-post"]', 9, "no-such-post"),
    ('roles = ["keeper"]', "", 3, ""),
    ('roles = ["keeper"]', 'roles = ["keeper"]\nbodies = ["moon"]', 10, "moon"),
    ('rule = "FREQ=WEEKLY;BYDAY=FR"', 'rule = "EVERY FRIDAY"', 10, "EVERY FRIDAY"),
    ('rule = "FREQ=WEEKLY;BYDAY=FR"', 'rule = "FREQ=WEEKLY;BYDAY=MO,FR"', 11, ""),
    ('rule = "FREQ=WEEKLY;BYDAY=FR"', 'rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"', 10, ""),
    ('rule = "FREQ=WEEKLY;BYDAY=FR"', 'rule = "FREQ=WEEKLY;BYDAY=FR"\ntrigger = "both"', 10, ""),
    ('cycle = "week"', 'cycle = "moon"', 11, "moon"),
    ('until = "limit"', 'until = "whenever"', 12, "whenever"),
    ('until = "limit"', 'until = "end_of_period"', 13, ""),
    ('limit = { value = 1, unit = "working_day" }', 'limit = { value = 0, unit = "working_day" }', 13, ""),
    ('limit = { value = 1, unit = "working_day" }', 'limit = { value = 1, unit = "moon" }', 13, "moon"),
    ('source = "test"', 'source = "test"\nphotos = 9', 15, ""),
    ('source = "test"', 'source = "test"\ncounts = [{ code = "days" }]', 15, ""),
    ('source = "test"', 'source = "test"\ncolour = "red"', 15, "colour"),
    ('source = "test"', "source = 7", 14, "source"),
    ('zh = "夜间巡查"', f'zh = "{"夜" * 61}"', 5, ""),
    ('code = "night-watch"', 'code = "Night Watch"', 4, "Night Watch"),
]


@pytest.mark.parametrize(("was", "now", "line", "word"), FAULTS)
def test_a_fault_names_file_line_and_remedy_and_nothing_is_loaded(city: City, tmp_path: Path, was: str, now: str,
                                                                   line: int, word: str) -> None:
    before = list(DutyTemplate.objects.values_list("code", flat=True))
    path = tmp_path / "city.toml"
    assert was in GOOD
    path.write_text(GOOD.replace(was, now) + GOOD.partition("\n")[2].replace("night-watch", "day-watch"),
                    encoding="utf-8")
    with pytest.raises(RuleBroken) as broken:
        load_templates(path)
    assert broken.value.details == {"file": "city.toml", "line": line}
    assert "city.toml" in str(broken.value)
    assert word in str(broken.value)
    assert broken.value.remedy
    assert list(DutyTemplate.objects.values_list("code", flat=True)) == before


@pytest.mark.parametrize("text", ["", "[[template]\n", "title = 1\n", "\x00"])
def test_a_file_that_is_none_is_refused(city: City, tmp_path: Path, text: str) -> None:
    path = tmp_path / "city.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleBroken) as broken:
        load_templates(path)
    assert broken.value.remedy
    with pytest.raises(RuleBroken):
        load_templates(tmp_path / "not-there.toml")


def test_a_good_file_is_loaded_and_loading_it_again_changes_nothing(city: City, tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_text(GOOD, encoding="utf-8")
    before = DutyTemplate.objects.count()
    assert load_templates(path) == load_templates(path) == 1
    assert DutyTemplate.objects.count() == before + 1


def test_the_shipped_templates_serve_every_row_that_asks_for_one(city: City) -> None:
    rows = {one["row"] for one in read_templates(SHIPPED)}
    assert rows == {"A5", "T2", "T3", "P1", "A4", "P5", "A6", "A7", "T4"}
