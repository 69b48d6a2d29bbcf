"""What the shipped settings say of their source, so that the catalogue of words knows it.

Settings of a deployment say their source in their own words, which are shown as they are.
"""

from django.utils.translation import gettext_lazy

SHIPPED = (
    gettext_lazy("rules of peacetime use as read second hand: within 5 working days of the lease"),
    gettext_lazy("rules of upkeep of civil-air-defence works as read second hand"),
)
