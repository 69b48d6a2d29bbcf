"""What the documents say is so."""

from __future__ import annotations

import re

import pytest

from tools.house import ROOT

pytestmark = pytest.mark.once
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_link_leads_somewhere() -> None:
    broken = [f"{page.name}: {target}" for page in PAGES for target in LINK.findall(page.read_text(encoding="utf-8"))
              if not (page.parent / target).exists()]
    assert len(PAGES) > 10
    assert broken == []


def test_the_table_of_moves_is_the_one_the_code_keeps() -> None:
    from tools.moves import table

    assert read("docs/rules/case-lifecycle.md") == table()


def test_every_setting_and_every_verb_is_told_to_the_operator() -> None:
    from undercity.site.environment import Environment
    from undercity.site.verbs import verbs

    page = read("docs/operator.md")
    wanted = [f"`UNDERCITY_{name.upper()}`" for name in Environment.model_fields]
    wanted += [f"`{verb}" for verb, app in verbs().items() if app.startswith("undercity.")]
    assert [one for one in wanted if one not in page] == []


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    page = read("docs/decisions/0007-dependencies.md").casefold()
    project = tomllib.loads(read("pyproject.toml"))["project"]
    names = [re.split(r"[\[<>=]", one)[0].casefold() for one in project["dependencies"]]
    assert [name for name in names if name not in page] == []
