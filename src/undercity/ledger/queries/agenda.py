"""Duty templates held in memory, since every list of duties asks what its kinds are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from undercity import clock
from undercity.ledger.kinds import DutyKind
from undercity.ledger.models import DutyTemplate
from undercity.ledger.rules import REFUSAL, Count, Cycle, Template, Until
from undercity.org.states import Role
from undercity.science.worktime import Limit, Unit

KEPT_SECONDS = 60.0
_kept: tuple[float, dict[str, Template], dict[str, DutyKind]] | None = None


class Word:
    """A template's words, in whichever language they are asked for."""

    def __init__(self, zh: str, en: str):
        self.zh, self.en = zh, en

    def __str__(self) -> str:
        from undercity.ledger.rules import chinese

        return self.zh if chinese() else self.en


def forget() -> None:
    """Read the templates anew at the next question."""
    global _kept
    _kept = None


def templates(day: date | None = None) -> dict[str, Template]:
    """Code → the newest version of each template that has begun by a day (today by default)."""
    return _known(day)[1]


def duty_kinds() -> Mapping[str, DutyKind]:
    """The duty kinds that templates bring."""
    return _known(None)[2]


def _known(day: date | None) -> tuple[float, dict[str, Template], dict[str, DutyKind]]:
    global _kept
    if day is not None:
        return _read(day)
    if _kept is None or perf_counter() - _kept[0] > KEPT_SECONDS:
        _kept = _read(clock.now().date())
    return _kept


def _read(day: date) -> tuple[float, dict[str, Template], dict[str, DutyKind]]:
    rows = DutyTemplate.objects.filter(valid_from__lte=day).order_by("valid_from", "pk")
    found = {row.code: template_of(row.content) for row in rows}
    return perf_counter(), found, {one.kind: kind_of(one) for one in found.values()}


def kind_of(template: Template) -> DutyKind:
    """The duty kind of a template."""
    return DutyKind(code=template.kind, label=Word(template.zh, template.en), page="task", to_superior=True,
                    again_after=template.again_after,
                    silence=_("The post above is told, and it counts as late in the score."))


def unknown_kind(code: str) -> DutyKind:
    """A kind whose template is no longer there still has its duties."""
    return DutyKind(code=code, label=format_lazy("{} ({})", _("Duty without its template"), code.partition(".")[2]),
                    page="task", silence="", to_superior=True)


REFUSAL_KIND = DutyKind(code=REFUSAL, label=_("Decide on a refusal"), page="task", to_superior=True,
                        silence=_("The refused duty stands still; the post above is told."))


def template_of(content: dict[str, Any]) -> Template:
    """A template from its stored content, which was checked when it was loaded."""
    limit = content.get("limit")
    return Template(
        code=content["code"], zh=content["zh"], en=content["en"], do_zh=content["do_zh"], do_en=content["do_en"],
        row=content.get("row", ""), roles=tuple(Role(role) for role in content.get("roles", ())),
        posts=tuple(content.get("posts", ())), bodies=tuple(content.get("bodies", ())),
        rule=content.get("rule", ""), trigger=content.get("trigger", ""), cycle=Cycle(content["cycle"]),
        next_working_day=content.get("next_working_day", False), until=Until(content["until"]),
        limit=Limit(limit["value"], Unit(limit["unit"])) if limit else None,
        days_before=content.get("days_before", 0), note=content.get("note", False), photos=content.get("photos", 0),
        counts=tuple(Count(**count) for count in content.get("counts", ())),
        again_after=timedelta(hours=content.get("again_after_hours", 24)), public=content.get("public", False),
        source=content["source"], valid_from=date.fromisoformat(content["valid_from"]),
        valid_to=date.fromisoformat(content["valid_to"]) if content.get("valid_to") else None)
