from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "undercity.response"
    verbose_name = "Response"

    def ready(self) -> None:
        from undercity import clock
        from undercity.response import facts, listening, order_facts, rows, timelines
        from undercity.response.plans import rows as plan_rows

        assert facts.SUBJECT
        assert order_facts.SUBJECT
        rows.register_subjects()
        plan_rows.register_subject()
        listening.connect()
        clock.keep_timelines(timelines.kept)
