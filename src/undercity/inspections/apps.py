from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "undercity.inspections"
    verbose_name = "Inspections"
