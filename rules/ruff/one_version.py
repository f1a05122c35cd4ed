"""One Ruff in one version: what the repository states of it today is raised."""

from __future__ import annotations

from rules.blockers import PlanBlocker
from rules.migration import Ground
from rules.ruff import commands, pins, removal
from rules.ruff.edits import Edits
from rules.ruff.runs import HOOKS
from rules.ruff.standing import standing
from rules.uv import version
from scanner.lint_use import is_test_data


def raise_pins(edits: Edits, ground: Ground, here: Ground) -> PlanBlocker | None:
    """One Ruff in one version: its pins are raised; the first that cannot be is the answer."""
    tool = next((t for t in ground.repository.tools if t.name == "ruff" and t.use != "config-only"), None)
    old = [v for v in tool.versions if v.version.removeprefix("v") != version("ruff")] if tool is not None else []
    locks = {v.path for v in old if _is_lock(ground, v.path)}
    there = standing(here)
    for path in there.aside:
        edits.notes.append(_beside_root(path))
    for path in sorted(ground.facts.files) if tool is not None else ():
        text, extract = edits.text(path), ground.facts.extracts.get(path)
        if text is None or extract is None or is_test_data(path) or path in locks:
            continue
        after = pins.raised(path, text, all_=bool(locks))
        after = pins.in_actions(after) if path.startswith(".github/") else after
        after = pins.in_commands(after, None if path in HOOKS else commands.rows_of(extract))
        after = pins.with_check(after, [run for run in there.runs if run.path == path])
        if after != text:
            edits.put(path, after)
    for stated in old:
        if stated.path in locks:
            edits.look(stated.path, None, f"holds Ruff {stated.version}: lock again, with Ruff {version('ruff')}")
        elif edits.text(stated.path) == ground.read(stated.path):
            message = f"Ruff {stated.version} stays pinned beside {version('ruff')}"
            decision = "Which version of Ruff holds from now on?"
            return PlanBlocker(
                code="ruff-configured", message=message, path=stated.path, line=stated.line, decision=decision
            )
    return None


def _beside_root(path: str) -> PlanBlocker:
    message = "configures Ruff for its folder: what the old tools checked there is checked as that file says"
    return PlanBlocker(code="lint-config-aside", message=message, path=path, line=None, decision=None)


def _is_lock(ground: Ground, path: str) -> bool:
    extract = ground.facts.extracts.get(path)
    if extract is not None and extract.lock is not None:
        return True
    return (
        extract is not None
        and extract.format.startswith("requirements")
        and removal.is_compiled(ground.read(path) or "")
    )
