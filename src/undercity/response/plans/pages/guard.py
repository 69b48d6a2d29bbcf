"""Who may open the pages of plans, and one version of one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from undercity.errors import NotFound
from undercity.org.powers import Decision, require
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.response.plans.models import PlanVersion
from undercity.response.plans.queries.versions import plan_for

P = ParamSpec("P")


def plan_desk(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]
              ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for whoever reads responses or writes plans somewhere."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request)
        if not (actor.holds(Power.RESPONSE_READ) or actor.holds(Power.PLAN_EDIT)):
            require(Decision(False, _("Plans are for duty officers, leaders and planners.")))
        return view(request, *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", officers_only(guarded))


def planner(request: HttpRequest) -> None:
    """Refuse whoever writes no plan anywhere."""
    if not actor_of(request).holds(Power.PLAN_EDIT):
        require(Decision(False, _("Your post has no power to %(power)s.") % {"power": Power.PLAN_EDIT.label}))


def version(request: HttpRequest, uid: UUID) -> PlanVersion:
    """A version the asker may see; NotFound otherwise."""
    row = plan_for(actor_of(request), uid)
    if row is None:
        raise NotFound(_("There is no such plan."), remedy=_("It may also lie outside your area."))
    return row
