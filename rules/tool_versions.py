"""Which version of which tool a repository's files name, place by place: in a lock, a hook, CI, an image."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rules.reading import project_of
from scanner.inventory import Command, Repository, ToolVersion

Where = Literal["lock", "lock header", "hook", "CI", "image", "file"]

MANAGERS = frozenset({"uv", "poetry", "pdm", "pipenv", "hatch", "pixi"})
RELEASE = re.compile(r"v?(?P<version>\d{1,6}(?:\.\d{1,6}){1,3}(?:(?:a|b|rc|\.post)\d{1,4})?)")
_STATED = re.compile(r"(?:==|@|(?:[a-z_-]*version)=)v?(?P<version>\d{1,6}(?:\.\d{1,6}){2}[a-z0-9.]{0,20})")
_HOOKS = (".pre-commit-config.yaml", ".pre-commit-config.yml", "lefthook.yml", "prek.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedVersion:
    """One version of one tool as one file names it; ``release`` is the version without a leading ``v``."""

    tool: str
    release: str
    where: Where
    path: str
    line: int | None


def named_versions(repository: Repository) -> tuple[NamedVersion, ...]:
    """Every exact version of a tool in use, and of a package manager, with its place."""
    found: dict[NamedVersion, None] = {}
    for tool in repository.tools:
        for version in tool.versions if tool.use != "config-only" else ():
            if (match := RELEASE.fullmatch(version.version)) is not None:
                where = where_of(version.path)
                one = NamedVersion(
                    tool=tool.name, release=match["version"], where=where, path=version.path, line=version.line
                )
                found[one] = None
    for name, version, where in (*manager_versions(repository), *_lock_writers(repository)):
        one = NamedVersion(tool=name, release=version.version, where=where, path=version.path, line=version.line)
        found[one] = None
    return tuple(found)


def where_of(path: str) -> Where:
    """What kind of place a file is, by its name."""
    name = posixpath.basename(path)
    if name in _HOOKS:
        return "hook"
    if name.endswith((".lock", "pylock.toml")):
        return "lock"
    if path.startswith(
        (".github/", ".forgejo/", ".gitea/", ".gitlab", ".circleci/", ".travis", "azure-pipelines", "Jenkinsfile")
    ):
        return "CI"
    return "image" if "ockerfile" in name or "ontainerfile" in name else "file"


def manager_versions(repository: Repository) -> Iterator[tuple[str, ToolVersion, Where]]:
    """Versions of package managers that installing commands and images name."""
    for command in repository.commands:
        if command.kind != "bootstrap" or command.context not in ("ci", "image"):
            continue
        if command.project is not None and project_of(repository, command) is None:
            continue
        for name, version in _bootstrapped(command):
            stated = ToolVersion(version=version, path=command.path, line=command.line)
            yield name, stated, "CI" if command.context == "ci" else "image"
    for reference in repository.references:
        name = reference.target.rpartition("/")[2].lower()
        if reference.kind == "image" and name in MANAGERS and (match := RELEASE.match(reference.ref or "")):
            stated = ToolVersion(version=match["version"], path=reference.path, line=reference.line)
            yield name, stated, "CI" if where_of(reference.path) == "CI" else "image"


def _bootstrapped(command: Command) -> Iterator[tuple[str, str]]:
    for word in command.argv[1:]:
        name = command.tool if command.argv[0].startswith("uses:") else re.split(r"[=@\[]", word)[0].lower()
        match = _STATED.search(word)
        if name in MANAGERS and name is not None and match is not None and not word.startswith("python"):
            yield name, match["version"]


def _lock_writers(repository: Repository) -> Iterator[tuple[str, ToolVersion, Where]]:
    """The versions that locks say they were written by; a range that a format tells is none."""
    for project in repository.projects:
        for lock in project.lockfiles:
            if lock.tool in MANAGERS and (match := RELEASE.fullmatch(lock.written_by or "")) is not None:
                yield lock.tool, ToolVersion(version=match["version"], path=lock.path, line=1), "lock header"


def by_tool(versions: tuple[NamedVersion, ...]) -> dict[str, dict[str, list[NamedVersion]]]:
    """By tool and then by version, in order."""
    found: defaultdict[str, defaultdict[str, list[NamedVersion]]] = defaultdict(lambda: defaultdict(list))
    for one in versions:
        found[one.tool][one.release].append(one)
    return {tool: dict(sorted(places.items())) for tool, places in sorted(found.items())}
