"""The seam of sources: what a kind of source takes from the command line, and the repositories that it finds there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from scanner.gitdir import GitDir, Unreached
from scanner.inventory import Criticality, Error

CandidateKind = Literal["work-tree", "bare", "folder", "absent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a fleet file says of a repository; ``id`` and ``name`` stand in for those that would be derived."""

    id: str | None = None
    name: str | None = None
    url: str | None = None
    owners: tuple[str, ...] = ()
    criticality: Criticality | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A repository (or plain folder) on disk: ``path`` as the system knows it, absolute.

    ``error`` says why one that is there cannot be scanned; ``kind`` ``absent`` is one that is only known by address.
    """

    path: str
    kind: CandidateKind
    repository: GitDir | None = None
    error: Unreached | None = None
    labels: Labels | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Another source that a source names, seen from ``folder``; its labels go to the repository found there."""

    source: str
    folder: str
    labels: Labels | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A kind of source: whether a word of the command line is one, and what it stands for.

    ``expand`` gets the word and the folder that relative paths start from. An :class:`~scanner.inventory.Error` is
    about the source itself (a file that is missing, an entry that makes no sense) and stops nothing else.
    """

    name: str
    takes: Callable[[str], bool]
    expand: Callable[[str, str], Iterator[Found | Named | Error]]
