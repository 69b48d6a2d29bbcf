from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "undercity.inspections"
    verbose_name = "Inspections"

    def ready(self) -> None:
        from undercity.inspections import fieldwork, kinds, rows

        kinds.register_kinds()
        rows.register_subjects()
        fieldwork.register_fieldwork()
