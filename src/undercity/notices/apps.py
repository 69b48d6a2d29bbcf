from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "undercity.notices"
    verbose_name = "Notices"
