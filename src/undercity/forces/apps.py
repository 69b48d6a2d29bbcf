from django.apps import AppConfig


class ForcesConfig(AppConfig):
    name = "undercity.forces"
    verbose_name = "Forces"
