"""The ``uv sync`` that stands for the requirements files of a tox environment. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rules.places.pip_answers import options_of_files
from rules.places.target import Target
from rules.uv import version

_BY_FACTOR = re.compile(
    r"^[ \t]*(?:deps[ \t]*=[ \t]*)?(?P<factors>[\w{},!.-]+):[ \t]*(?P<name>[A-Za-z][\w.-]*)[^\n:]*?(?:[=<>~]=|[<>])",
    re.MULTILINE,
)


def sync_of(files: Sequence[str], target: Target) -> str | None:
    """The command that installs what these files (from the root) held, and no more; ``None`` where one is unknown."""
    options = options_of_files(files, target) if files else None
    if options is None:
        return None
    base = "uv sync --locked --active --inexact"
    groups = [new.removeprefix("group:") for file in files if (new := target.file(file)) is not None]
    if all(target.is_apart(file) for file in files):
        return " ".join([base, *dict.fromkeys(f"--only-group {name}" for name in groups)])
    return " ".join([base, *(["--no-install-project"] if target.package else []), *options])


def varies(body: str) -> str | None:
    """A package whose version the factors of an environment choose, so that a lock's would undo what is tested."""
    by_file = re.search(
        r"^[ \t]*(?:deps[ \t]*=[ \t]*)?(?!py)[\w{},!.-]+:[ \t]*-r[ \t]*(?P<file>\S+)", body, re.MULTILINE
    )
    if by_file is not None:
        return by_file["file"]
    found = (m for m in _BY_FACTOR.finditer(body) if not re.fullmatch(r"(?:py(?:py)?[\d.]*|[{},])+", m["factors"]))
    return next((m["name"] for m in found), None)


def asked_beside(body: str, files: Sequence[str], read: Callable[[str], str | None]) -> str | None:
    """A package that an environment asks for in versions of its own and that what ``files`` list brings, or may bring.

    A sync of them from the lock comes after it, and would take it to the lock's version.
    """
    chosen = varies(body)
    if chosen is not None and chosen.endswith(".txt"):
        return chosen
    texts = _with_sources(files, read)
    if chosen is not None and not all(map(_COMPILED.search, texts)):
        return chosen  # what a list by hand brings, nothing says
    names = [chosen] if chosen is not None else []
    names += [match["name"] for match in _ASKED.finditer(body)]
    return next((name for name in names if any(_named(name).search(text) for text in texts)), None)


def _with_sources(files: Sequence[str], read: Callable[[str], str | None]) -> list[str]:
    """The texts of requirements files, each compiled one with what it was compiled from."""
    found = []
    for path in files:
        text = read(path) or ""
        source = read(f"{path.removesuffix('.txt')}.in") if _COMPILED.search(text) is not None else None
        found.append(f"{text}\n{source or ''}")
    return found


def _named(name: str) -> re.Pattern[str]:
    parts = map(re.escape, re.split(r"[-_.]+", name))
    return re.compile(rf"(?<![\w.-]){'[-_.]+'.join(parts)}(?![\w-]|\.\w)", re.IGNORECASE)


_COMPILED = re.compile(r"^#.{0,80}(?:pip-compile|uv pip compile)", re.MULTILINE)
_ASKED = re.compile(r"^[ \t]+(?P<name>(?!uv[=<>~])[A-Za-z][\w.-]*)(?:\[[^\]\n]*\])?[ \t]*(?:[=~!]=|[<>])", re.MULTILINE)
"""A row of dependencies; `deps = x>1` in one row stands alone."""
_SECTION = re.compile(r"^\[(?P<name>testenv[^\]\n]*)\][^\n]*\n(?P<body>(?:(?!\[)[^\n]*(?:\n|$))*)", re.MULTILINE)
_CALLS = re.compile(r"^(?:commands\w*[ \t]*=)?[ \t]*(?:[\w{},!.-]+:[ \t]*)?-?[ \t]*uv[ \t]", re.MULTILINE)
_DEPS = re.compile(r"^deps[ \t]*=(?P<rows>[^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_ALLOWED = re.compile(r"^(?:allow|white)list_externals[ \t]*=[^\n]*(?:\n[ \t]+[^\n]*)*", re.MULTILINE)


def with_uv(text: str) -> str:
    """``tox.ini`` in which each environment that calls uv installs it, unless it may call one from outside."""
    sections = {match["name"]: match["body"] for match in _SECTION.finditer(text)}
    base = sections.get("testenv", "")

    def section(match: re.Match[str]) -> str:
        body = match["body"]
        if _CALLS.search(body) is None or _brings(body) or _brings(base, own=_DEPS.search(body) is None):
            return match[0]
        head = match[0][: match.start("body") - match.start()]
        row = f"uv=={version('uv')}"
        if (deps := _DEPS.search(body)) is not None:
            rows = deps["rows"].strip()
            new = (
                f"deps =\n    {row}\n    {rows}"
                if "\n" not in deps["rows"].strip("\n ") and rows
                else f"{deps[0]}\n    {row}"
            )
            return f"{head}{body[: deps.start()]}{new}{body[deps.end() :]}"
        inherited = "    {[testenv]deps}\n" if match["name"] != "testenv" and _DEPS.search(base) else ""
        return f"{head}deps =\n{inherited}    {row}\n{body}"

    return _SECTION.sub(section, text)


def _brings(body: str, *, own: bool = True) -> bool:
    """Whether an environment installs uv, or may call one from outside; ``own``: its dependencies count."""
    parts = [*(m[0] for m in _ALLOWED.finditer(body)), *((m[0] for m in _DEPS.finditer(body)) if own else ())]
    return any(re.search(r"(?<![\w.-])(?:uv|\*)(?![\w.-])", part) for part in parts)
