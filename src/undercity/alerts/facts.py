"""What can happen to a warning, a gauge and a message of ours, as entries of the record. A version never changes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.alerts.fold import BulletinState, EpisodeState, WarningState
from undercity.alerts.states import BulletinStage, Ended, Stage
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import DossierRef, Happening, StreamState, changed

WARNING, GAUGE, BULLETIN = "warning", "gauge", "bulletin"
# What a message brings about when it is the newest of its warning.
STAGES = {"Alert": Stage.IN_FORCE, "Update": Stage.IN_FORCE, "Cancel": Stage.CANCELLED}


class OfMessage(Facts):
    """What a message says, in our words; the message itself is a dossier."""

    mark: str
    sent: datetime
    msg_type: str
    status: str
    scope: str
    counting: str
    hazard: str
    colour: str
    inferred: bool
    severity: str
    signed: str
    begins: datetime
    ends: datetime
    assumed: bool
    bodies: tuple[int, ...]
    door: str
    missing: bool
    xml: DossierRef

    def says(self) -> dict[str, Any]:
        """The columns this message sets."""
        stage = STAGES.get(self.msg_type, Stage.NOTED)
        return {**{name: getattr(self, name) for name in (
            "mark", "sent", "status", "scope", "counting", "hazard", "colour", "inferred", "severity", "signed",
            "begins", "ends", "assumed", "missing")}, "bodies": list(self.bodies), "stage": stage.value}


def _warning(state: StreamState, happening: Happening, **changes: Any) -> StreamState:
    return changed(state, subject=changed(state.subject, version=happening.sequence, **changes))


@verb("warning.received/1", _("Warning received"))
class WarningReceived(OfMessage):
    """收到预警: the first message of a warning that came, whatever its type."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        lifted = STAGES.get(self.msg_type) is Stage.CANCELLED
        return changed(state, subject=WarningState(
            timeline=happening.timeline, version=happening.sequence, received_at=happening.at, messages=1,
            ended=Ended.CANCELLED.value if lifted else "", ended_at=happening.at if lifted else None, **self.says()))


@verb("warning.updated/1", _("Warning updated"))
class WarningUpdated(OfMessage):
    """更新预警: a newer message takes the place of what held; it is in force again if it had run out."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return _warning(state, happening, **{**self.says(), "missing": state.subject.missing and self.missing},
                        messages=state.subject.messages + 1, ended="", ended_at=None)


@verb("warning.joined/1", _("Earlier message of a warning arrived"))
class WarningJoined(Facts):
    """补到较早的消息: a message older than what holds; it changes nothing, and what was missing may be there now."""

    mark: str
    sent: datetime
    msg_type: str
    found: bool
    xml: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return _warning(state, happening, messages=state.subject.messages + 1,
                        missing=state.subject.missing and not self.found)


@verb("warning.cancelled/1", _("Warning lifted"))
class WarningCancelled(Facts):
    """解除预警: by a message of its office, or because it goes on in another warning (`into`)."""

    mark: str | None
    sent: datetime | None
    why: str
    into: UUID | None
    xml: DossierRef | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        newest = {"mark": self.mark, "sent": self.sent} if self.mark else {}
        return _warning(state, happening, stage=Stage.CANCELLED.value, ended=self.why, ended_at=happening.at,
                        messages=state.subject.messages + bool(self.xml), **newest)


@verb("warning.expired/1", _("Warning ran out"))
class WarningExpired(Facts):
    """预警到期: by the clock, at the end its newest message names."""

    ends: datetime

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return _warning(state, happening, stage=Stage.EXPIRED.value, ended=Ended.EXPIRED.value,
                        ended_at=happening.at)


@verb("gauge.reached/1", _("Threshold reached"))
class GaugeReached(Facts):
    """达到阈值: a rule over readings was reached at an instrument. Values are whole numbers of the last decimal."""

    rule: str
    rule_from: date
    series: int
    body: int
    began: int
    value: int
    threshold: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=EpisodeState(
            timeline=happening.timeline, version=happening.sequence, rule=self.rule, series_id=self.series,
            body_id=self.body, began=self.began, value=self.value, threshold=self.threshold, peak=self.value))


@verb("gauge.eased/1", _("Clearly below the threshold again"))
class GaugeEased(Facts):
    """回落: clearly below the threshold again; the highest value meanwhile."""

    ended: int
    value: int
    peak: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=changed(state.subject, version=happening.sequence, ended=self.ended,
                                              peak=self.peak))


class OfBulletin(Facts):
    """What a message of ours says beside its words."""

    status: str
    sent: datetime
    begins: datetime
    ends: datetime
    places: tuple[int, ...]
    bodies: tuple[int, ...]
    xml: DossierRef

    def says(self) -> dict[str, Any]:
        """The columns this message sets."""
        return {"status": self.status, "sent": self.sent, "begins": self.begins, "ends": self.ends,
                "places": list(self.places), "bodies": list(self.bodies)}


@verb("bulletin.issued/1", _("Message to the public issued"))
class BulletinIssued(OfBulletin):
    """发布公告: a message of ours to the public."""

    matter: str
    body: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=BulletinState(
            timeline=happening.timeline, version=happening.sequence, stage=BulletinStage.OUT.value,
            matter=self.matter, body_id=self.body, issued_at=happening.at, **self.says()))


@verb("bulletin.updated/1", _("Message to the public updated"))
class BulletinUpdated(OfBulletin):
    """更新公告: takes the place of what was said before."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=changed(state.subject, version=happening.sequence, **self.says()))


@verb("bulletin.cancelled/1", _("Message to the public withdrawn"))
class BulletinCancelled(Facts):
    """撤销公告: it holds no longer."""

    sent: datetime
    xml: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=changed(state.subject, version=happening.sequence, sent=self.sent,
                                              stage=BulletinStage.WITHDRAWN.value))
