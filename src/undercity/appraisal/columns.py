"""The columns of the exported facts: the one place that knows their order and their types.

Moments are whole microseconds since 1970 in UTC, months are written 2026-07 in the city's zone, yes and no are 1 and 0,
ids of bodies and posts are those of the organisation.
"""

from __future__ import annotations

# Raised whenever a column changes its place or its meaning: what was exported before is then exported anew.
FORMAT = 2
DUTIES, REPORTS = "duties", "reports"

COLUMNS: dict[str, dict[str, str]] = {
    # One row a duty. `source`, `void` are its case's; `first`: the first of its kind in its stream; `last`: no later
    # duty in its stream; `moved_on`: a dispatch after which the case went to another department.
    DUTIES: {
        "id": "UUID", "stream": "UUID", "subject": "UUID", "subject_kind": "VARCHAR", "kind": "VARCHAR",
        "body": "BIGINT", "post": "BIGINT", "territory": "BIGINT", "assigned": "BIGINT", "due": "BIGINT",
        "done": "BIGINT", "outcome": "VARCHAR", "rework": "INTEGER", "escalations": "INTEGER", "month": "VARCHAR",
        "position": "BIGINT", "source": "VARCHAR", "first": "TINYINT", "last": "TINYINT", "moved_on": "TINYINT",
        "void": "TINYINT",
    },
    # One row a case, in the file of the month it was reported and in that of the month it was first filed.
    # `department`, `due`, `done`, `rework`, `disposals` are those of the department that has it now; `held`: on hold,
    # so that no deadline runs; `excused`: late, but an appeal was upheld.
    REPORTS: {
        "stream": "UUID", "source": "VARCHAR", "category": "VARCHAR", "territory": "BIGINT",
        "reporter_post": "BIGINT", "reported": "BIGINT", "reported_month": "VARCHAR", "verification": "VARCHAR",
        "verifier_post": "BIGINT", "filed": "BIGINT", "filed_month": "VARCHAR", "department": "BIGINT",
        "due": "BIGINT", "done": "BIGINT", "disposals": "INTEGER", "rework": "INTEGER", "closed": "BIGINT",
        "outcome": "VARCHAR", "void": "TINYINT", "held": "TINYINT", "excused": "TINYINT", "position": "BIGINT",
    },
}
