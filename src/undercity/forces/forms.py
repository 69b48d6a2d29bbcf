"""Forms of the room. Errors keep what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from undercity.forces.rules import HEADS_MOST, M3H_MOST, MINUTES_MOST, WORDS_MAX
from undercity.forces.states import GearKind, PointKind, Severity, Skill, TeamKind, Urgency

Choices = Sequence[tuple[Any, Any]]


def whole(label: Any, most: int, *, least: int = 0, required: bool = False, **more: Any) -> forms.IntegerField:
    """A whole number typed on a phone."""
    return forms.IntegerField(label=label, min_value=least, max_value=most, required=required,
                              widget=forms.NumberInput(attrs={"inputmode": "numeric"}), **more)


class SpotForm(forms.Form):
    """Somewhere: a place of the list, or a position."""

    spot = forms.ChoiceField(label=pgettext_lazy("need", "Place"), required=False, help_text=_(
        "Choose one, or give a position below."))
    lat = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)

    def __init__(self, *args: Any, spots: Choices = (), **words: Any):
        super().__init__(*args, **words)
        chooser = self.fields["spot"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = [("", "—"), *spots]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("spot"):
            given["lat"], given["lon"] = map(float, given["spot"].split(","))
        elif given.get("lat") is None or given.get("lon") is None:
            self.add_error("spot", _("Choose a place, or give latitude and longitude."))
        return given


class SkillFields(forms.Form):
    """Heads by skill."""

    def __init__(self, *args: Any, **words: Any):
        super().__init__(*args, **words)
        for code, label in Skill.choices:
            self.fields[f"skill_{code}"] = whole(label, HEADS_MOST)

    def skills(self) -> dict[str, int]:
        """Skill → heads, zeros left out."""
        return {code: heads for code in Skill.values if (heads := self.cleaned_data.get(f"skill_{code}"))}

    @property
    def skill_boxes(self) -> list[Any]:
        """The fields of skills, for the page."""
        return [self[f"skill_{code}"] for code in Skill.values]


class NeedForm(SpotForm, SkillFields):
    """What is needed where."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    what = forms.CharField(label=_("What is needed"), max_length=WORDS_MAX)
    where = forms.CharField(label=_("Where exactly"), max_length=WORDS_MAX, required=False)
    urgency = forms.ChoiceField(label=_("How urgent"), choices=Urgency.choices, widget=forms.RadioSelect,
                                initial=Urgency.SERIOUS)
    after = whole(_("Wanted in so many minutes"), 24 * 60, initial=0, help_text=_("0: now"))
    minutes = whole(_("For how many minutes"), MINUTES_MOST, least=1, required=True, initial=120)
    m3h = whole(_("Water to pump, m³/h"), M3H_MOST, initial=0)

    field_order = ("key", "what", "spot", "where", "urgency", "m3h", "after", "minutes", "lat", "lon")


class TeamForm(SkillFields):
    """A team as it is from now on."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    zh = forms.CharField(label=_("Name in Chinese"), max_length=120)
    en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=TeamKind.choices)
    body = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    post = forms.TypedChoiceField(label=_("Leader's post"), coerce=int, required=False, empty_value=None)
    heads = whole(_("Heads"), HEADS_MOST, required=True)
    home = forms.CharField(label=_("Base"), max_length=200)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90)
    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180)
    source = forms.CharField(label=_("Source"), max_length=WORDS_MAX)

    def __init__(self, *args: Any, bodies: Choices = (), posts: Choices = (), **words: Any):
        super().__init__(*args, **words)
        for name, choices in (("body", bodies), ("post", [("", "—"), *posts])):
            chooser = self.fields[name]
            assert isinstance(chooser, forms.ChoiceField)
            chooser.choices = choices


class GearForm(forms.Form):
    """One more piece of gear."""

    kind = forms.ChoiceField(label=_("Kind"), choices=GearKind.choices)
    count = whole(_("How many"), 999, least=1, required=True, initial=1)
    m3h = whole(_("Pumps m³/h"), M3H_MOST, initial=0)


class MemberForm(forms.Form):
    """One more member."""

    person = forms.CharField(label=pgettext_lazy("member", "Name"), max_length=60)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)


class CallForm(forms.Form):
    """A team called up by hand."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    aim = forms.ChoiceField(label=_("Where to"), required=False)
    heads = whole(_("Heads"), HEADS_MOST, least=1)
    reason = forms.CharField(label=_("Reason"), max_length=WORDS_MAX)

    def __init__(self, *args: Any, aims: Choices = (), **words: Any):
        super().__init__(*args, **words)
        chooser = self.fields["aim"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = [("", _("stand by at the base")), *aims]


class StepForm(forms.Form):
    """A step with a few words."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("Note"), max_length=WORDS_MAX, required=False)


class HandForm(StepForm):
    """An arrival recorded by an officer, with the reason."""

    note = forms.CharField(label=_("Reason"), max_length=WORDS_MAX)


class RelieveForm(StepForm):
    """Who takes over."""

    successor = forms.ChoiceField(label=_("Taken over by"))

    def __init__(self, *args: Any, successors: Choices = (), **words: Any):
        super().__init__(*args, **words)
        chooser = self.fields["successor"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = list(successors)


class PointForm(forms.Form):
    """A point to staff."""

    zh = forms.CharField(label=_("Name in Chinese"), max_length=120)
    en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=PointKind.choices)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90)
    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180)
    heads_day = whole(_("Heads by day"), HEADS_MOST, required=True)
    heads_night = whole(_("Heads by night"), HEADS_MOST, required=True)
    skills = forms.MultipleChoiceField(label=_("Skills"), choices=Skill.choices, required=False)
    source = forms.CharField(label=_("Source"), max_length=WORDS_MAX)


class HurtForm(SpotForm):
    """A group of casualties: where, and how many of each severity."""

    def __init__(self, *args: Any, **words: Any):
        super().__init__(*args, **words)
        for code, label in Severity.choices:
            self.fields[code] = whole(label, 999)

    def patients(self) -> dict[str, int]:
        """Severity → patients."""
        return {code: self.cleaned_data.get(code) or 0 for code in Severity.values}
