"""uv's calls in one scratch copy: the manifest with what it needs for now, the lock in its place, and the answer.

A package that uv cannot ask for its dependencies (no wheel, and nothing is built; a build that fails; a repository out
of reach) is answered for by the old lock: ``[[tool.uv.dependency-metadata]]``, for as long as it takes to lock. Before
that, a build that fails is tried with older releases of setuptools (``build-constraint-dependencies``).
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from packaging.requirements import InvalidRequirement, Requirement

from rules.migration import Move, Recorded
from scanner import sandbox
from scanner.facts import normal_name
from scanner.format import Unreadable
from scanner.pep508 import git_reference
from scanner.proof import scratch
from scanner.proof.apart import told_apart
from scanner.proof.causes import Unasked, unasked, version_of
from scanner.proof.interpreter import interpreter
from scanner.proof.seed import seed
from scanner.proof.settings import Settings
from scanner.proof.stated import in_cache
from scanner.toml_reader import loads, strings, table

_ROUNDS = 40
_VERSIONS = 5
"""Of so many versions of a package its source distributions are taken at their word."""
_SETUPTOOLS = ("setuptools<81", "setuptools<66", "setuptools<58")
"""Releases in which setuptools took something away that old scripts use: pkg_resources, convert_path, use_2to3."""


class Bench:
    """One project in its scratch copy below ``root``; its files are written already.

    ``assumed`` are the packages that the old lock answered for so far, and why; ``pins`` the old versions, with the
    environments that each is for; ``avoided`` what has no wheel and is taken in another version.
    """

    def __init__(self, move: Move, manifests: Mapping[str, str], settings: Settings, root: Path) -> None:
        tree = root / "tree"
        self._move = move
        self._settings = settings
        self._folder = tree / posixpath.dirname(move.lock)
        self._lock = tree / move.lock
        self._manifest = tree / move.manifest
        self._plain = self._manifest.read_text(encoding="utf-8")
        served = {move.manifest, *(posixpath.join(member, "pyproject.toml") for member in move.members)}
        self.parsed = [_parsed(text) for path, text in manifests.items() if path in served]
        self._all = [_parsed(text) for text in manifests.values()]
        self._asked = [text for known in move.recorded for text in known.requires]
        self._asked += [text for manifest in self._all for text in _requirements(manifest)]
        self.pins = told_apart(move.pins, self._asked, move.recorded)
        self.requires = [r for p in self.parsed if isinstance(r := table(p, "project").get("requires-python"), str)]
        self._python = interpreter(self.requires, root, tree=tree, builds=settings.allow_build)
        self._recorded: defaultdict[str, list[Recorded]] = defaultdict(list)
        remote = {pin.key for pin in move.pins if pin.source != "path"}
        for known in move.recorded:
            if normal_name(known.name) not in remote:
                continue  # its manifest lies beside
            self._recorded[normal_name(known.name)].append(known)
        self.avoided: set[str] = set()
        self._age = 0
        self._ages: dict[str, int] = {}
        self._hopeless: set[str] = set()
        self._older: tuple[str, ...] = _SETUPTOOLS if settings.allow_build else ()
        self.assumed: dict[str, Unasked] = {}
        if not settings.allow_build:
            self.assumed |= {name: Unasked.NOT_BUILT for name in _without_wheel(move) if name in self._recorded}

    @property
    def built_with(self) -> tuple[str, ...]:
        """What third-party source distributions are built with, where they need something older than today's."""
        return self._older[self._age - 1 : self._age] if self._age else ()

    @property
    def manifest(self) -> dict[str, Any]:
        """The project's manifest as it is, as data."""
        return _parsed(self._plain)

    def sow(self, constraints: Iterable[str], environments: tuple[str, ...]) -> None:
        """Put the manifest and the seed of the old lock in place."""
        self.put(None, constraints, environments)
        if self._move.pins:
            requires = ",".join(self.requires) or None
            text = seed(self.pins, requires, environments, self._queries())
            self._lock.write_text(text, encoding="utf-8")

    def put(self, lock: str | None, constraints: Iterable[str], environments: Iterable[str]) -> None:
        """Put a manifest and a lock in place."""
        self._settled = (tuple(constraints), tuple(environments))
        self._write_manifest(self.assumed)
        if lock is not None:
            self._lock.write_text(lock, encoding="utf-8")

    def lock(self) -> sandbox.Completed:
        """``uv lock``, again and again with the old lock's word for what could not be asked."""
        done = self._locked()
        if not done.ok and self._age:  # what is older did not help in the end
            self._age, self._older = 0, ()
            self._write_manifest(self.assumed)
            done = self._locked()
        return done

    def _locked(self) -> sandbox.Completed:
        for _ in range(_ROUNDS):
            done = self._uv("lock")
            found = None if done.ok else unasked(done.stderr)
            if found is None or not (
                self._built_by_older(*found, done.stderr)
                or self._helped(*found)
                or self._stated(*found, version_of(found[0], done.stderr))
                or self._avoided(*found)
            ):
                break
        return done

    def locked(self) -> str:
        """The lock that is there."""
        return self._lock.read_text(encoding="utf-8")

    def check(self, lock: str, kept: Iterable[str]) -> sandbox.Completed:
        """Whether uv agrees with ``lock``, with the old lock's word only for the packages ``kept``."""
        self._write_manifest(kept)
        self._lock.write_text(lock, encoding="utf-8")
        return self._uv("lock", "--check")

    def build_with(self, chosen: tuple[str, ...]) -> None:
        """Go back to what an earlier lock was made with."""
        self._older = chosen
        self._age = len(chosen)

    def trust(self, names: Iterable[str]) -> frozenset[str]:
        """Let the old lock answer for these packages, as far as it can; those for which it did not yet."""
        fresh = frozenset(name for name in names if name in self._recorded and name not in self.assumed)
        self.assumed |= dict.fromkeys(fresh, Unasked.UNLIKE)
        return fresh

    def distrust(self, names: Iterable[str]) -> None:
        """Take :meth:`trust` back."""
        for name in names:
            self.assumed.pop(name, None)

    def recorded(self, names: Iterable[str]) -> tuple[Recorded, ...]:
        """The old lock's word for these packages."""
        return tuple(known for name in sorted(names) for known in self._recorded[name])

    def _queries(self) -> dict[str, str]:
        """What manifests and recorded packages ask of git repositories, as uv writes it into a lock; by name."""
        found = {name: urlencode({"rev": rev}) for text in self._asked for name, rev in _revision(text)}
        for manifest in (*self._all, *self.parsed):  # what the project itself asks counts most
            for name, source in table(manifest, "tool", "uv", "sources").items():
                told = source if isinstance(source, dict) else {}
                if "git" in told:
                    asked = {key: told[key] for key in _ASKED if isinstance(told.get(key), str)}
                    found[normal_name(name)] = urlencode(asked)
        return found

    def _helped(self, name: str, why: Unasked) -> bool:
        """Whether there is something new to try for a package that could not be asked."""
        if why is Unasked.UNBUILDABLE and not self._settings.allow_build:
            why = Unasked.NOT_BUILT
        if name in self._recorded and name not in self.assumed:
            self.assumed[name] = why
            self._write_manifest(self.assumed)
            return True
        return False

    def _stated(self, name: str, why: Unasked, version: str | None) -> bool:
        """Whether the source distribution itself says something new of a package that could not be asked.

        Without a build only where the old lock is whole: it shows what is missing or too much.
        """
        builds = self._settings.allow_build
        known_before = [known.version for known in self._recorded.get(name, ())]
        by_lock = self.assumed.get(name) not in (None, Unasked.STATED, Unasked.STATED_UNBUILT)
        if by_lock or version is None or version in known_before or len(known_before) >= _VERSIONS:
            return False
        if why not in (Unasked.NOT_BUILT, Unasked.UNBUILDABLE):
            return False
        known = in_cache(self._cache, name, version) if builds or (self._move.pins and self._move.complete) else None
        if known is None:
            return False
        self._recorded[name].append(known)
        self.assumed[name] = Unasked.STATED_UNBUILT if builds else Unasked.STATED
        self._write_manifest(self.assumed)
        return True

    def _avoided(self, name: str, why: Unasked) -> bool:
        """Whether another version of a package may do, as nothing is built."""
        if why not in (Unasked.NOT_BUILT, Unasked.UNBUILDABLE) or self._settings.allow_build or name in self.avoided:
            return False
        self.avoided.add(name)
        return True

    @property
    def _cache(self) -> str:
        return dict(self._settings.env).get("UV_CACHE_DIR", self._settings.cache)

    def _built_by_older(self, name: str, why: Unasked, stderr: str) -> bool:
        """Whether there is an older setuptools to try for a package that does not build."""
        if why is not Unasked.UNBUILDABLE or "setuptools" not in stderr or name in self._hopeless:
            return False
        first = self._ages.setdefault(name, self._age)
        if self._age < len(self._older):
            self._age += 1
        else:
            self._age = first
            self._hopeless.add(name)
        self._write_manifest(self.assumed)
        return name not in self._hopeless

    def _write_manifest(self, names: Iterable[str]) -> None:
        text = scratch.with_settings(self._plain, *self._settled, self.recorded(names), self.built_with)
        self._manifest.write_text(text, encoding="utf-8")

    def _uv(self, *arguments: str) -> sandbox.Completed:
        settings = self._settings
        env = dict(settings.env) | {
            "UV_CACHE_DIR": self._cache,
            "UV_PYTHON": self._python,
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
        }
        own_default = any(index.get("default") is True for index in indexes(self.manifest))
        avoided = [word for name in sorted(self.avoided) for word in ("--no-build-package", name)]
        return sandbox.run(
            [settings.uv.path, *arguments, *settings.options(own_default=own_default), *avoided],
            cwd=str(self._folder),
            env=env,
            timeout=settings.timeout,
            network=settings.network,
        )


