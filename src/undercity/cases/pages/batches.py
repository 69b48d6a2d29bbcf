"""批量操作: several cases chosen on a list, and what becomes of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.cases.actions.batches import carry_out, put_together, take_back
from undercity.cases.models import Case
from undercity.cases.numbers import row_of
from undercity.cases.pages.sheets import TITLES, sheet_words
from undercity.cases.queries.batches import batch_of, cases_of
from undercity.cases.queries.filters import read
from undercity.cases.queries.visible import visible_to
from undercity.cases.rules import BATCH_MOST, BATCHED
from undercity.cases.states import MOVES, BatchState, Verb
from undercity.errors import NotFound, RuleBroken
from undercity.org.powers import Actor
from undercity.org.requests import actor_of, officers_only

PRINT = "print:"


def batched_verbs(actor: Actor) -> list[tuple[str, Any]]:
    """What this actor may do to many at once somewhere, and the sheets he may print."""
    powers = {verb: {power for moves in MOVES.values() if verb in moves for power in moves[verb].powers}
              for verb in BATCHED}
    may = [(verb.value, verb.label) for verb in Verb if verb in BATCHED and any(map(actor.holds, powers[verb]))]
    return [*may, *((f"{PRINT}{code}", _("print: %(sheet)s") % {"sheet": title}) for code, title in TITLES.items())]


@officers_only
@require_POST
def choose(request: HttpRequest) -> HttpResponseBase:
    """Keep the choice: it is carried out after some seconds, unless it is taken back."""
    actor, verb = actor_of(request), request.POST.get("verb", "")
    numbers = request.POST.getlist("cases")[:BATCH_MOST + 1]
    if verb.startswith(PRINT):
        return _sheets(request, numbers, verb.removeprefix(PRINT))
    try:
        if verb not in BATCHED:
            raise RuleBroken(_("Nothing to do was chosen."), field="verb", remedy=_("Choose what shall be done."))
        made = put_together(_key(request), by=actor, at=clock.now(), verb=Verb(verb), note=request.POST.get("note", ""),
                            why=request.POST.get("why", ""), cases=_uids(actor, numbers))
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('cases')}?{read(QueryDict(request.POST.get('kept', ''))).query}")
    return redirect("batch", made.pk)


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise RuleBroken(_("This form is too old: load the page again."), field="key") from None


def _uids(actor: Actor, numbers: list[str]) -> list[UUID]:
    rows = [row for number in numbers if (row := row_of(number)) is not None]
    return list(visible_to(actor).filter(pk__in=rows).values_list("uid", flat=True))


def _sheets(request: HttpRequest, numbers: list[str], code: str) -> HttpResponseBase:
    actor = actor_of(request)
    if code not in TITLES:
        raise NotFound(_("There is no such sheet."), remedy=_("Choose one from the list."))
    rows: list[Case] = list(visible_to(actor).select_related("report").filter(uid__in=_uids(actor, numbers)).order_by(
        "pk"))
    slips = [words for case in rows if (words := sheet_words(case, code)) is not None]
    if not slips:
        messages.error(request, _("None of the chosen cases has this sheet yet."))
        return redirect("cases")
    return render(request, "cases/slips.html", {
        "slips": slips, "title": TITLES[code], "without": len(rows) - len(slips)})


@officers_only
def batch(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """What waits to be done, and then what became of each case. The page comes again by itself while it waits."""
    now = clock.now()
    found = batch_of(actor_of(request), key)
    if found is None:
        raise NotFound(_("There is no such choice of cases."), remedy=_("Choose the cases again on the list."))
    if found.state in {BatchState.PENDING, BatchState.RUNNING} and found.ripe_at <= now:
        carry_out(found.pk, at=now)
        found.refresh_from_db()
    rows = cases_of(found)
    answer = render(request, "cases/batch.html", {
        "batch": found, "verb": Verb(found.verb), "rows": rows, "waits": found.state == BatchState.PENDING,
        "seconds": max(round((found.ripe_at - now).total_seconds()), 0),
        "done": sum(row.result == "done" for row in rows), "refused": sum(row.result == "refused" for row in rows)})
    if found.state in {BatchState.PENDING, BatchState.RUNNING}:
        answer.headers["Refresh"] = str(max(round((found.ripe_at - now).total_seconds()), 0) + 1)
    return answer


@officers_only
@require_POST
def undo(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Take it back while it waits."""
    take_back(key, by=actor_of(request), at=clock.now())
    messages.success(request, _("Taken back: nothing was done to these cases."))
    return redirect("batch", key)
