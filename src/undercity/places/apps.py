from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlacesConfig(AppConfig):
    name = "undercity.places"
    verbose_name = "Places"

    def ready(self) -> None:
        from undercity.places import exceptions, news
        from undercity.places.changes import set_up
        from undercity.places.refit import rows as refit_rows
        from undercity.places.seasons import kinds, news as season_news, rows, standing

        kinds.register_kinds()
        rows.register_subject()
        refit_rows.register_subject()
        exceptions.register(standing.openings)
        news.register(season_news.told)
        post_migrate.connect(set_up, sender=self, dispatch_uid="undercity.places.changes")
