"""Hooks, task runners and scripts that still call the old tools."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator

from rules.leftovers import Leftover, leftovers
from rules.step import Site, Step, StepWriter


def write(site: Site) -> Iterator[Step]:
    """One step for each hook, task or script file with an old tool's command."""
    files: defaultdict[str, list[Leftover]] = defaultdict(list)
    for found in leftovers(site.repository, "hook", "task", "script"):
        files[found.command.path].append(found)
    for path, found_here in sorted(files.items()):
        yield _step(path, found_here)


def _step(path: str, found: list[Leftover]) -> Step:
    lines = sorted({f.command.line for f in found if f.command.line})
    tools = sorted({f.command.tool for f in found if f.command.tool in ("poetry", "pdm", "pipenv", "rye")})
    pattern = "|".join(tools)
    quoted = shlex.quote(path)
    return Step(
        title=f"Let {path} call uv",
        why="; ".join(f.told for f in found[:12]) + (f"; and {len(found) - 12} more." if len(found) > 12 else "."),
        commands=(f"${{EDITOR:-vi}} +{lines[0] if lines else 1} {quoted}",),
        verify=(f"! grep -nwE '{pattern}' {quoted}",) if pattern else (f"grep -n 'uv ' {quoted}",),
        rollback=(f"git restore --staged --worktree -- {quoted}",),
    )


STEPS = StepWriter(name="hooks", track="uv", write=write)
