"""Where the facts stand: which files hold them, and whether the record has gone on since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db.models import Q, Subquery

from undercity.appraisal.columns import DUTIES, FORMAT, REPORTS
from undercity.appraisal.gaps import Gap
from undercity.appraisal.models import Export
from undercity.ledger.models import Entry

AT_ONCE = 100


@dataclass(frozen=True)
class Standing:
    """The export as it stands. `files`: table → month → file name; version 0: nothing was exported yet."""

    version: int = 0
    position: int = 0
    gaps: tuple[Gap, ...] = ()
    files: dict[str, dict[str, str]] = field(default_factory=lambda: {DUTIES: {}, REPORTS: {}})
    newest: int = 0

    def paths(self, month: str) -> dict[str, list[Path]]:
        """Table → the files of a month."""
        return {table: [folder() / months[month]] if month in months else [] for table, months in self.files.items()}

    def months(self) -> list[str]:
        """The months that have facts, newest first."""
        return sorted({month for months in self.files.values() for month in months}, reverse=True)


def folder() -> Path:
    """Where the facts lie."""
    return Path(settings.VAR) / "facts"


def standing() -> Standing:
    """Where the export stands now; one statement. An export whose files are gone, or of an older format, is none."""
    newest = Entry.objects.order_by("-number").values("number")[:1]
    row = Export.objects.annotate(newest=Subquery(newest)).first()
    if row is None:
        return Standing(newest=1)
    names = [name for months in row.files.values() for name in months.values()]
    whole = (row.format == FORMAT and (row.newest or 0) >= row.position
             and all((folder() / name).exists() for name in names))
    if not whole:
        # The version is kept: it decides who may write the row.
        return Standing(version=row.version, newest=1)
    return Standing(row.version, row.position, tuple(Gap(*gap) for gap in row.gaps), row.files, row.newest or 0)


def is_stale(now: Standing) -> bool:
    """Has the record anything the facts do not have?"""
    return now.newest > now.position or bool(late_numbers(now.gaps, any_will_do=True))


def behind_the_record(now: Standing) -> int:
    """How many entries the record has beyond the facts."""
    return Entry.objects.filter(number__gt=now.position).count()


def late_numbers(gaps: Sequence[Gap], *, any_will_do: bool = False) -> list[int]:
    """The numbers of these gaps that have come meanwhile; with `any_will_do` one is enough."""
    found: list[int] = []
    for start in range(0, len(gaps), AT_ONCE):
        within = Q()
        for gap in gaps[start:start + AT_ONCE]:
            within |= Q(number__range=(gap.first, gap.last))
        rows = Entry.objects.filter(within).values_list("number", flat=True)
        found += rows[:1] if any_will_do else rows
        if any_will_do and found:
            break
    return found
