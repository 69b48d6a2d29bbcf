"""Replay 重算: fold the whole record anew and compare it with the rows. Changes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from pydantic import ValidationError

from undercity.ledger import dossier, facts
from undercity.ledger.fold import DossierRef, StreamState, changed
from undercity.ledger.models import Duty, Entry
from undercity.ledger.record import changes, duties_of, happening_of
from undercity.ledger.subjects import subject, subjects

STREAMS_AT_ONCE = 400
LOOK_AGAIN = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """One place where a row and the record disagree."""

    what: str
    stream: UUID | None
    row: str
    field: str
    recorded: str
    found: str

    def __str__(self) -> str:
        return (f"{self.what}: {self.row} (stream {self.stream}) {self.field}: "
                f"the record says {self.recorded}, the row says {self.found}")


@dataclasses.dataclass(slots=True)
class Report:
    """What a replay went through and what it found."""

    entries: int = 0
    streams: int = 0
    duties: int = 0
    dossiers: int = 0
    differences: list[Difference] = dataclasses.field(default_factory=list)


def fold_entries(entries: Iterable[Entry]) -> Iterator[tuple[str, UUID, StreamState]]:
    """Streams folded from entries that come ordered by stream and sequence."""
    for stream, story in groupby(entries, key=lambda entry: entry.stream):
        state, kind = StreamState(), ""
        for entry in story:
            kind = entry.stream_kind
            said = facts.read(entry.verb, entry.facts)
            state = changed(said.apply(state, happening_of(entry)), sequence=entry.sequence)
        yield kind, stream, state


def replay() -> Report:
    """Fold every stream and compare it with duties, subjects and dossiers."""
    report = Report()
    entries = Entry.objects.order_by("stream", "sequence").iterator(chunk_size=5000)
    stories = (list(story) for _, story in groupby(entries, key=lambda entry: entry.stream))
    while chunk := list(islice(stories, STREAMS_AT_ONCE)):
        _compare(chunk, report)
    for _attempt in range(LOOK_AGAIN):
        if not report.differences:
            break
        # Somebody may have written between the reading of the entries and of the rows: what is really wrong stays so.
        _look_again(report)
    _orphans(report)
    return report


def _look_again(report: Report) -> None:
    streams = {difference.stream for difference in report.differences}
    again = Report()
    entries = Entry.objects.filter(stream__in=streams).order_by("stream", "sequence")
    _compare([list(story) for _, story in groupby(entries, key=lambda entry: entry.stream)], again)
    report.differences = again.differences


def _compare(stories: list[list[Entry]], report: Report) -> None:
    states: dict[str, dict[UUID, StreamState]] = {}
    marks: list[tuple[UUID, DossierRef]] = []
    for story in stories:
        report.streams += 1
        report.entries += len(story)
        folded = _fold(story, marks, report)
        if folded is not None:
            states.setdefault(story[0].stream_kind, {})[story[0].stream] = folded
    for kind, folded_states in states.items():
        _compare_duties(folded_states, report)
        _compare_subjects(kind, folded_states, report)
    _compare_dossiers(marks, report)


def _fold(story: list[Entry], marks: list[tuple[UUID, DossierRef]], report: Report) -> StreamState | None:
    state = StreamState()
    for expected, entry in enumerate(story, start=1):
        if entry.sequence != expected:
            report.differences.append(Difference("gap in the record", entry.stream, f"entry {entry.number}",
                                                 "sequence", str(expected), str(entry.sequence)))
            return None
        try:
            said = facts.read(entry.verb, entry.facts)
            state = changed(said.apply(state, happening_of(entry)), sequence=expected)
        except (KeyError, ValidationError) as error:
            report.differences.append(Difference("entry cannot be read", entry.stream, f"entry {entry.number}",
                                                 entry.verb, "facts of its verb", type(error).__name__))
            return None
        marks.extend((entry.stream, mark) for mark in said.dossiers())
    return state


def _compare_duties(states: dict[UUID, StreamState], report: Report) -> None:
    rows = duties_of(states)
    for stream, state in states.items():
        found = rows.get(stream, {})
        report.duties += len(state.duties)
        for identity, duty in state.duties.items():
            if identity not in found:
                report.differences.append(_missing("duty", stream, f"duty {identity}"))
            else:
                _fields("duty", stream, f"duty {identity}", duty, found[identity], report)
        for identity in found.keys() - state.duties.keys():
            report.differences.append(_surplus("duty", stream, f"duty {identity}"))


def _compare_subjects(kind: str, states: dict[UUID, StreamState], report: Report) -> None:
    keeper = subject(kind)
    if keeper is None:
        return
    found = keeper.load(states)
    for stream, state in states.items():
        if state.subject is None:
            continue
        if stream not in found:
            report.differences.append(_missing(kind, stream, f"{kind} {stream}"))
        else:
            _fields(kind, stream, f"{kind} {stream}", state.subject, found[stream], report)


def _fields(what: str, stream: UUID, row: str, recorded: Any, found: Any, report: Report) -> None:
    for name, value in changes(recorded, found).items():
        report.differences.append(Difference(f"{what} changed", stream, row, name, str(getattr(recorded, name)),
                                             str(value)))


def _compare_dossiers(marks: list[tuple[UUID, DossierRef]], report: Report) -> None:
    report.dossiers += len(marks)
    streams = {mark.id: stream for stream, mark in marks}
    for mark, fault in dossier.differences(mark for _, mark in marks):
        report.differences.append(Difference(f"dossier {fault}", streams[mark.id], f"{mark.kind} {mark.id}", "sha256",
                                             mark.sha256, fault))


def _orphans(report: Report) -> None:
    told = Entry.objects.filter(stream=OuterRef("stream"))
    for identity, stream in Duty.objects.filter(~Exists(told)).values_list("pk", "stream"):
        report.differences.append(_surplus("duty", stream, f"duty {identity}"))
    for keeper in subjects():
        for stream in keeper.without_entries():
            report.differences.append(_surplus(keeper.kind, stream, f"{keeper.kind} {stream}"))


def _missing(what: str, stream: UUID, row: str) -> Difference:
    return Difference(f"{what} missing", stream, row, "row", "there", "gone")


def _surplus(what: str, stream: UUID, row: str) -> Difference:
    return Difference(f"{what} without entries", stream, row, "row", "nothing", "a row")
