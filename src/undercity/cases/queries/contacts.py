"""How the reporters of a case are reached: masked for whoever may ask, whole after a look that is noted 脱敏与查看."""

from __future__ import annotations

from dataclasses import dataclass

from undercity.cases.masking import masked_email, masked_name, masked_phone
from undercity.cases.models import Case, Contact, Supporter
from undercity.cases.queries.speakers import linked_with


@dataclass(frozen=True, slots=True)
class Reached:
    """One reporter's contact; `first` for whoever reported it, else a supporter or the reporter of a merged case."""

    name: str
    phone: str
    email: str
    first: bool

    @property
    def masked(self) -> Reached:
        """The same with its middle left out."""
        return Reached(masked_name(self.name), masked_phone(self.phone), masked_email(self.email), self.first)


def contacts_of(case: Case) -> list[Reached]:
    """Everybody who left a contact that was not erased, the reporter first."""
    streams = linked_with(case) if case.reporters > 1 or case.continues else [case.uid]
    rows: list[Contact | Supporter] = [
        *Contact.objects.filter(case__in=streams, erased_at__isnull=True).order_by("case__reported_at"),
        *Supporter.objects.filter(case__in=streams, erased_at__isnull=True).order_by("pk")]
    return [Reached(row.name, row.phone, row.email, isinstance(row, Contact) and row.case_id == case.uid)
            for row in rows if row.name or row.phone or row.email]
