from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "undercity.city"
    verbose_name = "City"

    def ready(self) -> None:
        from undercity.city import facts

        facts.register()
