from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "undercity.places"
    verbose_name = "Places"

    def ready(self) -> None:
        from undercity.places.refit import rows as refit_rows
        from undercity.places.seasons import kinds, rows

        kinds.register_kinds()
        rows.register_subject()
        refit_rows.register_subject()
