"""What the editors of all places share: the moved projects, what the scanner saw called, and the notes. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rules.blockers import PlanBlocker
from rules.migration import Ground
from rules.places.target import MANAGERS, Target
from rules.reading import project_around
from rules.uv import starts
from scanner.facts import Extract, Invocation

#: Programs that start others in a container.
CONTAINERS = frozenset("docker docker-compose podman podman-compose kubectl".split())

#: ``code`` of the notes of this package: a place that a person has to change.
CODE = "still-calls-old-tool"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A command as the scanner saw it."""

    first: int
    program: str
    verb: str
    job: str | None
    project: str | None


class Context:
    """What the editors of all places share: the moved projects, what the scanner saw, and the notes."""

    def __init__(self, ground: Ground, targets: Iterable[Target]) -> None:
        self.ground = ground
        self.targets = {target.folder: target for target in targets}
        self.notes: list[PlanBlocker] = []
        self.images_left: set[str] = set()
        self.images_of: dict[str, Target] = {}
        self.left: set[str] = set()
        self._images: str | None = None
        self._seen: dict[str, list[_Seen]] = {}
        projects = {(c.path, c.line, c.argv): c.project for c in ground.repository.commands}
        for extract in ground.facts.extracts.values():
            for invocation in invocations_of(extract):
                seen = _as_seen(invocation, projects.get((invocation.at.path, invocation.at.line, invocation.argv)))
                if seen is not None:
                    self._seen.setdefault(invocation.at.path, []).append(seen)

    def note(self, path: str, line: int | None, message: str, decision: str | None = None) -> None:
        """Tell what a person has to see to."""
        found = PlanBlocker(code=CODE, message=message, path=path, line=line, decision=decision)
        if found not in self.notes:
            self.notes.append(found)

    @cached_property
    def in_system(self) -> bool:
        """Whether a moved project's ``poetry.toml`` has Poetry install into the Python that it is started with."""
        names = ("poetry.toml" if folder == "." else f"{folder}/poetry.toml" for folder in self.targets)
        return any(_NO_ENVIRONMENT.search(self.ground.read(name) or "") for name in names)

    def images(self) -> str:
        """The texts of all Dockerfiles and compose files."""
        if self._images is None:
            files = [p for p, e in self.ground.facts.extracts.items() if e.format in ("dockerfile", "compose")]
            self._images = "\n".join(self.ground.read(path) or "" for path in files)
        return self._images

    def own_actions(self, text: str) -> Iterator[str]:
        """The texts of the repository's own actions that the steps of a workflow use."""
        for folder in sorted({posixpath.normpath(match["folder"]) for match in _OWN_ACTION.finditer(text)}):
            found = (self.ground.read(f"{folder}/action.{ending}") for ending in ("yml", "yaml"))
            yield from (action for action in found if action is not None)

    def calling(self, tools: set[str]) -> set[str]:
        """The files in which the scanner saw one of ``tools`` called."""
        return {path for path, found in self._seen.items() if any(s.program in tools for s in found)}

    def jobs(self, path: str, tools: Collection[str]) -> set[str | None]:
        """The jobs of a file in which the scanner saw one of ``tools`` called."""
        return {seen.job for seen in self._seen.get(path, ()) if seen.program in tools}

    def around(self, path: str) -> Target | None:
        """The moved project that the file at ``path`` belongs to."""
        if path in self.images_of:
            return self.images_of[path]
        project = project_around(self.ground.repository, path)
        if project is None:
            return next(iter(self.targets.values())) if len(self.targets) == 1 else None
        return self._target(project.path)

    def seen(self, path: str, lines: range, program: str, verb: str) -> _Seen | None:
        """The command of that name on one of ``lines``, if the scanner saw one."""
        found = [s for s in self._seen.get(path, ()) if s.program == program and s.first in lines]
        return next((s for s in found if s.verb == verb), found[0] if found else None)

    def replaced(self) -> set[str]:
        """The managers that go, as nothing that stays has them."""
        tools = {tool for target in self.targets.values() for tool in target.tools & MANAGERS}
        return {tool for tool in tools if self.any_of(tool) is not None}

    def target(self, path: str, seen: _Seen, program: str) -> Target | None:
        """The moved project that a command serves; ``None`` where that one does not move."""
        if path in self.images_of and (seen.project is None or program in self.images_of[path].tools):
            return self.images_of[path]
        found = self._target(seen.project) if seen.project is not None else self.around(path)
        around = project_around(self.ground.repository, path)
        if seen.project is None and around is None and program in MANAGERS:
            return self.any_of(program)
        if around is not None and program in around.package_managers and self._target(around.path) is None:
            return None  # that project's own, whatever else moves
        if found is not None and (program not in MANAGERS or program in found.tools):
            return found
        stays = [p for p in self.ground.repository.projects if p.path == seen.project and program in p.package_managers]
        return None if stays else self.any_of(program)

    def any_of(self, program: str) -> Target | None:
        """A moved project that had the tool, where none that has it stays."""
        moved = [t for t in self.targets.values() if program in t.tools]
        stays = [
            p
            for p in self.ground.repository.projects
            if program in p.package_managers and p.role == "main" and self._target(p.path) is None
        ]
        return moved[0] if moved and not stays else None

    def moves(self, folder: str) -> bool:
        """Whether the project in ``folder`` moves, by itself or with its workspace."""
        return self._target(folder) is not None

    def _target(self, folder: str) -> Target | None:
        if folder in self.targets:
            return self.targets[folder]
        project = next((p for p in self.ground.repository.projects if p.path == folder), None)
        if project is not None and project.workspace_root is not None and project.workspace_root in self.targets:
            return self.targets[project.workspace_root]
        return next((t for t in self.targets.values() if any(_holds(m, folder) for m in t.members)), None)


def _holds(member: str, folder: str) -> bool:
    return folder == (posixpath.dirname(member) if member.endswith(".toml") else member)


def invocations_of(extract: Extract) -> Iterable[Invocation]:
    """All commands of a file, those of an image's start included."""
    yield from extract.invocations
    if extract.dockerfile is not None:
        for stage in extract.dockerfile.stages:
            for step in stage.instructions:
                yield from step.invocations


def program_words(argv: Sequence[str]) -> tuple[str, ...]:
    """The words from the program on; what a container is told to run counts, where that is an old tool."""
    words = starts(argv)
    if len(words) > 2 and words[0].startswith("$") and words[1] == "-m":
        return words[2:]
    if words and words[0] in CONTAINERS:
        return words[next((n for n, w in enumerate(words) if w in MANAGERS), 0) :]
    return words


def _as_seen(invocation: Invocation, project: str | None) -> _Seen | None:
    words = program_words(invocation.argv)
    if not words or invocation.at.line is None:
        return None
    verb = next((w for w in words[1:] if not w.startswith("-")), "")
    return _Seen(invocation.at.line, posixpath.basename(words[0]), verb, invocation.job, project)


_OWN_ACTION = re.compile(r"uses:[ \t]*[\"']?\./(?P<folder>[\w./-]{1,200})")
_NO_ENVIRONMENT = re.compile(r"^\s{0,8}create\s{0,8}=\s{0,8}false\b", re.MULTILINE)
