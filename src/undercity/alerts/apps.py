"""Warnings that arrive and our own messages to the public 预警信息: CAP 1.2, gauges, dated thresholds."""
from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "undercity.alerts"
    verbose_name = "Alerts"

    def ready(self) -> None:
        from undercity.alerts import facts, projection

        assert facts.WARNING
        projection.register_subjects()
