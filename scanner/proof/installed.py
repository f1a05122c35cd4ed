"""What a ``uv.lock`` installs on Linux with CPython: its graph walked from the project's own packages. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from scanner.lock_tables import package_tables
from scanner.markers import Clause, parse
from scanner.toml_reader import strings

MINORS = tuple(range(6, 16))
"""The minor versions of Python 3 that are looked at."""

Name = tuple[str, str | None]
"""A package's normalised name and its version (``None`` where the lock has none)."""


def pythons(requires_python: str | None) -> tuple[str, ...]:
    """For each minor version of Python that ``requires_python`` admits, the last release of it that it admits."""
    try:
        admitted = SpecifierSet(requires_python or "")
    except InvalidSpecifier:
        admitted = SpecifierSet()
    found = (next((v for patch in range(39, -1, -1) if admitted.contains(v := f"3.{m}.{patch}")), None) for m in MINORS)
    return tuple(version for version in found if version is not None)


def holds(marker: str | None, python: str, extras: frozenset[str] = frozenset()) -> bool:
    """Whether a marker is true on Linux (x86-64) with this CPython; one that cannot be read counts as true."""
    formula = parse(marker) if marker else ()
    if not formula:
        return True
    stack: list[bool] = []
    for item in formula:
        if isinstance(item, Clause):
            stack.append(_clause(item, python, extras))
        elif item in ("always", "never"):
            stack.append(item == "always")
        elif item == "not":
            stack.append(not stack.pop())
        else:
            right, left = stack.pop(), stack.pop()
            stack.append((left and right) if item == "and" else (left or right))
    return stack[-1]


def _clause(clause: Clause, python: str, extras: frozenset[str]) -> bool:
    if clause.variable == "extra":
        return (clause.value in extras) == (clause.operator == "==")
    return _plain(clause, python)


@lru_cache(maxsize=8192)
def _plain(clause: Clause, python: str) -> bool:
    variable, operator, value = clause
    text = f"{variable} {operator} '{value}'" if "contains" not in operator else ""
    if operator.endswith("contains"):
        text = f"'{value}' {'not in' if operator.startswith('not') else 'in'} {variable}"
    try:
        return Marker(text).evaluate(_environment(python))
    except (ValueError, UndefinedComparison, UndefinedEnvironmentName):
        return True


@lru_cache(maxsize=64)
def _environment(python: str) -> dict[str, str]:
    version, _, platform = python.partition("@")
    return {
        "implementation_name": "cpython",
        "implementation_version": version,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_version": "",
        "python_full_version": version,
        "python_version": version.rpartition(".")[0],
        "extra": "",
        **PLATFORMS[platform],
    }


PLATFORMS = {
    "": {"os_name": "posix", "platform_machine": "x86_64", "platform_system": "Linux", "sys_platform": "linux"},
    "win32": {"os_name": "nt", "platform_machine": "AMD64", "platform_system": "Windows", "sys_platform": "win32"},
    "darwin": {"os_name": "posix", "platform_machine": "arm64", "platform_system": "Darwin", "sys_platform": "darwin"},
}
"""Markers by what may follow a version of Python: ``3.12.1`` is on Linux, ``3.12.1@win32`` on Windows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to install: the project itself (with its dependencies), extras and groups of it; ``None`` means all."""

    project: bool = True
    extras: frozenset[str] | None = frozenset()
    groups: frozenset[str] | None = frozenset()


EVERYTHING = Wanted(extras=None, groups=None)


