"""Forms of warnings. Errors keep what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undercity.alerts.states import Matter
from undercity.science.coordinates import Datum

DATUMS = [(Datum.WGS84.value, _("WGS 84, as CAP asks")), (Datum.GCJ02.value, "GCJ-02"), (Datum.BD09.value, "BD-09")]
MOMENT = "%Y-%m-%dT%H:%M"


class MessageForm(forms.Form):
    """A message by hand: a file, or its text."""

    file = forms.FileField(label=_("CAP file"), required=False, help_text=_("XML as the office issued it."))
    text = forms.CharField(label=_("Or its text"), required=False, strip=False,
                           widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}))
    datum = forms.ChoiceField(label=_("Positions are measured in"), choices=DATUMS, required=False,
                              help_text=_("Change it only when you know that the sender uses another."))


class FeedForm(forms.Form):
    """Where a feed is."""

    label = forms.CharField(label=_("Office"), max_length=80)
    url = forms.CharField(label=_("Address of the feed"), max_length=500, help_text=_("Atom, RSS, or a CAP message."))
    hosts = forms.CharField(label=_("Other hosts"), max_length=300, required=False,
                            help_text=_("Where its messages may lie beside its own; with spaces between them."))
    datum = forms.ChoiceField(label=_("Positions are measured in"), choices=DATUMS, required=False)
    signed_only = forms.BooleanField(label=_("Only signed messages"), required=False)
    number = forms.IntegerField(required=False, widget=forms.HiddenInput)


class TrustForm(forms.Form):
    """Whose signature is trusted."""

    label = forms.CharField(label=_("Office"), max_length=120)
    certificate = forms.CharField(label=_("Certificate in PEM"), max_length=20_000, strip=False,
                                  widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}))


class WordsForm(forms.Form):
    """What a message of ours says, in both languages."""

    headline_zh = forms.CharField(label=_("Headline, in Chinese"), max_length=160)
    headline_en = forms.CharField(label=_("Headline, in English"), max_length=160)
    description_zh = forms.CharField(label=_("What happens, in Chinese"), max_length=2000, required=False,
                                     widget=forms.Textarea(attrs={"rows": 2}))
    description_en = forms.CharField(label=_("What happens, in English"), max_length=2000, required=False,
                                     widget=forms.Textarea(attrs={"rows": 2}))
    instruction_zh = forms.CharField(label=_("What to do, in Chinese"), max_length=2000, required=False,
                                     widget=forms.Textarea(attrs={"rows": 2}))
    instruction_en = forms.CharField(label=_("What to do, in English"), max_length=2000, required=False,
                                     widget=forms.Textarea(attrs={"rows": 2}))


class UntilForm(WordsForm):
    """The same, and until when it holds."""

    ends = forms.DateTimeField(label=_("Until"), input_formats=[MOMENT, "%Y-%m-%d %H:%M"],
                               widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT))


class BulletinForm(UntilForm):
    """A message of ours."""

    body = forms.TypedChoiceField(label=_("Issued by"), coerce=int)
    matter = forms.ChoiceField(label=_("About"), choices=Matter.choices)
    places = forms.TypedMultipleChoiceField(label=_("Places it is about"), coerce=int, required=False,
                                            help_text=_("None chosen: the whole area of the body."))
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    field_order = ("body", "matter", "headline_zh", "headline_en", "description_zh", "description_en",
                   "instruction_zh", "instruction_en", "places", "ends")

    def __init__(self, *args: Any, bodies: list[tuple[int, str]], places: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["body"].choices = bodies  # type: ignore[attr-defined]
        self.fields["places"].choices = places  # type: ignore[attr-defined]


class UpdateForm(UntilForm):
    """What it says from now on."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class WithdrawForm(WordsForm):
    """Why it holds no longer."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
