"""Forms of the register. Errors keep what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from undercity.org.queries import body_name, directory
from undercity.register.parts import fields, parts
from undercity.register.queries.previews import letter
from undercity.register.rules.cells import words
from undercity.science.coordinates import Datum

DATUMS = [(Datum.WGS84, gettext_lazy("a GPS device (WGS 84)")),
          (Datum.GCJ02, gettext_lazy("a Chinese map or phone (GCJ-02)")),
          (Datum.BD09, gettext_lazy("Baidu's map (BD-09)"))]
EXAMPLES = 2


class UploadForm(forms.Form):
    """A spreadsheet."""

    file = forms.FileField(label=gettext_lazy("Spreadsheet"), help_text=gettext_lazy(
        ".xlsx, .xls, .ods or .csv; nothing reaches the register before you have seen the difference."))


class ColumnsForm(forms.Form):
    """Which column of the file is which, what positions count in, and from which day new names hold."""

    def __init__(self, head: Sequence[str], rows: Sequence[Sequence[Any]], *args: Any, **options: Any):
        super().__init__(*args, **options)
        choices = [("", _("not in the file")), *((str(column), _shown(column, head, rows))
                                               for column in range(len(head)) if head[column])]
        for name, (_part, one) in fields().items():
            self.fields[name.replace(".", "-")] = forms.ChoiceField(
                label=one.label, required=False, choices=choices,
                help_text=_("needed for what is new") if one.needed else "")
        self.fields["datum"] = forms.ChoiceField(label=_("The positions come from"), required=False,
                                                 widget=forms.RadioSelect, choices=DATUMS)
        self.fields["day"] = forms.DateField(
            label=_("New names hold from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The choices by half of the profile."""
        titles = {"place": _("What the public may know"), "work": _("Internal profile")}
        return [(titles.get(part.code, part.code), [self[f"{part.code}-{one.code}"] for one in part.fields])
                for part in parts()]

    def columns(self) -> Mapping[str, int]:
        """Field → column, of those that were chosen."""
        return {name: int(given) for name in fields() if (given := self.cleaned_data.get(name.replace(".", "-")))}


def _shown(column: int, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    said = [words(row[column])[:16] for row in rows if column < len(row) and row[column] is not None][:EXAMPLES]
    return f"{letter(column)} {head[column]}" + (f" ({', '.join(said)})" if said else "")


class RenameForm(forms.Form):
    """Another name from a day on."""

    zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=120)
    en = forms.CharField(label=gettext_lazy("Name in English"), max_length=200, required=False)
    day = forms.DateField(label=gettext_lazy("Called so from"),
                          widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    seen = forms.IntegerField(widget=forms.HiddenInput)


class KeeperForm(forms.Form):
    """Another keeper."""

    keeper = forms.TypedChoiceField(label=gettext_lazy("Keeper"), coerce=int)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        kinds = {"operator", "office", "department"}
        self.fields["keeper"].choices = sorted(  # type: ignore[attr-defined]
            ((card.id, body_name(card.id)) for card in directory().cards.values() if card.kind in kinds),
            key=lambda one: one[1])


class InternalForm(forms.Form):
    """An export with internal fields: what it is for, and as what file."""

    reason = forms.CharField(label=gettext_lazy("What is the file for?"), max_length=200, help_text=gettext_lazy(
        "It is noted with your post, the fields and every work in the file."))
