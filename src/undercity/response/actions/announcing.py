"""What the public is told in CAP of places that a response closed, or opened again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _, ngettext

from undercity.alerts.actions.issuing import Said, issue
from undercity.alerts.states import Matter
from undercity.clock import ZONE
from undercity.errors import Refused
from undercity.org.powers import Actor
from undercity.places.models import Place
from undercity.places.queries import name_of
from undercity.response.models import Response
from undercity.response.terms import terms

log = logging.getLogger("undercity.response")


def tell_public(row: Response, matter: Matter, places: Sequence[Place], by: Actor, at: datetime) -> None:
    """One message of the places that the public knows; none when there is none. Told again, it is the same message."""
    listed = [place for place in places if place.listed]
    if not listed:
        return
    hours = terms(at.astimezone(ZONE).date()).message_hours
    try:
        issue(by=by, at=at, body=row.body_id, matter=matter, zh=_said("zh-hans", matter, listed, at),
              en=_said("en", matter, listed, at), ends=at + timedelta(hours=hours),
              places=[place.pk for place in listed], client_key=f"{matter}:{row.pk}:{row.wave}")
    except Refused as refusal:
        # The places are closed whether or not this officer may speak to the public.
        log.warning("the public was not told by a message", extra={"why": str(refusal)})


def _said(language: str, matter: Matter, places: Sequence[Place], at: datetime) -> Said:
    with translation.override(language):
        count = len(places)
        if matter is Matter.CLOSING:
            headline = ngettext("%(count)d place is closed because of the flood response",
                                "%(count)d places are closed because of the flood response", count)
            do = _("Do not go there. The places that are open instead stand on our page.")
        else:
            headline = ngettext("%(count)d place is open again", "%(count)d places are open again", count)
            do = _("Opening hours stand on the page of each place.")
        return Said(headline % {"count": count}, "; ".join(name_of(place, at) for place in places), do)
