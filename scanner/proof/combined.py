"""``muster plan --to uv,ruff --patches``: one patch for both moves of a repository, upon the scanned commit.

The move to Ruff is made once more, upon the files as the patch to uv leaves them (the old tools are not run again:
their baseline is known). Where it changes a manifest, uv writes the new lock again upon the proved one; what came and
went beside it is told.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from rules.migration import Edit, Ground, Move
from rules.patch import patch, reverse
from rules.plan import Plans
from rules.ruff.baseline import Baseline
from rules.ruff.move import move
from scanner.collect import collect
from scanner.config import Config
from scanner.facts import Problem
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.formats.shell_script import STARTED
from scanner.inventory import Repository
from scanner.proof import scratch
from scanner.proof.ground import Opened, upon
from scanner.proof.relock import relocked
from scanner.proof.settings import Settings
from scanner.repository import Identity, describe
from scanner.survey import excluded
from scanner.tree import Entry, Tree, decoded
from scanner.words import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A repository with a patch on both tracks: the edits of the one to uv with its moves, the baseline of Ruff's."""

    repository: Repository
    config: Config
    as_of: date
    edits: tuple[Edit, ...]
    moves: tuple[Move, ...]
    baseline: Baseline | None = None
    settings: Settings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """The patch for both moves and the one that takes it back (``""``: none); ``error`` says why there is none."""

    repository: str
    patch: str = ""
    rollback: str = ""
    remarks: tuple[str, ...] = ()
    error: str | None = None


def combine(pair: Pair) -> Combined:
    """The patch of both moves; never raises: what goes wrong costs this repository alone."""
    identity = pair.repository.id
    return upon(
        pair.repository,
        pair.config,
        pair.as_of,
        work=lambda found: _combined(pair, found),
        failed=lambda why: Combined(repository=identity, error=why),
    )


def _combined(pair: Pair, found: Opened) -> Combined:
    with _patched(pair, found) as ground:
        made = move(ground, pair.baseline)
    after = {edit.path: edit.after for edit in pair.edits}
    after |= {edit.path: edit.after for edit in made.edits}
    remarks = tuple(_renew_locks(pair, found, after, {edit.path for edit in made.edits}))
    edits = tuple(Edit(path=path, before=found.ground.read(path), after=text) for path, text in after.items())
    modes = found.modes()
    return Combined(
        repository=pair.repository.id,
        patch=patch(edits, modes),
        rollback=patch(reverse(edits), modes),
        remarks=remarks,
    )


def with_combined(plans: Plans, chosen: Collection[str], names: Mapping[str, str]) -> Plans:
    """The plans with the patches of both tracks, for the repositories ``chosen``."""
    found = (
        msgspec.structs.replace(p, combined=f"{names[p.repository]}.uv-ruff.patch") if p.repository in chosen else p
        for p in plans.plans
    )
    return replace(plans, plans=tuple(found))


@contextmanager
def _patched(pair: Pair, found: Opened) -> Iterator[Ground]:
    """The repository as the patch to uv leaves it."""
    tree = _Overlay(found.tree, {edit.path: edit.after for edit in pair.edits})
    facts = collect(tree, formats_for, REQUIREMENTS, excluded(pair.config.exclude), STARTED)
    known = pair.repository
    identity = Identity(id=known.id, name=known.name, location=known.location, commit=known.commit)
    repository = describe(identity, facts, pair.config)
    texts = {edit.path: edit.after for edit in pair.edits}

    def read(path: str) -> str | None:
        return texts[path] if path in texts else found.ground.read(path)

    yield Ground(repository=repository, facts=facts, read=read, config=pair.config, as_of=pair.as_of)


class _Overlay:
    """A tree with some files in another state; ``None`` for one that is gone."""

    def __init__(self, tree: Tree, texts: Mapping[str, str | None]) -> None:
        self._tree = tree
        self._texts = texts
        self.commit, self.branch = tree.commit, tree.branch
        self.committed_at, self.remote, self.problems = tree.committed_at, tree.remote, tree.problems

    def entries(self) -> Sequence[Entry]:
        """Everything but folders, sorted by path."""
        kept = [entry for entry in self._tree.entries() if entry.path not in self._texts]
        modes = {entry.path: entry.executable for entry in self._tree.entries()}
        own = (
            Entry(path, "file", len(text.encode()), executable=modes.get(path, False))
            for path, text in self._texts.items()
            if text is not None
        )
        return tuple(sorted([*kept, *own], key=lambda entry: entry.path))

    def read(self, wanted: Mapping[str, int]) -> Iterator[tuple[str, bytes | Problem]]:
        """The contents of the files ``wanted``."""
        for path, limit in wanted.items():
            text = self._texts.get(path)
            if text is not None:
                yield path, text.encode()
            else:
                yield from self._tree.read({path: limit})

    def texts(self, wanted: Mapping[str, int]) -> Iterator[tuple[str, str | Problem]]:
        """As :meth:`read`, decoded."""
        return decoded(self.read(wanted))

    def close(self) -> None:
        """The tree below is somebody else's."""


def _renew_locks(pair: Pair, found: Opened, after: dict[str, str | None], changed: Iterable[str]) -> Iterator[str]:
    """New locks for the manifests that the move to Ruff changes; what came and went."""
    touched = set(changed)
    for moved in pair.moves:
        served = {moved.manifest, *(posixpath.join(member, "pyproject.toml") for member in moved.members)}
        lock = after.get(moved.lock)
        if lock is None or not touched & served:
            continue
        manifests = {
            path: text
            for path in {*found.ground.facts.files, *after}
            if scratch.is_needed(path)
            and (text := after[path] if path in after else found.ground.read(path)) is not None
        }
        renewed = relocked(moved, manifests, lock, pair.settings) if pair.settings is not None else None
        if renewed is None:
            yield f"{moved.lock} is the one of the move to uv alone: `uv lock` writes it anew after this patch"
            continue
        after[moved.lock] = renewed.lock
        told = [*(f"{name} comes" for name in renewed.added), *(f"{name} goes" for name in renewed.removed)]
        told += [f"{name} moves" for name in renewed.moved]
        if told:
            yield f"{moved.lock}, with the move to Ruff: {listed(told, 12)}"
