from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "undercity.register"
    verbose_name = "Register"

    def ready(self) -> None:
        from undercity.register import facts, parts, public_profile, rows

        assert facts.PROFILE
        parts.register(public_profile.PART)
        rows.register_subjects()
