"""Learning what to suggest from the city's own closed cases, kept as a file beside the database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from undercity.cases.queries.suggesting import Learnt, closed_cases, folder, forget, learnt_from, saved


def train(at: datetime) -> tuple[Path, Learnt]:
    """Learn anew, keep the result under its moment and counts, and suggest by it from now on."""
    examples, handled = closed_cases()
    learnt = learnt_from(examples, handled, {"trained": at.isoformat(timespec="seconds")})
    path = folder() / f"{at:%Y%m%dT%H%M%S}-{learnt.about['cases']}-{learnt.about['texts']}.npz"
    saved(learnt, path)
    forget()
    return path, learnt
