"""Forms of the refit. Errors keep what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undercity.ledger.forms import ManyFilesField

WORDS_MAX, NOTE_MAX = 300, 2000


def _days() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _money(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))


class PlanForm(forms.Form):
    """An item of a year."""

    place = forms.TypedChoiceField(label=_("Place"), coerce=int)
    zh = forms.CharField(label=_("What is improved, in Chinese"), max_length=WORDS_MAX,
                         help_text=_("One sentence; the public reads it."))
    en = forms.CharField(label=_("The same in English"), max_length=WORDS_MAX, required=False)
    budget = _money(_("Budget, yuan"))
    starts_on = forms.DateField(label=_("Begins"), widget=_days())
    ends_on = forms.DateField(label=_("Ends"), widget=_days())
    post = forms.TypedChoiceField(label=_("Who carries it out"), coerce=int)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, places: list[tuple[int, str]], posts: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["place"].choices = [("", _("Choose one")), *places]  # type: ignore[attr-defined]
        self.fields["post"].choices = [("", _("Choose one")), *posts]  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """A step: the version looked at, and words."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("Reason"), max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": 2}))


class ProgressForm(StepForm):
    """How far it is."""

    spent = _money(_("Spent so far, yuan"))
    photos = ManyFilesField(label=_("Photos of before"), required=False)

    field_order = ("spent", "note", "photos")

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["note"].label = _("How far is it?")


class FinishForm(ProgressForm):
    """Done, with a picture of it."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["spent"].label = _("Spent in all, yuan")
        self.fields["photos"].label, self.fields["photos"].required = _("Photos of after"), True
        self.fields["note"].label, self.fields["note"].required = _("Note"), False


class ReopenForm(StepForm):
    """Taken up again until another day."""

    ends_on = forms.DateField(label=_("Ends"), widget=_days())

    field_order = ("ends_on", "note")