def indexes(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tables of ``[[tool.uv.index]]``."""
    listed = table(manifest, "tool", "uv").get("index")
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _requirements(manifest: Mapping[str, Any]) -> Iterator[str]:
    """The requirements of ``[project]`` and its groups."""
    project = table(manifest, "project")
    parts = (*table(project, "optional-dependencies").values(), *table(manifest, "dependency-groups").values())
    for listed in (project.get("dependencies"), *parts):
        yield from strings(listed)


def _revision(text: str) -> Iterator[tuple[str, str]]:
    """The name of a requirement that names a git repository, and what it asks of it."""
    if "git+" not in text:
        return
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return
    rev = git_reference(requirement.url or "")[1]
    if rev:
        yield normal_name(requirement.name), rev


_ASKED = ("subdirectory", "rev", "tag", "branch")


def without_recorded(lock: str, kept: Collection[str]) -> str:
    """A ``uv.lock`` without the metadata that it was given, but for the packages ``kept``.

    uv does not ask again for what is locked.
    """
    return _RECORDED.sub(lambda found: found[0] if normal_name(found["name"]) in kept else "", lock)


_RECORDED = re.compile(r"(?m)^\[\[manifest\.dependency-metadata\]\]\nname = \"(?P<name>[^\"\n]+)\"\n(?:(?!\[).*\n)*")


def _without_wheel(move: Move) -> set[str]:
    """What the old lock has source distributions of, and no wheel."""
    return {
        pin.key
        for pin in move.pins
        if pin.source == "index" and pin.files and not any(file.endswith(".whl") for file in pin.files)
    }


def _parsed(text: str) -> dict[str, Any]:
    try:
        return loads(text)
    except Unreadable:
        return {}
