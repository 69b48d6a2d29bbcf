from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "undercity.field"
    verbose_name = "Field"

    def ready(self) -> None:
        from undercity.field import duties

        duties.register_duties()
