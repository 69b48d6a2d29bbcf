from django.apps import AppConfig


class WorksConfig(AppConfig):
    name = "undercity.works"
    verbose_name = "Works"

    def ready(self) -> None:
        from undercity.register import parts
        from undercity.works import profile
        from undercity.works.documents import facts as of_documents, rows as document_rows
        from undercity.works.permits import facts as of_permits, kinds as permit_kinds, rows as permit_rows
        from undercity.works.upkeep import facts as of_checks, fieldwork, kinds as check_kinds, rows as check_rows

        assert of_documents.SUBJECT
        assert of_permits.SUBJECT
        assert of_checks.SUBJECT
        parts.register(profile.PART)
        permit_kinds.register_kinds()
        check_kinds.register_kinds()
        for rows in (permit_rows, check_rows, document_rows):
            rows.register_subject()
        fieldwork.register_fieldwork()
