"""What: CI or an image fetches an installer script from the network and runs it, in whatever version it has that day
(``curl … | sh`` for a package manager).

Why: what is run was reviewed by nobody and is not the same tomorrow; an outage or a take-over of that address reaches
every build.

What to do: take the manager from an image or a setup action that is pinned, install it from the index with a version,
or name a version in the script's address or options.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rules.examples import a_command, a_fleet, a_repository
from rules.reading import project_of, several, shown
from rules.rule import Answer, Case, Rule
from scanner.inventory import Command

_FETCHERS = frozenset({"curl", "wget"})
_WAYS = {
    "uv": "the image of uv at a full version (`COPY --from=…/uv:VERSION`) or astral-sh/setup-uv with a version",
    "poetry": "`pipx install poetry==VERSION`",
    "pdm": "`pipx install pdm==VERSION` or pdm-project/setup-pdm with a version",
    "rye": "uv, which Rye's makers recommend in its place",
}


def check(case: Case) -> Iterator[Answer]:
    """One finding for each project and tool; a script whose version is named is none."""
    found: defaultdict[tuple[str, str | None], list[Command]] = defaultdict(list)
    for command in case.repository.commands:
        fetched = command.kind == "bootstrap" and command.argv[0].rpartition("/")[2] in _FETCHERS
        if not fetched or command.context not in ("ci", "image") or command.pinned or command.tool is None:
            continue
        project = project_of(case.repository, command)
        if command.project is None or project is not None:
            found[command.tool, project.path if project else None].append(command)
    for (tool, where), commands in sorted(found.items(), key=lambda f: (f[0][0], f[0][1] or "")):
        yield case.finding(
            tool,
            f"{several(sorted({c.path for c in commands}))} runs an installer of {tool} as the network serves it",
            project=where,
            evidence=(shown(c) for c in commands),
            fix=f"Use {_WAYS.get(tool, 'a pinned release')}, or name the version for the script.",
        )


def _fetch(text: str, *, pinned: bool) -> Command:
    return a_command(text, kind="bootstrap", tool="uv", context="image", path="Dockerfile", line=3, pinned=pinned)


RULE = Rule(
    name="piped-installer",
    title="An installer script is run as the network serves it",
    category="supply-chain",
    level="note",
    check=check,
    reads=("ci", "image"),
    bad=a_fleet(a_repository("shop", commands=(_fetch("curl -LsSf https://get.example/uv/install.sh", pinned=False),))),
    good=a_fleet(
        a_repository("shop", commands=(_fetch("curl -LsSf https://get.example/uv/0.9.5/install.sh", pinned=True),))
    ),
)
