"""Which groups and extras stand for a compiled file: for all that it was compiled from, not only for its namesake."""

from __future__ import annotations

import posixpath
from itertools import chain, count

from packaging.utils import canonicalize_name

from rules.migrations.base import Base
from rules.migrations.disagreement import group_names
from rules.migrations.draft import GroupOf, Wish
from rules.migrations.file_names import stem_of
from rules.migrations.file_set import FileSet
from rules.migrations.standard import table
from scanner.compiled_header import command

_PROJECT_FILES = frozenset({"pyproject.toml", "setup.cfg", "setup.py"})


class CompiledNames:
    """Names the compiled files of a project; ``names`` are what their inputs became, and what they become here."""

    def __init__(self, base: Base, files: FileSet, names: dict[str, list[str]]) -> None:
        self._base, self._files, self._names = base, files, names
        self._waiting = files.compiled - base.reads.keys()

    def give(self) -> None:
        """Name them all, those first that others were compiled from."""
        while self._waiting:
            self._name(min(self._waiting))

    def _name(self, path: str) -> None:
        self._waiting.discard(path)
        inputs = self._files.inputs(self._files.locks[path])
        for other in inputs:
            if other in self._waiting:
                self._name(other)
        own = posixpath.splitext(path)[0] + ".in"
        first = self._names.get(own, []) if own in inputs else []
        found = [*first, *(n for p in inputs for n in self._names.get(p, ())), *self._with_extras(path, inputs)]
        if not self._are_shown(path):
            found += self._by_content(path)
        self._names[path] = self._joined(path, list(dict.fromkeys(found)), first)

    def _joined(self, path: str, found: list[str], first: list[str]) -> list[str]:
        """One part of the project that brings all of ``found``: a group that one of them is already, else a new one."""
        parts = [name for name in found if name != "project"]
        always = ["project"] if "project" in found and "project" in (first or found) else []
        parts = [p for p in parts if not any(p in self._inside(q) for q in parts if q != p)]
        if not parts:
            return ["project"]
        if len(parts) > 1:
            host = next((p for p in parts if p in first and p.startswith("group:")), None) or self._new_group(path)
            entries = self._base.draft.groups[host.partition(":")[2]]
            entries[:0] = [self._entry(path, p) for p in parts if p != host and host not in self._inside(p)]
            parts = [host]
        return [*always, *parts]

    def _inside(self, part: str, seen: frozenset[str] = frozenset()) -> set[str]:
        """The groups that a group includes, directly or not."""
        entries = self._base.draft.groups.get(part.partition(":")[2], ()) if part.startswith("group:") else ()
        near = {f"group:{entry.name}" for entry in entries if isinstance(entry, GroupOf)} - seen
        return near.union(*(self._inside(other, seen | near | {part}) for other in near))

    def _entry(self, path: str, part: str) -> Wish | GroupOf:
        kind, _, name = part.partition(":")
        if kind == "group":
            return GroupOf(name)
        own = self._base.name
        return Wish(name=own, text=f"{own}[{name}]", source={"workspace": True}, path=path)

    def _new_group(self, path: str) -> str:
        taken = {str(canonicalize_name(name)) for name in group_names(self._base)}
        stem = stem_of(path)
        candidates = chain((self._files.called(path), stem), (f"{stem}-{n}" for n in count(2)))
        name = next(name for name in candidates if str(canonicalize_name(name)) not in taken)
        self._base.draft.groups[name] = []
        return f"group:{name}"

    def _with_extras(self, path: str, inputs: list[str]) -> list[str]:
        """The extras and groups of the project with which it was compiled."""
        asked = command(self._files.locks[path].command)
        if asked is None or not any(posixpath.basename(p) in _PROJECT_FILES for p in inputs):
            return []
        there = {*table(self._base.document, "project", "optional-dependencies"), *self._base.draft.extras}
        extras = there if "--all-extras" in asked.flags else {x for given in asked.extras for x in given.split(",")}
        known = {str(canonicalize_name(name)): name for name in there}
        keys = (str(canonicalize_name(extra.strip())) for extra in sorted(extras))
        return ["project", *(f"extra:{known[key]}" for key in keys if key in known)]

    def _are_shown(self, path: str) -> bool:
        """Whether the file itself says what it was compiled from."""
        return bool(self._files.locks[path].inputs) or path in self._files.frozen

    def _by_content(self, path: str) -> list[str]:
        """The groups of which a file that does not show its inputs holds everything: they bring nothing else."""
        held = {pin.key for pin in self._files.locks[path].packages}
        found = []
        for other, listing in self._files.listings.items():
            wanted = {str(canonicalize_name(w.name)) for w in listing.wishes}
            if wanted and wanted <= held:
                found += [n for n in self._names.get(other, ()) if n.startswith("group:")]
        return found
