"""What: CI or an image installs its package manager in whatever version the index serves (``pip install poetry``), or
takes it from an image whose tag moves (``COPY --from=…/uv:latest``).

Why: a new major version of the manager changes what a lock means (Poetry 2, Pipenv 2026 did) and breaks builds of
commits that nobody touched. Upgrading pip itself is not meant here. A setup action is asked through its own inputs: a
version, the values of a matrix, a file with the version, or uv's ``required-version`` fix it.

What to do: name the version, the same everywhere; of an image the full version or the digest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from rules.examples import a_command, a_fleet, a_repository
from rules.finding import Evidence
from rules.reading import area_of, project_around, project_of, several, shown
from rules.rule import Answer, Case, Rule
from scanner.inventory import Command, ExternalReference
from scanner.known_actions import tool_setup
from scanner.words import listed

_MANAGERS = frozenset({"poetry", "pdm", "pipenv", "uv", "hatch", "pip-tools", "conda-lock", "flit", "pixi"})
_TOOL_IMAGES = frozenset({"uv", "poetry", "pdm", "pipenv", "hatch", "pixi"})
_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?(.*)")


_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:[-.].*)?", re.DOTALL)


def check(case: Case) -> Iterator[Answer]:
    """One finding for each project and manager, with every place; another for the images that it is taken from."""
    yield from _commands(case)
    yield from _images(case)


def _commands(case: Case) -> Iterator[Answer]:
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
            fix=_fix(manager, commands),
        )


def _fix(manager: str, commands: list[Command]) -> str:
    """What to write: a requirement for an installer, the action's own input for an action."""
    actions = {c.argv[0].removeprefix("uses:").partition("@")[0] for c in commands if c.argv[0].startswith("uses:")}
    ways = [f"`{manager}==VERSION`"] if any(not c.argv[0].startswith("uses:") for c in commands) else []
    for action in sorted(actions):
        setup = tool_setup(action)
        ways.append(f"the input `{setup.version if setup else 'version'}: VERSION` of {action}")
    other = (
        " (or `required-version` in the root's pyproject.toml, which setup-uv reads)"
        if _reads_required(actions)
        else ""
    )
    return f"Write {listed(ways)} with the version that developers use, in every file alike{other}."


def _reads_required(actions: set[str]) -> bool:
    return "astral-sh/setup-uv" in {action.lower() for action in actions}


def _images(case: Case) -> Iterator[Answer]:
    """Images of a manager without a full version or a digest, in the Dockerfiles of main projects."""
    found: defaultdict[tuple[str, str | None], list[ExternalReference]] = defaultdict(list)
    for reference in case.repository.references:
        manager = reference.target.rstrip("/").rpartition("/")[2].lower()
        if reference.kind != "image" or manager not in _TOOL_IMAGES or area_of(reference.path) != "image":
            continue
        project = project_around(case.repository, reference.path)
        if _moves(reference.ref) and (project is None or project.role == "main"):
            found[manager, project.path if project else None].append(reference)
    for (manager, where), references in sorted(found.items(), key=lambda f: (f[0][0], f[0][1] or "")):
        first = references[0]
        yield case.finding(
            f"image:{manager}",
            f"{several(sorted({r.path for r in references}))} takes {manager} from {_named(first)}, whose tag moves",
            project=where,
            level="warning" if first.ref in (None, "latest") else "note",
            evidence=(Evidence(path=r.path, line=r.line, text=_named(r)) for r in references),
            fix=f"Write the full version of {manager} as the tag, as in {first.target}:VERSION, or pin the digest.",
        )


def _moves(ref: str | None) -> bool:
    """Whether a tag can be moved to another version: no digest, no full version, nothing filled in elsewhere."""
    return ref is None or not ("$" in ref or "@" in ref or "sha256" in ref or _EXACT.fullmatch(ref))


def _named(reference: ExternalReference) -> str:
    return f"{reference.target}:{reference.ref}" if reference.ref else reference.target


def _unpinned(item: Command) -> list[str]:
    """Managers among the arguments of an installing command that name no version; that of an action with none fixed."""
    words = list(item.argv)
    if words[0].startswith("uses:"):
        return [item.tool] if item.pinned is False and item.tool in _MANAGERS else []
    if not {"install", "pipx", "add"} & set(words):
        return []
    start = next((i for i, w in enumerate(words) if w in ("install", "add")), 0)
    made = []
    for word in words[start + 1 :]:
        match = _NAME.fullmatch(word)
        if match and match[1].lower() in _MANAGERS and not match[2].strip().startswith(("=", "~=", "<", "@", ">", "$")):
            made.append(match[1].lower())
    return made


def _bootstrap(text: str) -> Command:
    return a_command(text, kind="bootstrap", context="image", path="Dockerfile", line=3)


def _image(ref: str) -> ExternalReference:
    return ExternalReference(kind="image", target="images.example/acme/uv", ref=ref, path="Dockerfile", line=2)


RULE = Rule(
    name="unpinned-bootstrap",
    title="The package manager itself is installed without a version",
    category="toolchain",
    level="warning",
    check=check,
    reads=("ci", "image"),
    bad=a_fleet(
        a_repository("shop", commands=(_bootstrap("pip install poetry"),)),
        a_repository("till", references=(_image("latest"),)),
    ),
    good=a_fleet(
        a_repository(
            "shop",
            commands=(
                _bootstrap("pip install poetry==2.1.3"),
                _bootstrap("pip install --upgrade pip"),
                replace(_bootstrap("uses:astral-sh/setup-uv@v7 version=0.9.5"), tool="uv", pinned=True),
            ),
            references=(_image("0.9.5"), _image("0.9.5-trixie-slim"), _image("sha256:" + "a1" * 32)),
        )
    ),
)
