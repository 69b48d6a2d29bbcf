"""What the list of cases can be narrowed by, and the choices a post keeps under a name 常用筛选."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.cases.actions import keeping
from undercity.cases.queries.departments import handling_bodies
from undercity.cases.queries.filters import Filter, read
from undercity.cases.queries.saved import saved_filter, saved_filters
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import Card, Source, Stage
from undercity.errors import NotFound, RuleBroken
from undercity.org.queries import directory
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import BodyKind
from undercity.science.worktime import Light

Choices = list[tuple[str, Any]]


def choices(narrowed: Filter) -> list[tuple[str, Any, SafeString]]:
    """(name, label, options) of each select of the list, the empty choice first."""
    return [(name, label, _options(chosen, offered)) for name, label, chosen, offered in _choices(narrowed)]


def _options(chosen: str, offered: Choices) -> SafeString:
    # Two hundred of them stand on the list's page: written here, they cost a tenth of what a template takes.
    return mark_safe("".join([  # every part is escaped
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
        for value, words in offered]))


def _choices(narrowed: Filter) -> list[tuple[str, Any, str, Choices]]:
    language, today, book, known = get_language() or "zh-hans", clock.now().date(), directory(), scheme()
    chinese = language.startswith("zh")

    def named(bodies: Any) -> Choices:
        return [(book.cards[body].key, book.name(body, language, today)) for body in bodies]

    major = narrowed.category.rpartition("-")[0] if narrowed.category in known.categories else narrowed.category
    categories: Choices = []
    for code, (zh, en) in known.majors:
        categories.append((code, zh if chinese else en))
        if code == major:
            # The subclasses of one class only: all of them would be half of the page.
            categories += [(one, f"– {known.name(one)}") for one in known.of_major(code)]
    chosen = book.by_key.get(narrowed.area)
    district = book.above(chosen, BodyKind.DISTRICT) if chosen is not None else None
    areas: Choices = []
    for body, card in book.cards.items():
        if card.kind == BodyKind.DISTRICT:
            areas += named([body])
            if district is not None and district.id == body:
                areas += [(key, f"– {name}") for key, name in named(
                    one for one in book.under(card.path) if book.cards[one].kind == BodyKind.STREET)]
    return [
        ("stage", _("Stage"), narrowed.stage, [("", _("all")), ("open", _("open")), ("late", _("overdue")),
                                               *Stage.choices]),
        ("category", _("What"), narrowed.category, [("", _("all")), *categories]),
        ("area", _("District or street"), narrowed.area, [("", _("all")), *areas]),
        ("department", _("Department"), narrowed.department, [("", _("all")), *sorted(
            named(handling_bodies()), key=lambda one: str(one[1]))]),
        ("source", _("Found by"), narrowed.source, [("", _("all")), *Source.choices]),
        ("light", _("Light"), narrowed.light, [("", _("all")), (Light.GREEN.value, _("In time")), (
            Light.YELLOW.value, _("Due soon")), (Light.RED.value, _("Overdue"))]),
        ("card", _("Card"), narrowed.card, [("", _("all")), *Card.choices]),
    ]


@officers_only
@require_POST
def keep_filter(request: HttpRequest) -> HttpResponseBase:
    """Keep what the list is narrowed to under a name."""
    query = request.POST.get("query", "")
    back = f"{reverse('cases')}?{query}" if query else reverse("cases")
    try:
        made = keeping.keep(read(QueryDict(query)), request.POST.get("name", ""), by=actor_of(request))
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    messages.success(request, _("Kept as “%(name)s”.") % {"name": made.name})
    return redirect(f"{reverse('cases')}?{made.query}")


@officers_only
def filters(request: HttpRequest) -> HttpResponse:
    """The kept filters of the post: renamed, deleted."""
    return render(request, "cases/filters.html", {"filters": saved_filters(actor_of(request))})


@officers_only
@require_POST
def change_filter(request: HttpRequest, number: int) -> HttpResponseBase:
    """Give a kept filter another name, or delete it."""
    actor = actor_of(request)
    if saved_filter(actor, number) is None:
        raise NotFound(_("There is no such filter."), remedy=_("It may have been deleted; look at the list."))
    try:
        if "delete" in request.POST:
            keeping.forget(number, by=actor)
            messages.success(request, _("Deleted."))
        else:
            keeping.rename(number, request.POST.get("name", ""), by=actor)
            messages.success(request, _("Renamed."))
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    return redirect("filters")
