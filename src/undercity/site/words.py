"""Interface words: `.po` files compiled to `.mo` without the system's gettext."""

from __future__ import annotations

import os

import polib
from django.conf import settings


def compile_words() -> int:
    """Compile every catalogue older than its source; how many were."""
    done = 0
    for folder in settings.LOCALE_PATHS:
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                # Two set-ups may run at once: nobody may read half a catalogue.
                fresh = target.with_name(f"{target.name}.{os.getpid()}")
                polib.pofile(str(source)).save_as_mofile(str(fresh))
                fresh.replace(target)
                done += 1
    return done
