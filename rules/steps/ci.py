"""The pipelines: install uv in one version, install from the lock, and let the lock be checked."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.leftovers import Leftover, by_file, pattern, told
from rules.step import Site, Step, StepWriter
from rules.uv import version


def write(site: Site) -> Iterator[Step]:
    """One step for each pipeline file that still calls an old tool."""
    for path, found_here in by_file(site.repository, pipelines=True).items():
        yield _step(path, found_here)


def _step(path: str, found: list[Leftover]) -> Step:
    github = ".github/" in path
    uses = f"astral-sh/setup-uv with `version: {version('uv')}`" if github else f"`pip install uv=={version('uv')}`"
    lines = sorted({f.command.line for f in found if f.command.line})
    return Step(
        title=f"Let {path} install with uv from the lock",
        why=f"{told(found, 20)}. uv itself comes from {uses}; --locked fails when a lock was forgotten. A cache "
        "belongs on the key of uv.lock.",
        commands=(f"${{EDITOR:-vi}} +{lines[0] if lines else 1} {shlex.quote(path)}",),
        verify=tuple(_checks(path, found)),
        rollback=(f"git restore --staged --worktree -- {shlex.quote(path)}",),
    )


def _checks(path: str, found: list[Leftover]) -> Iterator[str]:
    calls = pattern(found)
    if calls is not None:
        yield f"! grep -nE {shlex.quote(calls)} {shlex.quote(path)}"
    if any("--locked" in (f.replacement or "") for f in found):
        yield f"grep -n -e --locked {shlex.quote(path)}"


STEPS = StepWriter(name="ci", track="uv", write=write)
