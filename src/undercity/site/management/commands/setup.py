"""`undercity setup`: bring the state folder, words, database and static files up to date. Safe to run again."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from undercity import clock
from undercity.cases.actions.scheme import load_schemes
from undercity.cases.queries.scheme import scheme
from undercity.ledger.actions.agenda import load_templates
from undercity.org.actions import seed_workdays
from undercity.org.models import Workday
from undercity.readings.actions.terms import load_terms
from undercity.site.words import compile_words


class Command(BaseCommand):
    help = "Prepare or update this deployment: secret, words, database, static files."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        settings.VAR.mkdir(parents=True, exist_ok=True)
        self.stdout.write(f"words: {compile_words()} compiled")
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write("category scheme: " + ", ".join(f"{count} {what}" for what, count in load_schemes().items()))
        self.stdout.write(f"duty templates: {load_templates()}")
        self.stdout.write(f"terms of readings: {load_terms()}")
        if apps.is_installed("undercity.works"):
            from undercity.works.terms.actions import load_terms as load_permit_terms

            terms = load_permit_terms(categories=frozenset(scheme().categories))
            self.stdout.write(f"terms of permits and checks: {terms}")
        call_command("collectstatic", verbosity=0, interactive=False)
        if not Workday.objects.exists():
            year = clock.now().year
            self.stdout.write(f"working calendar: {seed_workdays([year - 1, year, year + 1])} days")
        self.stdout.write(f"ready in {settings.VAR}")
