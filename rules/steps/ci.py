"""The pipelines: install uv in one version, install from the lock, and let the lock be checked."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator

from rules.leftovers import Leftover, leftovers
from rules.step import Site, Step, StepWriter
from rules.uv import version


def write(site: Site) -> Iterator[Step]:
    """One step for each pipeline file that still calls an old tool."""
    files: defaultdict[str, list[Leftover]] = defaultdict(list)
    for found in leftovers(site.repository, "ci"):
        files[found.command.path].append(found)
    for path, found_here in sorted(files.items()):
        yield _step(path, found_here)


def _step(path: str, found: list[Leftover]) -> Step:
    changes = "; ".join(f.told for f in found[:20]) + (f"; and {len(found) - 20} more" if len(found) > 20 else "")
    github = ".github/" in path
    uses = f"astral-sh/setup-uv with `version: {version('uv')}`" if github else f"`pip install uv=={version('uv')}`"
    tools = sorted({f.command.tool for f in found if f.command.tool in ("poetry", "pdm", "pipenv", "rye")})
    pattern = "|".join(f"(^|[^a-z-]){t} (install|sync|run|lock|export|build)" for t in tools)
    lines = sorted({f.command.line for f in found if f.command.line})
    return Step(
        title=f"Let {path} install with uv from the lock",
        why=f"{changes}. uv itself comes from {uses}; --locked fails when a lock was forgotten. A cache belongs "
        "on the key "
        "of uv.lock.",
        commands=(f"${{EDITOR:-vi}} +{lines[0] if lines else 1} {shlex.quote(path)}",),
        verify=((f"! grep -nE '{pattern}' {shlex.quote(path)}",) if pattern else ())
        + (f"grep -n -e --locked {shlex.quote(path)}",),
        rollback=(f"git restore --staged --worktree -- {shlex.quote(path)}",),
    )


STEPS = StepWriter(name="ci", track="uv", write=write)
