"""No entry is lost, in whatever order transactions commit."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from undercity.appraisal.gaps import KEPT_SECONDS, Gap, holes, remaining

pytestmark = pytest.mark.once


@given(st.permutations(range(1, 30)), st.lists(st.integers(0, 29)), st.sets(st.integers(1, 29)))
def test_every_number_is_read_once_however_late_it_commits(order: list[int], looks: list[int],
                                                           rolled_back: set[int]) -> None:
    visible: set[int] = set()
    position, gaps, read = 0, [], []
    for moment, number in enumerate([*order, 0]):
        if number and number not in rolled_back:
            visible.add(number)
        if moment not in looks and number:
            continue
        came = [one for gap in gaps for one in range(gap.first, gap.last + 1) if one in visible]
        new = sorted(one for one in visible if one > position)
        gaps = remaining(gaps, came, moment)
        position, more = holes(position, new, moment)
        gaps += more
        read += came + new
        missing = {one for gap in gaps for one in range(gap.first, gap.last + 1)}
        assert missing == set(range(1, position + 1)) - visible
    assert sorted(read) == sorted(visible)


def test_a_number_that_has_not_come_within_a_day_was_rolled_back_and_is_forgotten() -> None:
    gaps = [Gap(5, 9, 1000), Gap(20, 20, 5000)]
    assert remaining(gaps, [7], 1000 + KEPT_SECONDS - 1) == [Gap(5, 6, 1000), Gap(8, 9, 1000), Gap(20, 20, 5000)]
    assert remaining(gaps, [7], 1000 + KEPT_SECONDS) == [Gap(20, 20, 5000)]
