from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "undercity.response"
    verbose_name = "Response"
