from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "undercity.ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        from undercity.ledger import checks, standing

        assert checks
        assert standing
