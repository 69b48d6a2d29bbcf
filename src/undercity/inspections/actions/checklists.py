"""Loading topics and checklists from files, all of them or nothing; and who keeps which place."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from undercity.cases.queries.scheme import scheme
from undercity.db import write
from undercity.errors import RuleBroken, TooLarge
from undercity.inspections.checklist_rules import CHECKLIST, NEEDED, TOPIC, checked
from undercity.inspections.models import Keeping, Sheet
from undercity.inspections.queries.checklists import forget
from undercity.inspections.rules import may_change
from undercity.org.models import Post
from undercity.org.powers import Actor, require
from undercity.org.queries import directory
from undercity.places.models import Place

SHIPPED = tuple(sorted((Path(__file__).resolve().parents[1] / "shipped").glob("*.toml")))
FILE_MAX = 512 * 1024


def load_files(paths: Iterable[Path] = SHIPPED) -> int:
    """Load every topic and checklist of these files, or none; again changes what changed. How many there were."""
    return _store([_read(path.name, _bytes(path)) for path in paths])


def check_files(paths: Iterable[Path]) -> int:
    """Read files and store nothing; how many blocks they hold."""
    return len(_rows([_read(path.name, _bytes(path)) for path in paths]))


def upload(name: str, content: bytes, *, by: Actor) -> int:
    """The same for a file an administrator sends."""
    require(may_change(by))
    return _store([_read(name, content)])


def judge(name: str, content: bytes, *, by: Actor) -> list[tuple[str, str, str, int]]:
    """Read a file and store nothing: what it holds, as (kind, code, valid from, items); RuleBroken at a fault."""
    require(may_change(by))
    return [(row.kind, row.code, str(row.valid_from), len(row.content.get("item", ())))
            for row in _rows([_read(name, content)])]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RuleBroken(_("%(file)s cannot be read.") % {"file": path}, field="file",
                         remedy=_("Check the path.")) from error


def _read(name: str, content: bytes) -> tuple[str, dict[str, Any]]:
    if len(content) > FILE_MAX:
        raise TooLarge(_("The file is larger than %(kb)d kB.") % {"kb": FILE_MAX // 1024}, field="file",
                       remedy=_("Split it: each checklist may be a file of its own."))
    try:
        said = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RuleBroken(f"{name}: {error}", field="file", remedy=_("It must be TOML in UTF-8.")) from error
    for kind, blocks in said.items():
        if kind not in NEEDED or not isinstance(blocks, list):
            raise RuleBroken(f"{name}: " + _("there is no setting “%(kind)s”.") % {"kind": kind}, field="kind",
                             remedy=_("It is one of: %(choices)s.") % {"choices": ", ".join(sorted(NEEDED))})
    return name, said


def _rows(files: list[tuple[str, dict[str, Any]]]) -> list[Sheet]:
    categories = frozenset(scheme().categories)
    topics = set(Sheet.objects.filter(kind=TOPIC).values_list("code", flat=True))
    found: dict[tuple[str, str, date], Sheet] = {}
    for kind in (TOPIC, CHECKLIST):
        for name, said in files:
            for one in said.get(kind, ()):
                content = checked(kind, one, file=name, categories=categories, topics=topics)
                key = (kind, content["code"], date.fromisoformat(content["valid_from"]))
                if key in found:
                    raise RuleBroken(f"{name}: {kind} “{key[1]}”: " + _("it stands here twice for one day."),
                                     field="code", remedy=_("Give the newer one a later valid_from."))
                found[key] = Sheet(kind=kind, code=key[1], valid_from=key[2], content=content)
                if kind == TOPIC:
                    topics.add(key[1])
    return list(found.values())


def _store(files: list[tuple[str, dict[str, Any]]]) -> int:
    with write():
        rows = _rows(files)
        Sheet.objects.bulk_create(rows, update_conflicts=True, unique_fields=["kind", "code", "valid_from"],
                                  update_fields=["content"])
    forget()
    return len(rows)


def load_keepers(name: str, content: bytes) -> int:
    """Who keeps which place, from a CSV file with the columns place, body, post (may be empty), source; all or nothing.

    Keys as the places, bodies and posts have them. A place named again gets its new keeper.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RuleBroken(f"{name}: {error}", field="file", remedy=_("It must be CSV in UTF-8.")) from error
    keep(list(_keepers(name, rows)))
    return len(rows)


def keep(rows: Iterable[Keeping]) -> None:
    """Store who keeps which place."""
    with write():
        Keeping.objects.bulk_create(rows, update_conflicts=True, unique_fields=["place"],
                                    update_fields=["body", "post", "source"])


def _keepers(name: str, rows: list[dict[str, str]]) -> Iterator[Keeping]:
    places = dict(Place.objects.values_list("key", "pk"))
    posts = {key: (pk, body) for key, pk, body in Post.objects.values_list("key", "pk", "body_id")}
    bodies = directory().by_key
    for line, row in enumerate(rows, 2):
        for column, known in (("place", places), ("body", bodies), ("post", posts)):
            said = (row.get(column) or "").strip()
            if (said or column != "post") and said not in known:
                raise RuleBroken(f"{name}, {line}: " + _("there is no “%(key)s”.") % {"key": said[:60]}, field=column,
                                 remedy=_("Columns: place, body, post, source; keys as they stand in the city."))
        post = posts.get((row.get("post") or "").strip())
        body = bodies[row["body"].strip()]
        if post and post[1] != body:
            raise RuleBroken(f"{name}, {line}: " + _("this post sits in another body."), field="post",
                             remedy=_("Name a post of the body that keeps the place, or none."))
        yield Keeping(place_id=places[row["place"].strip()], body_id=body, post_id=post[0] if post else None,
                      source=(row.get("source") or "").strip()[:200] or name[:200])
