"""The form of a check: a keeper with one hand on a phone, two minutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undercity.works.terms.rules import Setting
from undercity.works.upkeep.rules import NOTE_MAX
from undercity.works.upkeep.states import Answer


@dataclass(frozen=True, slots=True)
class Line:
    """One item as the page shows it: the setting, and its bound fields."""

    setting: Setting
    answer: Any
    note: Any
    photo: Any


class CheckForm(forms.Form):
    """Seven standards, each with answer, words, picture; and the banned acts that were seen."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, standards: list[Setting], banned: list[Setting], **options: Any):
        super().__init__(*args, **options)
        self.standards, self.banned = standards, banned
        for one in standards:
            self.fields[f"{one.code}-answer"] = forms.ChoiceField(
                label=str(one), choices=Answer.choices, widget=forms.RadioSelect,
                error_messages={"required": _("One standard has no answer.")})
            self._words(one)
        for one in banned:
            self.fields[f"{one.code}-found"] = forms.BooleanField(label=str(one), required=False)
            self._words(one)

    def _words(self, one: Setting) -> None:
        self.fields[f"{one.code}-note"] = forms.CharField(label=_("What is wrong, and where"), required=False,
                                                          max_length=NOTE_MAX)
        self.fields[f"{one.code}-photo"] = forms.FileField(
            label=_("Photo"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"}))

    def _lines(self, settings: list[Setting], answer: str) -> Iterator[Line]:
        for one in settings:
            yield Line(one, *(self[f"{one.code}-{part}"] for part in (answer, "note", "photo")))

    def standard_lines(self) -> Iterator[Line]:
        """The standards, each with its fields."""
        return self._lines(self.standards, "answer")

    def banned_lines(self) -> Iterator[Line]:
        """The banned acts, each with its fields."""
        return self._lines(self.banned, "found")

    def answers(self) -> dict[str, Answer]:
        """Standard → what was found."""
        return {one.code: Answer(self.cleaned_data[f"{one.code}-answer"]) for one in self.standards}

    def found(self) -> list[str]:
        """The banned acts seen."""
        return [one.code for one in self.banned if self.cleaned_data[f"{one.code}-found"]]

    def notes(self) -> dict[str, str]:
        """Item → words."""
        return {one.code: self.cleaned_data[f"{one.code}-note"] for one in [*self.standards, *self.banned]}

    def pictures(self) -> Iterator[tuple[str, Any]]:
        """Item, uploaded file."""
        for one in [*self.standards, *self.banned]:
            if (given := self.cleaned_data[f"{one.code}-photo"]) is not None:
                yield one.code, given
