"""Forms of checks and material. Errors keep what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undercity.inspections.checklist_rules import NUMBER_MOST, Item
from undercity.inspections.rules import COUNT_MAX, NOTE_MAX
from undercity.inspections.states import Gear, Kind, Movement, PhotoRule, Said

DAY = {"type": "date"}


@dataclass(frozen=True, slots=True)
class Line:
    """One item as the page shows it, with its bound fields; what it does not ask for is None."""

    item: Item
    answer: Any
    note: Any
    photo: Any

    @property
    def is_wrong(self) -> bool:
        """Is something of it missing or wrong?"""
        return any(one is not None and one.errors for one in (self.answer, self.note, self.photo))


class CheckForm(forms.Form):
    """The items of a checklist, each with its answer, words and picture. What must be there the rules say."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, items: list[Item], **options: Any):
        super().__init__(*args, **options)
        self.items = items
        for one in items:
            if one.kind is Kind.NUMBER:
                self.fields[one.code] = forms.FloatField(
                    label=str(one), required=False, min_value=0, max_value=NUMBER_MOST,
                    widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}))
            elif one.kind in {Kind.YES_NO, Kind.CHOICE}:
                answers: list[tuple[str, Any]] = [*Said.choices] if one.kind is Kind.YES_NO else [
                    (way.code, str(way)) for way in one.options]
                self.fields[one.code] = forms.ChoiceField(label=str(one), choices=answers, required=False,
                                                          widget=forms.RadioSelect)
            self.fields[f"{one.code}-note"] = forms.CharField(
                label=str(one) if one.kind is Kind.TEXT else _("What is wrong, and where"), required=False,
                max_length=NOTE_MAX)
            if one.photo is not PhotoRule.NEVER or one.kind is Kind.PHOTO:
                self.fields[f"{one.code}-photo"] = forms.FileField(
                    label=_("Photo"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"}))

    def lines(self) -> Iterator[Line]:
        """The items, each with its fields."""
        for one in self.items:
            yield Line(one, *(self[name] if name in self.fields else None for name in
                              (one.code, f"{one.code}-note", f"{one.code}-photo")))

    def answers(self) -> dict[str, Any]:
        """Item → its answer."""
        return {one.code: self.cleaned_data[one.code] for one in self.items
                if self.cleaned_data.get(one.code) not in (None, "")}

    def notes(self) -> dict[str, str]:
        """Item → words."""
        return {one.code: words for one in self.items if (words := self.cleaned_data[f"{one.code}-note"])}

    def pictures(self) -> Iterator[tuple[str, Any]]:
        """Item, uploaded file."""
        for one in self.items:
            if (given := self.cleaned_data.get(f"{one.code}-photo")) is not None:
                yield one.code, given


class FileForm(forms.Form):
    """A file of checklists."""

    file = forms.FileField(label=_("File (TOML)"), widget=forms.FileInput(attrs={"accept": ".toml"}))


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))


class StockForm(forms.Form):
    """A new stock."""

    gear = forms.ChoiceField(label=_("Kind of material"), choices=Gear.choices)
    name = forms.CharField(label=_("What it is called"), max_length=80)
    count = forms.IntegerField(label=_("How many"), min_value=0, max_value=COUNT_MAX)
    unit = forms.CharField(label=_("Unit"), max_length=12)
    body = forms.TypedChoiceField(label=_("Keeper"), coerce=int)
    place = forms.TypedChoiceField(label=_("Place"), coerce=int, required=False, empty_value=None)
    spot = forms.CharField(label=_("Where exactly"), max_length=120, required=False)
    expires_on = _day(_("Expires on"))
    test_on = _day(_("Next test on"))
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, bodies: list[tuple[int, str]], places: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["body"].choices = bodies  # type: ignore[attr-defined]
        self.fields["place"].choices = [("", _("in a store")), *places]  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """A step of a stock: the version looked at, and words."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("Note"), max_length=NOTE_MAX, required=False)


class MoveForm(StepForm):
    """Put in, taken out, used, counted."""

    movement = forms.ChoiceField(label=_("What happened"), widget=forms.RadioSelect, choices=[
        one for one in Movement.choices if one[0] != Movement.MOVED])
    amount = forms.IntegerField(label=_("How many"), min_value=0, max_value=COUNT_MAX,
                                widget=forms.NumberInput(attrs={"inputmode": "numeric"}))

    field_order = ("movement", "amount", "note")


class PlaceForm(StepForm):
    """The whole stock moved."""

    place = forms.TypedChoiceField(label=_("To which place"), coerce=int, required=False, empty_value=None)

    field_order = ("place", "note")

    def __init__(self, *args: Any, places: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["place"].choices = [("", _("into the store")), *places]  # type: ignore[attr-defined]


class TestForm(StepForm):
    """A test or a look at what expires."""

    __test__ = False

    passed = forms.ChoiceField(label=_("How did it go"), widget=forms.RadioSelect,
                               choices=[("yes", _("it is in order")), ("no", _("it is not in order"))])
    test_on = _day(_("Next test on"))
    expires_on = _day(_("Expires on"))

    field_order = ("passed", "test_on", "expires_on", "note")


class GoneForm(StepForm):
    """Written off, with the reason."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["note"].label, self.fields["note"].required = _("Reason"), True
