from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "undercity.cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        from undercity.cases import (
            checks,
            evidence,
            facts,
            fieldwork,
            kinds,
            listening,
            order_facts,
            outside_facts,
            projection,
            voices,
        )
        from undercity.cases.queries import following, map_pins
        from undercity.ledger import messages
        from undercity.notices import letters
        from undercity.places.pins import register

        assert checks
        assert facts.SUBJECT
        assert outside_facts.ToldOutside.verb
        assert order_facts.OrderTaken.verb
        assert voices.SPOKEN
        kinds.register_kinds()
        projection.register_subject()
        evidence.register_dossiers()
        register(map_pins.open_cases)
        fieldwork.register_fieldwork()
        listening.listen()
        letters.register(facts.SUBJECT, following.letter_to)
        messages.name_in_messages(facts.SUBJECT)
