"""What the origins of a migration share: the project at hand, why a move stops, what is said beside it."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.blockers import KINDS, PlanBlocker
from rules.migration import Edit, Ground, Move, Refusal
from rules.migrations.shapes import misshapen
from rules.uv import safe_name
from scanner.facts import normal_name
from scanner.inventory import Project

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


def is_name(text: str) -> bool:
    """Whether it is the name of a distribution (PEP 508)."""
    return _NAME.fullmatch(text) is not None


class Stop(Exception):
    """The project cannot be moved before a person decides; becomes a :class:`~rules.migration.Refusal`."""

    def __init__(
        self, code: str, message: str, path: str | None = None, line: int | None = None, decision: str | None = None
    ) -> None:
        super().__init__(message)
        self.blocker = made(code, message, path, line, decision)


def made(
    code: str, message: str, path: str | None = None, line: int | None = None, decision: str | None = None
) -> PlanBlocker:
    """A blocker of a known kind; without an own decision it asks that of its kind."""
    return PlanBlocker(code=code, message=message, path=path, line=line, decision=decision or KINDS[code].decision)


@dataclass(slots=True)
class Site:
    """One project to be moved: its texts, and what is noted on the way."""

    ground: Ground
    project: Project
    notes: list[PlanBlocker] = field(default_factory=list)

    @property
    def folder(self) -> str:
        """The project's folder."""
        return self.project.path

    @property
    def manifest(self) -> str:
        """The path of its ``pyproject.toml``, whether it exists or will."""
        return self.path("pyproject.toml")

    def path(self, name: str) -> str:
        """``name`` in the project's folder as a path from the repository's root."""
        return posixpath.normpath(posixpath.join(self.folder, name))

    def read(self, name: str) -> str | None:
        """The text of a file in the project's folder."""
        return self.ground.read(self.path(name))

    def line_of(self, words: str) -> int | None:
        """The first line of the manifest that holds ``words``."""
        rows = (self.read("pyproject.toml") or "").splitlines()
        return next((number for number, row in enumerate(rows, start=1) if words in row), None)

    def note(
        self, code: str, message: str, path: str | None = None, line: int | None = None, decision: str | None = None
    ) -> None:
        """Say something that a reviewer should know; no decision unless one is given."""
        self.notes.append(PlanBlocker(code=code, message=message, path=path, line=line, decision=decision))

    def name(self, declared: str | None) -> str:
        """The declared name where it is a valid one, else one made of the project's, the folder's, the repository's."""
        if declared and is_name(declared):
            return declared
        made = safe_name(self.project, self.ground.repository.name)
        known = self._asked_for()
        repository = self.ground.repository.name
        others = (*([f"{repository}-{made}"] if repository != made else []), f"{made}-project", f"{made}-application")
        names = (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in (made, *others))
        return next((name for name in names if name not in known), f"{made}-of-{made}")

    def _asked_for(self) -> set[str]:
        """Names of packages that the project needs: none of these can be its own (a folder called ``django``)."""
        locks = (self.ground.facts.extracts.get(lock.path) for lock in self.project.lockfiles)
        pins = {
            pin.key for found in locks if found is not None and found.lock is not None for pin in found.lock.packages
        }
        return pins | {normal_name(item.name) for item in self.project.dependencies if item.name}

    def exists(self, path: str) -> bool:
        """Whether there is such a file, or a folder with files, in the repository."""
        files = self.ground.facts.files
        return path in files or path == "." or any(f.startswith(path + "/") for f in files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What an origin makes of one project."""

    edits: tuple[Edit, ...]
    move: Move


Origin = Callable[[Site], Moved]


def parsed(path: str, text: str) -> dict[str, Any]:
    """A TOML text as data; raises :class:`Stop` where it is none."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise Stop("unread-file", f"{path}: {error}", path, int(found[1]) if found else None) from None
    for key in misshapen(document):
        raise Stop("unread-file", f"{path}: {key} holds something else than belongs there", path)
    return document


def refusal(site: Site, stop: Stop) -> Refusal:
    """A stop as the seam has it."""
    return Refusal(project=site.folder, blocker=stop.blocker)


def deleted(site: Site, paths: Sequence[str]) -> list[Edit]:
    """Edits that take files away, for those that are there and can be read."""
    found = []
    for path in dict.fromkeys(paths):
        text = site.ground.read(path)
        if text is not None:
            found.append(Edit(path=path, before=text, after=None))
    return found
