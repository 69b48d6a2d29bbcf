from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "undercity.alerts"
    verbose_name = "Alerts"
