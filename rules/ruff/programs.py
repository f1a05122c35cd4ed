"""``noxfile.py``: ``session.run("flake8", …)`` and ``session.install("black", …)``, edited in their arguments."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Collection, Iterator

from packaging.utils import canonicalize_name

from rules.places.text import Splice, applied
from rules.ruff.arguments import arguments
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
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr in _RUNS:
                splices += _run(text, node, starts, tools, look)
            elif node.func.attr == "install":
                splices += _install(text, node, starts, packages)
    return applied(text, splices)


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


def _install(text: str, node: ast.Call, starts: list[int], packages: Collection[str]) -> Iterator[Splice]:
    names = [re.match(r"[A-Za-z0-9][\w.-]*", _value(argument) or "") for argument in node.args]
    gone = [n for n, name in enumerate(names) if name is not None and str(canonicalize_name(name[0])) in packages]
    placed = any(name is not None and name[0] == "ruff" for name in names)
    for number in gone:
        start, end = _span(node.args[number], starts, text)
        if not placed:
            placed = True
            yield Splice(start, end, f'"ruff=={version("ruff")}"')
        elif number:
            yield Splice(_span(node.args[number - 1], starts, text)[1], end, "")


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
