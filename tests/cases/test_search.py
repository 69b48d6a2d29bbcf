"""Cases are found by Chinese words of two characters, by one, by Latin words and by their number, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.city import City
from undercity.cases.queries.filters import Filter
from undercity.cases.words import asked, grams

TEXTS = ("井盖破损，有人险些摔倒", "路灯不亮已三天", "LED路灯闪烁", "小区北门外井沿开裂，盖板松动",
         "12345热线转来：占道经营")


def found(city: City, words: str, **more: Any) -> list[str]:
    from undercity.cases.models import Report
    from undercity.cases.queries.lists import page

    rows = page(city.post("intake_officer"), city.at, narrowed=Filter(words=words), **more)
    return [Report.objects.get(case__id=row.pk).text for row in rows]


@pytest.mark.parametrize(("words", "expected"), [
    ("井盖", TEXTS[:1]), ("路灯", (TEXTS[2], TEXTS[1])), ("灯", (TEXTS[2], TEXTS[1])), ("led", (TEXTS[2],)),
    ("路灯 三天", (TEXTS[1],)), ("12345", (TEXTS[4],)), ("没有的词", ()), ("井", (TEXTS[3], TEXTS[0])),
    ("灯路", ())])
def test_words_are_found(words: str, expected: tuple[str, ...], city: City) -> None:
    for text in TEXTS:
        city.reported(text=text)
    assert found(city, words) == list(expected)


def test_pairs_that_do_not_stand_together_are_no_word(city: City) -> None:
    # 井沿开裂，盖板 has 井 and 盖, and 路灯灯罩 the pairs of 灯罩路灯.
    city.reported(text="灯罩路边，路灯灯柱")
    assert found(city, "路灯灯罩") == []
    assert found(city, "灯罩路边") == ["灯罩路边，路灯灯柱"]


def test_the_address_is_searched_too_and_a_number_finds_its_case(city: City) -> None:
    case = city.reported(text="破损", address="舜耕路小学门口")
    other = city.reported(text="破损")
    assert found(city, "舜耕路") == ["破损"]
    assert len(found(city, "破损")) == 2
    from undercity.cases.queries.lists import page

    rows = page(city.post("intake_officer"), city.at, narrowed=Filter(words=case.number))
    assert [row.number for row in rows] == [case.number]
    assert other.number != case.number


def test_another_territorys_cases_are_not_found(city: City) -> None:
    from undercity.cases.queries.lists import page

    city.reported(text="井盖破损")
    assert page(city.post("department_handler"), city.at, narrowed=Filter(words="井盖")) == []


def test_pages_go_on_where_the_one_before_ended(city: City) -> None:
    for number in range(7):
        city.reported(text=f"井盖 {number}")
    first = found(city, "井盖", limit=3)
    assert first == ["井盖 6", "井盖 5", "井盖 4"]
    from undercity.cases.queries.lists import page

    last = page(city.post("intake_officer"), city.at, narrowed=Filter(words="井盖"), limit=3)[-1].pk
    assert found(city, "井盖", limit=3, before=last) == ["井盖 3", "井盖 2", "井盖 1"]


@pytest.mark.parametrize("words", ['"', "井盖\" OR \"路灯", "'; DROP TABLE cases_case;--", "*", "NEAR(", "%", "_", "👍",
                                   "مرحبا", "\\", "井" * 60])
def test_nothing_typed_breaks_the_search(words: str, city: City) -> None:
    case = city.reported(text=f"井盖 {words}")
    assert found(city, words) in ([], [case.report.text])


def test_the_page_has_the_search_and_says_when_nothing_is_found(city: City, client: Any) -> None:
    from undercity.org.models import Person

    city.reported(text="井盖破损")
    client.force_login(Person.objects.get(pk=city.post("intake_officer").person))
    page = client.get("/desk/cases/", {"words": "井盖"}).content.decode()
    assert 'name="words" value="井盖"' in page
    assert "data-row" in page
    assert "没有包含“<b>”" not in client.get("/desk/cases/", {"words": "<b>"}).content.decode()


@given(st.text(max_size=60), st.text(max_size=20))
def test_whatever_is_part_of_a_text_is_asked_for_by_grams_the_text_has(text: str, part: str) -> None:
    whole = f"{text} {part} {text}"
    assert set(asked(part)) <= set(grams(whole))


@given(st.text(alphabet="井盖路灯破损", min_size=2, max_size=12), st.data())
def test_any_stretch_of_a_chinese_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert set(asked(text[start:end])) <= set(grams(text))


def test_the_list_is_saved_whole_and_no_cell_is_a_formula(city: City, client: Any,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    import csv
    import io

    from undercity.cases.queries import lists
    from undercity.org.models import Person

    monkeypatch.setattr(lists, "PAGE", 2)
    cases = [city.reported(text="井盖", address=address) for address in ("=1+1", "@cmd", "路口", "桥下", "河边")]
    city.reported(text="路灯")
    client.force_login(Person.objects.get(pk=city.post("intake_officer").person))
    answer = client.get("/desk/cases.csv", {"words": "井盖"})
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff演示数据\r\n")
    rows = list(csv.reader(io.StringIO(text)))[2:]
    assert [row[0] for row in rows] == [case.number for case in reversed(cases)]
    assert [row[2] for row in rows][-2:] == ["'@cmd", "'=1+1"]
