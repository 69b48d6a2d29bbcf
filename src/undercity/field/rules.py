"""What a phone sent, read and checked: pure, and every fault names the field and the remedy."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.errors import RuleBroken
from undercity.field.kinds import Field, FieldKind

# A phone that says more than this ago has a wrong clock or a wrong battery: then nothing is said about the moment.
LONGEST_AGO = timedelta(days=31)
# What took longer to arrive is worth a word beside it.
WORTH_SAYING = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sent:
    """An action as it came: `who` is the person the phone recorded it for, `ago` how long ago that was."""

    key: UUID
    who: str
    doing: str
    subject: UUID | None
    seen: int | None
    values: Mapping[str, Any]
    ago: timedelta | None


def read_action(raw: str | None) -> Sent:
    """The field `action` of the form; RuleBroken when it is missing, no JSON, or lacks something."""
    if not raw:
        raise RuleBroken(_("The action is missing."), field="action",
                         remedy=_("Send a form with the field “action”, an object as JSON, and the photos as files."))
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise RuleBroken(_("The action cannot be read."), field="action",
                         remedy=_("Send one object as JSON in UTF-8.")) from error
    if not isinstance(said, dict):
        raise RuleBroken(_("The action is no object."), field="action", remedy=_("Send one object as JSON in UTF-8."))
    values = said.get("values", {})
    if not isinstance(values, dict):
        raise RuleBroken(_("The values are no object."), field="values", remedy=_("Send the fields by name."))
    for name in ("who", "doing"):
        if not isinstance(said.get(name), str) or not said[name]:
            raise RuleBroken(_("“%(field)s” is missing.") % {"field": name}, field=name,
                             remedy=_("Send it as text, as /field/today.json gave it."))
    return Sent(key=_key(said.get("key")), who=said["who"], doing=said["doing"], subject=_subject(said.get("subject")),
                seen=_seen(said.get("seen")), values=values, ago=_ago(said.get("done_at"), said.get("sent_at")))


def _key(given: Any) -> UUID:
    try:
        key = UUID(given)
    except (TypeError, ValueError, AttributeError):
        key = UUID(int=0)
    if key.version != 7:
        raise RuleBroken(_("The key is missing or no UUIDv7."), field="key",
                         remedy=_("Make a UUIDv7 when the action is recorded, and send the same one with every try."))
    return key


def _subject(given: Any) -> UUID | None:
    if given is None:
        return None
    try:
        return UUID(given)
    except (TypeError, ValueError, AttributeError) as error:
        raise RuleBroken(_("The subject is no UUID."), field="subject",
                         remedy=_("Send it as /field/today.json gave it.")) from error


def _seen(given: Any) -> int | None:
    if given is None or (isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2 ** 31):
        return given
    raise RuleBroken(_("The version looked at is no number."), field="seen",
                     remedy=_("Send it as /field/today.json gave it."))


def _ago(done: Any, sent: Any) -> timedelta | None:
    """How long before sending it was recorded: two readings of one clock, however wrong that is."""
    try:
        ago = datetime.fromisoformat(sent) - datetime.fromisoformat(done)
    except (TypeError, ValueError):
        return None
    return ago if timedelta(0) <= ago <= LONGEST_AGO else None


def checked(fields: Sequence[Field], values: Mapping[str, Any], photos: int) -> dict[str, Any]:
    """The values as their fields want them; what no field asks for is left out."""
    found: dict[str, Any] = {}
    several = [one for one in fields if one.kind is FieldKind.PHOTOS]
    own = _shared(several, values, photos) if len(several) > 1 else {
        one.name: photos for one in several if one.name != "photos"}
    found.update(own)
    for asked in fields:
        one = asked if _is_shown(asked, values) else replace(asked, required=False, least=0)
        if one.kind is FieldKind.PHOTOS:
            _photos(one, own.get(one.name, photos))
        else:
            found[one.name] = _value(one, values.get(one.name))
    if photos and not any(one.kind is FieldKind.PHOTOS for one in fields):
        raise RuleBroken(_("No photo is asked for here."), field="photos", remedy=_("Send it without."))
    return found


def _is_shown(one: Field, values: Mapping[str, Any]) -> bool:
    """Is this field asked for, as the others are answered?"""
    if one.shown_with is not None:
        name, answers = one.shown_with
        return values.get(name) in answers
    if one.shown_beyond is not None:
        name, least, most = one.shown_beyond
        value = values.get(name)
        return isinstance(value, (int, float)) and ((least is not None and value < least) or (
            most is not None and value > most))
    return True


def _shared(fields: Sequence[Field], values: Mapping[str, Any], photos: int) -> dict[str, int]:
    """Field of photos → how many of them are its own, in the order of the fields."""
    own = {one.name: values.get(one.name) or 0 for one in fields}
    for name, count in own.items():
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= photos:
            raise RuleBroken(_("“%(field)s” is no number.") % {"field": name}, field=name,
                             remedy=_("Send under each field of photos how many are its own."))
    if sum(own.values()) != photos:
        raise RuleBroken(_("The photos do not fit their fields."), field="photos",
                         remedy=_("Send under each field of photos how many are its own."))
    return own


def _photos(one: Field, photos: int) -> None:
    if photos < one.least:
        raise RuleBroken(_("Photos are missing: %(least)d at least.") % {"least": one.least}, field=one.name,
                         remedy=_("Add a picture taken on the spot."))
    if photos > one.most:
        raise RuleBroken(_("There are more than %(most)d photos.") % {"most": one.most}, field=one.name,
                         remedy=_("Choose the ones that show it best."))


def _value(one: Field, given: Any) -> Any:
    if given is None or given == "":
        if one.required:
            raise RuleBroken(_("“%(field)s” is missing.") % {"field": one.label}, field=one.name,
                             remedy=_("Fill it in."))
        return "" if one.kind in {FieldKind.TEXT, FieldKind.CHOICE} else None
    if one.kind in {FieldKind.WHOLE, FieldKind.NUMBER}:
        return _number(one, given)
    if not isinstance(given, str):
        raise RuleBroken(_("“%(field)s” is no text.") % {"field": one.label}, field=one.name,
                         remedy=_("Send it as text."))
    if one.kind is FieldKind.CHOICE and given not in dict(one.choices):
        raise RuleBroken(_("“%(field)s”: there is no such choice.") % {"field": one.label}, field=one.name,
                         remedy=_("Use one of: %(codes)s.") % {"codes": ", ".join(code for code, _name in one.choices)})
    text = given.replace("\0", "").strip()
    if one.kind is FieldKind.TEXT and len(text) > one.most:
        raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": one.most}, field=one.name,
                         remedy=_("Shorten it."))
    if one.required and not text:
        raise RuleBroken(_("“%(field)s” is missing.") % {"field": one.label}, field=one.name, remedy=_("Fill it in."))
    return text


def _number(one: Field, given: Any) -> float | int:
    whole = one.kind is FieldKind.WHOLE
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given) or (
            whole and given != int(given)):
        raise RuleBroken(_("“%(field)s” is no number.") % {"field": one.label}, field=one.name,
                         remedy=_("Send it as a number."))
    if one.least < one.most and not one.least <= given <= one.most:
        raise RuleBroken(_("%(what)s: between %(least)d and %(most)d.") % {
            "what": one.label, "least": one.least, "most": one.most}, field=one.name, remedy=_("Correct the number."))
    return int(given) if whole else given


def digest_of(sent: Sent, photos: Sequence[bytes]) -> str:
    """SHA-256 over what was said and shown; when it was sent is no part of it, nor the version that a phone may
    learn of meanwhile."""
    said = json.dumps([sent.doing, str(sent.subject or ""), sent.values], sort_keys=True, ensure_ascii=False)
    found = hashlib.sha256(said.encode("utf-8", "surrogatepass"))
    for raw in photos:
        found.update(hashlib.sha256(raw).digest())
    return found.hexdigest()
