"""`undercity appraise`: the scores of a month."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from undercity.appraisal.actions import asked
from undercity.appraisal.indicators import INDICATORS
from undercity.appraisal.queries.months import MONTH, running_month
from undercity.appraisal.queries.scores import Ranked, Ranking, objects_of, ranking
from undercity.appraisal.rules import shown
from undercity.appraisal.scheme import scheme
from undercity.org.csv_files import DEMO_MARK


def month(text: str) -> str:
    """A month as argparse wants it."""
    if not MONTH.match(text):
        raise argparse.ArgumentTypeError(f"'{text}' is no month; write it as 2026-07")
    return text


class Command(BaseCommand):
    help = "The scores of a month, by department and post."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", type=month, help="for example 2026-07 (default: the running month)")
        parser.add_argument("--object", choices=list(scheme().objects), help="one kind of object (default: all)")
        parser.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["month"] or running_month()
        codes = [options["object"]] if options["object"] else list(scheme().objects)
        found = asked(lambda facts: [ranking(facts, wanted, objects_of(code)) for code in codes])
        if options["json"]:
            self.stdout.write(json.dumps({
                "month": wanted, "scheme": scheme().code, "demo": settings.DEMO,
                "objects": [{"object": one.objects.code, "at": one.at.isoformat(),
                             "rows": [self.row(row) for row in one.rows]} for one in found]},
                ensure_ascii=False, indent=1))
            return
        if settings.DEMO:
            self.stdout.write(DEMO_MARK)
        for one in found:
            self.table(one)

    def row(self, row: Ranked) -> dict[str, Any]:
        """A row for a machine: exact values as fractions, beside them what a page shows."""
        score = row.score
        return {"id": row.scored.id, "name": row.scored.name, "rank": row.rank, "count": row.size,
                "composite": shown(score.composite) or None,
                "exact": str(score.composite) if score.composite is not None else None,
                "grade": score.grade.letter if score.grade else None, "rescaled": score.is_rescaled,
                "nodes": [{"indicator": node.measure.indicator, "numerator": node.count.top,
                           "denominator": node.count.bottom, "points": shown(node.points) or None,
                           "weight": str(node.measure.weight),
                           "share": str(node.share) if node.share is not None else None} for node in score.nodes]}

    def table(self, found: Ranking) -> None:
        """A ranking in columns."""
        self.stdout.write(f"\n{found.objects.label} {found.month}, {found.at:%Y-%m-%d %H:%M}")
        for row in found.rows:
            score = row.score
            parts = ", ".join(
                f"{INDICATORS[node.measure.indicator].label} "
                + (str(node.count.bottom) if INDICATORS[node.measure.indicator].is_volume
                   else f"{node.count.top}/{node.count.bottom}") for node in score.nodes)
            self.stdout.write(f"{row.rank or '-':>4}  {shown(score.composite) or 'no data':>7}  "
                              f"{score.grade.letter if score.grade else '-'}  {row.scored.name}  ({parts})")
