"""The situation 情况: how a response stands at a moment, as plain values that a report keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import translation

from undercity.clock import ZONE
from undercity.org.queries import body_name
from undercity.response.models import Response, ResponseText
from undercity.response.queries import board, standing
from undercity.response.states import OPEN_STANDINGS, Basis, Level, Standing

PRESSING = 30


@dataclass(frozen=True, slots=True)
class Report:
    """A situation report 情况报告: which it is, when it was written, what it says."""

    id: UUID
    response: Response
    number: int
    said: dict[str, Any]

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.said["at"])


def situation(row: Response, at: datetime) -> dict[str, Any]:
    """The report of a moment in Chinese and in English: the same numbers, each with its words."""
    found: dict[str, Any] = {"at": at.astimezone(ZONE).isoformat(), "level": row.level}
    for language, code in (("zh-hans", "zh"), ("en", "en")):
        with translation.override(language):
            found[code] = _in_words(row, at)
    return found


def _in_words(row: Response, at: datetime) -> dict[str, Any]:
    tallies = board.tallies(row, at)
    numbers = board.numbers_of(tallies)
    pressing = board.most_pressing(board.narrowed(row, at).filter(standing__in=[*OPEN_STANDINGS, Standing.REFUSED]))
    lines = board.lines(list(board.with_places(pressing)[:PRESSING]), at)
    return {
        "body": body_name(row.body_id), "level": str(Level(row.level).label), "basis": str(Basis(row.basis).label),
        "counts": [[label, count] for _code, label, count, _share in numbers.cells], "total": numbers.total,
        "silent": numbers.silent, "late": numbers.late,
        "areas": [[one["body"], one["orders"], one["issued"], one["late"], one["done"]]
                  for one in board.by_area(row, tallies)],
        "pressing": [[line.text, line.where, line.post, line.standing, line.due] for line in lines
                     if line.light == "red"],
        "history": [[step.at.astimezone(ZONE).strftime("%m-%d %H:%M"), step.what, step.level, step.who]
                    for step in standing.history_of(row)]}


def reports(row: Response) -> list[Report]:
    """The reports of a response, the newest first."""
    rows = list(ResponseText.objects.filter(response=row, kind="report", erased_at__isnull=True).order_by("pk"))
    return [Report(one.pk, row, number, json.loads(one.text)) for number, one in enumerate(rows, 1)][::-1]
