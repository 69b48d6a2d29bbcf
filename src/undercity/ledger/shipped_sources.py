"""What the shipped templates say of their source, so that the catalogue of words knows it.

A template of a deployment says its source in its own words, which are shown as they are.
"""

from django.utils.translation import gettext_lazy

SHIPPED = (
    gettext_lazy("press of 2022: one or two days a month; a setting of the demonstration"),
    gettext_lazy("a setting of the demonstration"),
    gettext_lazy("a setting of the demonstration, after the five-part conduct method"),
    gettext_lazy("press of 2022: checks before the flood season; the dates are a setting of the demonstration"),
    gettext_lazy("a setting of the demonstration; the four kinds of waste after GB/T 19095-2019"),
    gettext_lazy("press of 2022: pledges made aloud and kept; a setting of the demonstration"),
    gettext_lazy("press of 2022: a talk before retirement; a setting of the demonstration"),
    gettext_lazy("press of 2022: that month or the next"),
)
