"""The form that files a document."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undercity.works.documents.rules import TITLE_MAX


class DocumentForm(forms.Form):
    """Its kind, what it is called, its file."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    kind = forms.ChoiceField(label=_("Kind of document"))
    title = forms.CharField(label=_("Title or register number"), max_length=TITLE_MAX)
    file = forms.FileField(label=_("Attached file"), required=False, allow_empty_file=True,
                           help_text=_("PDF or picture. Of drawings give the register number only, without a file."),
                           widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"}))

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["kind"].choices = [("", _("Choose one")), *kinds]  # type: ignore[attr-defined]
