"""Forms of notices."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy as _, pgettext_lazy

from undercity import clock
from undercity.notices.doors import robot_base
from undercity.notices.letters import open_to_posts
from undercity.notices.states import ROBOTS, Channel, Level, NoticeState
from undercity.notices.terms import terms


class AddressForm(forms.Form):
    """One more address; which channels can be chosen depends on the deployment."""

    channel = forms.ChoiceField(label=_("By what"))
    address = forms.CharField(label=_("Number or address"), max_length=400, widget=forms.TextInput(
        attrs={"autocomplete": "off", "spellcheck": "false"}))

    def __init__(self, *args: Any, channels: tuple[Channel, ...], **options: Any):
        super().__init__(*args, **options)
        there = open_to_posts()
        self.offered = [channel for channel in channels if channel in there]
        self.fields["channel"].choices = [  # type: ignore[attr-defined]
            (channel.value, channel.label) for channel in self.offered]
        if robots := [channel for channel in self.offered if channel in ROBOTS]:
            self.fields["address"].help_text = _("Of a group: its robot's webhook, as it was copied (%(address)s…). A "
                                                 "signing secret goes behind a #.") % {
                "address": robot_base(robots[0])}


class WishForm(forms.Form):
    """Quiet hours, language, what may wait on the page."""

    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=forms.TimeInput(
        attrs={"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(label=_("Quiet until"), required=False, widget=forms.TimeInput(
        attrs={"type": "time"}, format="%H:%M"))
    on_page = forms.MultipleChoiceField(label=_("Leave on the page only"), required=False,
                                        widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["on_page"].choices = [  # type: ignore[attr-defined]
            (kind.key, kind.zh if get_language() == "zh-hans" else kind.en)
            for kind in terms(clock.now().date()).kinds if kind.may_wait]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if (found.get("quiet_from") is None) != (found.get("quiet_until") is None) and not self.errors:
            self.add_error("quiet_until", _("Give both ends of the quiet hours, or none."))
        return found

    def quiet(self) -> tuple[time, time] | None:
        """The quiet hours; none when both ends were left empty."""
        begins, ends = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return (begins, ends) if begins is not None and ends is not None else None


class OutboxForm(forms.Form):
    """What the outbox shows."""

    state = forms.ChoiceField(label=_("State"), required=False,
                              choices=[("", _("all")), *NoticeState.choices])
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("all")), *Channel.choices])
    level = forms.TypedChoiceField(label=_("Level"), required=False, coerce=int, empty_value=None,
                                   choices=[("", _("all")), *Level.choices])
    words = forms.CharField(label=pgettext_lazy("search", "Words"), required=False, max_length=60)
