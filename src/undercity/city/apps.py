from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "undercity.city"
    verbose_name = "City"
