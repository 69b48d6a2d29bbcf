"""Search over the words of reports: which cases hold all that is asked for, the newest first."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Q

from undercity.cases.words import asked

# The first look is short, since it is mostly enough; each after it four times as long.
AT_ONCE, LONGER = 500, 4
# After so many cases that have the words and are not meant, whoever searches is asked for more words.
LOOKED_AT = 20_000


def matching(words: str, before: int | None = None) -> Iterator[list[int]]:
    """The running numbers of cases that have all pairs asked for, the newest first, some hundred at once."""
    wanted = asked(words)
    if not wanted:
        return
    last, seen, at_once = before, 0, AT_ONCE
    while seen < LOOKED_AT:
        found = _batch(wanted, last, at_once)
        if found:
            yield found
            last, seen = found[-1], seen + len(found)
        if len(found) < at_once:
            return
        at_once = min(at_once * LONGER, LOOKED_AT - seen)


def said(words: str) -> Q:
    """Cases whose words hold each word asked for as it stands: pairs may be there without standing together."""
    chosen = Q()
    for word in words.split():
        chosen &= Q(report__text__icontains=word) | Q(report__address__icontains=word)
    return chosen


def _batch(wanted: list[str], before: int | None, at_once: int) -> list[int]:
    key = "rowid" if connection.vendor == "sqlite" else "case_id"
    beyond = f" AND {key} < %s" if before is not None else ""
    holds = "cases_words MATCH %s" if connection.vendor == "sqlite" else "grams @> %s"
    asked_for = " ".join(f'"{one}"' for one in wanted) if connection.vendor == "sqlite" else wanted
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM cases_words WHERE {holds}{beyond} ORDER BY {key} DESC LIMIT {at_once}",
                       [asked_for, *([before] if before is not None else [])])
        return [row[0] for row in cursor.fetchall()]

