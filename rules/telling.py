"""The most telling disagreements of a fleet: what differs for certain, and matters most, first.

A person who opens the named lines must find what is said. So a project is told once, by the gravest of its
differences, and only where all that is known of a place says so: what is from the lock in part, in one of two images
or in one of two jobs, is left to the list of all disagreements.
"""

from __future__ import annotations

import posixpath
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rules.reading import differences, is_deployed, main_projects
from scanner.environments import family, is_aside_image, is_shipped
from scanner.inventory import Command, Disagreement, Environment, Evidence, Project, Repository, VersionPair
from scanner.words import counted, listed

Sort: TypeAlias = Literal["no-lock", "other-lock", "other-tool", "python", "same-pins"]

PLACES = {"local": "local", "ci": "CI", "image": "image"}
_SORTS: tuple[Sort, ...] = ("no-lock", "other-lock", "other-tool", "python", "same-pins")  # the gravest first
_LOCKED = ("locked", "stale", "unknown")
_CRITICAL = {"high": 0, "medium": 1, "low": 2}
_PAIRS = (("local", "image"), ("ci", "image"), ("local", "ci"))  # what ships first
_BUILD = "build{s} the image"
_THERE = {"ci": "install{s} in CI", "image": _BUILD}
_RUNS = {"local": "develop{s} on", "ci": "test{s} on", "image": f"{_BUILD} on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one of the environments does, and the line that shows it; ``text`` is the command there, if it is one."""

    place: str
    way: str
    path: str
    line: int | None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What differs in a project, with the environments that show it side by side.

    ``said`` is the end of a sentence whose verbs end in ``{s}``, the same for all projects that differ so;
    ``packages`` are the first of those that the two sides pin apart, ``more`` counts the rest.
    """

    repository: Repository
    project: Project
    sort: Sort
    said: str
    sides: tuple[Side, ...]
    packages: tuple[VersionPair, ...] = ()
    more: int = 0

    @property
    def message(self) -> str:
        """What differs, as the end of a sentence about one project."""
        return _conjugated(self.said, 1)


def telling(repositories: Iterable[Repository]) -> tuple[Telling, ...]:
    """The gravest difference of every main project that has one for certain, the most telling first."""
    gravest = (min(_found(r, p), key=_sort_of, default=None) for r in repositories for p in main_projects(r))
    return tuple(sorted((t for t in gravest if t is not None), key=_rank))


def one_a_repository(found: Iterable[Telling]) -> tuple[Telling, ...]:
    """The first of each repository: a short list shall not be filled by one."""
    first: dict[str, Telling] = {}
    for one in found:
        first.setdefault(one.repository.id, one)
    return tuple(first.values())


def sentences(found: Iterable[Telling]) -> tuple[str, ...]:
    """``31 projects say poetry and build the image with pip`` and the like, the commonest and the gravest first."""
    counts = Counter((_SORTS.index(t.sort), t.said) for t in found)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(f"{counted(number, 'project')} {_conjugated(said, number)}" for (_, said), number in ordered)


def _conjugated(said: str, number: int) -> str:
    return said.replace("{s}", "s" if number == 1 else "")


def _sort_of(one: Telling) -> int:
    return _SORTS.index(one.sort)


def _rank(one: Telling) -> tuple[object, ...]:
    critical = _CRITICAL.get(one.repository.criticality or "", len(_CRITICAL))
    deployed, ships = is_deployed(one.project), _BUILD in one.said
    apart = len(one.packages) + one.more
    return (critical, not deployed, _sort_of(one), not ships, -apart, one.said, one.repository.id, one.project.path)


def _found(repository: Repository, project: Project) -> Iterator[Telling]:
    """All that certainly differs between two environments of the project."""
    pairs: dict[tuple[str, str], dict[str, Disagreement]] = {}
    for d in differences(project):
        pairs.setdefault(d.between, {})[d.what] = d
    images = {image.path: image for image in repository.images}
    shown = project.environments.image.evidence if project.environments.image is not None else ()
    built = any(e.path in images and images[e.path].built_by for e in shown)  # others, that nothing builds, say nothing
    commands = [
        c
        for c in repository.commands
        if c.project in (project.path, None)
        and (c.path not in images or (is_shipped(c, images[c.path]) and (not built or images[c.path].built_by)))
    ]
    if _ships_no_image(repository, project):
        pairs = {between: what for between, what in pairs.items() if between[1] != "image"}
    for between, what in sorted(pairs.items(), key=lambda item: _PAIRS.index(item[0])):
        pair = _Pair(project, between, commands)
        if "python" in what and (sides := pair.pythons()):
            yield Telling(repository=repository, project=project, sort="python", said=pair.on(), sides=sides)
        first = what.get("tool") or what.get("lock")
        sort = pair.sort(first) if first is not None and project.lock_discipline != "conflicting" else None
        if first is not None and sort is not None:
            yield Telling(
                repository=repository,
                project=project,
                sort=sort,
                said=pair.said(sort),
                sides=_sides(repository, project),
                packages=first.packages,
                more=first.more,
            )


def _ships_no_image(repository: Repository, project: Project) -> bool:
    """Whether what others install has an image that nothing here builds: an example, or one for their own use."""
    image = project.environments.image
    paths = {e.path for e in image.evidence[:1]} if image is not None else set()
    others_install = project.publishes and project.kind in ("library", "cli")
    return others_install and any(i.path in paths and i.built_by is None for i in repository.images)


class _Pair:
    """Two environments of a project that differ: in what, and whether that is all there is to say."""

    def __init__(self, project: Project, between: tuple[str, str], commands: Sequence[Command]) -> None:
        self._project, self._places = project, between
        self._left: Environment = getattr(project.environments, between[0]) or Environment(tool=None)
        self._right: Environment = getattr(project.environments, between[1]) or Environment(tool=None)
        self._ci_tests = _tests_in_ci(project, commands)
        self._has_tests = any(c.context == "ci" and c.kind == "test" for c in commands)
        right = [c for c in commands if c.context == between[1]]
        self._tests = {(c.path, c.job) for c in right if c.kind == "test"}
        self._may_be = any(c.kind == "adhoc" and c.uses_lock is None for c in right)
        own = (c for c in right if c.kind == "install" and c.project == project.path)
        self._there = [c for c in own if c.context != "image" or not is_aside_image(c.path)]

    def sort(self, found: Disagreement) -> Sort | None:
        """In what the two differ; nothing where a part of the second does not, or what it installs is not known."""
        a, b = self._left, self._right
        if a.tool is None or b.tool is None:
            return None
        if a.uses_lock and b.uses_lock and found.packages:
            return "other-lock"
        if not any(map(self._is_shown, self._there)) or any(self._is_as_left(c) for c in self._there):
            return None
        if self._may_be:
            return None
        if a.uses_lock and b.uses_lock is False:
            whole = a.sources and not b.apart
            return "no-lock" if self._project.lock_discipline in _LOCKED and whole else None
        if found.what != "tool":
            return None
        return "same-pins" if a.uses_lock and b.uses_lock else "other-tool"

    def _is_shown(self, command: Command) -> bool:
        """Whether a command is what makes the second place what it is; in CI, in a job that tests."""
        at = self._right.evidence[:1]
        tests = command.context != "ci" or (command.path, command.job) in self._tests
        return tests and any((command.path, command.line) == (e.path, e.line) for e in at)

    def _is_as_left(self, command: Command) -> bool:
        """Whether a command of the second place does what the first one does."""
        if self._right.uses_lock is False and self._left.uses_lock:
            return command.uses_lock is not False or command.source in self._left.sources
        return family(command.tool, command.uses_lock) == family(self._left.tool, self._left.uses_lock)

    def said(self, sort: Sort) -> str:
        """The difference as the end of a sentence; verbs end in ``{s}``."""
        a, b = self._left, self._right
        there = _THERE[self._places[1]]
        if family(a.tool, a.uses_lock) != family(b.tool, b.uses_lock):
            there += f" with {b.tool}"
        local, in_ci = self._places[0] == "local", "test{s}" if self._ci_tests else "install{s} in CI"
        who = self._project.primary_manager if local else a.tool
        if sort == "no-lock" and local:
            return f"lock{{s}} with {who} and {there} without the lock"
        if sort == "no-lock":
            return f"{in_ci} from the lock of {who} and {there} without it"
        if sort == "other-lock":
            return f"{'keep{s} one lock' if local else f'{in_ci} from one lock'} and {there} from another"
        says = "say{s}" if local else f"{in_ci} with"
        return f"{says} {who} and {there}" + (", with the same pins" if sort == "same-pins" else "")

    def on(self) -> str:
        """The Pythons that differ as the end of a sentence."""
        left, right = (_RUNS[name] for name in self._places)
        return f"{left} one Python and {right} another"

    def pythons(self) -> tuple[Side, ...]:
        """Who has which Python, where lines of both sides name it, and CI tests with its own."""
        if "ci" in self._places and not self._has_tests:
            return ()
        sides = zip(self._places, (self._left, self._right), strict=True)
        return tuple(
            Side(place=place, way=f"Python {', '.join(e.python)}", path=e.python_at[0].path, line=e.python_at[0].line)
            for place, e in sides
            if self._left.python_at and self._right.python_at
        )


def _tests_in_ci(project: Project, commands: Iterable[Command]) -> bool:
    """Whether what CI installs of the project is installed in a job that tests, and not only checks or builds."""
    environment = project.environments.ci
    at = [(e.path, e.line) for e in environment.evidence[:1]] if environment is not None else []
    ours = [c for c in commands if c.context == "ci"]
    tests = {c.job for c in ours if c.kind == "test"}
    return any(c.job in tests for c in ours if c.kind == "install" and (c.path, c.line) in at)


def _sides(repository: Repository, project: Project) -> tuple[Side, ...]:
    """Every environment that is known, with the command that makes it what it is; locally it is the lock itself."""
    commands = {(c.path, c.line): c for c in reversed(repository.commands) if c.kind == "install"}
    found: list[Side] = []
    for place in PLACES:
        environment = getattr(project.environments, place)
        if environment is None or environment.tool is None or not environment.evidence:
            continue
        at = environment.evidence[0]
        if place == "local" and environment.uses_lock and environment.sources:
            at = Evidence(path=environment.sources[0])
        elif at.line is None and place != "local":
            continue  # a file as a whole shows nothing
        command = commands.get((at.path, at.line))
        found.append(
            Side(
                place=place,
                way=_way(environment, command),
                path=at.path,
                line=at.line,
                text=shlex.join(command.argv) if command is not None else None,
            )
        )
    return tuple(found)


def _way(environment: Environment, command: Command | None) -> str:
    """``pip, from requirements.txt``, ``uv, without a lock (uv.lock is not copied into the image)``."""
    if environment.uses_lock is None:
        return environment.tool or ""
    if environment.uses_lock:
        files = [source for source in environment.sources if posixpath.splitext(source)[1]]
        return f"{environment.tool}, from {listed(files, 2) or 'the lock'}"
    if environment.apart:
        tools = dict.fromkeys((environment.tool or "", (command and command.tool) or environment.tool or ""))
        return f"{listed(list(tools))}, only partly from a lock ({'; '.join(environment.apart)})"
    why = f" ({command.because})" if command is not None and command.because else ""
    return f"{environment.tool}, without a lock{why}"
