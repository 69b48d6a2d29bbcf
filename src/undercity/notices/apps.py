from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "undercity.notices"
    verbose_name = "Notices"

    def ready(self) -> None:
        from undercity.notices import reading

        reading.register()
