"""Brings the catalogue of interface words in step with the code and templates; needs no system gettext.

`make words` adds what is new and drops what is gone; `--check` only says what is missing and exits 1.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "undercity"
CATALOGUE = SOURCE / "site" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
            "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3)}
HEADER = {"Project-Id-Version": "undercity", "Language": "zh_Hans", "MIME-Version": "1.0",
          "Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit",
          "Plural-Forms": "nplurals=1; plural=0;"}
Key = tuple[str, str, str]


def found() -> dict[Key, str]:
    """(context, singular, plural) → the first file that says it."""
    words: dict[Key, str] = {}
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]):
        if "migrations" in path.parts:
            continue
        for _line, message, _comments, context in extract("python", _as_python(path), keywords=KEYWORDS):
            one, many = message if isinstance(message, tuple) else (message, "")
            words.setdefault((context or "", one, many), path.relative_to(SOURCE).as_posix())
    return words


def _as_python(path: Path) -> io.BytesIO:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        from django.utils.translation.template import templatize

        # What is left of the markup keeps its indentation, which means nothing and which Python would refuse.
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    return io.BytesIO(text.encode())


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural


def untranslated(catalogue: polib.POFile, words: dict[Key, str]) -> Iterator[str]:
    """One line a word that has no Chinese, or that nothing says any more."""
    known = {key_of(entry): entry for entry in catalogue}
    for key, file in words.items():
        entry = known.get(key)
        if entry is None or "fuzzy" in entry.flags or not (entry.msgstr or any(entry.msgstr_plural.values())):
            yield f"{file}: {key[1]!r}{f' (context {key[0]})' if key[0] else ''} has no Chinese"
    for key in known.keys() - words.keys():
        yield f"{key[1]!r} is said nowhere any more"


def update(catalogue: polib.POFile, words: dict[Key, str]) -> polib.POFile:
    """The catalogue with exactly these words, in the order of the files, old translations kept."""
    known = {key_of(entry): entry for entry in catalogue}
    fresh = polib.POFile(wrapwidth=0)
    fresh.metadata = HEADER
    for key, file in words.items():
        was = known.get(key)
        entry = polib.POEntry(msgctxt=key[0] or None, msgid=key[1], msgid_plural=key[2], occurrences=[(file, "")])
        if key[2]:
            entry.msgstr_plural = was.msgstr_plural if was else {0: ""}
        else:
            entry.msgstr = was.msgstr if was else ""
        fresh.append(entry)
    return fresh


def main() -> int:
    """Update the catalogue, or check it; 1 when a word has no Chinese."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "undercity.site.settings")
    words = found()
    catalogue = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()
    if "--check" not in sys.argv:
        catalogue = update(catalogue, words)
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(CATALOGUE))
    lacking = list(untranslated(catalogue, words))
    for line in lacking:
        print(line)
    print(f"{len(words)} words, {len(lacking)} to do")
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
