"""The standard tables: ``[project]`` (PEP 621), ``[dependency-groups]`` (PEP 735), ``[build-system]`` (PEP 518)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from packaging.utils import canonicalize_name

from scanner.facts import EntryPoint, PythonVersion, Requirement
from scanner.pyproject.document import Document

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
MAX_GROUP_ENTRIES = 20_000

_CLASSIFIER = "Programming Language :: Python :: "


def requirements(doc: Document) -> Iterator[Requirement]:
    """Runtime dependencies, extras (scope ``optional``) and build requirements."""
    yield from doc.requirements("project", "dependencies")
    for extra in doc.table("project", "optional-dependencies"):
        yield from doc.requirements("project", "optional-dependencies", extra, scope="optional", group=extra)
    yield from doc.requirements("build-system", "requires", scope="build")


def build_backend(doc: Document) -> str | None:
    """The backend as declared; setuptools' legacy one where ``[build-system]`` names none; ``None`` without it."""
    if not isinstance(doc.get("build-system"), dict):
        return None
    return doc.text("build-system", "build-backend") or LEGACY_BACKEND


def group_requirements(doc: Document) -> list[Requirement]:
    """PEP 735 groups with their includes flattened; an included requirement keeps its line and gets the outer group.

    Names of groups are compared in normal form, loops are entered once.
    """
    return _Groups(doc).flattened()


def entry_points(doc: Document) -> Iterator[EntryPoint]:
    """Scripts, GUI scripts and plug-ins of ``[project]``."""
    yield from entry_point_table(doc, "console_scripts", "project", "scripts")
    yield from entry_point_table(doc, "gui_scripts", "project", "gui-scripts")
    for keys in doc.subtables("project", "entry-points"):
        yield from entry_point_table(doc, keys[-1], *keys)


def entry_point_table(doc: Document, group: str, *keys: str) -> Iterator[EntryPoint]:
    """The table at ``keys``, names to targets, as entry points of ``group``."""
    for name in doc.table(*keys):
        if (target := doc.text(*keys, name)) is not None:
            yield EntryPoint(group=group, name=name, target=target, at=doc.at(*keys, name))


def classifiers(doc: Document, *keys: str) -> Iterator[PythonVersion]:
    """The Python versions among the classifiers at ``keys``."""
    for text, at in doc.strings(*keys):
        version = text.removeprefix(_CLASSIFIER).removesuffix(" :: Only").strip()
        if text.startswith(_CLASSIFIER) and version[:1].isdecimal():
            yield PythonVersion(version=version, at=at, kind="classifier")


class _Groups:
    """The flattening of groups: each group's own entries once, then the includes, without loops."""

    def __init__(self, doc: Document) -> None:
        self._doc = doc
        self._own: dict[str, list[Requirement]] = {}
        self._includes: dict[str, list[str]] = {}
        self._names: dict[str, str] = {}
        for name in doc.table("dependency-groups"):
            self._read(name)

    def flattened(self) -> list[Requirement]:
        found: list[Requirement] = []
        for key, name in self._names.items():
            found += [replace(item, group=name) for part in self._closure(key) for item in self._own[part]]
            if len(found) > MAX_GROUP_ENTRIES:
                self._doc.invalid("dependency-groups unfold to too many entries", self._doc.at("dependency-groups"))
                return found[:MAX_GROUP_ENTRIES]
        return found

    def _read(self, name: str) -> None:
        key = canonicalize_name(name)
        keys = ("dependency-groups", name)
        if key in self._names:
            self._doc.invalid(f"dependency group {name!r} is declared twice", self._doc.at(*keys))
            return
        self._names[key] = name
        self._own[key], self._includes[key] = [], []
        entries = self._doc.table("dependency-groups")[name]
        for number, entry in enumerate(entries if isinstance(entries, list) else [entries]):
            at = self._doc.item_at(keys, number)
            if isinstance(entry, str) and isinstance(entries, list):
                found = self._doc.requirement(entry, at=at, scope="group", group=name)
                self._own[key] += [found] if found is not None else []
            elif isinstance(entry, dict) and isinstance(included := entry.get("include-group"), str):
                self._includes[key].append(canonicalize_name(included))
            else:
                self._doc.invalid(f"dependency group {name!r}: a requirement or include-group expected", at)

    def _closure(self, start: str) -> list[str]:
        """``start`` and the groups that it includes, each once, in the order met."""
        order: dict[str, None] = {}
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key in order:
                continue
            if key not in self._own:
                at = self._doc.at("dependency-groups", self._names[start])
                self._doc.invalid(f"include-group names {key!r}, which is not declared", at)
                continue
            order[key] = None
            waiting.extend(reversed(self._includes[key]))
        return list(order)
