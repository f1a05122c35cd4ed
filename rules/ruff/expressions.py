"""Regular expressions over paths (of pre-commit, pydocstyle, pylint) as Ruff's patterns, where they say no more."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PLAIN = re.compile(r"(?:[\w-]|\\[.\-_/]|/|\.\*|\[\^/\][*+]|\.(?![*+?{]))+")
_LIMIT = 4_000


def searched(text: str) -> tuple[str, ...] | None:
    """Patterns for the paths in which ``text`` is found (``re.search``); ``None`` where no pattern says the same.

    ``^docs/`` is a folder at the root, ``tests/`` one anywhere, ``_pb2\\.py$`` the end of a name.
    """
    if len(text) > _LIMIT:
        return None
    flat = re.sub(r"#[^\n]{0,2000}|\s+", "", text) if "(?x)" in text else text.strip()
    found: list[str] = []
    for part in _parts(flat.replace("(?x)", "").replace("(?:", "(")):
        patterns = _one(part)
        if patterns is None:
            return None
        found += patterns
    return tuple(dict.fromkeys(found))


def _parts(text: str, depth: int = 0) -> Iterator[str]:
    """The alternatives, a group around or between them multiplied out."""
    for part in _split(text):
        group = re.fullmatch(r"(?P<before>[^()]*)\((?P<inner>[^()]*)\)(?P<after>[^()]*)", part)
        if group is None or depth > 3:
            yield part
            continue
        for inner in group["inner"].split("|"):
            yield group["before"] + inner + group["after"]


def _split(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _one(part: str) -> list[str] | None:
    rooted, ended = part.startswith("^"), part.endswith("$")
    body = part.removeprefix("^").removesuffix("$").removeprefix("./")
    if not body:
        return [] if not part else None
    if not _PLAIN.fullmatch(body):
        return None
    glob = re.sub(r"\\(.)", r"\1", re.sub(r"\.\*|\[\^/\][*+]", "*", body))
    if not ended and not glob.endswith(("/", "*")):
        glob = glob if glob.endswith((".py", ".pyi")) else f"{glob}*"
    if glob.endswith("/") or (glob.endswith("/*") and body.endswith(".*")):
        folder = glob.rstrip("*").rstrip("/").lstrip("/")
        if not folder or folder == "*":
            return None
        return [f"{folder}/**"] if rooted else [f"{folder}/**", f"**/{folder}/**"]
    if rooted:
        return [glob if "/" in glob else f"./{glob}"] if "**" not in glob else None
    name = glob.lstrip("*")
    if glob.startswith("/"):
        return [name.lstrip("/")] if "/" not in name.lstrip("/") else [f"**{glob}"]
    return [f"*{name}"] if "/" not in name and name else None


def _bare(text: str) -> str:
    """Without anchors, and without a group around all of it."""
    plain = text.strip().removeprefix("^").removesuffix("$")
    group = re.fullmatch(r"\((?:\?:)?(?P<inner>[^()]*)\)", plain)
    return group["inner"].removeprefix("^").removesuffix("$") if group is not None else plain


def matched_name(text: str) -> tuple[tuple[str, ...], bool] | None:
    """Patterns of file names for an expression that is to match a whole name, and whether they are those left out.

    ``(?!test_).*\\.py``: ``(("test_*.py",), True)``; ``.*\\.py``: ``((), True)``; ``None`` where no pattern says it.
    """
    plain = _bare(text)
    without = re.fullmatch(r"\(\?!\(?(?:\?:)?(?P<names>[^()]*)\)?\)(?P<rest>.*)", plain)
    names = without["names"].split("|") if without is not None else []
    rest = _bare(without["rest"]) if without is not None else plain
    if rest not in (r".*\.py", r".+\.py", ".*", "", r"[^\.].*\.py", r"[^\.].*", ".*.py", ".*py"):
        return None
    made = []
    for name in names:
        literal = re.sub(r"\\(.)", r"\1", name.removesuffix("$"))
        if not re.fullmatch(r"[\w.-]+(?:\*)?", literal) or "*" in literal:
            return None
        made.append(literal if literal.endswith(".py") else f"{literal}*")
    return tuple(made), True
