"""From the words of the command line to the repositories to scan, each with an identity that is stable and its own."""

from __future__ import annotations

import fnmatch
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from scanner import files, gitdir, giturl
from scanner.gitdir import GitDir, Unreached
from scanner.inventory import Criticality, Error
from scanner.source import CandidateKind, Found, Labels, Named, Source

MAX_NESTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A repository to scan.

    ``path`` is for opening it, ``location`` for showing (absolute; or the address of one that is not cloned). ``id`` is
    the normalised remote (``host/owner/name``), else the fleet file's id, else the absolute path; ``name`` is the fleet
    file's, else the id's last part, or more parts where two would be equal. With an ``error`` it cannot be scanned.
    """

    id: str
    name: str
    location: str
    path: str
    kind: CandidateKind
    repository: GitDir | None = None
    owners: tuple[str, ...] = ()
    criticality: Criticality | None = None
    tags: tuple[str, ...] = ()
    error: Unreached | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What the sources stand for: ``candidates`` sorted by id, and the ``errors`` of the sources themselves."""

    candidates: tuple[Candidate, ...]
    errors: tuple[Error, ...] = ()


def expand(words: Sequence[str], kinds: Sequence[Source], exclude: Sequence[str] = (), folder: str = ".") -> Expansion:
    """Every repository that the sources ``words`` name, each once, however often it is named.

    ``exclude`` are globs (``fnmatch``) upon id, name and location; relative sources start from ``folder``.
    """
    walk = _Walk(kinds)
    known = _once_each(walk.all([Named(source=word, folder=os.path.abspath(folder)) for word in words]))
    ids = _ids(known)
    made = (_candidate(one, id_, name) for one, id_, name in zip(known, ids, _names(known, ids), strict=True))
    kept = (c for c in made if not any(_fits(c, pattern) for pattern in exclude))
    return Expansion(candidates=tuple(sorted(kept, key=lambda c: c.id)), errors=tuple(walk.errors))


class _Walk:
    def __init__(self, kinds: Sequence[Source]) -> None:
        self.errors: list[Error] = []
        self._kinds = kinds
        self._lists: set[str] = set()

    def all(self, named: Iterable[Named], depth: int = 0) -> Iterator[Found]:
        """What the sources stand for, those that they name in turn included."""
        for one in named:
            place = os.path.realpath(os.path.join(one.folder, one.source.removeprefix("@")))
            if depth > MAX_NESTED or (one.source.startswith("@") and place in self._lists):
                message = "not read again: a list file that names itself, or lists that are nested too deeply"
                self.errors.append(Error(path=files.shown(one.source), line=None, code="too-deep", message=message))
                continue
            if one.source.startswith("@"):
                self._lists.add(place)
            found = list(self._one(one, depth))
            labels = one.labels if len(found) == 1 else _shared(one.labels)
            yield from (replace(each, labels=_joined(each.labels, labels)) for each in found)

    def _one(self, named: Named, depth: int) -> Iterator[Found]:
        kind = next(kind for kind in self._kinds if kind.takes(named.source))
        for found in kind.expand(named.source, named.folder):
            if isinstance(found, Error):
                self.errors.append(found)
            elif isinstance(found, Named):
                yield from self.all([found], depth + 1)
            else:
                yield found


def _shared(labels: Labels | None) -> Labels | None:
    """What can be meant for all repositories of one folder."""
    return replace(labels, id=None, name=None, url=None) if labels else None


def _joined(first: Labels | None, second: Labels | None) -> Labels | None:
    """Both together; where they differ the first counts."""
    if first is None or second is None:
        return first or second
    return Labels(
        id=first.id or second.id,
        name=first.name or second.name,
        url=first.url or second.url,
        owners=first.owners or second.owners,
        criticality=first.criticality or second.criticality,
        tags=tuple(sorted({*first.tags, *second.tags})),
    )


@dataclass(slots=True)
class _Known:
    """A repository and its address in normal form."""

    found: Found
    remote: str | None


def _once_each(found: Iterable[Found]) -> list[_Known]:
    """Every repository once, by its real place; entries without a clone join the clone of the same address."""
    here: dict[str, _Known] = {}
    absent: list[Found] = []
    for one in found:
        if one.kind == "absent":
            absent.append(one)
            continue
        place = os.path.realpath(one.path)
        if place in here:
            here[place].found = replace(here[place].found, labels=_joined(here[place].found.labels, one.labels))
        else:
            here[place] = _Known(one, _remote(one))
    by_remote: dict[str, list[_Known]] = {}
    for known in here.values():
        by_remote.setdefault(known.remote or "", []).append(known)
    for one in absent:
        address = giturl.normalise(one.labels.url) if one.labels and one.labels.url else None
        clones = by_remote.get(address, []) if address else []
        for clone in clones:
            clone.found = replace(clone.found, labels=_joined(clone.found.labels, one.labels))
        if not clones:
            missing = _Known(one, address)
            here[f"\0{one.path}"] = missing
            by_remote.setdefault(address or "", []).append(missing)
    return sorted(here.values(), key=lambda known: files.shown(known.found.path))


def _remote(found: Found) -> str | None:
    url = gitdir.remote(found.repository) if found.repository else None
    labelled = found.labels.url if found.labels else None
    return giturl.normalise(url or labelled or "")


def _ids(known: Sequence[_Known]) -> list[str]:
    """An id for each; of several with the same one, all but the first (by place) get their place added."""
    taken: set[str] = set()
    ids: list[str] = []
    for one in known:
        place = files.shown(one.found.path)
        id_ = one.remote or (one.found.labels.id if one.found.labels else None) or place
        if id_ in taken:
            id_ = f"{id_}#{place}"
        taken.add(id_)
        ids.append(id_)
    return ids


def _names(known: Sequence[_Known], ids: Sequence[str]) -> list[str]:
    """The fleet file's name where it is the only one of that name, else the shortest tail of the id that is unique."""
    given = Counter(one.found.labels.name for one in known if one.found.labels and one.found.labels.name)
    tails = _tails(ids)
    clear = {name for name, count in given.items() if count == 1} - set(tails)
    chosen = [one.found.labels.name if one.found.labels else None for one in known]
    return [name if name and name in clear else tail for name, tail in zip(chosen, tails, strict=True)]


def _tails(ids: Sequence[str]) -> list[str]:
    parts = [id_.removesuffix("/").removesuffix("/.git").removesuffix(".git").split("/") for id_ in ids]
    lengths = [1] * len(ids)
    while True:
        tails = ["/".join(words[-length:]) for words, length in zip(parts, lengths, strict=True)]
        count = Counter(tails)
        longer = [n for n, tail in enumerate(tails) if count[tail] > 1 and lengths[n] < len(parts[n])]
        if not longer:
            return [tail if count[tail] == 1 else id_ for tail, id_ in zip(tails, ids, strict=True)]
        for number in longer:
            lengths[number] += 1


def _candidate(known: _Known, id_: str, name: str) -> Candidate:
    found = known.found
    labels = found.labels or Labels()
    return Candidate(
        id=id_,
        name=name,
        location=files.shown(found.path),
        path=found.path,
        kind=found.kind,
        repository=found.repository,
        owners=labels.owners,
        criticality=labels.criticality,
        tags=labels.tags,
        error=found.error,
    )


def _fits(candidate: Candidate, pattern: str) -> bool:
    return any(fnmatch.fnmatchcase(text, pattern) for text in (candidate.id, candidate.name, candidate.location))
