"""Log lines as JSON, one a line, each with the id of the request it belongs to."""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar

from undercity import clock

request_id: ContextVar[str] = ContextVar("request_id", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "taskName"}


# PostgreSQL quotes the whole row it refuses: internal fields, contacts and all.
_QUOTED = re.compile(r"^(DETAIL|CONTEXT): .*$", re.MULTILINE)


def without_rows(trace: str) -> str:
    """A trace without what the database quotes of the row it refused."""
    return _QUOTED.sub(r"\1: …", trace)


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object: time, level, logger, message, request, and whatever was given as extra."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": clock.real_now().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if identity := request_id.get():
            line["request"] = identity
        line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        if record.exc_info:
            line["trace"] = without_rows(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)
