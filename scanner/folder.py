"""A folder of a repository that is a project, before it is judged, and where paths lie among folders."""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from dataclasses import dataclass

from scanner.facts import Extract, Manifest
from scanner.inventory import Reason, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A project before it is judged: its folder, the facts of its files, its role and where it hangs in a workspace."""

    path: str
    role: Role
    role_reasons: tuple[Reason, ...]
    extracts: tuple[Extract, ...]
    workspace_root: str | None = None
    workspace_tool: str | None = None

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The manifests of this project, its own before those it inherits, in the order of their paths."""
        return tuple(e.manifest for e in self.extracts if e.manifest is not None)

    def manifest(self, form: str) -> Manifest | None:
        """The project's own manifest of this format, directly in its folder."""
        return next(
            (m for m in self.manifests if m.format == form and folder_of(m.path) == self.path),
            None,
        )


def folder_of(path: str) -> str:
    """The folder of a file, ``.`` for the root."""
    return posixpath.dirname(path) or "."


def is_inside(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or below it."""
    return folder == "." or path == folder or path.startswith(folder + "/")


def owner_of(path: str, folders: Collection[str]) -> str | None:
    """The nearest of ``folders`` at or above ``path``, ``None`` when there is none; give a set where there are many."""
    while path and path != ".":
        if path in folders:
            return path
        path = path.rpartition("/")[0]
    return "." if "." in folders else None
