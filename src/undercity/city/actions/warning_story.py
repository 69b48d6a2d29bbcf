"""The invented warnings of the sample city: messages of an office nobody has, taken in by the door everybody uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from undercity import clock
from undercity.alerts.actions.receiving import expire_due, receive
from undercity.alerts.cap.message import (
    Alert,
    Area,
    Category,
    Certainty,
    InfoBlock,
    MsgType,
    Response,
    Scope,
    Severity,
    Status,
    Urgency,
)
from undercity.alerts.cap.writing import written
from undercity.alerts.models import ReceivedWarning
from undercity.alerts.states import Door, Stage
from undercity.city.sample_files import read
from undercity.db import write
from undercity.org.powers import THE_SYSTEM
from undercity.org.queries import directory

SENDER = "sample-weather@undercity.invalid"
NOTE = "虚构，演示数据。Invented, for a demonstration."
SEVERITY = {"蓝": Severity.MINOR, "黄": Severity.MODERATE, "橙": Severity.SEVERE, "红": Severity.EXTREME}


def tell_warnings(*, until: datetime, say: Callable[[str], None]) -> int:
    """The warnings up to a moment; how many messages."""
    told: dict[str, Alert] = {}
    with write():
        for row in read("warnings.toml")["message"]:
            alert = told[row["identifier"]] = _alert(row, told)
            if alert.sent <= until:
                _end_until(alert.sent)
                with clock.standing_at(alert.sent + timedelta(minutes=1)):
                    receive(written(alert), door=Door.SAMPLE, by=THE_SYSTEM, at=clock.now(), invented=True)
        _end_until(until)
    say(f"warnings: {len(told)} messages, all invented")
    return len(told)


def _end_until(moment: datetime) -> None:
    """End each warning when its time was over, as the worker would have."""
    for ends in ReceivedWarning.objects.filter(stage=Stage.IN_FORCE, ends__lte=moment).order_by("ends").values_list(
            "ends", flat=True):
        with clock.standing_at(ends):
            expire_due(ends)


def _alert(row: dict[str, Any], told: dict[str, Alert]) -> Alert:
    at = row["at"].replace(tzinfo=clock.ZONE)
    lifted = row["type"] == MsgType.CANCEL.value
    infos = tuple(InfoBlock(
        language=language, categories=(Category.MET,), event=event, urgency=Urgency.EXPECTED,
        responses=(Response.ALL_CLEAR if lifted else Response.PREPARE,), severity=SEVERITY[row["colour"]],
        certainty=Certainty.LIKELY, effective=at, expires=at + timedelta(hours=row["hours"]), sender_name=office,
        headline=headline, description=text, parameters=(("颜色", row["colour"] + "色"),),
        areas=tuple(_area(code, language, at) for code in row["codes"]))
        for language, event, headline, text, office in (
            ("zh-CN", row["event"], row["zh"], row["text_zh"], "虚构气象台"),
            ("en", row["event_en"], row["en"], row["text_en"], "Invented weather office")))
    about = told.get(row.get("about", ""))
    return Alert(identifier=row["identifier"], sender=SENDER, sent=at, status=Status.TEST,
                 msg_type=MsgType(row["type"]), scope=Scope.PUBLIC, note=NOTE,
                 references=(about.itself,) if about else (), infos=infos)


def _area(code: str, language: str, at: datetime) -> Area:
    book = directory()
    name = next((book.name(card.id, language, at.date()) for card in book.cards.values() if card.code == code), code)
    return Area(desc=name, geocodes=(("行政区划代码", code),))
