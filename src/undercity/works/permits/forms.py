"""Forms of a permit: the lease, and each move."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undercity.places.states import FACILITIES, PlaceUse
from undercity.works.permits.states import Move, Needs, Verb

NOTE_MAX = 2000
DAY = {"type": "date"}
# What the day of a move means.
DAYS: dict[Verb, Any] = {Verb.ANNOUNCE_CHANGE: _("Day of the change"), Verb.RENEW: _("Renew until"),
                         Verb.SETTLE_RENEW: _("Renew until")}
WORDS: dict[Verb, Any] = {Verb.ANNOUNCE_CHANGE: _("What changes"), Verb.SUPPLY: _("What is brought"),
                          Verb.ASK_MORE: _("What is missing")}


class LeaseForm(forms.Form):
    """A lease as it was signed."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    use = forms.ChoiceField(label=_("Peacetime use"), choices=[
        one for one in PlaceUse.choices if one[0] not in {PlaceUse.IDLE, *FACILITIES}])
    contract = forms.CharField(label=_("Number of the lease"), max_length=60)
    party = forms.CharField(label=_("Using unit"), max_length=120, help_text=_("A unit; no names of persons"))
    signed_on = forms.DateField(label=_("Signed on"), widget=forms.DateInput(attrs=DAY))
    lease_from = forms.DateField(label=_("Lease from"), widget=forms.DateInput(attrs=DAY))
    lease_to = forms.DateField(label=_("Lease to"), widget=forms.DateInput(attrs=DAY),
                               help_text=_("The permit is valid for the term of the lease"))


class MoveForm(forms.Form):
    """A step of a permit: the version looked at, words, and a day where one is needed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    day = forms.DateField(widget=forms.DateInput(attrs=DAY))
    note = forms.CharField(max_length=NOTE_MAX, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, verb: Verb, move: Move, **options: Any):
        super().__init__(*args, **options)
        if Needs.DAY in move.needs:
            self.fields["day"].label = DAYS[verb]
        else:
            del self.fields["day"]
        needed = Needs.REASON in move.needs
        self.fields["note"].required = needed
        self.fields["note"].label = WORDS.get(verb, _("Reason") if needed else _("Note"))
