"""What a phone carries with it: today's tasks, the forms for them, the map of the post's area."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import get_language
from shapely import box, union_all
from shapely.geometry import shape

from undercity.field.kinds import FieldTask, doing, rooms
from undercity.org.directory import directory
from undercity.org.powers import Actor
from undercity.org.queries import post_titles
from undercity.org.states import Power
from undercity.places.drawing import SHEETS, Sheet
from undercity.places.maps import ground_of

# A sheet is about as wide as it is high, and shows a little of what lies around.
MARGIN = 0.06


def title_of(actor: Actor) -> str:
    """What the post is called, in the reader's language."""
    return actor.title_zh if (get_language() or "zh").startswith("zh") else actor.title_en


def day_of(actor: Actor, at: datetime) -> dict[str, Any]:
    """Everything an actor needs today without signal, as plain data. Addresses of photos are fetched one by one."""
    tasks = [one for room in rooms() for one in room.tasks(actor, at)]
    # Without a deadline comes last; the rooms' own orders are kept among equals.
    tasks.sort(key=lambda one: (one.due is None, one.due))
    more: dict[str, Any] = {}
    for room in rooms():
        more.update(room.more(actor))
    reported = more.get("report")
    if reported:
        reported["form"] = doing(reported["doing"]).as_data(None)
    return {"who": str(actor.person), "title": title_of(actor), "at": at.isoformat(), "language": get_language(),
            "tasks": [_as_data(one) for one in tasks], "map": carried_map(actor), **more}


def _as_data(one: FieldTask) -> dict[str, Any]:
    return {"id": str(one.id), "subject": str(one.subject), "kind": one.kind, "number": one.number,
            "title": one.title, "where": one.where, "version": one.version,
            "due": one.due.isoformat() if one.due else None, "light": str(one.light), "href": one.href,
            "words": one.words, "facts": [list(pair) for pair in one.facts], "photos": list(one.photos),
            "lat": one.lat, "lon": one.lon, "forms": [doing(code).as_data(one.subject) for code in one.doings]}


def area_of(actor: Actor) -> Sheet:
    """The sheet of the territories a post verifies, checks or reports in; the inner city when it is the whole city."""
    book = directory()
    for power in (Power.CASE_VERIFY, Power.CASE_CHECK, Power.CASE_READ, Power.CASE_REPORT):
        scopes = actor.scopes(power)
        shapes = [shape(book.outlines[body]) for path in scopes if (body := book.by_path.get(path)) in book.outlines
                  and book.cards[body].kind in {"street", "community"}]
        if shapes:
            west, south, east, north = union_all([box(*one.bounds) for one in shapes]).bounds
            room = max(north - south, east - west) * MARGIN
            return Sheet(round(south - room, 5), round(west - room, 5), round(north + room, 5), round(east + room, 5))
    return SHEETS["core"]


def carried_map(actor: Actor) -> dict[str, Any]:
    """The schematic map of the post's area as SVG, with its edges in WGS 84 degrees."""
    drawing = ground_of(area_of(actor))
    sheet = drawing.sheet
    return {"ground": str(drawing.ground), "words": str(drawing.words), "width": drawing.width,
            "height": drawing.height, "south": sheet.south, "west": sheet.west, "north": sheet.north,
            "east": sheet.east, "licence": settings.MAP["licence"]}


class Checked(Protocol):
    """A check as a room keeps it: whichever room's, the phone is told the same of it."""

    period: str
    status: str
    version: int
    done_at: datetime | None
    done_by: int | None


def check_standing(row: Checked, *, label: str, href: str, done: str,
                   allowed: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """How a check stands, for a phone whose answer came late: what was done by whom, what may be done now."""
    changes = [] if row.done_at is None else [{
        "what": done, "at": row.done_at.isoformat(),
        "who": post_titles([row.done_by])[row.done_by] if row.done_by else ""}]
    return {"number": row.period, "state": row.status, "state_label": label, "version": row.version, "href": href,
            "changes": changes, "allowed": [{"code": code, "label": said} for code, said in allowed]}
