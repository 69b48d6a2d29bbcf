from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlacesConfig(AppConfig):
    name = "undercity.places"
    verbose_name = "Places"

    def ready(self) -> None:
        from undercity.places.changes import set_up

        post_migrate.connect(set_up, sender=self, dispatch_uid="undercity.places.changes")
