"""`{% schematic pins layer sheet as drawn %}`: the server's own map for any page."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.conf import settings

from undercity.places.drawing import Sheet
from undercity.places.maps import ABOVE, BELOW, Drawing, drawn
from undercity.places.pins import Pin

register = template.Library()


@register.simple_tag
def schematic(pins: Sequence[Pin] | str | None = None, layer: str = "", sheet: str | Sheet = ""
              ) -> Drawing:
    """The drawing of these pins; without any, the ground alone."""
    return drawn(list(pins) if pins and not isinstance(pins, str) else [],
                 layer=BELOW if layer == BELOW else ABOVE, sheet=sheet or "")


@register.simple_tag
def map_setting(name: str) -> str:
    """A setting of the map: `tiles`, `credit` or `licence`."""
    return str(settings.MAP[name])
