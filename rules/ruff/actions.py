"""Steps of GitHub Actions that start an old tool through an action become steps of Ruff's own.

``psf/black``, ``isort/isort-action`` and ``py-actions/flake8`` with the inputs that their documentation names; any
other is left for a person to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from rules.places.text import Splice, applied, line_end, line_of, line_start, newline
from rules.places.yaml_text import body, documents, entry_span
from rules.ruff.arguments import arguments
from rules.uv import version
from scanner.yaml_reader import Mapping as YamlMapping
from scanner.yaml_reader import Node, Scalar, Sequence

RUFF = "astral-sh/ruff-action@v3"
_DEPTH = 12


@dataclass(frozen=True, slots=True)
class _Action:
    """``words``: inputs with the tool's words, and what they are where none is given; ``paths``: inputs with paths;
    ``dropped``: inputs that say nothing any more."""

    tool: str
    words: Mapping[str, str]
    paths: tuple[str, ...]
    dropped: tuple[str, ...]


_ACTIONS = {
    "psf/black": _Action("black", {"options": "--check --diff"}, ("src",), ("version", "use_pyproject", "summary")),
    "isort/isort-action": _Action(
        "isort",
        {"configuration": "--check-only --diff"},
        ("sort-paths", "sortPaths"),
        ("requirements-files", "requirementsFiles", "isort-version", "isortVersion"),
    ),
    "py-actions/flake8": _Action(
        "flake8",
        {"args": ""},
        ("path",),
        ("ignore", "exclude", "max-line-length", "flake8-version", "plugins", "update-pip"),
    ),
}
_OTHERS = re.compile(
    r"[\w.-]+/(?:[\w.-]*-)?(?:black|flake8|isort|bandit|pylint|pydocstyle|yapf|lint)[\w.-]*", re.IGNORECASE
)


def edit(text: str, tools: Collection[str], look: Callable[[int, str], None]) -> str:
    """The workflow with Ruff's action for those that start one of ``tools``."""
    splices: list[Splice] = []
    for document in documents(text):
        for step in _steps(document):
            uses = step.get("uses")
            name = (uses.text if isinstance(uses, Scalar) else "").partition("@")[0]
            action = _ACTIONS.get(name.lower())
            if isinstance(uses, Scalar) and action is not None and action.tool in tools:
                made = list(_replaced(text, step, uses, action))
                splices += made
                if not made:
                    look(line_of(text, uses.start), f"runs the action {name} with inputs that have no counterpart")
            elif isinstance(uses, Scalar) and _OTHERS.fullmatch(name) and _may_start(name, tools):
                look(line_of(text, uses.start), f"runs the action {name}, which may start an old tool")
    return applied(text, splices)


def _may_start(name: str, tools: Collection[str]) -> bool:
    last = name.lower().rpartition("/")[2]
    return any(tool in last for tool in tools) or "lint-action" in last


def _steps(node: Node | None, depth: int = 0) -> Iterator[YamlMapping]:
    if depth > _DEPTH:
        return
    if isinstance(node, YamlMapping):
        if "uses" in node.entries:
            yield node
        for value in node.entries.values():
            yield from _steps(value, depth + 1)
    elif isinstance(node, Sequence):
        for item in node:
            yield from _steps(item, depth + 1)


def _replaced(text: str, step: YamlMapping, uses: Scalar, action: _Action) -> Iterator[Splice]:
    """The edits of a step; none where an input is not known."""
    given = {key: node.text for key, node in step.map("with").items() if isinstance(node, Scalar)}
    known = {*action.words, *action.paths, *action.dropped}
    if set(given) - known or len(given) != len(step.map("with").entries) or "jupyter" in given:
        return
    words = next((given.get(name, default) for name, default in action.words.items()), "").split()
    new = arguments(action.tool, words)
    if new is None:
        return
    sources = [given[name] for name in action.paths if given.get(name) not in (None, "", ".", "./")]
    rows = [f'version: "{version("ruff")}"']
    rows += [f"args: {' '.join(new)}"] if new != ["check"] else []
    rows += [f'src: "{" ".join(sources)}"'] if sources else []
    start, end = body(text, uses)
    yield Splice(start, end, RUFF)
    gap = newline(text)
    column = " " * (start - line_start(text, start) - len("uses: "))
    block = gap.join([f"{column}with:", *(f"{column}  {row}" for row in rows)]) + gap
    if "with" in step.entries:
        yield Splice(*entry_span(text, step.line_of("with")), block)
    else:
        at = line_end(text, end)
        yield Splice(at, at, block if text[:at].endswith("\n") else gap + block)
