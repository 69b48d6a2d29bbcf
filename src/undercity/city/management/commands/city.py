"""`undercity city load`, `undercity city accounts`."""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from undercity import clock
from undercity.city.accounts import accounts
from undercity.city.actions import loading
from undercity.city.actions.agenda_story import tell_duties
from undercity.city.actions.forces_story import install_forces
from undercity.city.actions.instruments import install_instruments
from undercity.city.actions.plans_story import publish_plans
from undercity.city.actions.reach import give_addresses
from undercity.city.actions.readiness_story import tell_readiness
from undercity.city.actions.season_story import tell_season
from undercity.city.actions.story import tell_cases
from undercity.city.actions.warning_story import tell_warnings
from undercity.db import write


class Command(BaseCommand):
    help = "The sample city: load it, or print its accounts."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        load = verbs.add_parser("load", help="load the sample city into an empty database")
        load.add_argument("--cases", type=int, default=5000, help="how many cases to invent (default 5000)")
        load.add_argument("--days", type=int, default=365, help="over how many days they lie (default 365)")
        load.add_argument("--fresh", action="store_true", help="throw away what is there and start again")
        listed = verbs.add_parser("accounts", help="the sample accounts with their passwords")
        listed.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "accounts":
            self.accounts(options["json"])
        else:
            self.load(options["cases"], options["days"], options["fresh"])

    def load(self, cases: int, days: int, fresh: bool) -> None:
        if not settings.DEMO:
            raise CommandError("The sample city belongs on a machine in demonstration mode. Set UNDERCITY_DEMO=true.")
        if cases < 0 or days < 1:
            raise CommandError("--cases must be 0 or more and --days 1 or more.")
        if fresh:
            loading.empty_the_database()
        elif loading.is_loaded():
            raise CommandError("This database holds a city already. Add --fresh to throw it away and start again.")
        started = perf_counter()
        if fresh or not settings.ENV.clock:
            text = loading.clock_text(clock.real_now())
            settings.REMEMBER(clock=text)
            clock.set_offset(clock.parse_offset(text))
        # All of the city or none of it: half a city would be refused as loaded the next time.
        with write():
            loading.load_foundations(self.stdout.write)
            loading.load_underground(self.stdout.write)
            tell_season(until=loading.EVENING, say=self.stdout.write)
            loading.load_people(self.stdout.write)
            self.stdout.write(f"numbers and addresses of officers: {give_addresses(loading.BEGINS)}, all invented")
            self.stdout.write(f"emergency plans: {publish_plans()}, all invented")
            install_forces(self.stdout.write)
            entries = tell_cases(cases, until=loading.EVENING, days=days, say=self.stdout.write)
            entries += tell_duties(until=loading.EVENING, days=days, say=self.stdout.write)
            if apps.is_installed("undercity.works"):
                from undercity.city.actions.underground_story import tell_works

                entries += tell_works(until=loading.EVENING, days=days, say=self.stdout.write)
            entries += tell_warnings(until=loading.EVENING, say=self.stdout.write)
            entries += tell_readiness(until=loading.EVENING, say=self.stdout.write)
            self.stdout.write(f"readings: {install_instruments(loading.EVENING)}, all invented")
        self.stdout.write(f"The sample city is loaded: {cases} cases, {entries} entries, "
                          f"{perf_counter() - started:.1f} s. Its clock stands at {clock.now():%Y-%m-%d %H:%M}.")

    def accounts(self, as_json: bool) -> None:
        rows = accounts()
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        self.stdout.write("Sample accounts 演示账号 (invented people; refused outside demonstration mode)")
        for row in rows:
            key = f"   api_key {row['api_key']}" if row["api_key"] else ""
            self.stdout.write(f"  {row['role']:<20} {row['username']:<14} {row['password']}{key}")
