"""Reading a file of duty templates. A fault names file, line and remedy, and nothing of the file is taken."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from undercity.errors import RuleBroken
from undercity.ledger.queries.agenda import template_of
from undercity.ledger.rules import Cycle, Until, occurrences, period_of
from undercity.org.models import Post
from undercity.org.states import BodyKind, Role
from undercity.science.worktime import Limit, Unit

SHIPPED = Path(__file__).resolve().parents[1] / "shipped" / "templates.toml"
FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "code": str, "zh": str, "en": str, "do_zh": str, "do_en": str, "row": str, "roles": list, "posts": list,
    "bodies": list, "rule": str, "trigger": str, "cycle": str, "next_working_day": bool, "until": str, "limit": dict,
    "days_before": int, "note": bool, "photos": int, "counts": list, "again_after_hours": int, "public": bool,
    "source": str, "valid_from": date, "valid_to": date}
NEEDED = ("code", "zh", "en", "do_zh", "do_en", "cycle", "until", "source", "valid_from")
CODE = re.compile(r"[a-z][a-z0-9-]{1,31}\Z")
LONGEST = 60


@dataclass(frozen=True)
class Block:
    """One template of a file: what it says, and where its lines are."""

    file: str
    first: int
    lines: tuple[str, ...]
    said: dict[str, Any]

    def broken(self, key: str, message: str, remedy: str) -> RuleBroken:
        """The refusal that names file, line and remedy."""
        pattern = re.compile(rf"\s*{re.escape(key)}\s*=")
        line = self.first + next((nth for nth, text in enumerate(self.lines) if pattern.match(text)), 0)
        return RuleBroken(_("%(file)s, line %(line)d: %(message)s") % {
            "file": self.file, "line": line, "message": message}, field=key, remedy=remedy,
            details={"file": self.file, "line": line})


def read_templates(path: Path) -> list[dict[str, Any]]:
    """The templates of a file as stored content. RuleBroken at the first fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleBroken(_("%(file)s cannot be read.") % {"file": path.name}, field="file",
                         remedy=_("Give the path of a TOML file in UTF-8.")) from error
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleBroken(_("%(file)s is no TOML: %(error)s") % {"file": path.name, "error": error}, field="file",
                         remedy=_("Mend that line; strings stand in quotation marks.")) from error
    blocks = _blocks(path.name, text, said.get("template", []))
    posts = set(Post.objects.values_list("key", flat=True))
    contents = [_checked(block, posts) for block in blocks]
    seen: set[tuple[str, str]] = set()
    for block, content in zip(blocks, contents, strict=True):
        key = (content["code"], content["valid_from"])
        if key in seen:
            raise block.broken("code", _("“%(code)s” stands here twice for the same day.") % {"code": key[0]},
                               _("Give the newer one a later valid_from."))
        seen.add(key)
    return contents


def _blocks(file: str, text: str, said: list[dict[str, Any]]) -> list[Block]:
    lines = text.splitlines()
    starts = [nth for nth, line in enumerate(lines) if line.strip() == "[[template]]"]
    if not said or len(starts) != len(said):
        raise RuleBroken(_("%(file)s holds no templates.") % {"file": file}, field="template",
                         remedy=_("Begin each template with a line [[template]]."))
    ends = [*starts[1:], len(lines)]
    return [Block(file, begin + 1, tuple(lines[begin:end]), one)
            for begin, end, one in zip(starts, ends, said, strict=True)]


def _checked(block: Block, posts: set[str]) -> dict[str, Any]:
    _shape(block)
    _holders(block, posts)
    _times(block)
    _evidence(block)
    content = {key: value.isoformat() if isinstance(value, date) else value for key, value in block.said.items()}
    _one_a_period(block, content)
    return content


def _shape(block: Block) -> None:
    said = block.said
    for key, value in said.items():
        if key not in FIELDS:
            raise block.broken(key, _("there is no field “%(key)s”.") % {"key": key},
                               _("Fields are: %(fields)s.") % {"fields": ", ".join(FIELDS)})
        if not isinstance(value, FIELDS[key]) or (FIELDS[key] is int and isinstance(value, bool)):
            raise block.broken(key, _("“%(key)s” is of the wrong kind.") % {"key": key},
                               _("It is written like in the shipped templates."))
    for key in NEEDED:
        if said.get(key) in (None, ""):
            raise block.broken(key, _("“%(key)s” is missing.") % {"key": key}, _("Add it to this template."))
    if not CODE.match(said["code"]):
        raise block.broken("code", _("“%(code)s” is no code.") % {"code": said["code"]},
                           _("Small letters, digits and hyphens, 2 to 32 of them."))
    for key in ("zh", "en"):
        if len(said[key]) > LONGEST:
            raise block.broken(key, _("the name has more than %(most)d characters.") % {"most": LONGEST},
                               _("Shorten it; the rest belongs into do_zh and do_en."))


