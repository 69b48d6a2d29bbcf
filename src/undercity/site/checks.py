"""System checks of the whole deployment; `undercity doctor` prints them with their cure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connections

from undercity import clock
from undercity.errors import RuleBroken
from undercity.notices.letters import open_to_posts
from undercity.notices.queries import bridge_seen_within, worker_seen_within
from undercity.notices.terms import terms
from undercity.org.models import Workday


@register("undercity", "database")
def somebody_works(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """undercity.W003: without a worker nothing is delivered and nothing is escalated."""
    if not databases or "notices_heartbeat" not in connections["default"].introspection.table_names():
        return []
    if worker_seen_within(minutes=10):
        return []
    return [Warning("No worker was seen for 10 minutes: notices wait and overdue duties are not escalated.",
                    hint="Run `undercity work`, or `undercity serve --with-worker`.", id="undercity.W003")]


@register("undercity", "database")
def the_bridge_stands(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """undercity.W008: a broker is set, and nobody takes its readings."""
    if not settings.MQTT or not databases:
        return []
    if "notices_heartbeat" not in connections["default"].introspection.table_names():
        return []
    if bridge_seen_within(minutes=10):
        return []
    return [Warning("A broker is set, and no bridge heard it for 10 minutes: the instruments' readings wait there.",
                    hint="Run `undercity readings bridge`; its log says why when the broker refuses it.",
                    id="undercity.W008")]


@register("undercity", "database")
def next_year_is_known(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """undercity.W004: deadlines that reach into a year without its holidays come out wrong."""
    if not databases or "org_workday" not in connections["default"].introspection.table_names():
        return []
    today = clock.now().date()
    year = today.year + 1 if today.month == 12 else today.year
    if Workday.objects.filter(day__gte=date(year, 1, 1), day__lte=date(year, 12, 31)).exists():
        return []
    return [Warning(f"The working calendar has no holidays for {year}.",
                    hint=f"Enter them from the year's notice: `undercity workdays seed {year}`, then correct them.",
                    id="undercity.W004")]


@register("undercity")
def somebody_is_told(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """undercity.W007: a real city whose messages nobody gets before he signs in."""
    if settings.DEMO or open_to_posts():
        return []
    return [Warning("No channel is set: notices, orders of the flood season too, stand on the desk only.",
                    hint="Set UNDERCITY_MAIL, UNDERCITY_SMS, UNDERCITY_ROBOTS or UNDERCITY_WEBHOOKS (docs/operator.md, "
                         "Messages to officers).", id="undercity.W007")]


@register("undercity")
def terms_of_notices_are_readable(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """undercity.E002: without readable terms nothing can be sent."""
    try:
        terms(clock.now().date())
    except RuleBroken as refusal:
        return [Error(str(refusal), hint="Correct the file UNDERCITY_NOTICE_TERMS names.", id="undercity.E002")]
    return []


@register("undercity")
def demonstration_is_said(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """undercity.W005: demonstration mode lets sample accounts in."""
    if not settings.DEMO:
        return []
    return [Warning("Demonstration mode is on: sample accounts may sign in.",
                    hint="Set UNDERCITY_DEMO=false for a real city.", id="undercity.W005")]
