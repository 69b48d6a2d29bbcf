"""Sample accounts 演示账号. Their passwords and keys follow from the deployment's own secret, so nothing is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from django.conf import settings

from undercity.errors import NotAllowed
from undercity.org.models import ApiKey, Appointment
from undercity.org.states import Role


def derived(purpose: str) -> str:
    """A password or key for a purpose: the same for the same deployment, different for every other."""
    mark = hmac.new(settings.SECRET_KEY.encode(), f"sample:{purpose}".encode(), hashlib.sha256).digest()
    return base64.b32encode(mark).decode()[:20].lower()


def accounts() -> list[dict[str, Any]]:
    """Every sample account: role, username, password, post, API key. NotAllowed outside demonstration mode."""
    if not settings.DEMO:
        raise NotAllowed("Sample accounts exist only in demonstration mode.",
                         remedy="Set UNDERCITY_DEMO=true on a machine that is not a real city's.")
    machines = set(ApiKey.objects.filter(is_sample=True).values_list("post__key", flat=True))
    rows = (Appointment.objects.filter(person__is_sample=True, ends__isnull=True)
            .order_by("post__role", "person__username").values_list("post__role", "person__username", "post__key"))
    return [{"role": role.replace("_", "-") if role == Role.OPEN311_CLIENT else role, "username": username,
             "password": derived(f"account:{username}"), "post": post,
             "api_key": derived(f"key:{post}") if post in machines else None}
            for role, username, post in rows]
