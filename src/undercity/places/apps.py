from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "undercity.places"
    verbose_name = "Places"
