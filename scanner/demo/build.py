"""Writes the demo fleet to a folder: clones with work trees, the same commit ids every time and everywhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

from scanner.demo import objects
from scanner.demo.history import Commit, History, parse

REMOTE = "https://git.example/acme"
MARKER = ".muster-demo"
STORE = "muster.db"
CONFIG = "muster.toml"
_EXPLAINED = "This folder was written by `muster demo`, which writes it anew each time. Keep nothing of yours here.\n"


class Refused(Exception):
    """The folder holds something that is not ours to overwrite."""


def histories() -> tuple[History, ...]:
    """The repositories of the fleet, by name."""
    found = (resources.files("scanner.demo") / "fleet").iterdir()
    texts = {entry.name.removesuffix(".history"): entry.read_text(encoding="utf-8") for entry in found}
    return tuple(parse(name, texts[name]) for name in sorted(texts))


def settings() -> str:
    """The fleet's ``muster.toml``."""
    return (resources.files("scanner.demo") / CONFIG).read_text(encoding="utf-8")


def build(folder: Path) -> None:
    """Write the fleet of the first scene; raises :class:`Refused` rather than touch what is not ours.

    A demo fleet that an earlier call wrote is replaced, its store too.
    """
    fleet = histories()
    _make_room(folder, fleet)
    (folder / MARKER).write_text(_EXPLAINED, encoding="utf-8")
    (folder / CONFIG).write_text(settings(), encoding="utf-8")
    for history in fleet:
        repository = folder / history.name
        objects.begin(repository / ".git", f"{REMOTE}/{history.name}.git")
        _commit(repository, history.commits, {})


def advance(folder: Path) -> tuple[tuple[str, Commit], ...]:
    """Make the commits of the second scene in a fleet that :func:`build` wrote; returns them, oldest first."""
    made: list[tuple[str, Commit]] = []
    for history in histories():
        _commit(folder / history.name, history.later, history.tree())
        made += [(history.name, commit) for commit in history.later]
    return tuple(sorted(made, key=lambda pair: pair[1].when))


def _make_room(folder: Path, fleet: Iterable[History]) -> None:
    """An empty folder, but for what somebody else put beside the fleet."""
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} is not a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise Refused(f"{folder} is not empty, and no demo fleet: name another folder, or one that does not exist")
    folder.mkdir(parents=True, exist_ok=True)
    stores = (STORE, f"{STORE}-shm", f"{STORE}-wal")
    for name in (*(history.name for history in fleet), CONFIG, MARKER, *stores):
        _remove(folder / name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _commit(repository: Path, commits: Iterable[Commit], before: Mapping[str, str]) -> None:
    """Commits to the branch, the index and the work tree."""
    after = objects.write(repository / ".git", commits, before)
    for path in before.keys() - after.keys():
        (repository / path).unlink()
    for path, text in after.items():
        if text != before.get(path):
            place = repository / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8", newline="\n")
