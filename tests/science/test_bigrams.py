"""Names by the pairs of characters they share with what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as some

from undercity.science.bigrams import likeness, names_of, pairs, plain, shared

words = some.text(alphabet="经纬一二三四十路街山东abc", min_size=0, max_size=7)


@given(some.lists(words, max_size=25), words)
def test_shared_pairs_are_those_of_comparing_each_name(names: list[str], asked: str) -> None:
    two = {pair for pair in pairs(asked) if len(pair) == 2}
    assert shared(names_of(names), asked).tolist() == [len(two & pairs(name)) for name in names]


def test_width_case_and_spaces_do_not_count() -> None:
    assert plain("Ｂaotu Spring，１２号") == "baotuspring12号"


@given(words.filter(bool), words.filter(bool))
def test_likeness_is_a_share_and_complete_only_for_the_name_itself(asked: str, name: str) -> None:
    count = len({pair for pair in pairs(asked) if len(pair) == 2} & pairs(name))
    found = likeness(count, asked, name)
    assert 0 <= found <= 1
    assert (found == 1) is (asked == name)


@pytest.mark.parametrize(("asked", "name", "least"), [
    ("纬十二路", "纬十二路", 1.0), ("纬十二路25号", "纬十二路", 0.6), ("经四", "经四路", 0.6),
    ("英雄山商城", "经十一路英雄山人防商城", 0.42), ("大明糊", "大明湖", 0.42)])
def test_a_slip_a_house_number_and_what_is_left_out_do_no_harm(asked: str, name: str, least: float) -> None:
    assert likeness(len(pairs(asked) & pairs(name)), asked, name) >= least
