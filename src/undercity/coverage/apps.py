from django.apps import AppConfig


class CoverageConfig(AppConfig):
    name = "undercity.coverage"
    verbose_name = "Coverage"

    def ready(self) -> None:
        from undercity.coverage import facts, projection

        assert facts.PEOPLE
        projection.register_subjects()
