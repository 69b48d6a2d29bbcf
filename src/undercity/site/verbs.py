"""Which verbs there are, and how a wrong one is answered."""

from __future__ import annotations

import difflib
import sys

import django
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandError

from undercity.errors import Refused

# Django's own verbs that an operator needs; the rest of Django's stay out of sight.
BORROWED = {"migrate", "check", "shell", "makemigrations", "dbshell", "collectstatic", "changepassword"}


def verbs() -> dict[str, str]:
    """Verb → the app that has it: every room's own, and the few of Django's an operator needs."""
    return {name: app for name, app in sorted(get_commands().items())
            if str(app).startswith("undercity.") or name in BORROWED}


def run(arguments: list[str]) -> int:
    """Run one verb with its words; the exit code."""
    django.setup()
    known = verbs()
    if not arguments or arguments[0] in {"help", "--help", "-h"}:
        print("undercity <verb> [words]   (undercity <verb> --help tells more)\n")
        for name, app in known.items():
            if app.startswith("undercity."):
                print(f"  {name:<10} {load_command_class(app, name).help}")
        return 0 if arguments else 2
    verb = arguments[0]
    if verb not in known:
        near = difflib.get_close_matches(verb, known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else " `undercity help` lists them."
        print(f"undercity: there is no verb '{verb}'.{hint}", file=sys.stderr)
        return 2
    return _run(load_command_class(known[verb], verb), arguments)


def _run(command: BaseCommand, arguments: list[str]) -> int:
    parser = command.create_parser("undercity", arguments[0])
    try:
        options = vars(parser.parse_args(arguments[1:]))
    except CommandError as error:
        print(f"undercity {arguments[0]}: {str(error).removeprefix('Error: ')}", file=sys.stderr)
        return 2
    words = options.pop("args", ())
    try:
        command.execute(*words, **options)
    except (CommandError, Refused) as error:
        print(f"undercity {arguments[0]}: {error}", file=sys.stderr)
        return getattr(error, "returncode", 1)
    except KeyboardInterrupt:
        return 130
    return 0
