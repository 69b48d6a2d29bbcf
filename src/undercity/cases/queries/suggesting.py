"""建议类别与部门: what a report's words look like, and who usually handles it. Never decides.

Learnt from the words of the categories, and from the city's own closed cases by `undercity suggest train`, which keeps
each result as a file of its own; the newest one counts, and without any the words of the categories alone.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from django.conf import settings

from undercity.cases.models import Case
from undercity.cases.queries.scheme import Scheme, scheme
from undercity.cases.states import Outcome
from undercity.cases.words import grams
from undercity.org.queries import body_name, directory
from undercity.science.bayes import Floats, Model, best_temperature, learn

FOLDER = "suggestions"
KEPT_SECONDS = 60.0
AT_MOST = 3
# Less sure than this, nothing is proposed: a guess among hundreds helps nobody.
LEAST = 0.1
FOLDS = 5
MOST_CASES = 200_000
# Nobody has measured what the categories' words alone are worth in this city: then little is said with confidence.
CAUTIOUS = 5.0
# What a category's usual department weighs against one closed case of another.
USUAL = 2.0
log = logging.getLogger("undercity.suggestions")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category that a text may mean, with its confidence from 0 to 1; and the department that would handle it."""

    category: str
    name: str
    confidence: float
    department: int | None
    department_name: str
    department_confidence: float


@dataclass(frozen=True)
class Example:
    """A distinct text of closed cases, its category, and how many cases had it."""

    text: str
    category: str
    count: int


@dataclass(frozen=True)
class Measured:
    """How well held-out texts are told: right at the first guess, among the first three, and by guessing the most
    frequent category each time. A text is held out whole, with every case that has the same words."""

    texts: int
    first: float
    three: float
    majority: float
    temperature: float


@dataclass(frozen=True)
class Learnt:
    """The model, how often which department handled which category (by keys of bodies), and what is known of it."""

    model: Model
    departments: dict[str, dict[str, int]]
    about: dict[str, Any]


def suggest(text: str, at_most: int = AT_MOST) -> list[Suggestion]:
    """What these words may mean, the likeliest first; empty when nothing is likely enough."""
    parts = grams(text)
    learnt = _learnt()
    if not any(part in learnt.model.parts for part in parts):
        return []
    shares, known = learnt.model.probabilities(parts), scheme()
    found = []
    for place in np.argsort(-shares)[:at_most]:
        code = learnt.model.classes[place]
        if shares[place] >= LEAST and code in known.categories:
            department, sure = _department(learnt, code, known)
            found.append(Suggestion(code, known.name(code), _shown(float(shares[place])), department,
                                    body_name(department), _shown(sure)))
    return found


def suggest_department(category: str) -> tuple[int | None, str, float]:
    """Who usually handles this category: body, name, confidence; (None, "", 0) when nobody knows."""
    department, sure = _department(_learnt(), category, scheme())
    return department, body_name(department), _shown(sure)


def _shown(confidence: float) -> float:
    """To two places; never certain."""
    return min(round(confidence, 2), 0.99)


def _department(learnt: Learnt, category: str, known: Scheme) -> tuple[int | None, float]:
    weights: dict[str, float] = {**learnt.departments.get(category, {})}
    usual = known.categories[category].department if category in known.categories else ""
    if usual:
        weights[usual] = weights.get(usual, 0) + USUAL
    there = {key: weight for key, weight in weights.items() if key in directory().by_key}
    if not there:
        return None, 0.0
    key = max(there, key=lambda one: (there[one], one == usual, one))
    # One more unseen case of another department keeps a few cases from being a certainty.
    return directory().by_key[key], there[key] / (sum(weights.values()) + 1)


# --- learning -------------------------------------------------------------------------------------------------------

def words_of_categories() -> list[Example]:
    """What the categories themselves say: their names, their classes, the conditions of their filing standards."""
    known = scheme()
    conditions: dict[str, list[str]] = {}
    for standard in known.standards.values():
        conditions.setdefault(standard.category, []).append(standard.condition[0])
    return [Example(" ".join([row.minor_zh, row.minor_zh, row.major_zh, *conditions.get(code, ())]), code, 0)
            for code, row in known.categories.items()]


def closed_cases() -> tuple[list[Example], dict[str, dict[str, int]]]:
    """The distinct texts of cases that were handled, under the category they were filed as; who handled which."""
    said: Counter[tuple[str, str]] = Counter()
    handled: dict[str, dict[str, int]] = {}
    keys = {body: key for key, body in directory().by_key.items()}
    rows = (Case.objects.filter(outcome__in=[Outcome.RESOLVED, Outcome.SELF_HANDLED]).order_by("-id")
            .values_list("report__text", "report__address", "category", "department_id")[:MOST_CASES])
    for text, address, category, department in rows.iterator(chunk_size=5000):
        # Where it is says nothing of what it is, and would make two of the same sentence look like two texts.
        if words := (text.replace(address, "") if address else text).strip(" ，。,.;；、"):
            said[words, category] += 1
        if department in keys:
            counted = handled.setdefault(category, {})
            counted[keys[department]] = counted.get(keys[department], 0) + 1
    return [Example(text, category, count) for (text, category), count in sorted(said.items())], handled


