"""Forms of a duty: what was done, with what evidence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undercity.ledger.rules import Template

TEXT_MAX = 4000


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files in one field; cleans to a list."""

    def __init__(self, **options: Any):
        options.setdefault("widget", ManyFiles(attrs={"accept": "image/*"}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, (list, tuple)) else [data]
        files = [super(ManyFilesField, self).clean(one, initial) for one in given if one]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files




class StepForm(forms.Form):
    """A step of a duty: the version looked at, and words."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("Reason"), max_length=TEXT_MAX, widget=forms.Textarea(attrs={"rows": 2}))


class DoneForm(StepForm):
    """What a template asks for: words, photos, numbers."""

    def __init__(self, *args: Any, template: Template, **options: Any):
        super().__init__(*args, **options)
        self.template = template
        self.fields["note"] = forms.CharField(
            label=_("What was done"), max_length=TEXT_MAX, required=template.note,
            widget=forms.Textarea(attrs={"rows": 3}))
        for count in template.counts:
            self.fields[f"count-{count.code}"] = forms.IntegerField(
                label=count.label, min_value=count.least, max_value=count.most,
                help_text=_("Between %(least)d and %(most)d") % {"least": count.least, "most": count.most})
        self.fields["photos"] = ManyFilesField(label=_("Photos"), required=template.photos > 0)

    def counts(self) -> dict[str, int]:
        """The numbers given, by code."""
        return {count.code: self.cleaned_data[f"count-{count.code}"] for count in self.template.counts}


class HandOverForm(StepForm):
    """To whom, and why."""

    to = forms.TypedChoiceField(label=_("Hand over to"), coerce=int)

    def __init__(self, *args: Any, posts: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["to"].choices = [("", _("Choose one")), *posts]  # type: ignore[attr-defined]
        self.order_fields(["seen", "to", "note"])


class DecisionForm(StepForm):
    """The superior's answer to a refusal."""

    agreed = forms.TypedChoiceField(
        label=_("Your decision"), coerce=lambda text: text == "yes", widget=forms.RadioSelect,
        choices=[("yes", _("Agree: it need not be done")), ("no", _("Give back: it can be done"))])

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["note"] = forms.CharField(label=_("Note"), max_length=TEXT_MAX, required=False,
                                              widget=forms.Textarea(attrs={"rows": 2}))
        self.order_fields(["seen", "agreed", "note"])


class GiveForm(forms.Form):
    """A duty given by hand: which kind, to whom, for which day, about what."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    template = forms.ChoiceField(label=_("Kind of duty"))
    to = forms.TypedChoiceField(label=_("Given to"), coerce=int)
    day = forms.DateField(label=_("Day it is about"), widget=forms.DateInput(attrs={"type": "date"}),
                          help_text=_("The promised day, the day of the finding, the day of retirement"))
    text = forms.CharField(label=_("What it is about"), max_length=TEXT_MAX, widget=forms.Textarea(attrs={"rows": 3}),
                           help_text=_("No names of persons: the record is kept for ever"))

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], posts: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["template"].choices = [("", _("Choose one")), *kinds]  # type: ignore[attr-defined]
        self.fields["to"].choices = [("", _("Choose one")), *posts]  # type: ignore[attr-defined]
