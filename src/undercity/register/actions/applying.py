"""A spreadsheet is applied to the register: all of it, or its good rows when told; and a whole import is undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from undercity.db import reserve, write
from undercity.errors import Conflict, InvalidMove, NotFound, RuleBroken
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.dossier import content_of, ref
from undercity.ledger.fold import StreamState
from undercity.ledger.record import state_of
from undercity.org.powers import Actor, require
from undercity.places.models import Place
from undercity.register.actions.recording import Told, profiles_of, tell
from undercity.register.actions.uploading import GOING_ON, locked, may_import
from undercity.register.facts import IMPORT, Applied, Changed, Entered, ProfileState, PutBack, Removed, Undone
from undercity.register.models import Change, Import, Upload
from undercity.register.parts import Part, Writing, part as part_of, parts
from undercity.register.public_profile import in_parts
from undercity.register.queries.previews import Preview, current, preview
from undercity.register.rows import FILE
from undercity.register.rules.difference import RowDifference
from undercity.register.states import RowKind, UploadState

NAMED = 8


def apply(upload: UUID, *, by: Actor, at: datetime, seen: str | None = None, good_only: bool = False) -> Import:
    """导入: write what the preview showed, all or nothing; `good_only` leaves the faulty rows out.

    `seen` is the mark of the difference looked at: Conflict when the register changed since.
    """
    require(may_import(by))
    with write():
        row = locked(upload, by=by, states=GOING_ON)
        if row.state == UploadState.COLUMNS:
            raise InvalidMove(_("Settle the columns first."), remedy=_("Say which column is which."))
        shown = preview(row, by)
        _check(shown, seen, good_only)
        new, changed = shown.of(RowKind.NEW), shown.of(RowKind.CHANGED)
        _write_new(new, row, by, at)
        _write_changed(changed, row, by, at)
        assert row.day is not None
        said = Applied(day=row.day, new=len(new), changed=len(changed), left_out=len(shown.of(RowKind.FAULTY)),
                       file=ref(FILE, row.pk, content_of(FILE, row)))
        record(said, stream_kind=IMPORT, stream=row.pk, was=StreamState(), by=by, at=at)
        row.state, row.table = UploadState.APPLIED, b""
        row.save(update_fields=["state", "table"])
    return Import.objects.get(pk=row.pk)


def _check(shown: Preview, seen: str | None, good_only: bool) -> None:
    faulty = shown.of(RowKind.FAULTY)
    if faulty and not good_only:
        first = faulty[0].faults[0]
        raise RuleBroken(
            _("%(count)d rows are faulty, the first is row %(row)d: %(column)s: %(message)s") % {
                "count": len(faulty), "row": faulty[0].row, "column": shown.header_of(first.field),
                "message": first.message}, field="file",
            remedy=_("Mend them, or apply the good rows only. Nothing was stored."), details={"faulty": len(faulty)})
    if seen is not None and seen != shown.mark:
        raise Conflict(_("The register changed since you looked at the difference."),
                       remedy=_("Look at it once more, then apply it."))
    if not shown.of(RowKind.NEW) and not shown.of(RowKind.CHANGED):
        raise RuleBroken(_("There is nothing to apply: no row is new or changes anything."), field="file",
                         remedy=_("Throw the spreadsheet away."))


def _write_new(new: list[RowDifference], row: Upload, by: Actor, at: datetime) -> None:
    assert row.day is not None
    numbers = reserve(Place, len(new))
    for part in parts():
        held = [Writing(place, one.values[part.code]) for place, one in zip(numbers, new, strict=True)
                if part.code in one.changes]
        if held:
            part.create(held, row.day)
    tell([Told(place, one.changes, lambda place, batch, names, change: Entered(
        place=place, batch=batch, fields_changed=names, change=change), batch=row.pk, stands=row.pk)
        for place, one in zip(numbers, new, strict=True)], by=by, at=at)


def _write_changed(changed: list[RowDifference], row: Upload, by: Actor, at: datetime) -> None:
    assert row.day is not None
    for part in parts():
        fresh, held = list[Writing](), list[Writing]()
        for one in changed:
            if part.code in one.changes and one.place is not None:
                pairs = one.changes[part.code]
                whole = _is_whole(part, pairs)
                (fresh if whole else held).append(Writing(
                    one.place, one.values[part.code] if whole else {code: now for code, (_was, now) in pairs.items()},
                    {code: was for code, (was, _now) in pairs.items()}))
        if fresh:
            part.create(fresh, row.day)
        if held:
            part.update(held, row.day, False)
    tell([Told(one.place, one.changes, lambda place, batch, names, change: Changed(
        place=place, batch=batch, fields_changed=names, change=change), batch=row.pk, stands=row.pk)
        for one in changed if one.place is not None], by=by, at=at)


def _is_whole(part: Part, pairs: Mapping[str, Sequence[Any]]) -> bool:
    """Is this a half that a place gets only now, every needed field of it from nothing?"""
    return all(pair[0] is None for pair in pairs.values()) and all(
        one.code in pairs for one in part.fields if one.needed)


def undo(upload: UUID, *, by: Actor, at: datetime) -> Import:
    """撤销导入: put back everything an import did. RuleBroken when something it changed was changed later.

    A post undoes its own imports only.
    """
    require(may_import(by))
    with write():
        row = Upload.objects.select_for_update().filter(pk=upload, post=by.post).first()
        done = Import.objects.select_for_update().filter(pk=upload).first() if row else None
        if row is None or done is None:
            raise NotFound(_("There is no such import."), remedy=_("Your imports are listed in the register."))
        if done.undone_at is not None:
            raise InvalidMove(_("This import was undone already."))
        changes = list(Change.objects.filter(batch=row.pk).order_by("id"))
        known = profiles_of((change.place for change in changes), lock=True)
        now = current([change.place for change in changes])
        entered = {change.place for change in changes if _is_new(change)}
        _refuse_later(changes, known, now, row.pk)
        put_back = [change for change in changes if change.place not in entered]
        _put_back(put_back, row, by, at)
        _remove([change for change in changes if change.place in entered], row, by, at)
        was = state_of(IMPORT, row.pk, last=last_sequence(row.pk))
        record(Undone(removed=len(entered), put_back=len(put_back)), stream_kind=IMPORT, stream=row.pk, was=was, by=by,
               at=at)
        row.state = UploadState.UNDONE
        row.save(update_fields=["state"])
    done.refresh_from_db()
    return done


def _is_new(change: Change) -> bool:
    public = part_of("place")
    values = change.values
    return public is not None and "place" in values and _is_whole(public, values["place"])


def _refuse_later(changes: list[Change], known: dict[int, tuple[UUID, ProfileState]],
                  now: dict[int, dict[str, dict[str, object]]], batch: UUID) -> None:
    later = []
    for change in changes:
        held, values, told = known.get(change.place), now.get(change.place, {}), change.values
        # An entered place that has another half by now was added to by somebody.
        same = not (_is_new(change) and values.keys() - told.keys()) and all(
            one.same(values.get(part.code, {}).get(one.code), told[part.code][one.code][1])
            for part in parts() if part.code in told for one in part.fields if one.code in told[part.code])
        if held is None or held[1].batch != batch or not same:
            later.append(str(values.get("work", {}).get("code") or values.get("place", {}).get("name_zh")
                             or change.place))
    if later:
        raise RuleBroken(
            _("%(count)d of its places were changed later: %(names)s.") % {
                "count": len(later), "names": "、".join(later[:NAMED]) + ("…" if len(later) > NAMED else "")},
            field="import", remedy=_("Undo those changes first, or put the rest right by hand. Nothing was undone."),
            details={"changed_later": len(later)})


def _put_back(changes: list[Change], row: Upload, by: Actor, at: datetime) -> None:
    assert row.day is not None
    for part in parts():
        held, gone = list[Writing](), list[int]()
        for change in changes:
            if pairs := change.values.get(part.code):
                if _is_whole(part, pairs):
                    gone.append(change.place)
                else:
                    held.append(Writing(change.place, {code: pair[0] for code, pair in pairs.items()},
                                        {code: pair[1] for code, pair in pairs.items()}))
        if held:
            part.update(held, row.day, True)
        if gone:
            _remove_from(part.remove, gone)
    before = _before(changes)
    tell([Told(change.place, _turned(change), lambda place, batch, names, mark: PutBack(
        place=place, batch=batch, fields_changed=names, change=mark), stands=before.get(change.place))
        for change in changes], by=by, at=at)


def _before(changes: Sequence[Change]) -> dict[int, UUID | None]:
    """Place → the import that changed it last before these changes; None when a hand did."""
    own = {change.place: change.pk for change in changes}
    found: dict[int, UUID | None] = {}
    for portion in in_parts(list(own)):
        for pk, place, batch in Change.objects.filter(place__in=portion).order_by("id").values_list(
                "id", "place", "batch"):
            if pk < own[place]:
                found[place] = batch
    return found


def _turned(change: Change) -> dict[str, dict[str, tuple[object, object]]]:
    return {part: {code: (pair[1], pair[0]) for code, pair in pairs.items()} for part, pairs in change.values.items()}


def _remove(changes: list[Change], row: Upload, by: Actor, at: datetime) -> None:
    places = [change.place for change in changes]
    # What hangs on the public half goes first.
    for part in reversed(parts()):
        _remove_from(part.remove, places)
    tell([Told(change.place, _turned(change), lambda place, batch, names, mark: Removed(
        place=place, batch=batch, fields_changed=names, change=mark)) for change in changes], by=by, at=at)


def _remove_from(remove: Callable[[Sequence[int]], None], places: list[int]) -> None:
    try:
        remove(places)
    except ProtectedError as error:
        held = next(iter(error.protected_objects))
        raise RuleBroken(_("Something came to rest on what this import entered: %(what)s.") % {
            "what": held._meta.verbose_name}, field="import",
            remedy=_("Take that away first. Nothing was undone.")) from error
