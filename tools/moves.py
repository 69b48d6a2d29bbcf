"""Writes docs/rules/case-lifecycle.md and its diagram from the table of moves; run it with the Python of .venv."""

from __future__ import annotations

import os
from collections import defaultdict
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from undercity.cases.states import Move, Stage, Verb

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "rules"
HEAD = """# The life of a case 案卷流转

Written from the table in `cases/states.py` by `tools/moves.py`; after the seven links of GB/T 30428.8-2020 as read
second hand. Anything not in the table is refused, with what is possible instead and who may do it.

![From report to closing](case-lifecycle.svg)

| Stage | Move | | To | Power | Must come with it |
| --- | --- | --- | --- | --- | --- |
"""
FOOT = """
What opens a move beyond its stage stands in `cases/rules.py`: a question is asked once at a time and answered before
the next; more time is asked for before the deadline and given at most as often as the term in force says; an appeal is
for a case handled late, once; a hold ends by itself on its day, and the clock goes on with what was left.
"""
# Stage → column and row of the diagram.
PLACES = {"intake": (0, 1), "filing": (1, 1), "dispatch": (2, 1), "disposal": (3, 1), "review": (4, 1), "check": (5, 1),
          "closing": (6, 1), "closed": (7, 1), "on_hold": (3, 2), "void": (1, 3)}
WIDE, HIGH, ACROSS, DOWN, LEFT, TOP = 92, 40, 172, 100, 16, 96
# Moves of (almost) every stage are told in words below the diagram.
EVERYWHERE = {"force_close", "approve_void"}
STYLE = ("text{font:12px sans-serif;fill:#14323a}.name{font-weight:bold;text-anchor:middle}.zh{text-anchor:middle}"
         ".move{font-size:11px;fill:#3d5a61;text-anchor:middle}rect{fill:#eef4f5;stroke:#0f4c5c;stroke-width:1.5}"
         ".end{fill:#0f4c5c}.end+text,.end+text+text{fill:#fff}path{fill:none;stroke:#0f4c5c;stroke-width:1.3}"
         "#ground{fill:#fff;stroke:none}#tip path{fill:#0f4c5c;stroke:none}")


def rows() -> list[tuple[Stage, Verb, Move]]:
    """The table, row by row."""
    from undercity.cases.states import MOVES

    return [(stage, verb, move) for stage, moves in MOVES.items() for verb, move in moves.items()]


def table() -> str:
    """The document."""
    from django.utils.translation import override

    from undercity.cases.states import Needs

    lines = []
    for stage, verb, move in rows():
        with override("zh-hans"):
            chinese = str(verb.label)
        needs = ", ".join(str(need.name).lower() for need in Needs if need and need in move.needs)
        lines.append(f"| {stage.value} | {verb.value} | {chinese} | {move.to.value} | "
                     f"{' or '.join(power.value for power in move.powers)} | {needs} |")
    return HEAD + "\n".join(lines) + "\n" + FOOT


def diagram() -> str:
    """The moves that change the stage, as an SVG picture."""
    from django.utils.translation import override

    from undercity.cases.states import Stage

    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for stage, verb, move in rows():
        if move.to is not stage and verb.value not in EVERYWHERE:
            with override("zh-hans"):
                arrows[stage.value, move.to.value].append(str(verb.label))
    width, height = LEFT * 2 + ACROSS * 7 + WIDE, TOP + DOWN * 3 + HIGH + 50
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
             f"<title>The stages of a case and the moves between them</title><style>{STYLE}</style>"
             '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
             'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>'
             f'<rect id="ground" width="{width}" height="{height}"/>']
    parts += [_arrow(*ends, words) for ends, words in arrows.items()]
    for stage in Stage:
        x, y = _corner(stage.value)
        kind = ' class="end"' if stage.value in {"closed", "void"} else ""
        with override("zh-hans"):
            chinese = str(stage.label)
        parts.append(f'<rect{kind} x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="6"/>'
                     f'<text class="name" x="{x + WIDE / 2:g}" y="{y + 17}">{escape(chinese)}</text>'
                     f'<text class="zh" x="{x + WIDE / 2:g}" y="{y + 32}">{escape(stage.value)}</text>')
    parts.append(f'<text x="{LEFT}" y="{height - 30}">任何在办案卷可被强制结案；立案后经值班长批准可作废。</text>'
                 f'<text x="{LEFT}" y="{height - 12}">Any open case can be closed by force; any filed one is voided '
                 "when the shift lead approves.</text></svg>\n")
    return "\n".join(parts)


def _corner(stage: str) -> tuple[int, int]:
    column, row = PLACES[stage]
    return LEFT + column * ACROSS, TOP + (row - 1) * DOWN + 70


def _arrow(start: str, end: str, words: list[str]) -> str:
    (x, y), (to_x, to_y) = _corner(start), _corner(end)
    middle, half = WIDE / 2, HIGH / 2
    shown: list[Any]
    if y == to_y and to_x - x == ACROSS:
        # Along the main line.
        path, shown = f"M{x + WIDE} {y + half:g}H{to_x - 2}", [((x + WIDE + to_x) / 2, y + half - 6, words)]
    elif y == to_y:
        # Over or back, in an arc above.
        rise = y - 4 - 27 * abs(PLACES[end][0] - PLACES[start][0])
        path = f"M{x + middle:g} {y}C{x + middle:g} {rise:g} {to_x + middle:g} {rise:g} {to_x + middle:g} {to_y - 2}"
        shown = [((x + to_x) / 2 + middle, y - (y - rise) * 0.75 - 4, words)]
    elif x == to_x:
        aside = 14 if y < to_y else -14
        ends = (y + HIGH, to_y - 2) if y < to_y else (y, to_y + HIGH + 2)
        path = f"M{x + middle + aside:g} {ends[0]}V{ends[1]}"
        shown = [(x + middle + aside * 3.9, (ends[0] + ends[1]) / 2 + (4 if y < to_y else -6), words)]
    else:
        path = f"M{x + middle:g} {y + HIGH}L{to_x + middle:g} {to_y - 2}"
        shown = [((x + to_x) / 2 + middle - 44, (y + HIGH + to_y) / 2 + 12, words)]
    lines = "".join(f'<text class="move" x="{at_x:g}" y="{at_y - 11 * (len(said) - 1 - n):g}">{escape(word)}</text>'
                    for at_x, at_y, said in shown for n, word in enumerate(said))
    return f'<path d="{path}" marker-end="url(#tip)"/>{lines}'


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "undercity.site.settings")
    from undercity.site.words import compile_words

    compile_words()
    django.setup()
    (FOLDER / "case-lifecycle.md").write_text(table(), encoding="utf-8")
    (FOLDER / "case-lifecycle.svg").write_text(diagram(), encoding="utf-8")
