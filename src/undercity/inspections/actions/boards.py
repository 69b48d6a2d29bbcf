"""挡水板已装: a tap on the spot, with a picture. Both moments stay: the tap's and the arrival's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import NotFound, RuleBroken
from undercity.inspections import rules
from undercity.inspections.facts import BOARDS, BoardsDown, BoardsSet
from undercity.inspections.models import BoardsStand
from undercity.inspections.queries.inspections import bodies_read
from undercity.inspections.queries.keepers import keepers
from undercity.inspections.rows import BOARDS as STANDS
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.evidence import kept_pictures
from undercity.ledger.fold import StreamState
from undercity.ledger.pictures import Picture
from undercity.org.powers import Actor, require
from undercity.org.queries import directory
from undercity.places.models import Place

NAMESPACE = UUID("c0b1b1de-8a5f-5d3d-9a43-6d4d5b1c7f21")


def stream_of(place: int, timeline: str = clock.REAL) -> UUID:
    """The stream of a place's boards."""
    return uuid5(NAMESPACE, f"{timeline}:{place}")


def tap_boards(place: int, *, is_set: bool, by: Actor, at: datetime, tapped: datetime | None = None,
               photos: Sequence[Picture] = ()) -> BoardsStand:
    """The boards of a place are set, or taken down. `tapped`: when it was done, `at` when it arrived."""
    with write():
        # The place is the lock: the first tap finds no row of its boards yet.
        row = Place.objects.select_for_update(of=("self",)).filter(pk=place).first()
        keeper = keepers([place]).get(place)
        if row is None or keeper is None or not bodies_read(by) & {row.district_id, keeper.body}:
            raise NotFound(_("There is no such place."), field="place", remedy=_("It may lie outside your area."))
        require(rules.may_keep(by, directory().cards[keeper.body].path))
        if is_set and not photos:
            raise RuleBroken(_("A photo of the boards is missing."), field="photos",
                             remedy=_("Take one picture that shows the boards in place."))
        uid = stream_of(place, clock.timeline())
        there = BoardsStand.objects.filter(pk=uid).first()
        was = StreamState(sequence=last_sequence(uid), subject=STANDS.state_of(there)) if there else StreamState()
        kind = BoardsSet if is_set else BoardsDown
        record(kind(place=place, body=keeper.body, photos=kept_pictures("boards.photo", photos, boards_uid=uid)),
               stream_kind=BOARDS, stream=uid, was=was, by=by, at=min(tapped or at, at))
        return BoardsStand.objects.get(pk=uid)
