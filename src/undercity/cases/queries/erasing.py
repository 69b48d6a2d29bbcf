"""What personal data was kept long enough 到期清除, by the dated terms of the scheme; or whose person wants it gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from undercity.cases.models import Contact, Follower, Note, Photo, Report, Supporter
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import CONFIRM_DAYS, KEEP_CONTACT_DAYS, KEEP_WORDS_DAYS, OPEN, Erasure
from undercity.ledger.models import Dossier

# So many cases a round: the worker has other things to do.
AT_ONCE = 200
REPORTED = "report"


@dataclass(frozen=True, slots=True)
class Due:
    """Dossiers of one case to be emptied, with the reason and the term it follows."""

    case: UUID
    rows: Sequence[Dossier]
    term: str
    why: Erasure


def _before(term: str, at: datetime) -> datetime | None:
    # 0 days, or no term at all, means that nobody has decided: then nothing goes.
    days = scheme().term(term, at)
    return at - timedelta(days=days) if days else None


def contacts_due(at: datetime) -> list[Due]:
    """Contacts of cases that ended long enough ago."""
    before = _before(KEEP_CONTACT_DAYS, at)
    if before is None:
        return []
    rows: list[Contact | Supporter] = []
    for kind in (Contact, Supporter):
        rows += kind._default_manager.filter(erased_at__isnull=True, case__closed_at__lt=before).exclude(
            name="", phone="", email="").order_by("pk")[:AT_ONCE]
    return [Due(row.case_id, [row], KEEP_CONTACT_DAYS, Erasure.SCHEDULE) for row in rows]


def words_due(at: datetime, only: UUID | None = None) -> list[Due]:
    """Words and pictures of reporters and supporters: of cases that ended long ago, and of people who asked for it and
    whose case has ended. `only`: of this one, whatever the day."""
    if only is not None:
        wanted = [(Q(pk=only), Erasure.ASKED)]
    else:
        wanted = [(Q(erase_asked_at__isnull=False) & ~Q(case__stage__in=sorted(OPEN)), Erasure.ASKED)]
        if (before := _before(KEEP_WORDS_DAYS, at)) is not None:
            wanted.append((Q(case__closed_at__lt=before, erase_asked_at__isnull=True), Erasure.SCHEDULE))
    return [due for chosen, why in wanted for due in (*_of_reporters(chosen, why), *_of_supporters(chosen, why))]


def _of_reporters(chosen: Q, why: Erasure) -> list[Due]:
    reports = Report.objects.filter(chosen, erased_at__isnull=True).select_related("case")
    return [Due(report.case_id, [report, *_pictures(report.pk), *_notes(report.pk), *Photo.objects.filter(
        case=report.case, verb=REPORTED, speaker__isnull=True, erased_at__isnull=True)], KEEP_WORDS_DAYS, why)
        for report in reports.order_by("pk")[:AT_ONCE]]


def _of_supporters(chosen: Q, why: Erasure) -> list[Due]:
    found = []
    for one in Supporter.objects.filter(chosen).order_by("pk"):
        # Only those whose words or pictures are still there, or the same ones would come every round.
        rows = [*_pictures(one.pk), *_notes(one.pk)]
        if rows:
            found.append(Due(one.case_id, rows, KEEP_WORDS_DAYS, why))
    return found[:AT_ONCE]


def _pictures(speaker: UUID) -> QuerySet[Photo]:
    return Photo.objects.filter(speaker=speaker, erased_at__isnull=True)


def _notes(speaker: UUID) -> QuerySet[Note]:
    return Note.objects.filter(speaker=speaker, erased_at__isnull=True)


def followers_due(at: datetime) -> list[UUID]:
    """Followers to forget: those who never confirmed, those who stopped, those whose case ended long enough ago."""
    gone = Q(pk__in=[])
    if (soon := _before(CONFIRM_DAYS, at)) is not None:
        gone |= Q(confirmed_at__isnull=True, asked_at__lt=soon) | Q(ended_at__lt=soon)
    if (kept := _before(KEEP_CONTACT_DAYS, at)) is not None:
        gone |= Q(case__closed_at__lt=kept)
    return list(Follower.objects.filter(gone).order_by(F("asked_at")).values_list("pk", flat=True)[:AT_ONCE])
