"""A place gets another name from a day on, a work another keeper: by hand, one at a time."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from undercity.clock import ZONE
from undercity.db import write
from undercity.errors import Conflict, NotFound, RuleBroken
from undercity.org.powers import Actor, can, require
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.register.actions.recording import Told, profiles_of, tell
from undercity.register.facts import Changed, Renamed
from undercity.register.parts import Writing, part
from undercity.register.queries.previews import current
from undercity.register.queries.uploads import may_edit

NAME_MAX = {"name_zh": 120, "name_en": 200}


def rename(key: str, *, zh: str, en: str, day: date, by: Actor, at: datetime, seen: int | None = None) -> Place:
    """更名: called so from that day on; the name before stays known. The same name again changes nothing."""
    given = {"name_zh": " ".join(zh.split()), "name_en": " ".join(en.split()) or " ".join(zh.split())}
    for code, longest in NAME_MAX.items():
        if not given[code]:
            raise RuleBroken(_("A place needs a name."), field="zh", remedy=_("Write its name."))
        if len(given[code]) > longest:
            raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": longest},
                             field=code.removeprefix("name_"), remedy=_("Shorten it."))
    with write():
        place, now = _locked(key, by, seen)
        pairs = {code: (now["place"][code], value) for code, value in given.items() if now["place"][code] != value}
        if pairs:
            public = part("place")
            assert public is not None
            public.update([Writing(place.pk, {code: after for code, (_was, after) in pairs.items()})], day, False)
            tell([Told(place.pk, {"place": pairs}, lambda pk, batch, names, change: Renamed(
                place=pk, batch=batch, fields_changed=names, change=change, day=day))], by=by, at=at)
    return place


def change_keeper(key: str, *, keeper: int, by: Actor, at: datetime, seen: int | None = None) -> Place:
    """管理使用单位变更: another body keeps the work from now on."""
    if keeper not in directory().cards:
        raise RuleBroken(_("There is no such body."), field="keeper", remedy=_("Choose one of the list."))
    internal = part("work")
    with write():
        place, now = _locked(key, by, seen)
        if internal is None or "work" not in now:
            raise RuleBroken(_("This place has no keeper: it is no work."), field="keeper")
        # Given away is given to somebody this post may give it to, or the city's register would lose it.
        require(can(by, Power.PLACE_EDIT, directory().cards[place.district_id].path)
                or can(by, Power.PLACE_EDIT, directory().cards[keeper].path))
        was = now["work"]["keeper"]
        if was != keeper:
            internal.update([Writing(place.pk, {"keeper": keeper})], at.date(), False)
            tell([Told(place.pk, {"work": {"keeper": (was, keeper)}}, lambda pk, batch, names, change: Changed(
                place=pk, batch=batch, fields_changed=names, change=change))], by=by, at=at)
    return place


def _locked(key: str, by: Actor, seen: int | None) -> tuple[Place, dict[str, dict[str, object]]]:
    place = Place.objects.select_for_update().filter(key=key).first()
    if place is None:
        raise NotFound(_("There is no such place."))
    now = current([place.pk])[place.pk]
    keeper = now.get("work", {}).get("keeper")
    if not may_edit(by, place.district_id, keeper):
        require(can(by, Power.PLACE_EDIT, directory().cards[place.district_id].path))
    held = profiles_of([place.pk], lock=True).get(place.pk)
    version = held[1].version if held else 0
    if seen is not None and seen != version:
        raise Conflict(_("Somebody changed this since you looked: %(what)s.") % {
            "what": f"{held[1].changed_at.astimezone(ZONE):%Y-%m-%d %H:%M}" if held else ""},
            remedy=_("Look at what changed, then try again."))
    return place, now
