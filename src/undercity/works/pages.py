"""The list of works and the internal page of one. Whoever opens the latter leaves a look."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import NotAllowed, NotFound
from undercity.ledger.actions import look
from undercity.org.addresses import address_of
from undercity.org.powers import can
from undercity.org.queries import directory
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.places.queries import names_before
from undercity.places.states import PlaceUse
from undercity.register.queries.history import exports_with, history
from undercity.register.queries.uploads import may_edit
from undercity.works import queries
from undercity.works.documents import queries as documents
from undercity.works.overview.queries import keepers, narrowed
from undercity.works.overview.states import CheckGroup, PermitGroup
from undercity.works.permits.queries import of_work
from undercity.works.permits.rules import may_note
from undercity.works.permits.states import RUNNING
from undercity.works.upkeep import queries as checks

# What stands on the internal page and nowhere else; a look names these.
INTERNAL = ("managed", "form", "volume_m3", "levels", "depth_m", "capacity", "condition", "pumps", "boards", "built",
            "entrances")
WORDS_MAX = 60


@officers_only
def works(request: HttpRequest) -> HttpResponse:
    """工程台账: the works I may see, a hundred a page."""
    actor = actor_of(request)
    if not actor.holds(Power.WORK_READ):
        raise NotAllowed(_("Your post has no power to %(power)s.") % {"power": Power.WORK_READ.label},
                         remedy=_("Ask the administrator of your office if you should have it."))
    # PostgreSQL takes no NUL in a text.
    more, asked = ({name: request.GET.get(name, "").replace("\0", "") for name in names}
                   for names in (("permit", "check", "keeper"), ("use", "district", "words")))
    asked["words"] = asked["words"].strip()[:WORDS_MAX]
    if asked["use"] not in PlaceUse.values:
        asked["use"] = ""
    given = request.GET.get("page", "")
    page = int(given) if given.isdecimal() and 0 < len(given) < 6 and int(given) else 1
    address = address_of("work")
    now = clock.now()
    rows, total = queries.rows(actor, page=page, narrowed=lambda found: narrowed(found, more, now), **asked)
    asked |= more
    kept = urlencode({name: value for name, value in asked.items() if value})
    return render(request, "works/list.html", {
        "rows": rows, "total": total, "asked": asked, "uses": PlaceUse.choices, "districts": queries.districts(),
        "keepers": keepers(actor), "permits": PermitGroup.choices, "checks": CheckGroup.choices,
        "map_pins": [queries.pin_of(row, address(row.work.code)) for row in rows], "kept": kept, "page": page,
        "before": page - 1, "after": page + 1 if page * queries.PAGE < total else 0})


@officers_only
def work(request: HttpRequest, code: str) -> HttpResponse:
    """One work with its internal fields; that it was looked at is noted."""
    actor = actor_of(request)
    found = queries.by_code(actor, code)
    if found is None:
        raise NotFound(_("There is no such work."), remedy=_("Check the code; it may also lie outside your area."))
    look(by=actor, subject_kind="work", subject=found.uid, fields=INTERNAL, reason="page")
    where = {"district": directory().cards[found.place.district_id].path,
             "keeper": directory().cards[found.keeper_id].path}
    known = of_work(found.uid)
    audits = actor.holds(Power.RECORD_READ)
    return render(request, "works/work.html", {
        "row": queries.row_of(found), "work": found, "permits": known, "waiting": checks.open_of(found.uid),
        "trend": checks.history(found.uid), "documents": documents.of_work(found.uid),
        "may_keep": can(actor, Power.WORK_KEEP, where["keeper"]),
        "may_lease": may_note(actor, **where) and not any(one.state in RUNNING for one in known),
        "names": names_before(found.place, clock.now().date()), "steps": history(found.place_id, internal=True),
        "exports": exports_with(found.place_id) if audits else [],
        "may_edit": may_edit(actor, found.place.district_id, found.keeper_id)})
