"""Rankings, scores, and what is behind them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _, pgettext

from undercity.appraisal.actions import Preparing, asked, asked_soon
from undercity.appraisal.indicators import INDICATORS
from undercity.appraisal.queries.behind import PAGE, Behind, behind, is_bad
from undercity.appraisal.queries.export import Standing
from undercity.appraisal.queries.months import checked_month, running_month
from undercity.appraisal.queries.scores import Ranked, Ranking, may_see_scores, objects_of, ranking
from undercity.appraisal.rules import HUNDRED, Node, shown
from undercity.appraisal.scheme import Objects, scheme
from undercity.errors import NotFound
from undercity.org.csv_files import csv_response, harmless
from undercity.org.powers import Actor
from undercity.org.requests import actor_of, officers_only

LOOK_AGAIN_SECONDS = 3


def _when_ready(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The page, or one that says how far the facts are and looks again by itself."""

    @wraps(page)
    def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            return page(request, *args, **named)
        except Preparing as trouble:
            waiting = render(request, "appraisal/preparing.html", {"behind": trouble.behind}, status=202)
            waiting.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
            return waiting

    return answer


@officers_only
@_when_ready
def scores(request: HttpRequest) -> HttpResponse:
    """考评排名: who stands where in a month."""
    month = request.GET.get("month") or running_month()
    actor, objects = _asking(request, month, request.GET.get("object") or next(iter(scheme().objects)))
    facts, found = asked_soon(lambda facts: (facts, ranking(facts, month, objects)))
    rows = found.visible_to(actor)
    return render(request, "appraisal/scores.html", {
        "hidden": len(found.rows) - len(rows), "month": month, "months": _months(facts, month), "objects": objects,
        "kinds": scheme().objects.values(), "ranking": found, "rows": [_row(row) for row in rows]})


@officers_only
def scores_csv(request: HttpRequest, month: str, code: str) -> HttpResponseBase:
    """A ranking as a spreadsheet reads it."""
    actor, objects = _asking(request, month, code)
    found = asked(lambda facts: ranking(facts, month, objects))
    head = [pgettext("score", "Rank"), pgettext("score", "Name"), _("Composite"), _("Grade"),
            pgettext("score", "Count"), pgettext("score", "Lost"),
            *(INDICATORS[measure.indicator].label for measure in objects.measures)]
    rows = [[row.rank or _("no data"), harmless(row.scored.name), shown(row.score.composite),
             row.score.grade.letter if row.score.grade else "", row.size, shown(row.score.lost),
             *(shown(node.points) for node in row.score.nodes)] for row in found.visible_to(actor)]
    return csv_response("-".join([_("Ranking"), month, code]), [head, *rows])


@officers_only
@_when_ready
def score(request: HttpRequest, month: str, code: str, identity: int) -> HttpResponse:
    """扣分明细: how one score came about."""
    actor, objects = _asking(request, month, code)
    found = asked_soon(lambda facts: ranking(facts, month, objects))
    row = found.one(identity, actor)
    nodes = [_node(node) for node in row.score.nodes]
    return render(request, "appraisal/score.html", {
        "ranking": found, "row": _row(row), "nodes": nodes, "month": month, "objects": found.objects,
        "left_out": [node["label"] for node in nodes if not node["points"]] if row.score.is_rescaled else [],
        "terms": [f"{node['share']} % × {node['points']}" for node in nodes if node["points"]],
        "of": sum(other.rank is not None for other in found.rows)})


@officers_only
@_when_ready
def score_cases(request: HttpRequest, month: str, code: str, identity: int, indicator: str) -> HttpResponse:
    """The duties and cases behind one number of a score."""
    actor, objects = _asking(request, month, code)
    if indicator not in {measure.indicator for measure in objects.measures}:
        raise NotFound(_("This score has no such indicator."), remedy=_("Choose one from the ranking."))
    asked_for, one = request.GET.get("page", ""), INDICATORS[indicator]
    page = max(int(asked_for), 1) if asked_for.isascii() and asked_for.isdecimal() and len(asked_for) < 8 else 1

    def ask(facts: Standing) -> tuple[Ranking, Ranked, list[Behind]]:
        found = ranking(facts, month, objects)
        row = found.one(identity, actor)
        return found, row, behind(facts, found, row, one, page=page)

    found, row, rows = asked_soon(ask)
    node = next(node for node in row.score.nodes if node.measure.indicator == indicator)
    return render(request, "appraisal/behind.html", {
        "ranking": found, "row": _row(row), "node": _node(node), "indicator": one, "bad": is_bad(found, one),
        "rows": rows, "page": page, "month": month, "objects": found.objects, "previous": page - 1,
        "more": page + 1 if node.count.bottom > page * PAGE else 0})


def _asking(request: HttpRequest, month: str, code: str) -> tuple[Actor, Objects]:
    """Who asks, and about what; refused before anything is counted."""
    actor = actor_of(request)
    may_see_scores(actor)
    checked_month(month)
    return actor, objects_of(code)


def _months(facts: Standing, month: str) -> list[str]:
    return sorted({*facts.months(), running_month(), month}, reverse=True)


def _row(row: Ranked) -> dict[str, Any]:
    """A row of a ranking with its numbers rounded for the eye."""
    return {"id": row.scored.id, "name": row.scored.name, "rank": row.rank, "size": row.size,
            "composite": shown(row.score.composite), "bar": shown(row.score.composite, 0), "grade": row.score.grade,
            "lost": shown(row.score.lost), "rescaled": row.score.is_rescaled}


def _node(node: Node) -> dict[str, Any]:
    """A line of an explanation with its numbers rounded for the eye."""
    indicator = INDICATORS[node.measure.indicator]
    share = node.share * HUNDRED if node.share is not None else None
    return {"code": indicator.code, "label": indicator.label, "top": indicator.top, "bottom": indicator.bottom,
            "is_volume": indicator.is_volume, "scores": node.measure.scores.label, "count": node.count,
            "rate": shown(node.rate * HUNDRED) if node.rate is not None else "", "points": shown(node.points),
            "bar": shown(node.points, 0), "weight": shown(node.measure.weight * HUNDRED, 0), "share": shown(share),
            "given": shown(node.given), "lost": shown(node.lost),
            "rescaled": node.share is not None and node.share != node.measure.weight}
