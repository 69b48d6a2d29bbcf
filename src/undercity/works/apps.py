from django.apps import AppConfig


class WorksConfig(AppConfig):
    name = "undercity.works"
    verbose_name = "Works"

    def ready(self) -> None:
        from undercity.register import parts
        from undercity.works import profile

        parts.register(profile.PART)
