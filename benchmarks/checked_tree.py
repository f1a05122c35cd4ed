"""What a patched tree still says of the old tool, and which paths that are gone it still names.

Reads every text file as text; nothing of the scanner is used. Part of ``check_patches.py``.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

VERBS = (
    "install|run|shell|add|lock|export|build|publish|update|show|check|config|env|version|remove|self|sync|init|new|graph|"
    "uninstall|verify|requirements|clean|scripts|use|fix|import|list|plugin|cache|fmt|lint|test|pin|fetch|tools|toolchain"
)
COMMANDS = {
    "poetry": rf"(?<![\w./-])poetry(?:\s+-[\w=-]+)*\s+(?:{VERBS})\b",
    "pipenv": rf"(?<![\w./-])pipenv(?:\s+-[\w=-]+)*\s+(?:{VERBS})\b",
    "pdm": rf"(?<![\w./-])pdm(?:\s+-[\w=-]+)*\s+(?:{VERBS})\b",
    "rye": rf"(?<![\w./-])rye(?:\s+-[\w=-]+)*\s+(?:{VERBS})\b",
    "pip-tools": r"(?<![\w./-])(?:pip-compile|pip-sync|piptools\s+(?:compile|sync))(?![\w.])",
}
SETS_UP = {
    "poetry": (
        r"pip[\w.]*\s+install\b[^\n]*\bpoetry\b|install-poetry|install\.python-poetry|setup-poetry|actions-poetry"
        r"|POETRY_[A-Z]|cache:\s*['\"]?poetry"
    ),
    "pipenv": r"pip[\w.]*\s+install\b[^\n]*\bpipenv\b|setup-pipenv|PIPENV_[A-Z]|cache:\s*['\"]?pipenv",
    "pdm": r"pip[\w.]*\s+install\b[^\n]*\bpdm\b|setup-pdm|pdm-project\.org/install|PDM_[A-Z]",
    "rye": r"rye\.astral\.sh|setup-rye|RYE_[A-Z]|rye-up\.com",
    "pip-tools": r"pip[\w.]*\s+install\b[^\n]*\bpip-tools\b|jazzband/pip-tools",
}
TABLES = re.compile(r"(?<![\w\[])tool[\"'\].\[()get,{} ]{1,16}(poetry|rye)\b")
HISTORY = re.compile(r"(?i)(^|/)(change(log|s)|history|news|releases?|authors|license)[^/]*$")
LOCKS = {
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    "pdm.lock",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "conda-lock.yml",
}
IGNORES = re.compile(r"(^|/)\.[a-z]*ignore$")
LIMIT = 1_000_000
LONG = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A line that still speaks of what is gone. ``what``: ``command``, ``setup``, ``table``, ``path`` or ``group``."""

    what: str
    word: str
    path: str
    line: int
    text: str


def files_of(tree: Path) -> Iterator[tuple[str, list[str]]]:
    """Paths and lines of the tree's text files; locks, histories and notebooks' outputs are left out."""
    for file in sorted(tree.rglob("*")):
        path = file.relative_to(tree).as_posix()
        if path.startswith(".git/") or file.is_symlink() or not file.is_file():
            continue
        if file.name in LOCKS or HISTORY.search(path) or file.stat().st_size > LIMIT:
            continue
        data = file.read_bytes()
        if b"\0" not in data[:8000]:
            yield path, data.decode("utf-8", "replace").splitlines()


