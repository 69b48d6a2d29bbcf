"""The readiness board 备汛看板, the list of what is missing, and one place with its checks, boards and material."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import NotFound
from undercity.inspections.checklist_rules import Topic
from undercity.inspections.models import BoardsPhoto, BoardsStand, Material
from undercity.inspections.pages.drawing import trend_of
from undercity.inspections.pages.gate import readiness_desk
from undercity.inspections.queries import inspections, material, readiness
from undercity.inspections.queries.checklists import checklists, title_of, topics, uses_of
from undercity.inspections.queries.keepers import keepers
from undercity.inspections.rules import may_keep
from undercity.inspections.states import Standing
from undercity.org.csv_files import csv_response, harmless
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.requests import actor_of
from undercity.org.xlsx_files import xlsx_response
from undercity.places.models import Place
from undercity.places.queries import name_of
from undercity.places.states import PlaceUse

PAGE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what cannot be read is as if it were not there."""

    topic: Topic
    day: date
    district: str
    keeper: str
    use: str
    standing: str
    by: str
    page: int

    def kept(self, **changes: Any) -> str:
        """The address again, some of it changed."""
        said = {"topic": self.topic.code, "day": self.day.isoformat(), "district": self.district,
                "keeper": self.keeper, "use": self.use, "standing": self.standing, "by": self.by, **changes}
        return urlencode({name: value for name, value in said.items() if value})


def _asked(request: HttpRequest) -> Asked | None:
    given, today = request.GET, clock.now().date()
    topic = readiness.topic_asked(given.get("topic", ""))
    if topic is None:
        return None
    try:
        day = date.fromisoformat(given.get("day", ""))
    except ValueError:
        day = today
    # Of a day to come nothing is known, and before the first year of a city nothing was.
    day = min(day, today) if day.year >= 2000 else today
    page, standing = given.get("page", "1"), given.get("standing", "")
    return Asked(topic=topic, day=day, district=given.get("district", "")[:60], keeper=given.get("keeper", "")[:60],
                 use=given.get("use", "") if given.get("use", "") in PlaceUse.values else "",
                 standing=standing if standing in {"not", *Standing.values} else "",
                 by="keeper" if given.get("by") == "keeper" else "district",
                 page=min(int(page), 10_000) if page.isascii() and page.isdecimal() and int(page) else 1)


def _board(actor: Actor, asked: Asked, *, trend: bool = True) -> readiness.Board:
    return readiness.board(actor, asked.topic, asked.day, clock.now(), district=asked.district, keeper=asked.keeper,
                           use=asked.use, trend=trend)


@readiness_desk
def readiness_board(request: HttpRequest) -> HttpResponse:
    """By district and keeper, day by day, and what is missing where."""
    actor, asked = actor_of(request), _asked(request)
    if asked is None:
        return render(request, "inspections/none.html", {"tab": "board"})
    found = _board(actor, asked)
    spots = readiness.worst_first(found, asked.standing)
    last = max(1, -(-len(spots) // PAGE))
    page = min(asked.page, last)
    districts, bodies = readiness.choices(found)
    ready_on = asked.topic.ready_in(clock.now().year)
    return render(request, "inspections/readiness.html", {
        "tab": "board", "board": found, "asked": asked, "rows": readiness.listed(found, spots[(page - 1) * PAGE:
                                                                                       page * PAGE]),
        "shown": len(spots), "shares": found.shares(asked.by), "trend": trend_of(found.trend), "page": page,
        "last": last, "standings": [("not", _("not ready")), *Standing.choices], "topics": topics().values(),
        "districts": districts, "keepers": bodies, "uses": [(one, PlaceUse(one).label) for one in PlaceUse.values
                                                            if one in uses_of(asked.topic.code)],
        "counted": [(standing, label, found.total[Standing(standing)], TONES[Standing(standing)],
                     asked.kept(standing=standing)) for standing, label in Standing.choices],
        "not_ready": asked.kept(day=ready_on.isoformat(), standing="not") if ready_on <= clock.now().date() else "",
        "ready_on": ready_on, "today": asked.kept(day="", standing=""),
        "before": asked.kept(page=page - 1) if page > 1 else "", "after": asked.kept(page=page + 1) if page < last
        else "", "csv": asked.kept(), "by": [(way, asked.kept(by=way)) for way in ("district", "keeper")]})


TONES = {Standing.READY: "green", Standing.FAILING: "red", Standing.LAPSED: "yellow", Standing.UNCHECKED: "yellow"}


@readiness_desk
def readiness_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The list as it is narrowed, as CSV or XLSX, row by row."""
    actor, asked = actor_of(request), _asked(request)
    if asked is None or kind not in {"csv", "xlsx"}:
        raise NotFound(_("There is no page at this address."))
    found = _board(actor, asked, trend=False)
    spots = readiness.worst_first(found, asked.standing)

    def lines() -> Iterator[list[object]]:
        yield [_("Place"), _("District"), _("Keeper"), _("State"), _("What fails"), _("Last checked")]
        for first in range(0, len(spots), 500):
            for row in readiness.listed(found, spots[first:first + 500]):
                yield [harmless(row.name), row.district, row.keeper, str(row.standing.label),
                       harmless("; ".join(row.missing)),
                       f"{row.checked_at.astimezone(clock.ZONE):%Y-%m-%d %H:%M}" if row.checked_at else ""]

    name = f"{asked.topic}-{asked.day:%Y-%m-%d}"
    return csv_response(name, lines()) if kind == "csv" else xlsx_response(name, lines())


def place_seen(actor: Actor, key: str) -> Place:
    """A place whose readiness an actor sees; NotFound when there is none."""
    row = Place.objects.filter(key=key).first()
    keeper = keepers([row.pk]).get(row.pk) if row else None
    if row is None or not inspections.bodies_read(actor) & ({row.district_id} | ({keeper.body} if keeper else set())):
        raise NotFound(_("There is no such place."), remedy=_("It may lie outside your area."))
    return row


@readiness_desk
def readiness_place(request: HttpRequest, key: str) -> HttpResponse:
    """One place: its checks, its boards, its material."""
    actor, now = actor_of(request), clock.now()
    row = place_seen(actor, key)
    keeper = keepers([row.pk]).get(row.pk)
    boards = BoardsStand.objects.filter(place=row, timeline=clock.timeline()).first()
    stocks = material.stocks(Material.objects.filter(place=row, timeline=clock.timeline(), gone=False).order_by("gear"))
    lists = [one for one in checklists().values() if row.use in one.uses]
    of_topics = [one for one in topics().values() if row.use in uses_of(one.code)]
    return render(request, "inspections/place.html", {
        "place": row, "now": now, "name": name_of(row, now), "district": body_name(row.district_id),
        "keeper": body_name(keeper.body) if keeper else "", "boards": boards,
        "boards_photo": BoardsPhoto.objects.filter(boards_uid=boards.pk, erased_at__isnull=True).order_by("-pk").first()
        if boards else None, "boards_steps": list(reversed(inspections.steps_of(boards.pk)))[:10] if boards else [],
        "standings": [(one, found := readiness.standing_of(row.pk, one.code, now), TONES[found]) for one in of_topics],
        "checks": [(check, title_of(check.checklist)) for check in inspections.of_place(row.pk)],
        "stocks": stocks, "lists": lists,
        "may": may_keep(actor, directory().cards[keeper.body].path) if keeper else None})
