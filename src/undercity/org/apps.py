from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "undercity.org"
    verbose_name = "Organisation"
