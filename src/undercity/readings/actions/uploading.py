"""CSV 导入: what was shown is taken: all of a file, or its good rows, the others kept apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from undercity.db import write
from undercity.errors import RuleBroken
from undercity.org.powers import Actor
from undercity.readings.actions.taking import take
from undercity.readings.queries.csv_rows import look_through
from undercity.readings.queries.visible import kept_by
from undercity.readings.rules import Said
from undercity.readings.states import Door, Result

AT_ONCE = 2000


def take_file(said: Sequence[Said], *, by: Actor, at: datetime, good_only: bool) -> Counter[Result]:
    """Take the rows of a file. With bad rows among them nothing is stored unless the officer said "the good ones"."""
    found: Counter[Result] = Counter()
    with write():
        looked = look_through(said, by=by, at=at)
        if looked.wrong and not good_only:
            raise RuleBroken(_("%(count)d rows cannot be stored, so nothing was.") % {"count": len(looked.wrong)},
                             field="file", remedy=_("Correct them, or take the good rows."))
        mine = frozenset(kept_by(by).filter(key__in={one.device for one in said}).values_list("pk", flat=True))
        for first in range(0, len(said), AT_ONCE):
            answers = take(said[first:first + AT_ONCE], door=Door.CSV, at=at, only=mine)
            found.update(answer.result for answer in answers)
    return found
