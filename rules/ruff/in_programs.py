"""Old tools that programs of the repository start: no command that the scanner sees, and nothing that a patch changes.

Where to look is decided by names (programs at the root, in folders of tools, what is called after linting); what counts
is an import, a command line in a string, or the name of a configuration file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from rules.migration import Ground
from rules.places.text import line_of
from scanner.lint_use import is_test_data

MAX_FILES = 80
MAX_SOURCES = 2_000
MAX_TEXT = 300_000
_TOOLS = r"(?P<{}>flake8|isort|black)"
_STARTS = re.compile(
    rf"^[ \t]*(?:import|from)[ \t]+{_TOOLS.format('imported')}\b"
    rf"|[\"']-m[\"'],\s{{0,40}}[\"']{_TOOLS.format('module')}[\"']"
    rf"|[\"'](?:[^\"'\n]{{0,60}}[ /])?{_TOOLS.format('line')} +(?:--?\w|\.(?=[ \"'/])|[\w.]{{1,60}}/)"
    rf"|[\"'](?:[^\"'\n]{{0,60}} )?-m {_TOOLS.format('called')}(?=[ \"'])"
    rf"|[\"']{_TOOLS.format('listed')}[\"'],\s{{0,40}}[\"'](?:-|\.[\"'/]|[\w.]{{1,60}}/)"
    rf"|\b(?:run|call|check_call|check_output|Popen|system)\(\s{{0,40}}f?[\"']{_TOOLS.format('begun')}(?=[ \"'])"
    r"|[\"'/](?P<file>\.flake8|\.isort\.cfg)[\"']",
    re.MULTILINE,
)
_IMPORTS = re.compile(r"^[ \t]*(?:import|from)[ \t]+(?P<name>flake8|isort|black)\b(?!\.py)", re.MULTILINE)
_FILES = {".flake8": "flake8", ".isort.cfg": "isort"}
_LIKELY = re.compile(
    r"(?i)[^/]+\.py|(?:.*/)?(?:scripts?|tools?|ci|\.ci|dev|build|bin|tasks|utils|maintenance|hooks)/[^/]+\.py"
    r"|(?:.*/)?[^/]*(?:lint|style|quality|flake8|isort|black|format|pep8|pycodestyle|checks?)[^/]*\.py"
)
_SEEN = frozenset({"noxfile.py", "tasks.py", "fabfile.py"})


def is_likely(path: str) -> bool:
    """Whether a program of this name is one that may start tools."""
    return _LIKELY.fullmatch(path) is not None


def started(ground: Ground, tools: Collection[str]) -> Iterator[tuple[str, str, int]]:
    """The tools that programs start, each with the first place where one does."""
    left = set(tools)
    likely = sorted((p for p in ground.facts.files if _LIKELY.fullmatch(p)), key=lambda p: (p.count("/"), p))
    for path in likely[:MAX_FILES]:
        text = ground.read(path) if left and posixpath.basename(path) not in _SEEN else None
        for match in _STARTS.finditer(text[:MAX_TEXT]) if text is not None else ():
            found = next((name for name in match.groups() if name), "")
            tool = _FILES.get(found, found)
            if tool in left:
                left.discard(tool)
                yield tool, path, line_of(text or "", match.start())


def imported(ground: Ground, tools: Collection[str]) -> Iterator[tuple[str, str, int]]:
    """The tools that code of the repository imports, tests too, each with the first place where it does.

    A module of the repository's own that has a tool's name is none.
    """
    files = ground.facts.files
    own = {tool for tool in tools for p in files if _is(p, tool)}
    left = set(tools) - own
    sources = sorted((p for p in files if p.endswith(".py") and not is_test_data(p)), key=lambda p: (p.count("/"), p))
    for path in sources[:MAX_SOURCES] if left else ():
        text = (ground.read(path) if left else None) or ""
        for match in _IMPORTS.finditer(text[:MAX_TEXT]):
            if match["name"] in left:
                left.discard(match["name"])
                yield match["name"], path, line_of(text, match.start())


def _is(path: str, tool: str) -> bool:
    return f"/{path}".endswith((f"/{tool}.py", f"/{tool}/__init__.py"))
