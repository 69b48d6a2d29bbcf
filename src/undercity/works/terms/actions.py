"""Loading dated settings from files, all of a file or nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from undercity.db import write
from undercity.errors import RuleBroken
from undercity.works.terms.models import Term
from undercity.works.terms.queries import forget
from undercity.works.terms.rules import NEEDED, checked

SHIPPED = tuple(sorted((Path(__file__).resolve().parents[1] / "shipped").glob("*.toml")))


def load_terms(paths: Iterable[Path] = SHIPPED, *, categories: frozenset[str] = frozenset()) -> int:
    """Load every setting of these files, or none; loading again changes what changed. How many there were."""
    rows: dict[tuple[str, str, date], Term] = {}
    for path in paths:
        for kind, content in _read(path, categories):
            key = (kind, content["code"], date.fromisoformat(content["valid_from"]))
            if key in rows:
                raise RuleBroken(f"{path.name}: {kind} “{content['code']}”: " + _("it stands here twice for one day."),
                                 field="code", remedy=_("Give the newer one a later valid_from."))
            rows[key] = Term(kind=kind, code=key[1], valid_from=key[2], content=content)
    with write():
        Term.objects.bulk_create(rows.values(), update_conflicts=True, unique_fields=["kind", "code", "valid_from"],
                                 update_fields=["content"])
    forget()
    return len(rows)


def _read(path: Path, categories: frozenset[str]) -> Iterable[tuple[str, dict[str, str]]]:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleBroken(_("%(file)s cannot be read.") % {"file": path}, field="file",
                         remedy=_("Check the path.")) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleBroken(f"{path.name}: {error}", field="file", remedy=_("It must be TOML in UTF-8.")) from error
    for kind, blocks in said.items():
        if kind not in NEEDED or not isinstance(blocks, list):
            raise RuleBroken(f"{path.name}: " + _("there is no setting “%(kind)s”.") % {"kind": kind}, field="kind",
                             remedy=_("It is one of: %(choices)s.") % {"choices": ", ".join(sorted(NEEDED))})
        for one in blocks:
            yield kind, checked(kind, one, file=path.name, categories=categories)
