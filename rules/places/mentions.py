"""Where living files name files that a patch takes away: as a path, by a pattern, as a label of a build tool. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from rules.migration import Edit, Ground
from rules.reading import area_of

ASIDE = re.compile(
    r"(?:^|/)(?:changelog|history|changes|news|release[-_]?notes)[\w.-]*$"
    r"|(?:^|/)(?:vendor|node_modules|tests?/(?:data|fixtures))/",
    re.IGNORECASE,
)
"""History and other people's files: nobody reads commands from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A row of a living file that names one of the files in question: as ``written``, and which one it is."""

    path: str
    line: int
    row: str
    written: str
    file: str


def is_living(path: str) -> bool:
    """Whether commands or settings are read from a file."""
    return _LIVING.fullmatch(path) is not None and ASIDE.search(path) is None


def mentions(
    ground: Ground, edits: Mapping[str, Edit], files: Collection[str], *, everywhere: bool = False
) -> Iterator[Mention]:
    """Where living files, as ``edits`` leave them, name one of ``files``; comments name nothing.

    ``everywhere``: also documents that tell people to install from one, and programs of any kind; else programs that
    look after the repository alone.
    """
    if not files:
        return
    names = "|".join(sorted({re.escape(posixpath.basename(path)) for path in files}))
    pattern = re.compile(rf"(?<![\w.-])(?P<path>(?:[\w.-]+/)*(?:{names}))(?![\w-]|\.\w)")
    literal = re.compile(rf"[\"'](?:-r ?)?(?P<path>(?:[^\"'\s/]+/)*(?:{names}))[\"']")
    left = {path for path in ground.facts.files if path not in files}
    for path in sorted(ground.facts.files):
        if path in files or ASIDE.search(path):
            continue
        program = _PROGRAM.fullmatch(path) is not None and not is_living(path)
        told = everywhere and _TOLD.fullmatch(path) is not None
        if not (is_living(path) or told or (program and (everywhere or _TENDS.search(path)))):
            continue
        edit = edits.get(path)
        text = edit.after if edit is not None else ground.read(path)
        if text is None or len(text) > _LARGE:
            continue
        for number, row in enumerate(text.splitlines(), start=1):
            if row.lstrip().startswith(_COMMENTS) or (told and _INSTALL.search(row) is None):
                continue
            for found in (literal if program else pattern).finditer(row):
                by_variable = _VARIABLE.search(row, 0, found.start("path")) is not None
                by_variable = by_variable or (program and _JOINED.search(row, 0, found.start("path")) is not None)
                for file in sorted(_meant(path, found["path"], text, ground.facts.files, by_variable) & set(files)):
                    yield Mention(path=path, line=number, row=row, written=found["path"], file=file)
            for written in _patterns(row) if not program and not told else ():
                for file in sorted(matching(path, written, files)):
                    if not matching(path, written, left):
                        yield Mention(path=path, line=number, row=row, written=written, file=file)


def _patterns(row: str) -> Iterator[str]:
    """Patterns of files in a row that say enough of a name to mean such files."""
    if "*" not in row or len(row) > 1000:
        return
    for match in _GLOB.finditer(row):
        if _NAMED.search(match[0]) is not None:
            yield match[0]


def matching(path: str, pattern: str, files: Collection[str]) -> set[str]:
    """The files that a pattern in the file at ``path`` matches: from the root, from its folder, from anywhere."""
    inner = pattern.removeprefix("./").lstrip("/").removeprefix("**/")
    own = posixpath.normpath(posixpath.join(posixpath.dirname(path), inner))
    return {file for file in files if any(_matches(file, one) for one in (inner, own, f"*/{inner}"))}


@lru_cache(maxsize=65_536)
def _matches(file: str, pattern: str) -> bool:
    return fnmatchcase(file, pattern)


def _meant(path: str, named: str, text: str, files: Collection[str], by_variable: bool) -> set[str]:
    """What a name in the file at ``path`` can mean: as seen from its folder, from the root, from where commands went.

    Where no such file is there, or a variable stands before it, every file that ends so; and what it is in an image.
    """
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
    if beside in files and area_of(path) != "ci" and not by_variable:
        return {beside}
    plain = posixpath.normpath(named)
    found = {plain, beside}
    for folder in {match["folder"].strip("\"'") for match in _FOLDERS.finditer(text)}:
        found |= {
            posixpath.normpath(posixpath.join(folder, named)),
            posixpath.normpath(f"{folder.lstrip('/')}/{named}"),
        }
    if by_variable or not found & set(files):
        inner = named if not by_variable else named.partition("/")[2] or named  # `srcDir/x` of `$srcDir/x`
        found |= {file for file in files if file.endswith(f"/{inner}") or file == inner}
    return found | {file for file in files if named.endswith(f"/{file}")}  # seen from within an image


_COMMENTS = ("#", "//", ";")
_VARIABLE = re.compile(r"(?:\$\{?|\$\{\{[^}\n]{0,80}\}\}/?|\$\{?\w{1,60}\}?/|\$\(\w{1,60}\)/)\Z")
_JOINED = re.compile(r"(?:/ ?|join\([^\n]{0,200})[\"']\Z")
"""``ROOT / "name"``, ``os.path.join(root, "name")``"""
_FOLDERS = re.compile(
    r"(?:\b(?:cd|pushd)[ \t]+|(?:working-directory|workingDirectory|dir|context|-C)[:= \t][ \t]*)"
    r"(?P<folder>[\"']?[\w./-]{1,120}[\"']?)"
)
_GLOB = re.compile(r"[\w./*?-]*\*[\w./*?-]*")
_NAMED = re.compile(r"(?:^|/)(?:req|requirements|Pipfile|poetry|pdm)[\w.-]*\*|(?:^|/)(?:req|requirements)[\w.-]*/")
_LARGE = 200_000
_TOLD = re.compile(r"(?:.*/)?[^/]+\.(?:md|rst)", re.IGNORECASE)
_INSTALL = re.compile(r"\binstall\b|\bsync\b")
_LIVING = re.compile(
    r"(?:.*/)?(?:[^/]+\.(?:ya?ml|toml|cfg|ini|sh|bash|zsh|fish|json|mk|just|tf|hcl|groovy|gradle|bat|cmd|ps1|service|conf"
    r"|bazel|bzl|nix|spec)|setup\.py|noxfile\.py|tasks\.py|[Mm]akefile|[Jj]ustfile|[^/]*[Dd]ockerfile[^/]*"
    r"|[^/]*[Cc]ontainerfile[^/]*|Jenkinsfile[^/]*|Procfile[^/]*|MANIFEST\.in|BUILD|WORKSPACE|Earthfile|Tiltfile"
    r"|Vagrantfile|\.envrc|\.husky/[\w-]+)"
)
_PROGRAM = re.compile(r"(?:.*/)?[^/]+\.(?:py|js|cjs|mjs|ts|rb|go)")
_TENDS = re.compile(
    r"^[^/]+\Z|(?:^|/)(?:\.github|scripts?|tools?|bin|ci|build|releases?|hack|dev|tasks|infra|deploy(?:ment)?|utils?)/"
)
"""Where programs lie that look after a repository."""
