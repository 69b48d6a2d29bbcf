from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "undercity.cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        from undercity.cases import evidence, facts, kinds, projection, voices
        from undercity.cases.queries import following, map_pins
        from undercity.notices import letters
        from undercity.places.pins import register

        assert facts.SUBJECT
        assert voices.SPOKEN
        kinds.register_kinds()
        projection.register_subject()
        evidence.register_dossiers()
        register(map_pins.open_cases)
        letters.register(facts.SUBJECT, following.letter_to)
