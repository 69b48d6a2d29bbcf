"""The one command line: `undercity <verb>`. Exit 0 done, 1 failed, 2 used wrongly, with one line on stderr."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a verb. `setup` prepares the state folder first, since nothing else can start without it."""
    arguments = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "undercity.site.settings")
    if arguments[:1] == ["setup"]:
        from undercity.site.setting_up import prepare_state_folder

        prepare_state_folder()
    from undercity.site.verbs import run

    sys.exit(run(arguments))
