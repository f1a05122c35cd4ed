"""Small inventories for the rules' own examples (and for tests): one healthy value of each kind, and changes to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from scanner.config import Config
from scanner.graph.build import build
from scanner.inventory import (
    Command,
    Dependency,
    Environments,
    Fleet,
    Graph,
    Image,
    Lockfile,
    Project,
    Repository,
    Run,
    Signature,
)

AS_OF = date(2026, 11, 21)

_LOCK = Lockfile(
    path="uv.lock",
    tool="uv",
    format="uv.lock 1.3",
    written_by=None,
    status="fresh",
    covers=True,
    packages=12,
    hashed_packages=12,
)
_PROJECT = Project(
    path=".",
    role="main",
    name="shop",
    kind="service",
    build_backend=None,
    requires_python=">=3.12",
    package_managers=("uv",),
    primary_manager="uv",
    lock_discipline="locked",
    lockfiles=(_LOCK,),
    signature=Signature(text="uv"),
    environments=Environments(),
    disagreements=(),
    python_versions=(),
    dependencies=(),
    manifests=("pyproject.toml",),
)
_REPOSITORY = Repository(
    id="git.example/acme/shop",
    name="shop",
    location="/fleet/shop",
    commit="0" * 40,
    branch="main",
    committed_at="2026-11-01T00:00:00Z",
    state="classified",
    is_python=True,
    last_activity="2026-11-01",
    projects=(_PROJECT,),
)
_RUN = Run(id=1, started_at="", finished_at=None, version="0", as_of=AS_OF.isoformat(), sources=())


def a_lockfile(**changes: Any) -> Lockfile:
    """A fresh ``uv.lock`` with changes."""
    return replace(_LOCK, **changes)


def a_project(**changes: Any) -> Project:
    """A service that uv locks, with changes; unlocked when ``lock_discipline`` says so and no lock is given."""
    if changes.get("lock_discipline") in ("unlocked", "partial", "pinned", "pinned-hashes", "none"):
        changes.setdefault("lockfiles", ())
    return replace(_PROJECT, **changes)


def a_repository(name: str = "shop", *projects: Project, **changes: Any) -> Repository:
    """The repository ``git.example/acme/NAME`` with these projects (one healthy service when none is given)."""
    own = projects or (replace(_PROJECT, name=name),)
    base = replace(
        _REPOSITORY, id=f"git.example/acme/{name}", name=name, location=f"/fleet/{name}", projects=tuple(own)
    )
    return replace(base, **changes)


def a_dependency(name: str, specifier: str | None = "", **changes: Any) -> Dependency:
    """A runtime dependency from the index, declared on line 7 of ``pyproject.toml``, with changes."""
    base = Dependency(
        name=name,
        raw=f"{name}{specifier or ''}",
        extras=(),
        specifier=specifier,
        marker=None,
        scope="runtime",
        group=None,
        source="index",
        url=None,
        ref=None,
        editable=False,
        path="pyproject.toml",
        line=7,
        requires_dist=True,
    )
    return replace(base, **changes)


def a_command(text: str, **changes: Any) -> Command:
    """An install command of CI as one line of text, with changes."""
    base = Command(
        path=".github/workflows/test.yml",
        line=20,
        context="ci",
        kind="install",
        tool=text.split()[0],
        argv=tuple(text.split()),
        project=".",
        job="test",
    )
    return replace(base, **changes)


def an_image(**changes: Any) -> Image:
    """A governed image with changes."""
    base = Image(
        path="Dockerfile",
        grade="L3",
        base="python:3.13-slim",
        digest=True,
        tool="uv",
        uses_lock=True,
        enforced="locked",
    )
    return replace(base, **changes)


def a_library(name: str, *dependencies: Dependency, **changes: Any) -> Repository:
    """A repository that publishes the distribution ``name`` in version 1.4.0."""
    values: dict[str, Any] = {
        "name": name,
        "kind": "library",
        "publishes": True,
        "version": "1.4.0",
        "build_backend": "hatchling.build",
        "lock_discipline": "unlocked",
        "dependencies": tuple(dependencies),
    }
    return a_repository(name, a_project(**(values | changes)))


def a_fleet(*repositories: Repository, graph: Graph | None = None, internal: Iterable[str] = ()) -> Fleet:
    """A run over these repositories, with the graph that follows from them unless another is given."""
    if graph is None:
        graph = build(repositories, Config(internal=tuple(internal)))
    return Fleet(run=_RUN, repositories=tuple(sorted(repositories, key=lambda r: r.id)), graph=graph)
