"""What: the files of one repository name several versions of one tool: a linter in the lock, the hook and CI, or the
package manager in CI and in the image.

Why: what a developer's hook accepts, CI then rejects (or the other way round); two versions of a package manager may
read the same lock differently.

What to do: name the version in one place and let the others follow it, or renew them together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rules.examples import a_command, a_fleet, a_repository
from rules.finding import Evidence
from rules.reading import project_of
from rules.rule import Answer, Case, Rule
from scanner.inventory import Repository, Tool, ToolVersion
from scanner.words import listed

_MANAGERS = frozenset({"uv", "poetry", "pdm", "pipenv", "hatch", "pixi"})
_RELEASE = re.compile(r"v?(?P<version>\d{1,6}(?:\.\d{1,6}){1,3}(?:(?:a|b|rc|\.post)\d{1,4})?)")
_STATED = re.compile(r"(?:==|@|(?:[a-z_-]*version)=)v?(?P<version>\d{1,6}(?:\.\d{1,6}){2}[a-z0-9.]{0,20})")


def check(case: Case) -> Iterator[Answer]:
    """One finding for each tool that is in use in several versions."""
    found = [(t.name, t.versions) for t in case.repository.tools if t.use != "config-only"]
    for name, versions in (*found, *_managers(case.repository)):
        places: defaultdict[str, list[ToolVersion]] = defaultdict(list)
        for version in versions:
            if (match := _RELEASE.fullmatch(version.version)) is not None:
                places[match["version"]].append(version)
        if len(places) > 1:
            told = [f"{release} in {_place(at[0])}" for release, at in sorted(places.items())]
            yield case.finding(
                name,
                f"{name} is {listed(told)}",
                evidence=[
                    Evidence(path=v.path, line=v.line, text=f"{name} {v.version}")
                    for _, at in sorted(places.items())
                    for v in at
                ],
                fix=f"Name one version of {name} everywhere, and renew the places together.",
            )


def _place(version: ToolVersion) -> str:
    return f"{version.path}:{version.line}" if version.line else version.path


def _managers(repository: Repository) -> Iterable[tuple[str, list[ToolVersion]]]:
    """Versions of package managers that installing commands and images name."""
    found: defaultdict[str, list[ToolVersion]] = defaultdict(list)
    for command in repository.commands:
        if command.kind != "bootstrap" or command.context not in ("ci", "image"):
            continue
        if command.project is not None and project_of(repository, command) is None:
            continue
        for word in command.argv[1:]:
            name = command.tool if command.argv[0].startswith("uses:") else re.split(r"[=@\[]", word)[0].lower()
            match = _STATED.search(word)
            python = word.startswith("python")
            if name in _MANAGERS and name is not None and match is not None and not python:
                found[name].append(ToolVersion(version=match["version"], path=command.path, line=command.line))
    for reference in repository.references:
        name = reference.target.rpartition("/")[2].lower()
        if reference.kind == "image" and name in _MANAGERS and (match := _RELEASE.match(reference.ref or "")):
            found[name].append(ToolVersion(version=match["version"], path=reference.path, line=reference.line))
    return sorted(found.items())


def _ruff(*versions: str) -> Tool:
    places = (".pre-commit-config.yaml", "uv.lock")
    stated = tuple(ToolVersion(version=v, path=p, line=3) for v, p in zip(versions, places, strict=True))
    return Tool(name="ruff", category="linter", use="run", versions=stated)


RULE = Rule(
    name="tool-version-skew",
    title="One tool in several versions",
    category="toolchain",
    level="note",
    check=check,
    reads=("ci", "image", "lock"),
    bad=a_fleet(
        a_repository("shop", tools=(_ruff("v0.4.1", "0.6.2"),)),
        a_repository(
            "till",
            commands=(
                a_command("pip install uv==0.9.5", kind="bootstrap", tool="pip"),
                a_command("pip install uv==0.8.1", kind="bootstrap", tool="pip", context="image", path="Dockerfile"),
            ),
        ),
    ),
    good=a_fleet(a_repository("shop", tools=(_ruff("v0.6.2", "0.6.2"),))),
)
