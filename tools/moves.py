"""Prints docs/rules/case-moves.md from the table of moves; run it with the Python of .venv and redirect it there."""

from __future__ import annotations

import os

HEAD = """# Moves of a case 案卷流转

Written from the table in `cases/states.py` by `tools/moves.py`; after the seven links of GB/T 30428.8-2020 as read
second hand. A move marked * stands in the table and is refused today with what is possible instead.

| Stage | Move | To | Power | Needs |
| --- | --- | --- | --- | --- |
"""


def table() -> str:
    """The document."""
    from undercity.cases.states import MOVES, OFFERED, Needs

    rows = [f"| {stage.value} | {verb.value}{'' if verb in OFFERED else ' *'} | {move.to.value} | {move.power.value} | "
            f"{', '.join(str(need.name).lower() for need in Needs if need and need in move.needs)} |"
            for stage, moves in MOVES.items() for verb, move in moves.items()]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "undercity.site.settings")
    django.setup()
    print(table(), end="")
