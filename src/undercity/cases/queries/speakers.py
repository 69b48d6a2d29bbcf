"""Who speaks with the link of a receipt: a reporter or a supporter, and where his problem stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.cases import rules
from undercity.cases.models import Case, Contact, Report, Supporter
from undercity.cases.projection import state_of
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import RATE_DAYS, REOPEN_DAYS
from undercity.errors import NotFound
from undercity.ledger.models import Entry
from undercity.org.powers import Decision

RATED = "case.rated/1"
TOKEN_MAX = 64


@dataclass(frozen=True, slots=True)
class Speaker:
    """A reporter or supporter. `first`: the case he spoke to; `case`: where it goes on; `before`: what it went on from,
    newest first."""

    dossier: Report | Supporter
    first: Case
    case: Case
    before: tuple[Case, ...]
    merged: bool

    @property
    def id(self) -> UUID:
        """The id that stands in the record."""
        return self.dossier.id

    @property
    def contact(self) -> Contact | Supporter | None:
        """How to reach him, if he said so."""
        return self.dossier if isinstance(self.dossier, Supporter) else Contact.objects.filter(case=self.first).first()


def speaker(token: str) -> Speaker | None:
    """Whoever has this link; None when nobody does."""
    # PostgreSQL refuses the zero character even in a question.
    token = token[:TOKEN_MAX].replace("\x00", "")
    found = (Report.objects.select_related("case").filter(token=token).first()
             or Supporter.objects.select_related("case").filter(token=token).first())
    if found is None:
        return None
    case, before, merged = found.case, list[Case](), False
    while (onward := case.merged_into or case.continued_as) is not None:
        if case.merged_into is None:
            before.insert(0, case)
        merged = merged or case.merged_into is not None
        case = Case.objects.select_related("report").get(uid=onward)
    return Speaker(found, found.case, case, tuple(before), merged)


def speaking(token: str) -> Speaker:
    """As `speaker`; NotFound when nobody has the link."""
    found = speaker(token)
    if found is None:
        raise NotFound(_("There is no receipt with this code."), remedy=_("Check the code; capitals matter."))
    return found


def has_rated(one: Speaker, case: Case) -> bool:
    """Has he rated this case?"""
    return Entry.objects.filter(stream=case.uid, verb=RATED, facts__speaker=str(one.id)).exists()


@dataclass(frozen=True, slots=True)
class Say:
    """What a reporter may say now, each with the reason when he may not."""

    add: Decision
    rate: Decision
    again: Decision


def may_say(one: Speaker, at: datetime) -> Say:
    """What he may say now."""
    state, known = state_of(one.case), scheme()
    ended = state.closed_at or at
    return Say(
        add=rules.may_add(state),
        rate=rules.may_rate(state, at, days=known.term(RATE_DAYS, ended), rated=bool(state.ratings) and has_rated(
            one, one.case)),
        again=rules.may_ask_again(state, at, days=known.term(REOPEN_DAYS, ended)))


def linked_with(case: Case) -> list[UUID]:
    """This case and those that go on in it, merged or taken up again: whoever waits for one of them waits for it."""
    found, look = [case.uid], [case.uid]
    if case.continues:
        look.append(case.continues)
        found.append(case.continues)
    while look := list(Case.objects.filter(merged_into__in=look).values_list("uid", flat=True)):
        found += look
    earlier = Case.objects.filter(uid=case.continues).first() if case.continues else None
    if earlier is not None:
        found += linked_with(earlier)
    return list(dict.fromkeys(found))
