from django.apps import AppConfig


class ReadingsConfig(AppConfig):
    name = "undercity.readings"
    verbose_name = "Readings"

    def ready(self) -> None:
        from undercity.places import now
        from undercity.readings.queries.now import now_at

        now.register(now_at)
