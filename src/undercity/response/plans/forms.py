"""Forms of plans. Errors keep what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from undercity.response.plans.states import LEVELS, ROMAN

NOTE_MAX = 2000


def level_choices() -> list[tuple[str, str]]:
    """四级 to 一级 for a choice."""
    return [(str(level), ROMAN[level]) for level in LEVELS]


class TextForm(forms.Form):
    """The file of a plan, typed or sent."""

    text = forms.CharField(label=_("File of the plan"), required=False, strip=False,
                           widget=forms.Textarea(attrs={"spellcheck": "false", "autocapitalize": "off",
                                                        "autocomplete": "off", "wrap": "off"}))
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class SendForm(forms.Form):
    """A file from the planner's own computer."""

    file = forms.FileField(label=_("Plan file"),
                           help_text=_("A .toml file, in UTF-8. Nothing is stored before you save."))


class PublishForm(forms.Form):
    """From which day, and why."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    valid_from = forms.DateField(label=_("In force from"), widget=forms.DateInput(attrs={"type": "date"},
                                                                                  format="%Y-%m-%d"))
    note = forms.CharField(label=_("Note"), required=False, max_length=NOTE_MAX,
                           widget=forms.Textarea(attrs={"rows": 2}))


class WithdrawForm(forms.Form):
    """Why it holds no longer."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label=_("Reason"), max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": 2}))


class RehearsalForm(forms.Form):
    """A level, the level before it, a day."""

    level = forms.TypedChoiceField(label=pgettext_lazy("response", "Level"), coerce=int, choices=level_choices)
    was = forms.TypedChoiceField(label=_("Level before"), coerce=int, required=False, empty_value=None)
    day = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["was"].choices = [("", _("no response")), *level_choices()]  # type: ignore[attr-defined]
