from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "undercity.ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        from undercity.ledger import checks, kinds, messages, standing, task_facts, task_rows
        from undercity.ledger.queries import agenda

        assert checks
        assert standing
        assert task_facts.SUBJECT
        kinds.register(agenda.REFUSAL_KIND)
        kinds.register_source(agenda.duty_kinds, agenda.unknown_kind)
        task_rows.register_subject()
        messages.register()