def _model(examples: Sequence[Example]) -> Model:
    return learn([grams(one.text) for one in examples], [one.category for one in examples],
                 [one.count for one in examples])


def measured(examples: Sequence[Example], base: Sequence[Example]) -> Measured:
    """Each fifth of the distinct texts told by what was learnt from the other four and the words of the categories."""
    scores, right = list[Floats](), list[int]()
    classes = tuple(sorted({one.category for one in (*examples, *base)}))
    place = {code: number for number, code in enumerate(classes)}
    majority = 0
    for held, rest in _folds(examples):
        model = _model([*base, *rest])
        often = Counter[str]()
        for one in rest:
            often[one.category] += 1
        most = often.most_common(1)[0][0] if often else ""
        for one in held:
            found = np.full(len(classes), -1e4, dtype=np.float32)
            found[[place[code] for code in model.classes]] = model.scores(grams(one.text))
            scores.append(found)
            right.append(place[one.category])
            majority += one.category == most
    if not scores:
        return Measured(0, 0.0, 0.0, 0.0, 1.0)
    table, wanted = np.stack(scores), np.array(right, dtype=np.int64)
    order = np.argsort(-table, axis=1)[:, :AT_MOST]
    return Measured(texts=len(wanted), first=float((order[:, 0] == wanted).mean()),
                    three=float((order == wanted[:, None]).any(axis=1).mean()), majority=majority / len(wanted),
                    temperature=best_temperature(table, wanted))


def _folds(examples: Sequence[Example]) -> Iterator[tuple[list[Example], list[Example]]]:
    # The same words under two categories stay on one side.
    texts = sorted({one.text for one in examples})
    fold = {text: number % FOLDS for number, text in enumerate(texts)}
    for number in range(min(FOLDS, len(texts)) if len(texts) > 1 else 0):
        yield ([one for one in examples if fold[one.text] == number],
               [one for one in examples if fold[one.text] != number])


def learnt_from(examples: Sequence[Example], handled: dict[str, dict[str, int]], about: dict[str, Any]) -> Learnt:
    """Learn from everything, with the temperature found on held-out texts."""
    base = words_of_categories()
    found = measured(examples, base)
    model = _model([*base, *examples])
    return Learnt(
        Model(model.parts, model.classes, model.weights, model.prior, found.temperature), handled,
        {**about, "categories": len(model.classes), "texts": len(examples),
         "cases": sum(one.count for one in examples), "held_out": {
             "texts": found.texts, "first": round(found.first, 4), "among_three": round(found.three, 4),
             "majority_guess": round(found.majority, 4)}})


# --- files ----------------------------------------------------------------------------------------------------------

def folder() -> Path:
    """Where the files lie."""
    return Path(settings.VAR) / FOLDER


def newest() -> Path | None:
    """The file that counts; None without any. Names begin with the moment, so the last one is the newest."""
    found = sorted(folder().glob("*.npz"))
    return found[-1] if found else None


def saved(learnt: Learnt, path: Path) -> None:
    """Write a file that readers see whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    words = sorted(learnt.model.parts, key=lambda part: learnt.model.parts[part])
    with fresh.open("wb") as file:
        np.savez_compressed(
            file, parts=np.array(words), classes=np.array(learnt.model.classes), weights=learnt.model.weights,
            prior=learnt.model.prior, about=np.array(json.dumps(
                {**learnt.about, "temperature": learnt.model.temperature, "departments": learnt.departments},
                ensure_ascii=False)))
    fresh.replace(path)


def read(path: Path) -> Learnt:
    """Read a file. ValueError or OSError when it is none of ours."""
    with np.load(path, allow_pickle=False) as kept:
        about: dict[str, Any] = json.loads(str(kept["about"]))
        words: npt.NDArray[np.str_] = kept["parts"]
        model = Model({str(part): number for number, part in enumerate(words)},
                      tuple(str(code) for code in kept["classes"]), kept["weights"], kept["prior"],
                      float(about.pop("temperature")))
    return Learnt(model, about.pop("departments"), about)


_kept: tuple[float, Path | None, Learnt] | None = None


def forget() -> None:
    """Look for the newest file at the next question."""
    global _kept
    _kept = None


def _read_or(path: Path | None) -> Learnt | None:
    try:
        return read(path) if path else None
    except (OSError, ValueError, KeyError, BadZipFile):
        # A broken file costs the suggestions, not the page they stand on.
        log.exception("a file of suggestions cannot be read", extra={"file": path.name if path else ""})
        return None


def _cautious(model: Model) -> Model:
    return replace(model, temperature=CAUTIOUS)


def _learnt() -> Learnt:
    global _kept
    if _kept is None or perf_counter() - _kept[0] > KEPT_SECONDS:
        path = newest()
        if _kept is None or _kept[1] != path:
            learnt = _read_or(path) or Learnt(_cautious(_model(words_of_categories())), {}, {})
        else:
            learnt = _kept[2]
        _kept = (perf_counter(), path, learnt)
    return _kept[2]
