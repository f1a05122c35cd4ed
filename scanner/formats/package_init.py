"""The ``__init__.py`` of a top-level package: what it exports says that the package is made to be imported.

Read as text, never as code: names taken from the package's own modules, and what ``__all__`` lists.
"""

from __future__ import annotations

import re

from scanner.facts import Extract, Hint, Location
from scanner.format import Format
from scanner.pipeline import in_side_folder

NAME = "package"
MAX_TEXT = 100_000
ENOUGH = 3
_IMPORT = re.compile(
    r"^from\s{1,4}(?P<module>[\w.]{1,200})\s{1,4}import\s{1,4}(?:\((?P<many>[^()]{0,20000})\)|(?P<few>[^\n(]{1,2000}))",
    re.MULTILINE,
)
_ALL = re.compile(r"^__all__\s?=\s?[\[(](?P<names>[^\])]{0,40000})[\])]", re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")
_NO_PRODUCT = frozenset({"tests", "test", "docs", "doc", "scripts", "examples", "tools", "benchmarks", "migrations"})


def read(path: str, text: str) -> Extract | None:
    """Read a package's ``__init__.py``; ``None`` when it exports next to nothing."""
    package = path.split("/")[-2]
    text = text[:MAX_TEXT]
    listed = _ALL.search(text)
    names = set(re.findall(r"[\"'](\w{1,100})[\"']", listed["names"])) if listed is not None else set()
    first = listed.start() if listed is not None else len(text)
    for found in _IMPORT.finditer(text):
        if found["module"].startswith(".") or found["module"].split(".")[0] == package:
            names |= _names(found["many"] or found["few"] or "", found["module"])
            first = min(first, found.start())
    public = {name for name in names if not name.startswith("_") and name not in ("version", "main", "cli", "app")}
    if len(public) < ENOUGH:
        return None
    at = Location(path=path, line=text.count("\n", 0, first) + 1)
    hint = Hint(kind="library", what=f"the package exports {len(public)} names", at=at)
    return Extract(path=path, format=NAME, hints=(hint,))


def _names(text: str, module: str) -> set[str]:
    names = {piece.split(" as ")[-1].strip() for piece in _COMMENT.sub("", text).split(",")} - {""}
    return {f"{module}.{n}" for n in range(ENOUGH)} if "*" in names else names


def _matches(path: str) -> bool:
    """Of packages: at the root, in ``src``, or in a folder of the same name."""
    parts = path.lower().split("/")
    if len(parts) < 2 or len(parts) > 6 or parts[-1] != "__init__.py" or parts[-2] in _NO_PRODUCT:
        return False
    above = parts[-3] if len(parts) > 2 else "src"
    return (above == "src" or _plain(above) == _plain(parts[-2])) and not in_side_folder(path)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]|^python|^py", "", name)


FORMAT = Format(name=NAME, matches=_matches, read=read, quiet=True)
