"""Forms of a report and of a move. Errors keep what was typed."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undercity import clock
from undercity.cases.states import Check, Supervision, Verification
from undercity.ledger.forms import ManyFilesField
from undercity.science.coordinates import Datum

TEXT_MAX = 4000
RESUMES = time(8)


class WhereForm(forms.Form):
    """Step 1: where is it?"""

    area = forms.ChoiceField(label=_("Street or district"), required=False)
    address = forms.CharField(label=_("Place in words"), required=False, max_length=300, strip=True,
                              help_text=_("For example: 200 m west of the school gate"))
    lat = forms.FloatField(label=_("Latitude"), required=False)
    lon = forms.FloatField(label=_("Longitude"), required=False)
    datum = forms.ChoiceField(label=_("The position comes from"), required=False, choices=[
        (Datum.WGS84, _("a GPS device (WGS 84)")), (Datum.GCJ02, _("a Chinese map or phone (GCJ-02)")),
        (Datum.BD09, _("Baidu's map (BD-09)"))])

    def __init__(self, *args: Any, areas: list[tuple[str, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["area"].choices = [("", _("Choose one")), *areas]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        if (values.get("lat") is None) != (values.get("lon") is None):
            self.add_error("lat", _("A position needs both latitude and longitude."))
        elif values.get("lat") is None and not values.get("area"):
            self.add_error("area", _("Choose the street or district, or give a position."))
        return values


class WhatForm(forms.Form):
    """Step 2: what is it? Words and a photo come first: they may tell the kind."""

    text = forms.CharField(label=_("What is wrong"), max_length=TEXT_MAX, required=False,
                           widget=forms.Textarea(attrs={"rows": 4}))
    photos = ManyFilesField(label=_("Photo"), required=False)
    category = forms.ChoiceField(label=_("What is it?"), required=False,
                                 help_text=_("Leave it open, and your words are read: you confirm what they suggest."))

    def __init__(self, *args: Any, categories: list[Any], **options: Any):
        super().__init__(*args, **options)
        self.fields["category"].choices = [("", _("Choose one")), *categories]  # type: ignore[attr-defined]


class SendForm(forms.Form):
    """Step 3: who are you, if you want to be told?"""

    name = forms.CharField(label=_("Name"), max_length=60, required=False,
                           widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False,
                            widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}))
    email = forms.EmailField(label=_("E-mail"), max_length=120, required=False,
                             widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    news = forms.BooleanField(label=_("Tell me when something happens"), required=False)


class FollowForm(forms.Form):
    """Where messages go."""

    address = forms.CharField(label=_("E-mail or mobile number"), max_length=120, strip=True,
                              widget=forms.TextInput(attrs={"autocomplete": "email"}))


class CodeForm(forms.Form):
    """The code that came to the address."""

    code = forms.CharField(label=_("Six digits"), max_length=12, strip=True, widget=forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}))


class AddForm(forms.Form):
    """More words and pictures."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    text = forms.CharField(label=_("What is new"), max_length=TEXT_MAX, required=False,
                           widget=forms.Textarea(attrs={"rows": 3}))
    photos = ManyFilesField(label=_("Photo"), required=False)


class RateForm(forms.Form):
    """Stars and words."""

    stars = forms.TypedChoiceField(label=_("How was it done?"), coerce=int, widget=forms.RadioSelect, choices=[
        (5, _("5 · very good")), (4, _("4 · good")), (3, _("3 · fair")), (2, _("2 · poor")), (1, _("1 · bad"))])
    text = forms.CharField(label=_("In your words"), max_length=TEXT_MAX, required=False,
                           widget=forms.Textarea(attrs={"rows": 2}))


class AgainForm(forms.Form):
    """Why it is to be taken up again."""

    reason = forms.CharField(label=_("What is still wrong"), max_length=TEXT_MAX,
                             widget=forms.Textarea(attrs={"rows": 3}))
    photos = ManyFilesField(label=_("Photo"), required=False)


class EraseForm(forms.Form):
    """Whether he is sure."""

    sure = forms.BooleanField(label=_("Yes, erase my data; it cannot be brought back"), required=False)


class LookForm(forms.Form):
    """Why somebody looks at a contact."""

    reason = forms.CharField(label=_("Why you need it"), max_length=120, strip=True,
                             help_text=_("For example: the inspector cannot find the place"))


class MoveForm(forms.Form):
    """A move of a case: the version looked at, and words."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("Note"), max_length=TEXT_MAX, required=False,
                           widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(MoveForm):
    """A move that needs its reason."""

    note = forms.CharField(label=_("Reason"), max_length=TEXT_MAX, widget=forms.Textarea(attrs={"rows": 2}))


class InspectorForm(MoveForm):
    """A move that sends an inspector."""

    inspector = forms.TypedChoiceField(label=_("Inspector"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, inspectors: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["inspector"].choices = [  # type: ignore[attr-defined]
            ("", _("whose turn it is")), *inspectors]


class PhotoForm(MoveForm):
    """A move that needs a photo."""

    photos = ManyFilesField(label=_("Photos taken afterwards"))


class HoldForm(ReasonForm):
    until = forms.DateField(label=_("On hold until"), widget=forms.DateInput(attrs={"type": "date"}),
                            help_text=_("It resumes by itself at eight in the morning of that day."))

    def clean_until(self) -> datetime:
        day: date = self.cleaned_data["until"]
        return datetime.combine(day, RESUMES, clock.ZONE)


class SuperviseForm(ReasonForm):
    why = forms.TypedChoiceField(label=_("Why"), choices=Supervision.choices, widget=forms.RadioSelect,
                                 coerce=Supervision)
    answer_wanted = forms.BooleanField(label=_("The department must answer"), required=False)


class MergeForm(MoveForm):
    into = forms.CharField(label=_("Number of the case it belongs to"), max_length=40, strip=True,
                           help_text=_("For example: 20260718-000501"))


class VerificationForm(MoveForm):
    answer = forms.ChoiceField(label=_("What did you find?"), choices=Verification.choices, widget=forms.RadioSelect)
    photos = ManyFilesField(label=_("Photo"), required=False)


class CheckForm(MoveForm):
    answer = forms.ChoiceField(label=_("What did you find?"), choices=Check.choices, widget=forms.RadioSelect)
    photos = ManyFilesField(label=_("Photo"), required=False)


class FileForm(MoveForm):
    standard = forms.ChoiceField(label=_("Filing standard"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, standards: list[tuple[str, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["standard"].choices = standards  # type: ignore[attr-defined]


class DispatchForm(MoveForm):
    department = forms.TypedChoiceField(label=_("Department"), coerce=int)

    def __init__(self, *args: Any, departments: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["department"].choices = departments  # type: ignore[attr-defined]
