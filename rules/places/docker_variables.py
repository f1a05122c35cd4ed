"""Variables of the old tools in a Dockerfile: renamed, or taken out with what speaks of them alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.places.docker_steps import KEYWORD, Step
from rules.places.target import MANAGERS, Target
from rules.places.text import Splice, line_end, line_start
from rules.places.variables import is_old, new_variable


def variables(text: str, step: Step, target: Target) -> Iterator[Splice]:
    """Variables of the old tool: renamed, or taken out."""
    argument = step.text(text)
    names = re.findall(r"(?<![\w$/{])([A-Z][A-Z0-9_]*)(?=[= \t\r\n\\]|$)", argument)
    old = [n for n in names if is_old(n)]
    path = re.search(r"\$\{?(?:POETRY|PIPENV|PDM)_[A-Z_]+\}?", argument)
    if not old and not path:
        return
    pairs = list(_PAIR.finditer(argument))
    kept, dropped = [], []
    for pair in pairs:
        if is_old(pair["name"]) and _new_name(pair["name"], text) is None:
            dropped.append(pair)
        else:
            kept.append(pair)
    if not pairs:  # ENV NAME value, ARG NAME
        name = argument.split()[0] if argument.split() else ""
        if is_old(name) and _new_name(name, text) is None:
            yield gone(text, step, target)
        elif path:
            yield from _path(text, step, target)
        return
    if dropped and not kept and len(pairs) == len(names or pairs):
        yield gone(text, step, target)
    elif dropped and "\\\n" not in argument and "\\\r\n" not in argument:
        new = " ".join(p[0].strip() for p in kept)
        ending = argument[len(argument.rstrip()) :]
        yield _environment_row(text, step, target, _without_home(new, _shared_home(text)) + ending)
    elif dropped:
        yield _rows(text, step, target, dropped)
    elif path:
        yield from _path(text, step, target)


def _new_name(name: str, text: str) -> str | None:
    """What a variable is called for uv; a folder for downloads goes that no mount keeps from build to build."""
    if not name.endswith("_CACHE_DIR"):
        return new_variable(name)
    folder = re.search(rf"{name}[= ][ \t]*[\"']?(?P<folder>[^\s\"']+)", text)
    mounted = re.findall(r"--mount=type=cache\S*", text)
    kept = any(name in mount or (folder is not None and folder["folder"] in mount) for mount in mounted)
    return new_variable(name) if kept else None


def _shared_home(text: str) -> str:
    """``/root/.local`` where that is called the old tool's home: pipx puts uv there, too."""
    found = re.search(r"POETRY_HOME[= ]\s*[\"']?(?P<home>(?:/root|~|\$HOME|/home/\w+)/\.local)/?[\"'\s\\]", text)
    return found["home"] if found is not None else ""


def _environment_row(text: str, step: Step, target: Target, argument: str) -> Splice:
    """What is left of variables; a path that is set to itself goes."""
    if _SAME_PATH.fullmatch(argument):
        return gone(text, step, target)
    return Splice(step.body, step.end, argument)


def gone(text: str, step: Step, target: Target) -> Splice:
    """Takes an instruction out, with the comment right above that speaks of the old tool and doubled blanks."""
    start, end = step.start, step.end
    tools = "|".join(sorted(target.tools & MANAGERS)) or "poetry"
    above = line_start(text, max(start - 1, 0))
    comment = text[above:start]
    speaks = re.match(rf"[ \t]*#.*(?:{tools})", comment, re.IGNORECASE) is not None and "syntax=" not in comment
    if start and (speaks or _stands_alone(text, start, end)):
        start = above
    before = text[line_start(text, max(start - 1, 0)) : start]
    if start and not before.strip() and not text[end : line_end(text, end)].strip() and end < len(text):
        end = line_end(text, end)
    return Splice(start, end, "")


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the one comment above an instruction that goes would stand above nothing, or above another comment."""
    above = line_start(text, max(start - 1, 0))
    before = text[line_start(text, max(above - 1, 0)) : above] if above else ""
    comment, following = text[above:start], text[end : line_end(text, end)]
    own = re.match(r"[ \t]*#(?![ \t]*(?:syntax|escape|check)[ \t]*=)", comment) is not None and above > 0
    return own and not before.lstrip().startswith("#") and (not following.strip() or following.lstrip()[:1] == "#")


def _rows(text: str, step: Step, target: Target, dropped: list[re.Match[str]]) -> Splice:
    """Takes rows out of a variable list of several lines."""
    rows = text[step.start : step.end].splitlines(keepends=True)
    keyword = KEYWORD.match(rows[0])
    head = keyword[0] if keyword else ""
    rows[0] = rows[0][len(head) :]
    names = {p["name"] for p in dropped}
    kept: list[str] = []
    for row in rows:
        found = list(_PAIR.finditer(row))
        if found and all(p["name"] in names for p in found):
            continue
        for pair in found:
            if pair["name"] in names:
                row = row.replace(pair[0], "", 1)
        kept.append(row)
    while kept and (not kept[0].strip(" \\\r\n\t") or kept[0].lstrip().startswith("#")):
        kept.pop(0)
    while kept and not kept[-1].strip(" \\\r\n\t"):
        kept.pop()
    rows_with = (n for n, row in enumerate(kept) if row.strip(" \\\r\n\t") and not row.lstrip().startswith("#"))
    last = max(rows_with, default=None)
    if last is None:
        return gone(text, step, target)
    kept = kept[: last + 1]
    kept[0] = kept[0].lstrip()
    kept[-1] = re.sub(r"[ \t]*\\[ \t]*(\r?\n)$", r"\1", kept[-1])
    return Splice(step.start, step.end, head + _without_home("".join(kept), _shared_home(text)))


def _path(text: str, step: Step, target: Target) -> Iterator[Splice]:
    """The old tool's folder leaves the path."""
    argument = step.text(text)
    new = _without_home(argument, _shared_home(text))
    if new != argument:
        yield _environment_row(text, step, target, new)


_PAIR = re.compile(
    r"(?P<name>[A-Za-z_]\w*)=(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:\\[^\n\r]|[^\s\"'\\])*)[ \t]*", re.DOTALL
)


_SAME_PATH = re.compile(r"\s*PATH\s*[= ]\s*[\"']?\$\{?PATH\}?[\"']?\s*")


def _without_home(text: str, own: str = "") -> str:
    """A list of folders without those of the old tool; its home stays by its value where that is everybody's."""
    if own:
        text = re.sub(r"\$\{?POETRY_HOME\}?", lambda _: own, text)
    text = re.sub(r"\$\{?(?:POETRY|PIPENV|PDM)_[A-Z_]+\}?[^:\"'\s]*:", "", text)
    return re.sub(r":\$\{?(?:POETRY|PIPENV|PDM)_(?:HOME|BIN|PATH)\}?[^:\"'\s]*", "", text)
