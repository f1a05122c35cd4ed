"""What: CI or an image installs its package manager in whatever version the index serves (``pip install poetry``).

Why: a new major version of the manager changes what a lock means (Poetry 2, Pipenv 2026 did) and breaks builds of
commits that nobody touched. Upgrading pip itself is not meant here.

What to do: name the version, the same everywhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from rules.examples import a_command, a_fleet, a_repository
from rules.reading import project_of, several, shown
from rules.rule import Answer, Case, Rule
from scanner.inventory import Command

_MANAGERS = frozenset({"poetry", "pdm", "pipenv", "uv", "hatch", "pip-tools", "conda-lock", "rye", "flit"})
_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?(.*)")


def check(case: Case) -> Iterator[Answer]:
    """One finding for each project and manager, with every place."""
    found: defaultdict[tuple[str, str | None], list[Command]] = defaultdict(list)
    for item in case.repository.commands:
        if item.kind != "bootstrap" or item.context not in ("ci", "image"):
            continue
        project = project_of(case.repository, item)
        if item.project is not None and project is None:
            continue
        for manager in _unpinned(item):
            found[manager, project.path if project else None].append(item)
    for (manager, where), commands in sorted(found.items(), key=lambda f: (f[0][0], f[0][1] or "")):
        paths = sorted({c.path for c in commands})
        yield case.finding(
            manager,
            f"{several(paths)} installs {manager} in whatever version there is",
            project=where,
            level="warning" if any(c.context == "image" for c in commands) else "note",
            evidence=(shown(c) for c in commands),
            fix=f"Write `{manager}==VERSION` with the version that developers use, in every file alike.",
        )


def _unpinned(item: Command) -> list[str]:
    """Managers among the arguments of an installing command that name no version."""
    words = list(item.argv)
    if not {"install", "pipx", "add"} & set(words):
        return []
    start = next((i for i, w in enumerate(words) if w in ("install", "add")), 0)
    made = []
    for word in words[start + 1 :]:
        match = _NAME.fullmatch(word)
        if match and match[1].lower() in _MANAGERS and not match[2].strip().startswith(("=", "~=", "<", "@", ">")):
            made.append(match[1].lower())
    return made


def _bootstrap(text: str) -> Command:
    return a_command(text, kind="bootstrap", context="image", path="Dockerfile", line=3)


RULE = Rule(
    name="unpinned-bootstrap",
    title="The package manager itself is installed without a version",
    category="toolchain",
    level="warning",
    check=check,
    reads=("ci", "image"),
    bad=a_fleet(a_repository("shop", commands=(_bootstrap("pip install poetry"),))),
    good=a_fleet(
        a_repository(
            "shop", commands=(_bootstrap("pip install poetry==2.1.3"), _bootstrap("pip install --upgrade pip"))
        )
    ),
)
