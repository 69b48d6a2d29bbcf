"""Signing in with a password. Sample accounts sign in only in demonstration mode."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from undercity import clock
from undercity.org.models import Person


class PasswordOfAPerson(BaseBackend):
    """Username and password. Powers come from posts, so Django's own permissions are not asked."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, password: str | None = None,
                     **other: Any) -> Person | None:
        if username is None or password is None:
            return None
        person = Person.objects.filter(username=username).first()
        if person is None:
            # The same work as for a real person, so that the time taken tells nothing.
            Person().set_password(password)
            return None
        return person if person.check_password(password) and may_sign_in(person) else None

    def get_user(self, user_id: int) -> Person | None:
        person = Person.objects.filter(pk=user_id).first()
        return person if person is not None and may_sign_in(person) else None


def may_sign_in(person: Person) -> bool:
    """An active account; a sample account only in demonstration mode."""
    return person.is_active and (settings.DEMO or not person.is_sample)


class Attempts:
    """Wrong passwords for one account from one address, counted in this process on the wall clock."""

    MOST = 8
    WINDOW = timedelta(minutes=10)
    _failed: ClassVar[dict[tuple[str, str], list[datetime]]] = {}

    def __init__(self, username: str, address: str):
        self.key = (username[:60].casefold(), address)

    def _recent(self) -> list[datetime]:
        begins = clock.real_now() - self.WINDOW
        return [moment for moment in self._failed.get(self.key, ()) if moment > begins]

    def wait_minutes(self) -> int:
        """How many minutes to wait; 0 when another try is free."""
        recent = self._recent()
        if len(recent) < self.MOST:
            return 0
        return int((recent[0] + self.WINDOW - clock.real_now()).total_seconds() // 60) + 1

    def failed(self) -> None:
        """Note a wrong password."""
        if len(self._failed) > 10_000:
            self._failed.clear()
        self._failed[self.key] = [*self._recent(), clock.real_now()]

    def forget(self) -> None:
        """The right password: start anew."""
        self._failed.pop(self.key, None)
