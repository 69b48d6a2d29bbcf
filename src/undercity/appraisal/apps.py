from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    name = "undercity.appraisal"
    verbose_name = "Appraisal"