class Graph:
    """The packages of a ``uv.lock`` and their edges."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._packages: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in package_tables(data.get("package")):
            self._packages[str(canonicalize_name(str(entry.get("name"))))].append(entry)
        self.own = tuple(sorted(n for n, all_ in self._packages.items() if any(_is_own(entry) for entry in all_)))
        self._manifest = data.get("manifest") if isinstance(data.get("manifest"), dict) else {}

    def installs(
        self,
        python: str,
        wanted: Wanted = EVERYTHING,
        of: Iterable[str] | None = None,
        leave: Collection[str] = (),
    ) -> frozenset[Name]:
        """What is installed with ``python`` for the project's packages (``of``: only these), themselves left out.

        What only the packages ``leave`` ask for is left out, too.
        """
        names = self.own if of is None else tuple(of)
        seen: set[tuple[str, str | None, str]] = set()
        queue: list[tuple[dict[str, Any], Sequence[str]]] = []
        conflicts = self._conflict_extras(names, wanted)
        for name in names:
            for entry in self._packages[name]:
                queue += self._roots(entry, wanted, python, conflicts)
        queue += self._edges(package_tables(_at(self._manifest, "requirements")), python, conflicts)
        found: set[Name] = set()
        while queue:
            entry, extras = queue.pop()
            name, version = str(canonicalize_name(str(entry["name"]))), entry.get("version")
            found.add((name, version if isinstance(version, str) else None))
            if name in leave:
                continue
            for extra in ("", *extras):
                if (name, version, extra) in seen:
                    continue
                seen.add((name, version, extra))
                listed = _at(entry, "optional-dependencies", extra) if extra else entry.get("dependencies")
                queue += self._edges(package_tables(listed), python, conflicts)
        return frozenset(item for item in found if item[0] not in self.own)

    def reaches(self, wanted: Wanted) -> frozenset[str]:
        """The names of what may be installed for ``wanted`` somewhere: markers are passed over."""
        queue = [edge for own in self.own for entry in self._packages[own] for edge in _asked(entry, wanted)]
        queue += package_tables(_at(self._manifest, "requirements"))
        seen: set[tuple[str, str]] = set()
        while queue:
            edge = queue.pop()
            name = str(canonicalize_name(str(edge.get("name"))))
            for extra in ("", *strings(edge.get("extra"))):
                if (name, extra) in seen:
                    continue
                seen.add((name, extra))
                for entry in self._packages.get(name, ()):
                    listed = _at(entry, "optional-dependencies", extra) if extra else entry.get("dependencies")
                    queue += package_tables(listed)
        return frozenset(name for name, _ in seen)

    def roots(self) -> dict[str, list[str | None]]:
        """What the project at the lock's own folder asks for without any extra or group, and the markers of each."""
        found: defaultdict[str, list[str | None]] = defaultdict(list)
        for entry in (entry for own in self.own for entry in self._packages[own] if _is_here(entry)):
            for edge in package_tables(entry.get("dependencies")):
                marker = edge.get("marker")
                found[str(canonicalize_name(str(edge.get("name"))))].append(marker if isinstance(marker, str) else None)
        return dict(found)

    def parts(self) -> dict[str, frozenset[str]]:
        """The project's extras (``extra:NAME``) and groups (``group:NAME``) and the packages that each asks for."""
        found: dict[str, frozenset[str]] = {}
        for own in self.own:
            for entry in self._packages[own]:
                for kind, key in (("extra", "optional-dependencies"), ("group", "dev-dependencies")):
                    tables = entry.get(key)
                    for name, edges in tables.items() if isinstance(tables, dict) else ():
                        names = {str(canonicalize_name(str(edge.get("name")))) for edge in package_tables(edges)}
                        found[f"{kind}:{name}"] = found.get(f"{kind}:{name}", frozenset()) | names
        return found

    def _roots(
        self, entry: dict[str, Any], wanted: Wanted, python: str, conflicts: frozenset[str]
    ) -> list[tuple[dict[str, Any], Sequence[str]]]:
        return self._edges(_asked(entry, wanted), python, conflicts)

    def _edges(
        self, edges: Iterable[Mapping[str, Any]], python: str, conflicts: frozenset[str]
    ) -> list[tuple[dict[str, Any], Sequence[str]]]:
        found: list[tuple[dict[str, Any], Sequence[str]]] = []
        for edge in edges:
            marker = edge.get("marker")
            if holds(marker if isinstance(marker, str) else None, python, conflicts):
                entry = self._target(edge, python, conflicts)
                if entry is not None:
                    found.append((entry, strings(edge.get("extra"))))
        return found

    def _target(self, edge: Mapping[str, Any], python: str, conflicts: frozenset[str]) -> dict[str, Any] | None:
        candidates = self._packages.get(str(canonicalize_name(str(edge.get("name")))), [])
        fitting = [
            entry
            for entry in candidates
            if edge.get("version", entry.get("version")) == entry.get("version")
            and edge.get("source", entry.get("source")) == entry.get("source")
        ]
        here = [
            entry
            for entry in fitting
            if not (markers := strings(entry.get("resolution-markers")))
            or any(holds(marker, python, conflicts) for marker in markers)
        ]
        return next(iter(here or fitting), None)

    def _conflict_extras(self, names: Iterable[str], wanted: Wanted) -> frozenset[str]:
        """The names under which uv's markers speak of chosen extras, groups and projects that conflict."""
        found: set[str] = set()
        for name in names:
            found.add(f"project-{len(name)}-{name}")
            for entry in self._packages[name]:
                for key, word, chosen in (
                    ("optional-dependencies", "extra", wanted.extras),
                    ("dev-dependencies", "group", wanted.groups),
                ):
                    tables = entry.get(key)
                    for part in tables if isinstance(tables, dict) else ():
                        if chosen is None or part in chosen:
                            found.add(f"{word}-{len(name)}-{name}-{part}")
        return frozenset(found)


def _asked(entry: Mapping[str, Any], wanted: Wanted) -> list[dict[str, Any]]:
    """What one of the project's packages asks for, with the extras and groups that are wanted."""
    listed = package_tables(entry.get("dependencies")) if wanted.project else []
    for key, chosen in (("optional-dependencies", wanted.extras), ("dev-dependencies", wanted.groups)):
        tables = entry.get(key)
        for name, edges in tables.items() if isinstance(tables, dict) else ():
            if chosen is None or name in chosen:
                listed += package_tables(edges)
    return listed


def _is_own(entry: Mapping[str, Any]) -> bool:
    source = entry.get("source")
    return isinstance(source, dict) and any(key in source for key in ("virtual", "editable", "directory"))


def _is_here(entry: Mapping[str, Any]) -> bool:
    source = entry.get("source")
    return isinstance(source, dict) and any(source.get(key) == "." for key in ("virtual", "editable", "directory"))


def _at(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
