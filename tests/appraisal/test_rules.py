"""The formulas of scores: check values of the design, and what must hold whatever was counted."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from undercity.appraisal.rules import Count, Score, grade_of, points_of, ranks, score, shown
from undercity.appraisal.scheme import Objects, scheme
from undercity.appraisal.states import Scores

pytestmark = pytest.mark.once
ALL = tuple(scheme().objects.values())


def scored(code: str, **counts: tuple[int, int]) -> Score:
    found = {name: Count(*value) for name, value in counts.items()}
    return score(scheme().objects[code].measures, found, scheme().grades)


def letter(found: Score) -> str:
    return found.grade.letter if found.grade else ""


def test_an_inspector_of_the_check_values_scores_exactly_92_a() -> None:
    found = scored("inspector", valid_patrol_report_rate=(180, 200), miss_rate=(12, 240),
                   intime_verify_rate=(18, 20), intime_check_rate=(57, 60))
    assert (found.composite, letter(found), shown(found.composite)) == (Fraction(92), "A", "92.00")


def test_a_dispatcher_of_the_check_values_scores_exactly_89_b() -> None:
    found = scored("dispatcher", dispatch_num=(480, 480), intime_dispatch_rate=(456, 480),
                   accur_dispatch_rate=(468, 480))
    assert (found.composite, letter(found)) == (Fraction(89), "B")


def test_the_rates_of_a_published_month_come_out_to_the_digit() -> None:
    rates = [points_of(measure, Count(*count)) for measure in scheme().objects["department"].measures
             if measure.indicator == "archive_rate" for count in ((911, 972), (737, 972))]
    assert [shown(rate) for rate in rates] == ["93.72", "75.82"]


@pytest.mark.parametrize(("value", "letter"), [
    ("100", "A"), ("90", "A"), ("89.999", "B"), ("75", "B"), ("74.995", "C"), ("60", "C"), ("59.9", "D"), ("40", "D"),
    ("39.9999", "E"), ("0", "E")])
def test_a_grade_is_given_on_the_exact_value_lower_bound_included(value: str, letter: str) -> None:
    assert grade_of(Fraction(value), scheme().grades).letter == letter


def test_89_point_995_is_shown_as_90_and_is_still_a_b() -> None:
    value = Fraction("89.995")
    assert (shown(value), grade_of(value, scheme().grades).letter) == ("90.00", "B")


@pytest.mark.parametrize(("count", "points"), [(0, 100), (50, 100), (51, 90), (100, 90), (101, 75), (200, 75),
                                               (201, 60), (500, 60), (501, 40), (1000, 40), (1001, 0), (10**9, 0)])
def test_the_bands_of_a_department_at_their_edges(count: int, points: int) -> None:
    measure = next(one for one in scheme().objects["department"].measures if one.scores is Scores.VOLUME)
    assert points_of(measure, Count(count, count)) == points


@pytest.mark.parametrize(("count", "points"), [(0, 0), (100, 0), (101, 40), (300, 40), (301, 60), (500, 60), (501, 75),
                                               (1200, 75), (1201, 90), (2000, 90), (2001, 100)])
def test_the_bands_of_a_post_at_their_edges(count: int, points: int) -> None:
    measure = next(one for one in scheme().objects["dispatcher"].measures if one.scores is Scores.VOLUME)
    assert points_of(measure, Count(count, count)) == points


def test_a_node_without_data_is_left_out_and_the_others_are_rescaled() -> None:
    found = scored("inspector", valid_patrol_report_rate=(9, 10), intime_check_rate=(1, 2))
    assert [node.share for node in found.nodes] == [Fraction(2, 3), None, None, Fraction(1, 3)]
    assert found.composite == Fraction(2, 3) * 90 + Fraction(1, 3) * 50
    assert found.is_rescaled


def test_a_department_without_cases_has_no_data_though_no_cases_would_score_full_marks() -> None:
    found = scored("department")
    assert (found.composite, found.grade, found.lost, found.is_rescaled) == (None, None, None, False)


def counts_of(objects: Objects) -> st.SearchStrategy[dict[str, Count]]:
    count = st.tuples(st.integers(0, 3000), st.integers(0, 3000)).map(lambda two: Count(min(two), max(two)))
    return st.dictionaries(st.sampled_from([one.indicator for one in objects.measures]), count)


some = st.sampled_from(ALL).flatmap(lambda objects: st.tuples(st.just(objects), counts_of(objects)))


@given(some)
def test_a_composite_lies_between_0_and_100_and_is_what_its_nodes_give(drawn: tuple[Objects, dict[str, Count]]) -> None:
    objects, counts = drawn
    found = score(objects.measures, counts, scheme().grades)
    if found.composite is None:
        assert all(node.points is None for node in found.nodes)
        assert not any(count.bottom for code, count in counts.items() for one in objects.measures
                       if one.indicator == code and one.scores is not Scores.VOLUME)
        return
    assert 0 <= found.composite <= 100
    assert sum(node.share for node in found.nodes if node.share is not None) == 1
    assert sum(node.lost for node in found.nodes if node.lost is not None) == found.lost


@given(some, st.data())
def test_doing_better_never_costs_points(drawn: tuple[Objects, dict[str, Count]], data: st.DataObject) -> None:
    objects, counts = drawn
    before = score(objects.measures, counts, scheme().grades).composite
    for measure in objects.measures:
        count = counts.get(measure.indicator, Count())
        if measure.scores is Scores.VOLUME or not count.bottom or before is None:
            continue
        if measure.scores is Scores.GOOD:
            top = data.draw(st.integers(count.top, count.bottom))
        else:
            top = data.draw(st.integers(0, count.top))
        after = score(objects.measures, {**counts, measure.indicator: Count(top, count.bottom)}, scheme().grades)
        assert after.composite is not None
        assert after.composite >= before


@given(st.fractions(0, 100))
def test_what_is_shown_is_the_nearest_hundredth(value: Fraction) -> None:
    assert abs(Fraction(shown(value)) - value) <= Fraction(1, 200)


def test_equal_scores_share_a_rank_and_the_next_is_as_many_places_lower() -> None:
    assert ranks({1: Fraction(90), 2: Fraction(95), 3: None, 4: Fraction(90), 5: Fraction(1)}) == {
        2: 1, 1: 2, 4: 2, 5: 4}
