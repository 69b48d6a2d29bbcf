"""The house rules no other tool knows. One line a breach, exit 1; `make check` runs it.

A line that must break a rule says so and why:  # house: <rule> because <reason>
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 500
TEXT = {".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".sh", ".json", ".geojson", ".csv", ".yml", ".yaml",
        ".lock", ".po", ".svg", ".cfg", ".ini", ".xml", ""}
WRITTEN = {".py", ".html", ".css", ".js", ".sh", ".md", ".toml", ""}
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "handler", "handlers", "data",
                "info", "misc"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK|place" r"holder text|lorem ip" r"sum)\b")
# Written in pieces, so that this file is not its own first breach.
HOSTS = re.compile("|".join((
    r"pypi" r"\.org", r"pythonhosted" r"\.org", r"registry\.npm" r"js", r"mirrors?\." r"(?:aliyun|tuna|ustc|cloud|163)",
    r"--(?:extra-)?index" r"-url[ =]\S", r"--find" r"-links[ =]\S", r"/opt/" r"(?:pypi|wheels)")), re.IGNORECASE)
PATHS = re.compile("|".join((
    r"/work/" r"(?:main|shared|\.)", r"\.\./" r"shared/", r"/tmp/" r"brief", r"/root/" r"\.pyenv", r"/home/[a-z]+/")))
EXCUSE = re.compile(r"(?:#|<!--|//)\s*house: (?P<rule>[a-z-]+) because \S+")


def files(root: Path) -> list[Path]:
    """Every file of the repository, committed or about to be."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root,
                            capture_output=True, check=True).stdout.decode()
    return [path for name in sorted(set(listed.split("\0"))) if name and (path := root / name).is_file()]


def names(path: Path, root: Path) -> Iterator[str]:
    """Modules and packages are named after what they know."""
    if path.suffix != ".py":
        return
    for part in path.relative_to(root).with_suffix("").parts:
        if part.lower() in BANNED_NAMES:
            yield f"banned-name: '{part}' says nothing; name it after what it knows"


def length(path: Path, text: str) -> Iterator[str]:
    """A long file knows too much."""
    lines = text.count("\n")
    if path.suffix == ".py" and "migrations" not in path.parts and lines > LONGEST:
        yield f"too-long: {lines} lines, {LONGEST} at most; split it by what it knows"


def words(text: str, unfinished: bool) -> Iterator[tuple[int, str]]:
    """Hosts, machine paths, unfinished work."""
    for number, line in enumerate(text.splitlines(), 1):
        excuse = EXCUSE.search(line)
        excused = excuse["rule"] if excuse else ""
        if excused != "host" and (found := HOSTS.search(line)):
            yield number, f"host: '{found[0]}' ties the project to one package index"
        if excused != "path" and (found := PATHS.search(line)):
            yield number, f"path: '{found[0]}' exists on one machine only"
        if unfinished and excused != "unfinished" and (found := UNFINISHED.search(line)):
            yield number, f"unfinished: '{found[0]}'"


def code(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Empty modules, class names that say nothing, skipped tests without a reason."""
    tree = ast.parse(text, filename=str(path))
    if not tree.body and path.name != "__init__.py":
        yield 1, "empty: a file comes when it has content"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.lower() in BANNED_NAMES:
            yield node.lineno, f"banned-name: class {node.name} says nothing"
        yield from ((node.lineno, found) for found in _mark(node) if isinstance(node, ast.expr))


def _mark(node: ast.AST) -> Iterator[str]:
    call = node if isinstance(node, ast.Call) else None
    marked = ast.unparse(call.func if call else node) if isinstance(node, ast.Call | ast.Attribute) else ""
    if marked not in {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}:
        return
    # The bare attribute inside a call is judged with its call; reasons are only given in calls.
    if call and not any(word.arg == "reason" for word in call.keywords) and not (
            marked == "pytest.mark.skip" and call.args):
        yield f"no-reason: {marked} needs reason="


def bare_marks(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Decorators written without brackets give no reason at all."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for one in node.decorator_list:
                if ast.unparse(one) in {"pytest.mark.skip", "pytest.mark.xfail"}:
                    yield one.lineno, f"no-reason: {ast.unparse(one)} needs reason="


def breaches(root: Path) -> Iterator[str]:
    """Every breach as one line: path:line: rule: what is wrong."""
    for path in files(root):
        where = path.relative_to(root)
        yield from (f"{where}: {found}" for found in names(path, root))
        if path.suffix not in TEXT:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        yield from (f"{where}: {found}" for found in length(path, text))
        unfinished = path.suffix in WRITTEN and path.name != "LICENSE"
        yield from (f"{where}:{number}: {found}" for number, found in words(text, unfinished))
        if path.suffix == ".py":
            yield from (f"{where}:{number}: {found}" for number, found in code(path, text))
            yield from (f"{where}:{number}: {found}" for number, found in bare_marks(ast.parse(text)))


def main() -> int:
    """Print the breaches; 1 if there are any."""
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    found = list(breaches(root))
    for line in found:
        print(line)
    print(f"house rules: {len(found)} broken" if found else "house rules: kept")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
