from django.apps import AppConfig


class ForcesConfig(AppConfig):
    name = "undercity.forces"
    verbose_name = "Forces"

    def ready(self) -> None:
        from undercity.forces import facts, projection

        assert facts.TEAM
        projection.register_subjects()
