"""人口数据: population figures are imported whole, and withdrawn whole; a figure is never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import uuid_utils.compat as uuid
from django.utils.translation import gettext as _

from undercity.coverage import people_rules
from undercity.coverage.facts import PEOPLE, PeopleImported, PeopleWithdrawn
from undercity.coverage.models import Population, PopulationCell
from undercity.coverage.people_rules import CellRow, Reading
from undercity.coverage.rules import RESOLUTIONS, may_plan
from undercity.db import insert_rows, reserve, write
from undercity.errors import Conflict, InvalidMove, NotFound, RuleBroken, TooLarge
from undercity.ledger.actions import record
from undercity.ledger.fold import StreamState
from undercity.ledger.record import state_of
from undercity.org.powers import Actor, require
from undercity.org.queries import directory

BYTES_MAX = 40_000_000
SOURCE_MAX = 240
# Totals that differ by more than this share from the figures before are told, not refused.
ODD = 0.2


def city_path() -> str:
    """The path of the city whose people these are."""
    return next((card.path for card in directory().cards.values() if card.kind == "city"), "")


def check_people(body: bytes, resolution: int) -> Reading:
    """Look a file through against the city, without storing anything. TooLarge, RuleBroken for the file as a whole."""
    if len(body) > BYTES_MAX:
        raise TooLarge(_("The file is larger than %(most)d MB.") % {"most": BYTES_MAX // 1_000_000}, field="file",
                       remedy=_("Take coarser cells, or leave out the columns not needed."))
    if resolution not in RESOLUTIONS:
        raise RuleBroken(_("Cells of this size are not used here."), field="resolution",
                         remedy=_("Choose resolution 8 or 9."))
    found = people_rules.read(body, resolution, directory().at)
    before = Population.objects.filter(withdrawn=False).order_by("-valid_from", "-imported_at").first()
    if before is not None and found.cells and abs(found.people - before.people) > ODD * before.people:
        found.warnings.append(_("Together %(now)s people; the figures before had %(then)s.") % {
            "now": f"{found.people:,.0f}", "then": f"{before.people:,.0f}"})
    return found


def import_people(cells: Sequence[CellRow], *, resolution: int, valid_from: date, source: str, invented: bool,
                  by: Actor, at: datetime) -> Population:
    """人口数据入库: store the good cells of a file that was looked through. The same import again is the same one."""
    require(may_plan(by, city_path()))
    source = source.strip()
    if not source or len(source) > SOURCE_MAX:
        raise RuleBroken(_("Where are these figures from?"), field="source",
                         remedy=_("Name the office, the publication or the file, in at most 240 characters."))
    if not cells:
        raise RuleBroken(_("There are no cells to store."), field="file", remedy=_("Mend the file first."))
    old = [one.elderly for one in cells if one.elderly is not None]
    figures = Reading(resolution, list(cells))
    digest = digest_of(cells, source)
    with write():
        known = Population.objects.filter(digest=digest, valid_from=valid_from, withdrawn=False).first()
        if known is not None:
            return known
        uid = uuid.uuid7()
        record(PeopleImported(valid_from=valid_from, resolution=resolution, cells=len(cells), people=figures.people,
                              elderly=figures.elderly if old else None, invented=invented, digest=digest),
               stream_kind=PEOPLE, stream=uid, was=StreamState(), by=by, at=at)
        Population.objects.filter(pk=uid).update(source=source)
        numbers = reserve(PopulationCell, len(cells))
        insert_rows(PopulationCell, ["id", "population_id", "cell", "people", "elderly", "territory_id"],
                    ((number, uid, one.cell, one.people, one.elderly, one.territory)
                     for number, one in zip(numbers, cells, strict=True)))
        return Population.objects.get(pk=uid)


def digest_of(cells: Sequence[CellRow], source: str) -> str:
    """SHA-256 over the source and the cells in order of their numbers: what the record vouches for."""
    mark = hashlib.sha256(source.encode())
    for one in sorted(cells, key=lambda row: row.cell):
        mark.update(f"\n{one.cell:x} {one.people!r} {one.elderly!r}".encode())
    return mark.hexdigest()


def withdraw_people(population: UUID, *, by: Actor, at: datetime, seen: int | None = None) -> Population:
    """人口数据撤回: no longer reckoned with; the figures before hold again. Plans made with them stay."""
    require(may_plan(by, city_path()))
    with write():
        row = Population.objects.select_for_update().filter(pk=population).first()
        if row is None:
            raise NotFound(_("There are no such figures."))
        if row.withdrawn:
            raise InvalidMove(_("These figures were withdrawn already."), remedy=_("Import them again if needed."))
        if seen is not None and seen != row.version:
            raise Conflict(_("Somebody was quicker: these figures changed while you looked at them."),
                           remedy=_("Look at them again, then decide."), details={"version": row.version})
        record(PeopleWithdrawn(), stream_kind=PEOPLE, stream=row.pk,
               was=state_of(PEOPLE, row.pk, last=row.version), by=by, at=at)
    row.refresh_from_db()
    return row
