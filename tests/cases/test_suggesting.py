"""What words suggest: measured on texts held out whole, against always guessing the most frequent category."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from tests.city import MANHOLE, City
from undercity import clock
from undercity.science.bayes import best_temperature, learn


@pytest.fixture
def fresh(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A state folder without any file of suggestions."""
    from undercity.cases.queries import suggesting

    settings.VAR = tmp_path
    suggesting.forget()
    yield tmp_path
    suggesting.forget()


def examples() -> list[Any]:
    """The sample city's invented words, each once."""
    from undercity.cases.queries.suggesting import Example

    problems = tomllib.loads(files("undercity.city").joinpath("sample/problems.toml").read_text(encoding="utf-8"))
    return [Example(words, f"gbt47678-{one['code']}", one["weight"]) for one in problems["problem"]
            for words in one["words"]]


@given(st.lists(st.tuples(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6), st.sampled_from("XYZ")),
                min_size=1, max_size=12), st.lists(st.sampled_from("abcdefgh"), max_size=8))
def test_probabilities_sum_to_one_whatever_is_asked(known: list[tuple[list[str], str]], asked: list[str]) -> None:
    model = learn([text for text, _ in known], [label for _, label in known])
    shares = model.probabilities(asked)
    assert len(shares) == len(model.classes)
    assert np.isclose(shares.sum(), 1.0, atol=1e-5)
    assert (shares >= 0).all()


def test_naive_bayes_by_hand() -> None:
    model = learn([["a", "a", "b"], ["b", "c"]], ["X", "Y"], counts=[3, 1])
    # P(a|X) = 1.05 / (2 · 1 + 3 · 0.05): a part counts once a text; P(X) = (1 + 3) / (1 + 3 + 1 + 1).
    assert np.isclose(np.exp(model.weights[0, model.parts["a"]]), 1.05 / 2.15, atol=1e-5)
    assert np.isclose(np.exp(model.prior[0]), 4 / 6, atol=1e-5)
    with pytest.raises(ValueError):
        learn([], [])


def test_a_model_that_is_too_sure_is_cooled_down() -> None:
    scores = np.array([[0.0, -20.0]] * 4, dtype=np.float32)
    assert best_temperature(scores, np.array([0, 0, 0, 1])) > 10
    assert best_temperature(scores, np.array([], dtype=np.int64)) == 1.0


def test_held_out_texts_are_told_far_better_than_by_guessing(city: City) -> None:
    from undercity.cases.queries.suggesting import measured, words_of_categories

    found = measured(examples(), words_of_categories())
    print(f"{found.texts} invented texts held out: first {found.first:.1%}, among three {found.three:.1%}, majority "
          f"{found.majority:.1%}")
    assert found.texts == len(examples())
    assert found.first > 3 * found.majority
    assert found.three >= found.first


def test_the_words_of_the_categories_alone_suggest_and_nonsense_does_not(city: City, fresh: Path) -> None:
    from undercity.cases.queries.suggesting import suggest

    first = suggest("污水井盖破损")[0]
    assert first.name == "污水井盖"
    assert 0 < first.confidence <= 1
    assert first.department is not None
    for nothing in ("", "   ", "🙂🙂", "\u202e\x00", "<script>"):
        assert suggest(nothing) == []


def test_training_learns_from_closed_cases_and_keeps_dated_files(city: City, fresh: Path) -> None:
    from undercity.cases.actions.learning import train
    from undercity.cases.queries.suggesting import newest, read, suggest, suggest_department

    odd = "gbt47678-matter-06-001"
    for number in range(3):
        city.walk(city.reported(text=f"嗡嗡作响的铁皮 {number}", category=odd), "closed")
    city.reported(text="还没办完的铁皮", category=MANHOLE)
    before = suggest("嗡嗡作响")
    path, learnt = train(clock.real_now())
    assert newest() == path
    assert (learnt.about["cases"], learnt.about["texts"]) == (3, 3)
    assert path.name.endswith("-3-3.npz")
    assert read(path).about == learnt.about
    assert [one.category for one in before][:1] != [odd]
    assert suggest("嗡嗡作响的铁皮")[0].category == odd
    department, name, sure = suggest_department(odd)
    assert department is not None
    assert name
    assert 0.5 < sure < 1
    later, _ = train(clock.real_now() + timedelta(minutes=1))
    assert newest() == later
    assert path.exists()


def test_a_broken_file_costs_the_suggestions_only(city: City, fresh: Path) -> None:
    from undercity.cases.queries.suggesting import FOLDER, suggest

    (fresh / FOLDER).mkdir()
    (fresh / FOLDER / "20990101T000000-1-1.npz").write_bytes(b"not ours")
    assert suggest("污水井盖破损")[0].name == "污水井盖"


def test_the_desk_shows_suggestions_beside_the_forms(city: City, client: Any, fresh: Path) -> None:
    from undercity.org.models import Person

    case = city.reported(text="污水井盖破损")
    client.force_login(Person.objects.get(pk=city.post("intake_officer").person))
    assert "建议" in client.get(f"/desk/cases/{case.number}/").content.decode()
    case = city.walk(case, "dispatch")
    client.force_login(Person.objects.get(pk=city.whose(city.duty(case)).person))
    assert "建议：" in client.get(f"/desk/cases/{case.number}/").content.decode()
