"""CAP messages for tests: any message from a few words, and the two real days of `docs`' flood history as messages.

The facts of the real days are second hand (which signal of which colour was in force when); the messages are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from undercity import clock
from undercity.alerts.cap.message import (
    Alert,
    Area,
    Category,
    Certainty,
    InfoBlock,
    MsgType,
    Reference,
    Response,
    Scope,
    Severity,
    Status,
    Urgency,
)
from undercity.alerts.cap.writing import written

OFFICE = "weather@jinan.invalid"
SEVERITY = {"蓝": Severity.MINOR, "黄": Severity.MODERATE, "橙": Severity.SEVERE, "红": Severity.EXTREME}
JINAN = Area(desc="济南市", geocodes=(("行政区划代码", "370100"),))
SHIZHONG = Area(desc="市中区", geocodes=(("行政区划代码", "370103"),))
# Day and hour, colour, hours, what the city's flood command answered: facts of two real days, second hand.
REAL_DAYS = {"2022-10-01": (datetime(2022, 10, 1, 15, 20, tzinfo=clock.ZONE), "蓝", "四级"),
             "2025-06-28": (datetime(2025, 6, 28, 14, 10, tzinfo=clock.ZONE), "黄", "三级")}


def said(colour: str = "黄", hazard: str = "暴雨", *, area: Sequence[Area] = (JINAN,), language: str = "zh-CN",
         **changes: Any) -> InfoBlock:
    """One language of a warning."""
    given: dict[str, Any] = {
        "language": language, "categories": (Category.MET,), "event": hazard, "responses": (Response.AVOID,),
        "urgency": Urgency.EXPECTED, "severity": SEVERITY[colour], "certainty": Certainty.LIKELY,
        "sender_name": "济南市气象台", "headline": f"济南市气象台发布{hazard}{colour}色预警信号",
        "description": "预计未来6小时有强降水。", "instruction": "注意防范。", "areas": tuple(area)}
    return InfoBlock(**{**given, **changes})


def message(at: datetime, *, colour: str = "黄", identifier: str = "1", hours: float | None = 6,
            msg_type: MsgType = MsgType.ALERT, status: Status = Status.TEST, about: Sequence[Alert] = (),
            infos: Sequence[InfoBlock] | None = None, sender: str = OFFICE, **changes: Any) -> Alert:
    """A warning of a colour, sent at a moment, for so many hours."""
    ends = {} if hours is None else {"expires": at + timedelta(hours=hours)}
    return Alert(identifier=identifier, sender=sender, sent=at, status=status, msg_type=msg_type, scope=Scope.PUBLIC,
                 references=tuple(one.itself if isinstance(one, Alert) else one for one in about),
                 infos=tuple(infos if infos is not None else (said(colour, effective=at, **ends),)), **changes)


def xml(at: datetime, **wishes: Any) -> bytes:
    """The same as bytes."""
    return written(message(at, **wishes))


def real_day(day: str, *, status: Status = Status.TEST) -> Alert:
    """The warning of a real day (2022-10-01 blue, 2025-06-28 yellow) as a message."""
    at, colour, _answer = REAL_DAYS[day]
    return message(at, colour=colour, identifier=f"rain-{day}", hours=12, status=status)


def unknown(at: datetime, identifier: str = "never-seen") -> Reference:
    """A reference to a message nobody has."""
    return Reference(OFFICE, identifier, at)
