"""The seam of patches: what a converter is given, and what it makes of it. Pure: old texts in, new texts out.

A *migration* is all that changes in one repository on one track: edits of files (whole old text, whole new text),
for each project the versions that its old lock pins, and refusals: what a person must decide first. Where there is a
refusal of a project, nothing of that project is edited: half a move is worse than none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from rules.blockers import PlanBlocker
from scanner.collect import RepoFacts
from scanner.config import Config
from scanner.facts import LockedPackage
from scanner.inventory import Project, Repository

BOUND = "bound-to-index"
"""The group that binds packages which others need to their index; nobody installs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A repository at the scanned commit: what is known of it, what its files say, and their texts.

    ``read`` gives the text of a regular file of the tree, ``None`` where there is none or it is not text; ``decoded``
    that of one in another encoding than UTF-8, which no patch of text can hold. ``admitted``: for projects (by folder)
    that show no Python, those that the versions they hold admit; empty where no index told.
    """

    repository: Repository
    facts: RepoFacts
    read: Callable[[str], str | None]
    config: Config
    as_of: date
    admitted: Mapping[str, str] = field(default_factory=dict)
    decoded: Callable[[str], str | None] = field(default=lambda path: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One changed file: ``before`` is ``None`` for a new one, ``after`` for one that goes; paths are POSIX."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A package's dependencies (PEP 508) and extras as an old lock has them; static metadata where nothing else is.

    ``pythons``: the Pythons that it is for, as the lock writes them.
    """

    name: str
    version: str
    requires: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    pythons: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One project that gets a ``uv.lock`` of its own (a workspace is one project, its members are in ``members``).

    ``manifest``: the converted ``pyproject.toml``; ``lock``: where its ``uv.lock`` will be. ``pins``: what the old lock
    (or the fully pinned requirements) held, the versions to keep; ``old_lock`` is its path, ``None`` where nothing
    recorded versions. ``groups``: old group, extra or file (``requirements-dev.txt``) → the uv group or extra with
    it now (``group:dev``, ``extra:s3``, ``project``); a file may have several. ``package``: whether the project itself
    is installed.

    ``environments`` are markers for ``[tool.uv] environments``, from wide to narrow, within which the old lock is known
    to hold; where the universal resolution needs other versions outside of them, one of these takes it back
    (:func:`rules.migrations.narrowed`). Empty where the old lock holds everywhere. ``complete``: the pins are all that
    was installed, as a locker wrote them; not so where somebody pinned by hand, and pip found the rest: in the files
    ``by_hand``.
    ``recorded``: what the old lock says of its packages' own dependencies. ``by_extra``: what the manifest lists among
    the project's own dependencies, although the old tool installed it with an extra alone.
    """

    project: Project
    manifest: str
    lock: str
    old_lock: str | None
    pins: tuple[LockedPackage, ...]
    groups: tuple[tuple[str, str], ...] = ()
    members: tuple[str, ...] = ()
    package: bool = False
    environments: tuple[str, ...] = ()
    complete: bool = True
    by_hand: tuple[str, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    by_extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a project is not moved: the blocker (code, message, file:line, the decision to take)."""

    project: str
    blocker: PlanBlocker


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """The whole patch of a repository but for the locks, which only uv can write."""

    repository: str
    edits: tuple[Edit, ...] = ()
    moves: tuple[Move, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[PlanBlocker, ...] = ()
