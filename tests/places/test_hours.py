"""Hours in words."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from undercity.places.hours import in_words, season

TO = "\u2060–\u2060"


@pytest.mark.parametrize(("hours", "chinese", "english"), [
    ("09:00-18:00", f"每天 09:00{TO}18:00", f"every day 09:00{TO}18:00"),
    ("Jun 21-Aug 31 09:30-20:00", f"6月21日至8月31日，每天 09:30{TO}20:00",
     f"21 June to 31 August, every day 09:30{TO}20:00"),
    ("24/7", "全年全天", "day and night, all year"),
    ("Mo-Fr 09:00-12:00,14:00-17:00", f"周一至周五 09:00{TO}12:00, 14:00{TO}17:00",
     f"Monday to Friday 09:00{TO}12:00, 14:00{TO}17:00"),
    ("Mo,We 10:00-12:00; Su off", f"周一、周三 10:00{TO}12:00；周日不开放",
     f"Monday, Wednesday 10:00{TO}12:00; Sunday closed"),
])
def test_simple_hours_are_said_in_the_readers_language(hours: str, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert in_words(hours) == chinese
    with override("en"):
        assert in_words(hours) == english


@pytest.mark.parametrize("hours", ["sunrise-sunset", "Jun 21-Aug 31 sunrise-20:00", "Feb 31-Mar 2 09:00-10:00",
                                   "week 1-20 10:00-12:00", "09:00-18:00; easter off", ""])
def test_what_is_not_simple_stays_as_it_was_written(hours: str) -> None:
    assert in_words(hours) == hours


def test_a_season_is_named_and_all_year_is_none() -> None:
    with override("zh-hans"):
        assert season("Jun 21-Aug 31 09:30-20:00") == "6月21日至8月31日"
    assert season("09:00-18:00") == ""
