"""`undercity open311 key|jurisdiction|peer|handover …`: who may come in by the machine door, and where we go out."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count

from undercity import clock
from undercity.cases.actions import handing_over
from undercity.cases.models import Handover, Jurisdiction, Peer
from undercity.cases.states import HandoverState
from undercity.org.actions import issue_key, limit_key, revoke_key
from undercity.org.models import ApiKey, Post


class Command(BaseCommand):
    help = "The Open311 door: API keys, jurisdictions, and departments' own servers."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        things = parser.add_subparsers(dest="thing", required=True)
        self._key(things.add_parser("key", help="API keys of other systems"))
        self._jurisdiction(things.add_parser("jurisdiction", help="names under which other systems know our bodies"))
        self._peer(things.add_parser("peer", help="departments' own Open311 servers"))
        self._handover(things.add_parser("handover", help="cases on their way to departments' own servers"))

    def _key(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        make = verbs.add_parser("make", help="make a key for a post and print it, once")
        make.add_argument("post", help="the post's key, for example open311-1")
        make.add_argument("--label", required=True, help="whose system it is")
        self._quotas(make)
        verbs.add_parser("list", help="the keys, without themselves")
        limit = verbs.add_parser("limit", help="set quotas and end of a key; what is not given goes back to the terms")
        limit.add_argument("number", type=int)
        self._quotas(limit)
        verbs.add_parser("revoke", help="switch a key off for good").add_argument("number", type=int)

    def _quotas(self, parser: CommandParser) -> None:
        parser.add_argument("--per-minute", type=_count, help="requests a minute; 0: no limit")
        parser.add_argument("--per-day", type=_count, help="requests a day; 0: no limit")
        parser.add_argument("--until", type=date.fromisoformat, help="the first day it no longer holds")

    def _jurisdiction(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        one = verbs.add_parser("set", help="give a body a name other systems know it by")
        one.add_argument("code", help="usually the address of the city's site, without www")
        one.add_argument("body", help="the body's key, for example jinan")
        one.add_argument("--from", dest="since", type=date.fromisoformat, help="the first day; today if not given")
        one.add_argument("--until", type=date.fromisoformat, help="the first day it no longer holds")
        verbs.add_parser("list", help="the names there are")

    def _peer(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        one = verbs.add_parser("set", help="say where a department's own server is")
        one.add_argument("department", help="the department's key, for example sz-lighting")
        one.add_argument("endpoint", help="for example https://open311.example.org/open311/v2")
        one.add_argument("--jurisdiction", default="", help="their jurisdiction_id")
        one.add_argument("--key", default="", help="their API key; better in UNDERCITY_OPEN311_KEYS")
        one.add_argument("--service", action="append", default=[], metavar="OURS=THEIRS",
                         help="their code for our service code or the beginning of one; without any ours is sent")
        verbs.add_parser("list", help="the servers and how they are")
        verbs.add_parser("stop", help="post nothing more there").add_argument("department")

    def _handover(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        listed = verbs.add_parser("list", help="how many stand where, and what was given up and why")
        listed.add_argument("--limit", type=int, default=50)
        again = verbs.add_parser("again", help="try once more what was given up")
        again.add_argument("department", nargs="?", default="")
        verbs.add_parser("now", help="one round at once")

    def handle(self, *args: Any, thing: str, what: str, **options: Any) -> None:
        getattr(self, f"{thing}_{what}")(options)

    def key_make(self, options: dict[str, Any]) -> None:
        post = Post.objects.filter(key=options["post"]).first()
        if post is None:
            raise CommandError(f"There is no post '{options['post']}'. A system speaks as a post: set one up first.")
        key = issue_key(post, label=options["label"][:80], expires_at=_midnight(options["until"]),
                        per_minute=options["per_minute"], per_day=options["per_day"])
        self.stdout.write(f"{key}\nWrite it down: it is shown once and kept nowhere.")

    def key_list(self, options: dict[str, Any]) -> None:
        for row in ApiKey.objects.select_related("post").order_by("pk"):
            state = "sample" if row.is_sample else "on" if row.is_active else "revoked"
            until = f" until {row.expires_at.astimezone(clock.ZONE):%Y-%m-%d}" if row.expires_at else ""
            self.stdout.write(f"{row.pk:>5}  {state:<8} {row.post.key:<20} {_quota(row.per_minute)}/min "
                              f"{_quota(row.per_day)}/day{until}  {row.label}")

    def key_limit(self, options: dict[str, Any]) -> None:
        row = limit_key(options["number"], per_minute=options["per_minute"], per_day=options["per_day"],
                        expires_at=_midnight(options["until"]))
        self.stdout.write(f"{row.label}: {_quota(row.per_minute)}/min {_quota(row.per_day)}/day")

    def key_revoke(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"revoked: {revoke_key(options['number']).label}")

    def jurisdiction_set(self, options: dict[str, Any]) -> None:
        begins = _midnight(options["since"]) or clock.now()
        row = handing_over.set_jurisdiction(options["code"], options["body"], begins=begins,
                                            ends=_midnight(options["until"]))
        self.stdout.write(f"{row.code} means {options['body']} from {row.valid_from} on")

    def jurisdiction_list(self, options: dict[str, Any]) -> None:
        for row in Jurisdiction.objects.select_related("body").order_by("code", "valid_from"):
            self.stdout.write(f"{row.code:<30} {row.body.key:<20} {row.valid_from} – {row.valid_to or ''}")

    def peer_set(self, options: dict[str, Any]) -> None:
        pairs = [one.partition("=") for one in options["service"]]
        if any(not sign or not theirs for _ours, sign, theirs in pairs):
            raise CommandError("--service is written OURS=THEIRS, for example gbt47678-component-01=lamps.")
        peer = handing_over.set_peer(
            options["department"], options["endpoint"], at=clock.now(), jurisdiction=options["jurisdiction"],
            key=options["key"], services={ours: theirs for ours, _sign, theirs in pairs})
        self.stdout.write(f"{options['department']}: cases dispatched from now on go to {peer.endpoint}")

    def peer_list(self, options: dict[str, Any]) -> None:
        for row in Peer.objects.select_related("department").order_by("pk"):
            said = f"  {row.failures} vain: {row.last_error}" if row.failures else ""
            state = "on" if row.is_active else "stopped"
            self.stdout.write(f"{row.department.key:<20} {state:<8} {row.endpoint}{said}")

    def peer_stop(self, options: dict[str, Any]) -> None:
        handing_over.stop_peer(options["department"])
        self.stdout.write(f"stopped: {options['department']}")

    def handover_list(self, options: dict[str, Any]) -> None:
        for state, count in Handover.objects.values_list("state").annotate(Count("pk")).order_by("state"):
            self.stdout.write(f"{state:<8} {count}")
        failed = Handover.objects.filter(state=HandoverState.FAILED).select_related("case", "peer__department")
        for row in failed.order_by("-pk")[:options["limit"]]:
            self.stdout.write(f"{row.case.number}  {row.peer.department.key:<20} {row.last_error}")

    def handover_again(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"{handing_over.try_again(options['department'])} are tried again")

    def handover_now(self, options: dict[str, Any]) -> None:
        came = handing_over.one_round(limit=1000)
        self.stdout.write(f"{came.sent} handed over, {came.told} told, {came.failed} servers failed")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ArgumentTypeError("write a whole number, 0 for no limit")
    return int(text)


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, clock.ZONE) if day else None


def _quota(value: int | None) -> str:
    return "terms" if value is None else "no limit" if value == 0 else str(value)
