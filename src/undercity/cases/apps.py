from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "undercity.cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        from undercity.cases import evidence, facts, kinds, projection

        assert facts.SUBJECT
        kinds.register_kinds()
        projection.register_subject()
        evidence.register_dossiers()
