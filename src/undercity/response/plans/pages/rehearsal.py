"""The dry run 预演 of a level on a day, on the page, in print, as CSV and as a workbook; the text of the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _, pgettext

from undercity import clock
from undercity.errors import NotFound
from undercity.forces.queries.leading import minutes_to_places
from undercity.org.csv_files import csv_response, harmless
from undercity.org.queries import body_name, post_titles
from undercity.org.xlsx_files import xlsx_response
from undercity.response.plans.forms import RehearsalForm
from undercity.response.plans.models import PlanVersion
from undercity.response.plans.pages.guard import plan_desk, version
from undercity.response.plans.queries import content_of, holders_now, reachable
from undercity.response.plans.queries.telling import addressees_of, chinese, named
from undercity.response.plans.rules import (
    Draft,
    DryRun,
    Holders,
    Named,
    PlanContent,
    change,
    dry_run,
    order_text,
)
from undercity.response.plans.rules.dry_run import Rehearsed
from undercity.response.plans.states import OrderVerb

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What is rehearsed: from which level to which, on which day."""

    level: int
    was: int | None
    day: date


@dataclass(frozen=True, slots=True)
class Row:
    """An order of the dry run in words."""

    one: Rehearsed
    who: str
    where: str
    text: str
    troubles: tuple[str, ...]


def _asked(request: HttpRequest, content: PlanContent) -> tuple[Asked, RehearsalForm]:
    today = clock.now().date()
    first = content.levels_known[min(1, len(content.levels_known) - 1)]
    if "level" not in request.GET:
        form = RehearsalForm(initial={"level": first, "day": today})
        return Asked(first, None, today), form
    form = RehearsalForm(request.GET)
    if not form.is_valid():
        return Asked(first, None, today), form
    said = form.cleaned_data
    return Asked(said["level"], said["was"], said["day"]), form


def _run(asked: Asked, content: PlanContent) -> tuple[DryRun, Holders]:
    holders = holders_now(datetime.combine(asked.day, time(12), clock.ZONE))
    drafts = change(content, asked.was, asked.level, holders).begins if asked.was != asked.level else ()
    called = {draft.appointment for draft in drafts if draft.appointment is not None}
    return dry_run(drafts, reachable(called), _travel(content, drafts)), holders


def _travel(content: PlanContent, drafts: Sequence[Draft]) -> Callable[[Draft], float | None]:
    """The way of whoever is sent: a keeper is where his works are, a team comes from its base."""
    sends = {one.key for one in content.orders
             if one.to.team is not None or one.verb in (OrderVerb.SEND_TEAM, OrderVerb.SEND_PUMP)}
    sent = [(draft.post, draft.place) for draft in drafts
            if draft.order in sends and draft.post is not None and draft.place is not None]
    ways = minutes_to_places({post for post, _place in sent}, {place for _post, place in sent}, clock.now())
    return lambda draft: ways.get((draft.post or 0, draft.place or 0)) if draft.order in sends else None


def told(run: DryRun, holders: Holders) -> list[Row]:
    """The orders in words, those something stands against first."""
    titles = post_titles(holders.by_post)
    places = {place.id: (place.zh if chinese() else place.en) for place in holders.places}
    rows = [Row(one, titles.get(one.draft.post or 0, "") or body_name(one.draft.body),
                places.get(one.draft.place or 0, ""), one.draft.zh if chinese() else one.draft.en,
                tuple(_troubles(one))) for one in run.orders]
    return sorted(rows, key=lambda row: (not (row.one.late or row.one.vacant or row.one.unnamed),
                                         row.one.draft.done_minutes))


def _troubles(one: Rehearsed) -> Iterator[str]:
    if one.unnamed:
        yield _("nobody is named")
    if one.vacant:
        yield _("post vacant")
    if one.late:
        yield _("no time left: it can begin after %(n)d min") % {"n": one.begins + one.travel}


@plan_desk
def plan_dry_run(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """预演: whom a level would call, what stands against it."""
    row = version(request, uid)
    content = content_of(row)
    asked, form = _asked(request, content)
    run, holders = _run(asked, content)
    rows = told(run, holders)
    titles = post_titles(holders.by_post)
    return render(request, "plans/dry_run.html", {
        "row": row, "form": form, "asked": asked, "run": run, "rows": rows[:SHOWN],
        "more": max(0, len(rows) - SHOWN), "title": row.file.title_zh if chinese() else row.file.title_en,
        "level_name": _level_name(content, asked.level), "nobody_reachable": bool(run.unreachable) and not run.messages,
        "by_post": [(titles[post], body_name(holders.by_post[post].body), many, post in run.vacant,
                     post in run.unreachable) for post, many in run.by_post],
        "query": f"level={asked.level}&was={asked.was or ''}&day={asked.day.isoformat()}"},
        status=422 if form.is_bound and form.errors else 200)


def _level_name(content: PlanContent, level: int) -> str:
    name = content.level_name(level)
    return (name.zh if chinese() else name.en) if name else ""


@plan_desk
def plan_dry_run_file(request: HttpRequest, uid: UUID, form: str) -> HttpResponseBase:
    """The same, every order of it, as a spreadsheet reads it."""
    row = version(request, uid)
    content = content_of(row)
    asked, _form = _asked(request, content)
    run, holders = _run(asked, content)
    if form not in {"csv", "xlsx"}:
        raise NotFound(_("There is no such file."))
    name = f"{_('Dry run')}-{row.code}-{row.label}-{asked.level}-{asked.day:%Y%m%d}"
    return (csv_response if form == "csv" else xlsx_response)(name, _lines(told(run, holders), holders))


def _lines(rows: list[Row], holders: Holders) -> Iterator[list[object]]:
    yield [_("Order"), pgettext("order", "What"), pgettext("order", "Who"), _("Body"), _("Place"),
           _("Answer within, min"), _("Begins after, min"), _("On the way, min"), _("Due after, min"),
           pgettext("order", "Evidence"), pgettext("order", "After"), _("Closes the place"),
           _("What stands against it")]
    for row in rows:
        draft: Draft = row.one.draft
        yield [harmless(word) if isinstance(word, str) else word for word in (
            draft.order, row.text, row.who, body_name(draft.body), row.where, draft.answer_minutes, row.one.begins,
            row.one.travel or "", draft.done_minutes, str(draft.evidence.label), "; ".join(draft.after[:20]),
            _("yes") if draft.closes_place else "", "; ".join(row.troubles))]


@plan_desk
def plan_command(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """命令文书: how the command of a change of level would read, on an A4 page; nothing is issued here."""
    row = version(request, uid)
    content = content_of(row)
    asked, form = _asked(request, content)
    text = None if asked.was == asked.level else _command(content, row, asked)
    return render(request, "plans/command.html", {
        "row": row, "form": form, "asked": asked, "text": text,
        "title": row.file.title_zh if chinese() else row.file.title_en},
        status=422 if form.is_bound and form.errors else 200)


def _command(content: PlanContent, row: PlanVersion, asked: Asked) -> Any:
    holders = holders_now()
    drafts = change(content, asked.was, asked.level, holders).begins
    area = holders.bodies.get(content.area, row.body_id)
    sample = Named("（预警信号或监测值，发布时填写）", "(the warning or measured value, filled in when it is issued)")
    return order_text(content, was=asked.was, now=asked.level, number=1, at=clock.now(), basis=sample,
                      issuer=named(row.body_id), area=named(area), addressees=addressees_of(drafts))
