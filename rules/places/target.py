"""What a moved project is after its move, as those see it who call uv: groups, extras, defaults, files that went."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.utils import canonicalize_name

from rules.migration import Ground, Migration, Move

#: The tools that a move of each manager replaces, by the name of the program.
PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "poetry": ("poetry",),
    "pipenv": ("pipenv",),
    "pdm": ("pdm",),
    "rye": ("rye",),
    "pip-tools": ("pip-compile", "pip-sync", "pip"),
    "pip": ("pip",),
    "setuptools": ("pip", "setup.py"),
    "flit": ("flit", "pip"),
    "hatch": ("hatch", "pip"),
    "conda": ("conda", "mamba", "micromamba"),
}
MANAGERS = frozenset({"poetry", "pipenv", "pdm", "rye", "pip-compile", "pip-sync"})
_REPLACED = frozenset({"poetry", "pipenv", "pdm", "rye", "pip-tools"})
_OLD_FILES = {
    "poetry.lock": "uv.lock",
    "pdm.lock": "uv.lock",
    "Pipfile.lock": "uv.lock",
    "Pipfile": "pyproject.toml",
    "requirements.lock": "uv.lock",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One moved project: ``groups`` and ``extras`` of its new manifest by normal name, ``defaults`` what uv installs
    unasked, ``renamed`` an old group or file → ``group:…``, ``extra:…`` or ``project``, ``scripts`` of the old tool;
    ``apart`` the requirements files that hold nothing of what the project itself requires.
    """

    folder: str
    lock: str
    package: bool
    name: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)
    defaults: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)
    tools: frozenset[str] = frozenset()
    members: tuple[str, ...] = ()
    local_paths: bool = False
    requires: str = ""
    apart: frozenset[str] = frozenset()
    oldest: tuple[int, int] | None = None

    def group(self, name: str) -> str | None:
        """What holds the old group ``name`` now: ``group:dev``, ``extra:s3``, ``project``; ``None``: nothing does."""
        for old, new in self.renamed.items():
            if canonicalize_name(old) == canonicalize_name(name) and self._exists(new):
                return new
        key = str(canonicalize_name(name))
        return f"group:{self.groups[key]}" if key in self.groups else None

    def extra_of(self, name: str) -> str | None:
        """The extra of that name as it is written now."""
        return self.extras.get(str(canonicalize_name(name)))

    def file(self, path: str) -> str | None:
        """What holds the requirements file ``path`` (from the root) now."""
        inside = posixpath.relpath(path, self.folder) if self.folder != "." else path
        return self.renamed.get(inside) or self.renamed.get(path)

    def is_apart(self, path: str) -> bool:
        """Whether a requirements file (from the root) holds nothing of what the project itself requires."""
        inside = posixpath.normpath(posixpath.join(self.folder, path))
        return path in self.apart or inside in self.apart

    def _exists(self, new: str) -> bool:
        kind, _, name = new.partition(":")
        key = str(canonicalize_name(name))
        return kind == "project" or (key in self.groups if kind == "group" else key in self.extras)

    @property
    def without_groups(self) -> str:
        """The option that leaves all groups out."""
        return "--no-dev" if self.defaults <= {"dev"} else "--no-default-groups"


def targets(ground: Ground, migration: Migration) -> tuple[Target, ...]:
    """The moved projects of ``migration``."""
    after = {edit.path: edit.after for edit in migration.edits}
    return tuple(_target(ground, move, after) for move in migration.moves)


def _target(ground: Ground, move: Move, after: Mapping[str, str | None]) -> Target:
    text = after.get(move.manifest) or ground.read(move.manifest) or ""
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        data = {}
    groups = _table(data, "dependency-groups")
    own = _names(_strings(_table(data, "project").get("dependencies")))
    settings = _table(data, "tool", "uv")
    defaults = settings.get("default-groups", ["dev"])
    names = list(groups) if defaults == "all" else [d for d in defaults if isinstance(d, str)]
    made = Target(
        folder=move.project.path,
        lock=move.lock,
        package=move.package,
        name=str(canonicalize_name(str(_table(data, "project").get("name") or ""))),
        groups={str(canonicalize_name(g)): g for g in groups},
        extras={str(canonicalize_name(e)): e for e in _table(data, "project", "optional-dependencies")},
        defaults=frozenset(str(canonicalize_name(n)) for n in names if str(canonicalize_name(n)) in _normal(groups)),
        renamed=dict(move.groups),
        scripts=dict(_scripts(ground, move)),
        tools=_tools(ground, move),
        members=move.members,
        requires=str(_table(data, "project").get("requires-python") or ""),
        oldest=_oldest(_table(data, "project").get("requires-python")),
        local_paths=any(_is_path(source) for source in _table(settings, "sources").values()),
    )
    read = ground.read
    files = [posixpath.normpath(posixpath.join(move.project.path, old)) for old, new in move.groups if ":" in new]
    apart = {
        file
        for file in files
        if file.endswith((".txt", ".in", ".pip"))
        and not holds_project(file, made, read)
        and not _shared(file, made, own, groups, read)
    }
    return replace(made, apart=frozenset(apart))


