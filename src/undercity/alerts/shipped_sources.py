"""What the shipped files say of their sources, so that the catalogue of words knows it."""

from django.utils.translation import gettext_lazy

SHIPPED = (
    gettext_lazy("setting of the demonstration; no standard read for it"),
    gettext_lazy("seen in use in Jinan, 2022-2023; second hand"),
    gettext_lazy("one signal text of Jinan, 2025-08-31; the full newer table was not found; second hand"),
    gettext_lazy("national set; second hand"),
    gettext_lazy("threshold of the orange signal in use in Jinan, 2022-2023; second hand"),
    gettext_lazy("threshold of the blue signal in use in Jinan, 2022-2023; second hand"),
    gettext_lazy("level of a blue flood warning in 2019; second hand"),
)
