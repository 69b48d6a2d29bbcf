"""`undercity readings bridge`, `readings terms`, `readings device …`."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from undercity import clock
from undercity.org.queries import directory
from undercity.places.models import Place
from undercity.readings.actions.devices import quantities_of, register_device
from undercity.readings.actions.terms import OURS, load_terms
from undercity.readings.bridge import Bridge, Broker
from undercity.readings.models import Device, QuantityTerms
from undercity.readings.states import BY_CODE, Quantity


class Command(BaseCommand):
    help = "Readings: the MQTT bridge, what holds for each quantity, devices with their tokens."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        verbs.add_parser("bridge", help="take readings from the broker of UNDERCITY_MQTT until stopped")
        terms = verbs.add_parser("terms", help="list what holds for each quantity, or load it from a file")
        terms.add_argument("file", nargs="?", type=Path, help="a TOML file; all of it or nothing")
        terms.add_argument("--shipped", action="store_true", help="load what is shipped")
        device = verbs.add_parser("device", help="register a device and print its token once")
        device.add_argument("key", help="its name: small letters, digits, hyphens")
        device.add_argument("place", help="the key of its place")
        device.add_argument("--keeper", required=True, help="the key of the body that runs it")
        device.add_argument("--quantity", action="append", default=[], help=f"one of {', '.join(sorted(BY_CODE))}")
        device.add_argument("--label", default="", help="what people call it")
        device.add_argument("--full", type=int, help="how many people the place may hold, for occupancy")
        device.add_argument("--json", action="store_true", help="print as JSON")
        devices = verbs.add_parser("devices", help="the devices there are")
        devices.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        {"bridge": self.bridge, "terms": self.terms, "device": self.device, "devices": self.devices}[what](options)

    def bridge(self, options: dict[str, Any]) -> None:
        if not settings.MQTT:
            raise CommandError("No broker is set. Set UNDERCITY_MQTT=mqtt://user:password@host:1883 (or mqtts://).")
        broker, stop = Broker(**settings.MQTT), threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stop.set())
        try:
            Bridge(broker, stop).run()
        except OSError as error:
            raise CommandError(f"The broker at {broker.host}:{broker.port} does not answer: {error}."
                               ) from error

    def terms(self, options: dict[str, Any]) -> None:
        if options["file"] or options["shipped"]:
            self.stdout.write(f"{load_terms(options['file'] or OURS)} terms loaded")
            return
        for row in QuantityTerms.objects.order_by("quantity", "valid_from"):
            low, high = ("–" if limit is None else limit for limit in (row.warn_low, row.warn_high))
            self.stdout.write(f"  {Quantity(row.quantity).code:<16} from {row.valid_from}  {row.least:g} … {row.most:g}"
                              f"  warning outside {low} … {high}  stale after {row.stale_minutes} min  {row.source}")

    def device(self, options: dict[str, Any]) -> None:
        place = Place.objects.filter(key=options["place"]).first()
        if place is None:
            raise CommandError(f"There is no place '{options['place']}'.")
        keeper = directory().by_key.get(options["keeper"])
        if keeper is None:
            raise CommandError(f"There is no body '{options['keeper']}'.")
        device, token = register_device(by=None, at=clock.now(), key=options["key"], place=place, keeper=keeper,
                                        quantities=quantities_of(options["quantity"]), label=options["label"],
                                        full=options["full"])
        if options["json"]:
            self.stdout.write(json.dumps({"device": device.key, "token": token}))
        else:
            self.stdout.write(f"{device.key} is registered. Its token, shown this once: {token}")

    def devices(self, options: dict[str, Any]) -> None:
        found = Device.objects.select_related("place").prefetch_related("series").order_by("key")
        rows: list[dict[str, Any]] = [{
            "device": device.key, "place": device.place.key, "kind": device.kind, "on": device.stopped_at is None,
            "quantities": [Quantity(one.quantity).code for one in device.series.all()]} for device in found]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            self.stdout.write(f"  {row['device']:<32} {row['place']:<28} {', '.join(row['quantities'])}"
                              f"{'' if row['on'] else '  (off)'}")