def _shared(
    file: str, target: Target, own: set[str], groups: Mapping[str, Any], read: Callable[[str], str | None]
) -> bool:
    """Whether a list by hand names what the project requires and its group does not: the file is in both."""
    text = read(file) or ""
    if _COMPILED.search(text) is not None:
        return False
    group = (target.file(file) or "").removeprefix("group:")
    return bool(_names(text.splitlines()) & own - _names(_members(group, groups, 0)))


def _members(group: str, groups: Mapping[str, Any], depth: int) -> list[str]:
    """The requirements of a group and of those that it includes."""
    entries = groups.get(group)
    found = _strings(entries)
    for entry in entries if isinstance(entries, list) and depth < 10 else ():
        if isinstance(entry, dict) and isinstance(entry.get("include-group"), str):
            found += _members(entry["include-group"], groups, depth + 1)
    return found


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _names(rows: Sequence[str]) -> set[str]:
    """The packages that requirements name."""
    found = (re.match(r"[ \t]*([A-Za-z0-9][\w.-]*)", row) for row in rows)
    return {str(canonicalize_name(match[1])) for match in found if match is not None}


_INCLUDED = re.compile(r"^[ \t]*(?:-r|--requirement)[ =\t]*(?P<file>[^\s#;]+)", re.MULTILINE)
_COMPILED = re.compile(r"^#.{0,80}(?:pip-compile|uv pip compile)[^\n]*", re.MULTILINE)
_INPUT = re.compile(r"(?<=[ \t])[\w./-]+\.(?:txt|in)(?![\w.])")
"""What a compile command in a header reads (an output stands behind ``=`` or is the file itself)."""


def holds_project(file: str, target: Target, read: Callable[[str], str | None]) -> bool:
    """Whether a file has what the project itself requires: by itself, by what it includes or was compiled from."""
    seen: set[str] = set()
    waiting = [file]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        new = target.file(path)
        if (new is not None and not new.startswith("group:")) or path.endswith(".lock"):
            return True  # Rye's locks hold all of it
        text = read(path) or ""
        source = f"{posixpath.splitext(path)[0]}.in"
        folder = posixpath.dirname(path)
        if path.endswith(".txt") and (header := _COMPILED.findall(text)):
            if read(source) is None:
                return True  # from what, nothing says
            named = _INPUT.findall(" ".join(header))
            beside = (posixpath.normpath(posixpath.join(folder, name)) for name in named)
            waiting += [source, *(f for f in (*named, *beside) if target.file(f) is not None and f != path)]
        waiting += [posixpath.normpath(posixpath.join(folder, m["file"])) for m in _INCLUDED.finditer(text)]
    return False


def _oldest(requires: object) -> tuple[int, int] | None:
    """The oldest minor version of Python 3 that a range admits; ``None`` where it has no lower end or is no range."""
    found = re.findall(r"(?:>=|==|~=)\s*3\.(\d{1,2})", requires) if isinstance(requires, str) else []
    return (3, min(map(int, found))) if found else None


def _normal(groups: Mapping[str, Any]) -> set[str]:
    return {str(canonicalize_name(g)) for g in groups}


def _is_path(source: object) -> bool:
    found = source if isinstance(source, list) else [source]
    return any(isinstance(s, dict) and ("path" in s or "workspace" in s) for s in found)


def _tools(ground: Ground, move: Move) -> frozenset[str]:
    """The programs that the project's managers are, as far as they are replaced; pip where its files were moved."""
    project = move.project
    managers = {project.primary_manager or "", *(m for m in project.package_managers if m in _REPLACED)}
    found = {program for manager in managers for program in PROGRAMS.get(manager, ())}
    if any(old.endswith((".txt", ".in", ".pip", ".lock")) for old, _ in move.groups):  # .lock: Rye's
        found.add("pip")
    return frozenset(found)


def _scripts(ground: Ground, move: Move) -> Iterator[tuple[str, str]]:
    """Command lines that the old tool keeps under a name (``[scripts]`` of the Pipfile, those of PDM and Rye)."""
    for name, keys in (
        ("Pipfile", ("scripts",)),
        ("pyproject.toml", ("tool", "pdm", "scripts")),
        ("pyproject.toml", ("tool", "rye", "scripts")),
    ):
        path = posixpath.normpath(posixpath.join(move.project.path, name))
        try:
            data = tomllib.loads(ground.read(path) or "")
        except tomllib.TOMLDecodeError:
            continue
        for script, value in _table(data, *keys).items():
            if script != "_":
                yield script, _command_line(value)


def _command_line(value: object) -> str:
    """A script as one command line, as several (one a line) where it is a list of others, ``""`` for anything else."""
    if isinstance(value, dict):
        several = value.get("composite", value.get("chain"))
        plain = {"composite", "chain", "cmd", "help", "shell"}
        if not value.keys() <= plain:
            return ""
        if isinstance(several, list) and all(isinstance(w, str) for w in several):
            return "\n".join(several)
        value = value.get("cmd", value.get("shell"))
    if isinstance(value, list) and all(isinstance(w, str) for w in value):
        return " ".join(value)
    return value if isinstance(value, str) else ""


def _table(data: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    value: Any = data
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def new_name(file: str) -> str | None:
    """The file that stands for an old lock or manifest: ``poetry.lock`` → ``uv.lock``."""
    return _OLD_FILES.get(posixpath.basename(file))
