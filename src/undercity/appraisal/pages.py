"""Rankings, scores, and what is behind them."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from undercity.appraisal.actions import asked
from undercity.appraisal.indicators import INDICATORS
from undercity.appraisal.queries.behind import PAGE, behind, is_bad
from undercity.appraisal.queries.export import Standing
from undercity.appraisal.queries.months import checked_month, running_month
from undercity.appraisal.queries.scores import Ranked, Ranking, may_see_scores, objects_of, ranking
from undercity.appraisal.rules import HUNDRED, Node, shown
from undercity.appraisal.scheme import scheme
from undercity.errors import NotFound
from undercity.org.requests import actor_of, officers_only

# What every page, print and export of a ranking of real bodies says in a demonstration, in either language.
DEMO_MARK = "演示数据"
# A spreadsheet would take a word beginning like this for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@officers_only
def scores(request: HttpRequest) -> HttpResponse:
    """考评排名: who stands where in a month."""
    actor = actor_of(request)
    may_see_scores(actor)
    month = checked_month(request.GET.get("month") or running_month())
    objects = objects_of(request.GET.get("object") or next(iter(scheme().objects)))
    facts, found = asked(lambda facts: (facts, ranking(facts, month, objects)))
    return render(request, "appraisal/scores.html", {
        "month": month, "months": _months(facts, month), "objects": objects, "kinds": scheme().objects.values(),
        "ranking": found, "rows": [_row(row) for row in found.visible_to(actor)]})


@officers_only
def scores_csv(request: HttpRequest, month: str, code: str) -> HttpResponse:
    """A ranking as a spreadsheet reads it."""
    actor = actor_of(request)
    may_see_scores(actor)
    objects = objects_of(code)
    found = asked(lambda facts: ranking(facts, checked_month(month), objects))
    out = io.StringIO()
    sheet = csv.writer(out)
    if settings.DEMO:
        sheet.writerow([DEMO_MARK])
    sheet.writerow([_("Rank"), _("Name"), _("Composite"), _("Grade"), _("Count"), _("Points lost"),
                    *(INDICATORS[measure.indicator].label for measure in objects.measures)])
    for row in found.visible_to(actor):
        sheet.writerow([row.rank or _("no data"), _harmless(row.scored.name), shown(row.score.composite),
                        row.score.grade.letter if row.score.grade else "", row.size, shown(row.score.lost),
                        *(shown(node.points) for node in row.score.nodes)])
    name = "-".join([*([DEMO_MARK] if settings.DEMO else []), _("Ranking"), month, code]) + ".csv"
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@officers_only
def score(request: HttpRequest, month: str, code: str, identity: int) -> HttpResponse:
    """扣分明细: how one score came about."""
    found, row = _one(request, month, code, identity)
    nodes = [_node(node) for node in row.score.nodes]
    return render(request, "appraisal/score.html", {
        "ranking": found, "row": _row(row), "nodes": nodes, "month": month, "objects": found.objects,
        "left_out": [node["label"] for node in nodes if not node["points"]] if row.score.is_rescaled else [],
        "terms": [f"{node['share']} % × {node['points']}" for node in nodes if node["points"]],
        "of": sum(other.rank is not None for other in found.rows)})


@officers_only
def score_cases(request: HttpRequest, month: str, code: str, identity: int, indicator: str) -> HttpResponse:
    """The duties and cases behind one number of a score."""
    found, row = _one(request, month, code, identity)
    node = next((node for node in row.score.nodes if node.measure.indicator == indicator), None)
    if node is None:
        raise NotFound(_("This score has no such indicator."), remedy=_("Choose one from the ranking."))
    asked_for = request.GET.get("page", "1")
    page = int(asked_for) if asked_for.isdecimal() and 0 < len(asked_for) < 8 else 1
    one = INDICATORS[indicator]
    rows = asked(lambda facts: behind(facts, found, row, one, page=max(page, 1)))
    return render(request, "appraisal/behind.html", {
        "ranking": found, "row": _row(row), "node": _node(node), "indicator": one, "bad": is_bad(found, one),
        "rows": rows, "page": page, "month": month, "objects": found.objects, "previous": page - 1,
        "more": page + 1 if node.count.bottom > page * PAGE else 0})


def _one(request: HttpRequest, month: str, code: str, identity: int) -> tuple[Ranking, Ranked]:
    actor = actor_of(request)
    may_see_scores(actor)
    objects = objects_of(code)
    found = asked(lambda facts: ranking(facts, checked_month(month), objects))
    return found, found.one(identity, actor)


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


def _harmless(name: str) -> str:
    return f"'{name}" if name.startswith(FORMULA) else name
