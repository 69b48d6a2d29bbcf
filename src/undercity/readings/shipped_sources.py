"""What the shipped terms say of their source, so that the catalogue of words knows it."""

from django.utils.translation import gettext_lazy

SHIPPED = (gettext_lazy("setting of the demonstration; no standard read for it"),)