def leftovers(tree: Path, tools: Iterable[str], gone: Iterable[str]) -> Iterator[Left]:
    """Commands of ``tools`` that remain, what sets them up, and mentions of the paths that are ``gone``."""
    patterns = [("command", re.compile(COMMANDS[tool])) for tool in tools if tool in COMMANDS]
    patterns += [("setup", re.compile(SETS_UP[tool])) for tool in tools if tool in SETS_UP]
    patterns.append(("table", TABLES))
    removed = list(gone)
    names = {posixpath.basename(path) for path in removed}
    mention = re.compile(
        r"(?<![\w.-])((?:[\w.@${}*-]+/|\./|\.\./)*)(" + "|".join(map(re.escape, sorted(names))) + r")(?![\w-]|\.\w)"
    )
    for path, lines in files_of(tree):
        for number, line in enumerate(lines, 1):
            for what, pattern in patterns:
                if found := pattern.search(line[:LONG]):
                    yield Left(what=what, word=found[0].strip()[:60], path=path, line=number, text=line.strip()[:200])
            if names and len(line) < LONG and not IGNORES.search(path):
                targets = [missing(tree, path, found[1] + found[2], removed) for found in mention.finditer(line)]
                targets += [*emptied(tree, line, removed), *folders_gone(tree, line, removed)]
                for target in sorted({target for target in targets if target}):
                    yield Left(what="path", word=target, path=path, line=number, text=line.strip()[:200])


def missing(tree: Path, path: str, words: str, removed: list[str]) -> str | None:
    """The removed path that ``words`` in the file ``path`` can mean, if no file that is there fits as well."""
    plain = re.sub(r"^(\./)+", "", words)
    while plain.startswith("../"):
        plain = plain[3:]
    tail = plain.rpartition("}")[2].lstrip("/")
    folder = posixpath.dirname(path)
    while True:
        if (tree / folder / plain).is_file():
            return None
        if not folder:
            break
        folder = posixpath.dirname(folder)
    fits = [gone for gone in removed if gone == tail or gone.endswith("/" + tail) or tail.endswith("/" + gone)]
    return fits[0] if fits else None


def emptied(tree: Path, line: str, removed: list[str]) -> Iterator[str]:
    """Removed paths that a pattern of the line (``requirements*.txt``) meant, where it means nothing any more."""
    for word in () if "*" not in line else re.findall(r"(?<![\w*])[\w./-]*[\w/-]\*[\w.*/-]*", line):
        plain = re.sub(r"^(\.{0,2}/)+", "", word)
        name = plain.rpartition("/")[2]
        hits = [path for path in removed if fnmatch(path, plain) or fnmatch(posixpath.basename(path), plain)]
        if (
            hits
            and len(name.strip("*")) > 3
            and not any(fnmatch(file.name, name) for file in tree.rglob("*") if file.is_file())
        ):
            yield hits[0]


def folders_gone(tree: Path, line: str, removed: list[str]) -> Iterator[str]:
    """Folders that a line copies or names with a slash, of which nothing is left."""
    gone = {posixpath.dirname(path) for path in removed} - {""}
    for folder in gone:
        if posixpath.basename(folder) not in line or (tree / folder).exists():
            continue
        words = rf"(?<![\w.-])(?:\.?/)?(?:[\w.-]+/)*{re.escape(posixpath.basename(folder))}"
        ends = r"/?(?=[\s\"'\],)]|$)" if re.match(r"\s*(COPY|ADD)\b", line) else r"/(?=[\s\"'\],):]|$)"
        if re.search(words + ends, line):
            yield folder


def unknown_groups(tree: Path, changed: Iterable[str]) -> Iterator[Left]:
    """Groups and extras that commands of uv in changed files name, and that no manifest has."""
    groups: set[str] = set()
    extras: set[str] = set()
    for file in tree.rglob("pyproject.toml"):
        try:
            data = tomllib.loads(file.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            continue
        groups.update(re.sub(r"[-_.]+", "-", name).lower() for name in data.get("dependency-groups", {}))
        extras.update(
            re.sub(r"[-_.]+", "-", n).lower() for n in data.get("project", {}).get("optional-dependencies", {})
        )
    for path in changed:
        file = tree / path
        if not file.is_file() or file.name in LOCKS:
            continue
        for number, line in enumerate(file.read_bytes().decode("utf-8", "replace").splitlines(), 1):
            if not re.search(r"\buv\s+(--\S+\s+)*(sync|run|export|pip)\b", line):
                continue
            for kind, name in re.findall(r"--(?:no-|only-)?(group|extra)[ =]([\w.-]+)", line):
                known = groups if kind == "group" else extras
                if re.sub(r"[-_.]+", "-", name).lower() not in known:
                    yield Left(what="group", word=f"--{kind} {name}", path=path, line=number, text=line.strip()[:200])
