"""Forms of the response. Errors keep what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from undercity.ledger.forms import ManyFilesField
from undercity.response.states import Basis

NOTE_MAX = 2000
CHOOSE = [("", _("Choose one"))]


class SeenForm(forms.Form):
    """A step: the version looked at."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ProposeForm(forms.Form):
    """A level proposed by an officer."""

    body = forms.TypedChoiceField(label=_("Whose plan"), coerce=int)
    level = forms.TypedChoiceField(label=pgettext_lazy("response", "Level"), coerce=int)
    basis = forms.ChoiceField(label=pgettext_lazy("response", "Basis"), choices=[
        (one.value, one.label) for one in (Basis.RECEIVED, Basis.OFFICER)])
    note = forms.CharField(label=_("Reason"), max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": 2}),
                           help_text=_("Who said so and when, or what you see."))

    def __init__(self, *args: Any, bodies: list[tuple[int, str]], levels: list[tuple[int, Any]], **options: Any):
        super().__init__(*args, **options)
        self.fields["body"].choices = bodies  # type: ignore[attr-defined]
        self.fields["level"].choices = levels  # type: ignore[attr-defined]


class ConfirmForm(SeenForm):
    """A level confirmed, as proposed or otherwise, with the order in its official form."""

    level = forms.TypedChoiceField(label=pgettext_lazy("response", "Level"), coerce=int)
    text = forms.CharField(label=_("The order in its official form"), max_length=20_000,
                           widget=forms.Textarea(attrs={"rows": 12}))
    note = forms.CharField(label=_("Reason"), max_length=NOTE_MAX, required=False,
                           widget=forms.Textarea(attrs={"rows": 2}),
                           help_text=_("Needed when the level is another one than proposed."))

    def __init__(self, *args: Any, levels: list[tuple[int, Any]], **options: Any):
        super().__init__(*args, **options)
        self.fields["level"].choices = levels  # type: ignore[attr-defined]


class NoteForm(SeenForm):
    """A step with a reason."""

    note = forms.CharField(label=_("Reason"), max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": 2}))


class PassOnForm(SeenForm):
    """An order to another post."""

    post = forms.TypedChoiceField(label=_("To which post"), coerce=int)
    note = forms.CharField(label=_("Reason"), max_length=NOTE_MAX, required=False,
                           widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, posts: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["post"].choices = [*CHOOSE, *posts]  # type: ignore[attr-defined]


class FinishForm(SeenForm):
    """An order carried out, with the evidence it wants."""

    photos = ManyFilesField(label=_("Photos"), required=False)
    count = forms.IntegerField(label=_("How many"), required=False, min_value=0,
                               widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    note = forms.CharField(label=_("Note"), max_length=NOTE_MAX, required=False,
                           widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, evidence: str = "", telephone: bool = False, **options: Any):
        super().__init__(*args, **options)
        if evidence != "photo" or telephone:
            del self.fields["photos"]
        if evidence != "number":
            del self.fields["count"]
        if telephone:
            self.fields["note"].required = True
            self.fields["note"].label = _("What was said on the telephone")


class GiveForm(forms.Form):
    """An order in words of one's own."""

    zh = forms.CharField(label=_("What is to be done, in Chinese"), max_length=500)
    en = forms.CharField(label=pgettext_lazy("order", "The same in English"), max_length=500, required=False)
    post = forms.TypedChoiceField(label=_("To which post"), coerce=int)
    answer_minutes = forms.IntegerField(label=_("Answer within, minutes"), min_value=1, initial=10)
    done_minutes = forms.IntegerField(label=_("Done within, minutes"), min_value=1, initial=60)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, posts: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["post"].choices = [*CHOOSE, *posts]  # type: ignore[attr-defined]
