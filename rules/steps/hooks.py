"""Hooks, task runners and scripts that still call the old tools."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.leftovers import Leftover, by_file, pattern, told
from rules.step import Site, Step, StepWriter


def write(site: Site) -> Iterator[Step]:
    """One step for each hook, task or script file with an old tool's command."""
    for path, found_here in by_file(site.repository, pipelines=False).items():
        yield _step(path, found_here)


def _step(path: str, found: list[Leftover]) -> Step:
    lines = sorted({f.command.line for f in found if f.command.line})
    calls = pattern(found)
    quoted = shlex.quote(path)
    return Step(
        title=f"Let {path} call uv",
        why=f"{told(found, 12)}.",
        commands=(f"${{EDITOR:-vi}} +{lines[0] if lines else 1} {quoted}",),
        verify=(f"! grep -nE {shlex.quote(calls)} {quoted}",) if calls else (f"grep -n 'uv ' {quoted}",),
        rollback=(f"git restore --staged --worktree -- {quoted}",),
    )


STEPS = StepWriter(name="hooks", track="uv", write=write)
