"""Forms of seasons. Errors keep what was typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undercity import clock
from undercity.places.seasons.states import CHANGING, CLOSING

NOTE_MAX, WORDS_MAX, HOURS_MAX = 500, 1000, 300


def _days() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MomentField(forms.DateTimeField):
    """A day and minute of the city's clock; cleans to an aware moment."""

    def __init__(self, **options: Any):
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **options)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(clock.ZONE).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else \
            value

    def to_python(self, value: Any) -> datetime | None:
        found = super().to_python(value)
        return found.replace(tzinfo=clock.ZONE) if found is not None else None


class ActForm(forms.Form):
    """What every change of a season comes with: the version looked at, and the reason."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("Reason"), max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": 2}),
                           help_text=_("The public reads it; names of persons do not belong here."))


class OpenForm(ActForm):
    """A season of the year."""

    opens_on = forms.DateField(label=_("First day"), widget=_days())
    closes_on = forms.DateField(label=_("Last day"), widget=_days())
    hours = forms.CharField(label=_("Hours"), max_length=HOURS_MAX, help_text=_("For example: 09:30-20:00"))
    keeper = forms.TypedChoiceField(label=_("Keeper"), coerce=int, required=False, empty_value=None)

    field_order = ("opens_on", "closes_on", "hours", "keeper", "note")

    def __init__(self, *args: Any, keepers: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["keeper"].choices = [("", _("Choose one")), *keepers]  # type: ignore[attr-defined]
        self.fields["note"].required = False


class UntilForm(ActForm):
    """Another last day."""

    closes_on = forms.DateField(label=_("Last day"), widget=_days())

    field_order = ("closes_on", "note")


class ExceptionForm(ActForm):
    """Closed for a time, or other hours."""

    why = forms.ChoiceField(label=_("Why"), choices=[
        *((one.value, _("closed %(why)s") % {"why": one.label}) for one in CLOSING),
        *((one.value, _("open %(why)s") % {"why": one.label}) for one in CHANGING)])
    starts = MomentField(label=_("From"))
    ends = MomentField(label=_("Until"), required=False, help_text=_("Empty: until it is withdrawn."))
    hours = forms.CharField(label=_("Other hours"), max_length=HOURS_MAX, required=False,
                            help_text=_("Only when it stays open: for example 09:30-22:00"))

    field_order = ("why", "starts", "ends", "hours", "note")


class ProposeForm(ActForm):
    """Close it for a time, please."""

    why = forms.ChoiceField(label=_("Why"), choices=[(one.value, one.label) for one in CLOSING])
    ends = MomentField(label=_("Until"), required=False, help_text=_("Empty: until further notice."))
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    field_order = ("why", "ends", "note")


class AnswerForm(ActForm):
    """A decision on a proposal, or the way back from one."""

    proposal = forms.UUIDField(widget=forms.HiddenInput)


class WithdrawForm(ActForm):
    """An exception is to hold no longer."""

    exception = forms.UUIDField(widget=forms.HiddenInput)


class MaximumForm(forms.Form):
    """The highest temperature of a day."""

    day = forms.DateField(label=_("Day"), widget=_days())
    celsius = forms.DecimalField(label=_("Highest temperature, °C"), max_digits=5, decimal_places=1,
                                 widget=forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"}))
    source = forms.CharField(label=_("Source"), max_length=120)


class SheetForm(forms.Form):
    """A CSV file."""

    file = forms.FileField(label=_("CSV file"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}))


class AnnounceForm(forms.Form):
    """A public notice."""

    place = forms.TypedChoiceField(label=_("Place"), coerce=int, required=False, empty_value=None)
    zh = forms.CharField(label=_("Text in Chinese"), max_length=WORDS_MAX, widget=forms.Textarea(attrs={"rows": 3}))
    en = forms.CharField(label=_("Text in English"), max_length=WORDS_MAX, required=False,
                         widget=forms.Textarea(attrs={"rows": 3}))
    starts = MomentField(label=_("From"))
    ends = MomentField(label=_("Until"), required=False, help_text=_("Empty: until it is taken down."))
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, places: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["place"].choices = [("", _("all places")), *places]  # type: ignore[attr-defined]


class CountForm(forms.Form):
    """How many came to a place."""

    place = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.DateField(label=_("Day"), widget=_days())
    visitors = forms.IntegerField(label=_("Visitors"), min_value=0, widget=forms.NumberInput(
        attrs={"inputmode": "numeric"}))


