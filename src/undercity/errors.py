"""The one tree of errors a person or a machine can cause; one handler turns them into pages, JSON, XML, exit codes."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """Something asked for that cannot be. Says what is wrong, in which field, and what to do about it."""

    status = 400
    code = "refused"

    def __init__(self, message: Any, *, field: str = "", remedy: Any = "", details: dict[str, Any] | None = None):
        super().__init__(message)
        self.message = message
        self.field = field
        self.remedy = remedy
        self.details = details or {}

    def __str__(self) -> str:
        parts = [str(self.message)]
        if self.remedy:
            parts.append(str(self.remedy))
        return " ".join(parts)

    def as_body(self) -> dict[str, Any]:
        """The error as plain data for a machine."""
        body: dict[str, Any] = {"code": self.code, "status": self.status, "message": str(self.message)}
        if self.field:
            body["field"] = self.field
        if self.remedy:
            body["remedy"] = str(self.remedy)
        if self.details:
            body["details"] = self.details
        return body


class NotFound(Refused):
    """It is not there, or the asker may not see it: both look the same."""

    status = 404
    code = "not_found"


class NotAllowed(Refused):
    """The asker has no power for it here."""

    status = 403
    code = "not_allowed"


class NotSignedIn(NotAllowed):
    """Nobody is asking: a sign-in or a key is needed first."""

    status = 401
    code = "not_signed_in"


class InvalidMove(Refused):
    """The thing is in a state from which this is not possible; says what is possible now."""

    status = 409
    code = "invalid_move"


class Conflict(Refused):
    """Somebody else was quicker; says what changed since the asker looked."""

    status = 409
    code = "conflict"


class RuleBroken(Refused):
    """A value breaks a rule; names the field and the remedy."""

    status = 422
    code = "rule_broken"


class TooLarge(RuleBroken):
    """More bytes than the door takes."""

    status = 413
    code = "too_large"
