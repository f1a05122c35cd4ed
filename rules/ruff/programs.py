"""``noxfile.py``: ``session.run("flake8", …)`` and ``session.install("black", …)``, edited in their arguments."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Collection, Iterator

from packaging.utils import canonicalize_name

from rules.places.text import Splice, applied
from rules.ruff.arguments import arguments
from rules.ruff.removal import is_for_development
from rules.uv import version

_RUNS = frozenset({"run", "run_always", "run_install"})
_MAX_SIZE = 512 * 1024


def edit(text: str, tools: Collection[str], packages: Collection[str], look: Callable[[int, str], None]) -> str:
    """The module with Ruff's words; ``look`` is told the lines that a person has to see to."""
    try:
        tree = ast.parse(text) if len(text) <= _MAX_SIZE else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    splices: list[Splice] = []
    starts = _line_starts(text)
    for listed in _constants(tree):
        splices += _without(text, listed, starts, packages)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr in _RUNS:
                splices += _run(text, node, starts, tools, look)
            elif node.func.attr == "install":
                splices += _without(text, node.args, starts, packages)
    return applied(text, splices)


_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[\w,. -]*\])?[ \t]*(?:[<>=!~;@(][^\n]*)?")


def manifest(text: str, packages: Collection[str]) -> str:
    """``setup.py`` with Ruff in the place of ``packages`` in its lists of requirements; what users get stays."""
    try:
        tree = ast.parse(text) if len(text) <= _MAX_SIZE else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    splices: list[Splice] = []
    starts = _line_starts(text)
    kept = {id(node) for node in _for_users(tree)}
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.List | ast.Tuple) and id(node) not in kept:
            words = [_value(element) for element in node.elts]
            if all(word is not None and _REQUIREMENT.fullmatch(word) for word in words):
                splices += _without(text, node.elts, starts, packages)
    return applied(text, splices)


_FOR_USERS = re.compile(r"(?i)(?:install_?)?requires|(?:install_?)?requirements|install_reqs?|dependencies")


def _for_users(tree: ast.Module | None) -> Iterator[ast.expr]:
    """The values of ``install_requires`` and of extras that are none of development."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            yield node.value
        elif isinstance(node, ast.Assign):
            if any(isinstance(t, ast.Name) and _FOR_USERS.fullmatch(t.id) for t in node.targets):
                yield node.value
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (v for k, v in pairs if (name := _value(k)) is not None and not is_for_development(name))


def _run(
    text: str, node: ast.Call, starts: list[int], tools: Collection[str], look: Callable[[int, str], None]
) -> Iterator[Splice]:
    first, second, third = (*node.args, None, None)[:3]
    by_module = _value(first) in ("python", "python3") and _value(second) == "-m"
    tool = _value(third if by_module else first)
    if tool is None or tool not in tools:
        return
    given = node.args[3 if by_module else 1 :]
    raw = [text[slice(*_span(argument, starts, text))] for argument in given]
    words = [_value(argument) or f"${{{number}}}" for number, argument in enumerate(given)]
    new = arguments(tool, words)
    if new is None or any(
        isinstance(a, ast.Starred) and not isinstance(a.value, ast.Attribute | ast.Name) for a in given
    ):
        look(node.lineno, f"starts {tool} in a way that has no counterpart that is certain")
        return
    held = {f"${{{number}}}": source for number, source in enumerate(raw)}
    made = [held.get(word, json.dumps(word)) for word in ("ruff", *new)]
    yield Splice(_span(node.args[0], starts, text)[0], _span(node.args[-1], starts, text)[1], ", ".join(made))


def _constants(tree: ast.Module | None) -> Iterator[list[ast.expr]]:
    """Lists of the module that a session installs: ``session.install(*NAMES)``, ``session.install(NAME)``."""
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)] if tree is not None else []
    installs = [n for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr == "install"]
    values = [a.value if isinstance(a, ast.Starred) else a for n in installs for a in n.args]
    names = {value.id for value in values if isinstance(value, ast.Name)}
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in names for t in node.targets):
            if isinstance(node.value, ast.List | ast.Tuple):
                yield node.value.elts
            elif isinstance(node.value, ast.Constant):
                yield [node.value]


def _without(text: str, listed: list[ast.expr], starts: list[int], packages: Collection[str]) -> Iterator[Splice]:
    names = [re.match(r"[A-Za-z0-9][\w.-]*", _value(argument) or "") for argument in listed]
    gone = [n for n, name in enumerate(names) if name is not None and str(canonicalize_name(name[0])) in packages]
    placed = any(name is not None and name[0] == "ruff" for name in names)
    for number in gone:
        start, end = _span(listed[number], starts, text)
        if not placed:
            placed = True
            yield Splice(start, end, f'"ruff=={version("ruff")}"')
        elif number:
            yield Splice(_span(listed[number - 1], starts, text)[1], end, "")
        elif len(listed) > 1:
            yield Splice(start, _span(listed[1], starts, text)[0], "")


def _value(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _line_starts(text: str) -> list[int]:
    starts = [0]
    starts += [match.end() for match in re.finditer(r"\r\n|\n|\r", text)]
    return starts


def _span(node: ast.expr, starts: list[int], text: str) -> tuple[int, int]:
    """Where a node stands in ``text``; ``ast`` counts columns in bytes."""
    return (
        _offset(text, starts, node.lineno, node.col_offset),
        _offset(text, starts, node.end_lineno or node.lineno, node.end_col_offset or 0),
    )


def _offset(text: str, starts: list[int], line: int, column: int) -> int:
    start = starts[line - 1]
    end = starts[line] if line < len(starts) else len(text)
    return start + len(text[start:end].encode()[:column].decode(errors="ignore"))