def _holders(block: Block, posts: set[str]) -> None:
    roles, named, bodies = (block.said.get(key, []) for key in ("roles", "posts", "bodies"))
    if not roles and not named and not block.said.get("trigger"):
        raise block.broken("roles", _("nobody has this duty."), _("Name roles, or posts by their key."))
    for role in roles:
        if role not in Role.values:
            raise block.broken("roles", _("there is no role “%(role)s”.") % {"role": role},
                               _("Roles are: %(roles)s.") % {"roles": ", ".join(Role.values)})
    for post in named:
        if post not in posts:
            raise block.broken("posts", _("there is no post “%(post)s”.") % {"post": post},
                               _("Use the key of a post that exists, or roles."))
    for kind in bodies:
        if kind not in BodyKind.values:
            raise block.broken("bodies", _("there is no kind of body “%(kind)s”.") % {"kind": kind},
                               _("Kinds are: %(kinds)s.") % {"kinds": ", ".join(BodyKind.values)})


def _times(block: Block) -> None:
    said = block.said
    if bool(said.get("rule")) == bool(said.get("trigger")):
        raise block.broken("rule", _("a template has a rule or a trigger, and not both."),
                           _("Write rule = \"FREQ=MONTHLY;BYMONTHDAY=1\", or trigger = \"retirement\"."))
    for key, known in (("cycle", Cycle), ("until", Until)):
        if said[key] not in list(known):
            raise block.broken(key, _("“%(key)s” cannot be “%(value)s”.") % {"key": key, "value": said[key]},
                               _("It is one of: %(choices)s.") % {"choices": ", ".join(known)})
    if said.get("rule"):
        try:
            rrulestr(said["rule"])
        except (ValueError, TypeError, KeyError) as error:
            raise block.broken("rule", _("“%(rule)s” is no recurrence rule.") % {"rule": said["rule"]},
                               _("Write it as in RFC 5545, for example FREQ=WEEKLY;BYDAY=MO.")) from error
    limit = said.get("limit")
    if (said["until"] == Until.LIMIT) != bool(limit):
        raise block.broken("limit", _("until = \"limit\" and a limit belong together."),
                           _("Write limit = { value = 5, unit = \"working_day\" }."))
    if limit:
        try:
            Limit(limit.get("value"), Unit(limit.get("unit")))
        except ValueError as error:
            raise block.broken("limit", str(error), _("Units are: %(units)s.") % {"units": ", ".join(Unit)}) from error
    if said["until"] == Until.BEFORE and not said.get("trigger"):
        raise block.broken("until", _("a rule has no trigger to be before."), _("Use end_of_period or limit."))


def _evidence(block: Block) -> None:
    if not 0 <= block.said.get("photos", 0) <= 3:
        raise block.broken("photos", _("between 0 and 3 photos can be asked for."), _("Give a number from 0 to 3."))
    for count in block.said.get("counts", []):
        good = (isinstance(count, dict) and set(count) == {"code", "zh", "en", "least", "most"}
                and CODE.match(str(count["code"])) and type(count["least"]) is int and type(count["most"]) is int
                and 0 <= count["least"] <= count["most"])
        if not good:
            raise block.broken("counts", _("a number asked for needs code, zh, en, least and most."),
                               _("Write { code = \"days\", zh = \"天数\", en = \"days\", least = 1, most = 2 }."))


def _one_a_period(block: Block, content: dict[str, Any]) -> None:
    template = template_of(content)
    if not template.rule:
        return
    days = occurrences(template, template.valid_from, template.valid_from + timedelta(days=800))
    if not days:
        raise block.broken("rule", _("this rule gives no duty within two years."), _("Check BYMONTH and BYMONTHDAY."))
    periods = [period_of(day, template.cycle) for day in days]
    if len(set(periods)) < len(periods):
        raise block.broken("cycle", _("the rule gives more than one duty a %(cycle)s.") % {"cycle": template.cycle},
                           _("Choose a shorter cycle, so that each period has one duty."))
