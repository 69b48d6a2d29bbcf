"""A CAP 1.2 message as typed values. Moments are aware; positions are (lat, lon) degrees in the sender's datum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
# The standard's own default of <language>.
LANGUAGE = "en-US"
Position = tuple[float, float]
Named = tuple[str, str]


class Status(StrEnum):
    """How the message is meant."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class MsgType(StrEnum):
    """What the message does."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


class Scope(StrEnum):
    """For whom it is."""

    PUBLIC = "Public"
    RESTRICTED = "Restricted"
    PRIVATE = "Private"


class Category(StrEnum):
    """What it is about."""

    GEO = "Geo"
    MET = "Met"
    SAFETY = "Safety"
    SECURITY = "Security"
    RESCUE = "Rescue"
    FIRE = "Fire"
    HEALTH = "Health"
    ENV = "Env"
    TRANSPORT = "Transport"
    INFRA = "Infra"
    CBRNE = "CBRNE"
    OTHER = "Other"


class Response(StrEnum):
    """What it asks people to do."""

    SHELTER = "Shelter"
    EVACUATE = "Evacuate"
    PREPARE = "Prepare"
    EXECUTE = "Execute"
    AVOID = "Avoid"
    MONITOR = "Monitor"
    ASSESS = "Assess"
    ALL_CLEAR = "AllClear"
    NONE = "None"


class Urgency(StrEnum):
    """How soon."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """How bad."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """How sure."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


@dataclass(frozen=True)
class Reference:
    """Another message: who sent it, what he called it, when."""

    sender: str
    identifier: str
    sent: datetime

    @property
    def mark(self) -> str:
        """One text for the three: the same message always has the same, whatever zone its moment is written in."""
        moment = f"{self.sent.timestamp():.0f}"
        return hashlib.sha256("\n".join((self.sender, self.identifier, moment)).encode()).hexdigest()


@dataclass(frozen=True)
class Circle:
    """A circle around a position; `km`: its radius."""

    at: Position
    km: float


@dataclass(frozen=True)
class Area:
    """Where. `polygons`: closed rings; `geocodes`: (name of the code list, code); heights in feet above sea level."""

    desc: str
    polygons: tuple[tuple[Position, ...], ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[Named, ...] = ()
    altitude: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True)
class Resource:
    """A file that goes with it. What it points at is never fetched."""

    desc: str
    mime: str
    size: int | None = None
    uri: str = ""
    deref: str = ""
    digest: str = ""


@dataclass(frozen=True)
class InfoBlock:
    """What is said, in one language."""

    categories: tuple[Category, ...]
    event: str
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    language: str = LANGUAGE
    responses: tuple[Response, ...] = ()
    audience: str = ""
    event_codes: tuple[Named, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[Named, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()

    @property
    def chinese(self) -> bool:
        """Is it said in Chinese?"""
        return self.language.lower().startswith(("zh", "cmn"))


@dataclass(frozen=True)
class Alert:
    """A message."""

    identifier: str
    sender: str
    sent: datetime
    status: Status
    msg_type: MsgType
    scope: Scope
    source: str = ""
    restriction: str = ""
    addresses: str = ""
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    incidents: str = ""
    infos: tuple[InfoBlock, ...] = ()

    @property
    def itself(self) -> Reference:
        """How others refer to it."""
        return Reference(self.sender, self.identifier, self.sent)

    def info(self, chinese: bool) -> InfoBlock | None:
        """What it says in Chinese, or in the other language; what there is when there is only one."""
        return next((one for one in self.infos if one.chinese is chinese), self.infos[0] if self.infos else None)
