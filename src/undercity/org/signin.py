"""Signing in with a password. Sample accounts sign in only in demonstration mode."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

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
