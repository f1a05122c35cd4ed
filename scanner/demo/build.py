"""Writes the demo fleet to a folder: clones with work trees, the same commit ids every time and everywhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from scanner import git
from scanner.demo.history import Commit, History, fast_import, parse

REMOTE = "https://git.example/acme"
MARKER = ".muster-demo"
STORE = "muster.db"
CONFIG = "muster.toml"
_EXPLAINED = "This folder was written by `muster demo`, which writes it anew each time. Keep nothing of yours here.\n"


class Refused(Exception):
    """The folder holds something that is not ours to overwrite."""


def histories() -> tuple[History, ...]:
    """The repositories of the fleet, by name."""
    folder = resources.files("scanner.demo") / "fleet"
    texts = ((entry.name.removesuffix(".history"), entry) for entry in folder.iterdir())
    return tuple(parse(name, entry.read_text(encoding="utf-8")) for name, entry in sorted(texts, key=lambda t: t[0]))


def build(folder: Path) -> tuple[Path, ...]:
    """Write the fleet as it is in the first scene; raises :class:`Refused` rather than touch what is not ours.

    A demo fleet that an earlier call wrote is replaced. Returns the repositories' folders.
    """
    fleet = histories()
    _make_room(folder, fleet)
    (folder / MARKER).write_text(_EXPLAINED, encoding="utf-8")
    settings = resources.files("scanner.demo") / CONFIG
    (folder / CONFIG).write_text(settings.read_text(encoding="utf-8"), encoding="utf-8")
    for history in fleet:
        _start(folder / history.name, history)
    return tuple(folder / history.name for history in fleet)


def advance(folder: Path) -> tuple[tuple[str, Commit], ...]:
    """Make the commits of the second scene in a fleet that :func:`build` wrote; returns them by repository."""
    made: list[tuple[str, Commit]] = []
    for history in histories():
        if history.later:
            _commit(folder / history.name, history.later, onto=bool(history.commits))
            made += [(history.name, commit) for commit in history.later]
    return tuple(made)


def _make_room(folder: Path, fleet: Iterable[History]) -> None:
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} is not a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise Refused(f"{folder} is not empty and not a demo fleet: name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*(history.name for history in fleet), CONFIG, MARKER, *(STORE + s for s in ("", "-shm", "-wal"))):
        _remove(folder / name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _start(repository: Path, history: History) -> None:
    git_dir = repository / ".git"
    for part in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (git_dir / part).mkdir(parents=True)
    (git_dir / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (git_dir / "config").write_text(_config(history.name), encoding="utf-8")
    if history.commits:
        _commit(repository, history.commits, onto=False)


def _config(name: str) -> str:
    return (
        "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n"
        f'[remote "origin"]\n\turl = {REMOTE}/{name}.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
        '[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n'
    )


def _commit(repository: Path, commits: tuple[Commit, ...], *, onto: bool) -> None:
    """Commits to the branch, the index and the work tree."""
    git_dir = str(repository.absolute() / ".git")
    git.feed(git_dir, ["fast-import", "--quiet", "--done"], fast_import(commits, onto=onto))
    git.feed(git_dir, ["read-tree", "HEAD"])
    for commit in commits:
        for path, text in commit.files.items():
            place = repository / path
            if text is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8")
