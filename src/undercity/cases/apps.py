from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "undercity.cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        from undercity.cases import evidence, facts, kinds, order_facts, projection
        from undercity.cases.queries import map_pins
        from undercity.places.pins import register

        assert facts.SUBJECT
        assert order_facts.OrderTaken.verb
        kinds.register_kinds()
        projection.register_subject()
        evidence.register_dossiers()
        register(map_pins.open_cases)
