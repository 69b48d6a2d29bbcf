"""`undercity plan FILE`: check a plan's file, and save or publish it in the name of a post."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from undercity import clock
from undercity.errors import RuleBroken
from undercity.org.models import Appointment
from undercity.org.powers import Actor
from undercity.org.queries import actor_for_person
from undercity.response.plans.actions import publish, save_draft
from undercity.response.plans.queries import holders_now
from undercity.response.plans.rules import Fault, Finding, PlanContent, PlanFaults, check, expand, parse
from undercity.response.plans.rules.lines import lines_of
from undercity.response.plans.rules.reading import decoded
from undercity.response.plans.states import ROMAN, Stage


class Command(BaseCommand):
    help = "An emergency plan from a file: check it, save it, publish it."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a plan in TOML; docs/rules/plan-file.md describes it")
        parser.add_argument("--post", help="save it as a draft in the name of the post with this key")
        parser.add_argument("--publish", action="store_true", help="publish it as well; needs --post")
        parser.add_argument("--note", default="", help="why it is published")
        parser.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["publish"] and not options["post"]:
            raise CommandError("--publish needs --post: the record says in whose name.", returncode=2)
        text = _text(options["file"])
        try:
            content = parse(text)
        except PlanFaults as refusal:
            self.say({"plan": None, "faults": [one.as_body() for one in refusal.faults]}, refusal.faults,
                     options["json"])
            raise CommandError(f"{options['file']} is no plan: {len(refusal.faults)} errors.") from refusal
        holders = holders_now()
        findings = check(content, holders, lines_of(text))
        told: dict[str, Any] = {"plan": content.plan.code, "version": content.plan.version,
                                "orders": len(content.orders), "findings": [one.as_body() for one in findings],
                                "levels": {ROMAN[level]: len(expand(content, level, holders))
                                           for level in content.levels_known}}
        if options["post"]:
            told |= self.saved(text, _actor(options["post"]), options)
        self.say(told, findings, options["json"], content)
        if any(one.is_error for one in findings):
            raise CommandError("The plan has errors and cannot be published.")

    def saved(self, text: str, by: Actor, options: dict[str, Any]) -> dict[str, Any]:
        """Save it, publish it if asked; what became of it. The same file again is the same version."""
        row = save_draft(text, by=by, at=clock.now())
        if options["publish"] and row.stage == Stage.DRAFT:
            row = publish(row.pk, by=by, at=clock.now(), note=options["note"])
        return {"number": row.number, "stage": row.stage, "valid_from": row.valid_from.isoformat(),
                "id": str(row.pk)}

    def say(self, told: dict[str, Any], found: Sequence[Fault | Finding], as_json: bool,
            content: PlanContent | None = None) -> None:
        """Print it for a machine, or a line a finding for a person."""
        if as_json:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        for one in found:
            kind = one.severity if isinstance(one, Finding) else "error"
            self.stdout.write(f"line {one.line}: {kind}: {one.where}: {one.message} {one.remedy}")
        if content is not None:
            levels = ", ".join(f"{level} {many}" for level, many in told["levels"].items())
            self.stdout.write(f"{told['plan']} {told['version']}: {told['orders']} orders in the plan; given at "
                              f"each level: {levels}")
        if "number" in told:
            self.stdout.write(f"version {told['number']}: {told['stage']}, in force from {told['valid_from']}")


def _text(file: Path) -> str:
    try:
        return decoded(file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    except RuleBroken as refusal:
        raise CommandError(f"{file}: {refusal}") from refusal


def _actor(post: str) -> Actor:
    held = Appointment.objects.filter(post__key=post, ends__isnull=True, person__isnull=False).first()
    found = actor_for_person(held.person_id) if held and held.person_id else None
    if found is None:
        raise CommandError("--post names no post that somebody holds; give a post's key.", returncode=2)
    return found
