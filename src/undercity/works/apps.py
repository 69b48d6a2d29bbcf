from django.apps import AppConfig


class WorksConfig(AppConfig):
    name = "undercity.works"
    verbose_name = "Works"
