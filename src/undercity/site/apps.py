from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "undercity.site"
    label = "site"
    verbose_name = "Site"

    def ready(self) -> None:
        from undercity.site import checks

        assert checks
