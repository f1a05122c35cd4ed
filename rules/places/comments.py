"""Comments and names of steps beside what changed: they speak of uv where they spoke of the old tool. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import SequenceMatcher

_SPOKEN = {"poetry": "Poetry", "pipenv": "Pipenv", "pdm": "PDM", "rye": "Rye", "pip-compile": "pip-compile"}
_NAME = re.compile(r"[ \t]*(?:-[ \t]+name|(?:-[ \t]+)?displayName):[ \t]")
_FILE = re.compile(r"(?<![\w./-])Pipfile(?![\w-]|\.\w)")
_NEAR = 8
_LONG = 3000


def retold(before: str, after: str, tools: Collection[str]) -> str:
    """``after`` with the old tools' names replaced in comments above changed lines and in names of changed steps.

    A comment goes where the lines right below it went and it speaks of the tool alone.
    """
    names = [name for name in sorted(tools) if name in _SPOKEN]
    if not names or before == after:
        return after
    spoken = re.compile(rf"(?<![\w./@:=-])(?:{'|'.join(map(re.escape, names))})(?![\w/@:=-]|\.\w)", re.IGNORECASE)
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(len(old), len(new)) > _LONG or not any(spoken.search(row) for row in new):
        return after
    gone: set[int] = set()
    for kind, _, _, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for number in _comments_above(new, j1):
            if kind == "delete" and spoken.search(new[number]) and not _is_heading(new, number):
                gone.add(number)
            else:
                new[number] = _FILE.sub("pyproject.toml", spoken.sub("uv", new[number]))
        for number in _names_near(new, j1, j2):
            new[number] = spoken.sub("uv", new[number])
    return "".join(row for number, row in enumerate(new) if number not in gone)


def _comments_above(rows: list[str], at: int) -> Iterator[int]:
    while at > 0 and rows[at - 1].lstrip().startswith("#") and not rows[at - 1].startswith(("#!", "# syntax=")):
        at -= 1
        yield at


def _is_heading(rows: list[str], number: int) -> bool:
    """Whether something follows a comment at once, about which it may speak as well."""
    following = rows[number + 1] if number + 1 < len(rows) else ""
    return bool(following.strip()) and not following.lstrip().startswith("#")


def _names_near(rows: list[str], start: int, end: int) -> Iterator[int]:
    """``name:`` of the steps in which the rows stand."""
    for number in range(start, max(end, start + 1)):
        if number < len(rows) and _NAME.match(rows[number]):
            yield number
    for number in range(start - 1, max(start - 1 - _NEAR, -1), -1):
        if number < len(rows) and _NAME.match(rows[number]):
            yield number
            return
        if number < len(rows) and re.match(r"[ \t]*-[ \t]", rows[number]):
            return  # where the step begins, without a name
