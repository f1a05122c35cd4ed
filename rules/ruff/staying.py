"""What stays of the old tools, and why: with a question that a person answers, or as a note."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from rules.blockers import PlanBlocker
from rules.migration import Ground
from rules.rollout.checkers import is_configured
from rules.ruff import commands, in_commands, in_programs, programs, removal
from rules.ruff.beside import left_out
from rules.ruff.catalog import NO_CHECKS, plugins
from rules.ruff.filenames import foreign
from rules.ruff.gather import WHOLE, Setup
from rules.ruff.runs import OTHERS
from rules.ruff.setup import Conversion, convert
from rules.ruff.standing import configured
from rules.ruff.translate import below as patterns_of
from scanner.inventory import Repository
from scanner.lint_use import is_test_data


def refusals(setup: Setup, *, decided: bool) -> Iterator[PlanBlocker]:
    """Why flake8 stays; ``decided``: what becomes of the checks that Ruff has not."""
    if setup.flake8 is None:
        return
    alone = sorted(
        name
        for name in setup.plugins
        if name not in NO_CHECKS
        and (not plugins()[name].is_known_to_ruff if name in plugins() else name.startswith("flake8-"))
    )
    uncovered = {code for code, why in _uncovered(setup) if "counterpart" in why or "not a plug-in" in why}
    staying = [n for n in alone if n not in plugins() or uncovered & set(plugins()[n].codes)]
    own = sorted({code for config in setup.flake8 for code in config.local})
    if (staying or own) and not decided:
        named = [f"{n} ({', '.join(plugins()[n].codes)})" if n in plugins() else n for n in staying]
        shown = ", ".join([*named, *([f"plug-ins of its own ({', '.join(own)})"] if own else [])])
        decision = "Keep flake8 for the plug-in alone, or drop its checks (`[ruff] uncovered` in muster.toml)?"
        yield refusal("lint-plugin", f"flake8 stays: Ruff has nothing for {shown}", decision)
    elif strange := foreign(setup.flake8, setup.runs):
        decision = "Keep flake8 for these files, or check them no more?"
        message = f"flake8 stays: it looks at files that Ruff cannot read ({', '.join(strange)})"
        yield refusal("lint-files", message, decision)
    elif setup.aside.get("flake8") and "flake8" not in setup.files:
        yield _configured_aside("flake8", setup)


def _configured_aside(tool: str, setup: Setup) -> PlanBlocker:
    decision = "One configuration for all folders, or a ruff.toml in each?"
    where = ", ".join(setup.aside[tool][:3])
    return refusal("lint-config-aside", f"{tool} stays: it is configured below the root: {where}", decision)


def _uncovered(setup: Setup) -> Iterator[tuple[str, str]]:
    lint = convert(setup).flake8
    yield from lint.uncovered if lint is not None else ()


def refusal(code: str, message: str, decision: str | None) -> PlanBlocker:
    """A reason for which a tool stays; without a ``decision`` it is only told."""
    return PlanBlocker(code=code, message=message, path=None, line=None, decision=decision)


def reduced(chosen: tuple[str, ...]) -> PlanBlocker:
    """flake8 stays for these codes."""
    message = f"flake8 stays beside Ruff, for {', '.join(chosen)} alone"
    return PlanBlocker(code="lint-tool-kept", message=message, path=None, line=None, decision=None)


_ASKED_BY = {"flake8-isort": "isort", "flake8-black": "black"}


def with_flake8(setup: Setup) -> Iterator[tuple[str, PlanBlocker]]:
    """Tools that a plug-in asks, by their own configuration, where flake8 stays."""
    for plugin, tool in _ASKED_BY.items():
        if plugin in setup.plugins and getattr(setup, tool) is not None:
            yield tool, refusal("lint-tool-kept", f"{tool} stays beside flake8: {plugin} asks it", None)


def unmoved(ground: Ground, setup: Setup) -> Iterator[tuple[str, PlanBlocker]]:
    """Tools that only a program starts, or nothing at all that a file configures; those that are set up elsewhere."""
    for tool, is_set in (("isort", "isort" in setup.files), ("black", bool(setup.black))):
        if getattr(setup, tool) is not None and setup.aside.get(tool) and not is_set:
            yield tool, _configured_aside(tool, setup)
    idle = {t for t in commands.TOOLS if getattr(setup, t) is not None and all(r.tool != t for r in setup.runs)}
    begun: set[str] = set()
    for tool, path, line in in_programs.started(ground, idle):
        message = f"{tool} stays: a program starts it, and no command"
        decision = f"Start Ruff there instead, and let {tool} go?"
        yield tool, PlanBlocker(code="lint-in-program", message=message, path=path, line=line, decision=decision)
        idle.discard(tool)
        begun.add(tool)
    for tool, path, line in in_programs.imported(ground, (set(commands.TOOLS) & _declared(ground)) - begun):
        if getattr(setup, tool) is not None:
            message, decision = f"{tool} stays: code of the repository imports it", f"Does the code need {tool} still?"
            yield tool, PlanBlocker(code="lint-in-program", message=message, path=path, line=line, decision=decision)
    for run in setup.runs:
        text = ground.read(run.path) if run.path.endswith(".py") and run.tool in commands.TOOLS else None
        if text is not None and programs.edit(text, {run.tool}, (), lambda _line, _message: None) == text:
            message = f"{run.tool} stays: a program starts it in a way that is not understood"
            decision = f"Start Ruff there instead, and let {run.tool} go?"
            why = PlanBlocker(code="lint-in-program", message=message, path=run.path, line=run.line, decision=decision)
            yield run.tool, why
    yield from in_commands.staying(ground, {t for t in commands.TOOLS if getattr(setup, t) is not None})
    for there in ground.repository.tools:
        if there.name in idle and any(e.kind == "pytest plug-in" for e in there.evidence):
            yield there.name, refusal("lint-tool-kept", f"{there.name} stays: pytest starts it", None)
        elif there.name in idle and there.use == "declared" and not is_configured(there):
            message = f"{there.name} stays: nothing committed runs or configures it"
            yield there.name, refusal("lint-tool-kept", message, None)
        elif there.name in idle & unrun(ground, setup):
            message = f"{there.name} stays: nothing committed runs it, and in Ruff's configuration it would be a gate"
            yield there.name, refusal("lint-tool-kept", message, None)


def unrun(ground: Ground, setup: Setup) -> set[str]:
    """Linters that are set up and that nothing runs, where a run of others would take their rules in: no gate today."""
    ran = {run.tool for run in setup.runs}
    gates = {run.tool for run in setup.runs if not run.advisory} & WHOLE
    if not gates and not any(tool.name == "ruff" and tool.use == "run" for tool in ground.repository.tools):
        return set()
    asked = {tool for plugin, tool in _ASKED_BY.items() if plugin in setup.plugins}
    there = {asked.tool for asked in setup.others} | {"flake8", "isort"}
    return (there & (WHOLE | {"isort"})) - ran - asked


def _declared(ground: Ground) -> set[str]:
    return {item.name for project in ground.repository.projects for item in project.dependencies}


def stays(repository: Repository, tools: frozenset[str], made: Conversion, setup: Setup) -> Iterator[PlanBlocker]:
    """The smaller tools that stay, with the reason."""
    why = {tool: f"it is configured below the root: {', '.join(places[:3])}" for tool, places in setup.aside.items()}
    why |= {part.tool: part.stays for part in made.kept if part.stays}
    for tool in repository.tools:
        if tool.name in OTHERS and tool.name not in tools and tool.use != "config-only":
            reason = why.get(tool.name) or "nothing committed runs it"
            yield refusal("lint-tool-kept", f"{tool.name} stays beside Ruff: {reason}", _DECISIONS.get(tool.name))


def published(ground: Ground) -> Iterator[tuple[str, PlanBlocker]]:
    """Tools that whoever installs a project gets too: the manifest goes on asking for them."""
    for project in ground.repository.projects:
        for item in project.dependencies:
            extra = item.group if item.scope == "optional" else None
            in_manifest = posixpath.basename(item.path) in ("pyproject.toml", "setup.cfg", "setup.py")
            reaches = item.scope == "runtime" or (extra is not None and not removal.is_for_development(extra))
            if in_manifest and reaches and item.name in (*commands.TOOLS, *OTHERS):
                where = f"the extra {extra}" if extra is not None else "what is needed at run time"
                message = f"{item.name} stays in {where}, which users of the project install"
                yield (
                    item.name,
                    PlanBlocker(code="lint-tool-kept", message=message, path=item.path, line=item.line, decision=None),
                )


def alone(published: Mapping[str, PlanBlocker], kept: Collection[str]) -> Iterator[tuple[str, PlanBlocker]]:
    """Published tools that stay, as nothing else would install Ruff."""
    for tool in sorted(kept):
        message = f"{tool} stays: it is installed with what users of the project get, and nowhere else"
        decision = "Is it needed at run time, or does it belong to a group for development?"
        yield tool, replace(published[tool], message=message, decision=decision)


_DECISIONS = {
    "pylint": "Keep pylint for what Ruff has not, or let it go (`[ruff] replace` in muster.toml)?",
    "yapf": "Keep yapf, or take Ruff's style in one go (`[ruff] replace` in muster.toml)?",
}


def idle(ground: Ground, here: Ground, tools: frozenset[str]) -> Iterator[PlanBlocker]:
    """Ruff has a configuration that nothing runs: it becomes a gate with the patch."""
    runs = any(tool.name == "ruff" and tool.use == "run" for tool in ground.repository.tools)
    if tools and not runs and configured(here)[1] is not None:
        message = "Ruff is configured and nothing runs it: with this patch what it is set to counts at the gate"
        yield PlanBlocker(code="ruff-configured", message=message, path=None, line=None, decision=None)


def left_out_today(here: Ground, made: Conversion) -> Iterator[PlanBlocker]:
    """Files that Ruff is told to leave out today, and that an old tool looks at."""
    path, own = configured(here)
    ours = [made.flake8.excluded] if made.flake8 is not None else []
    ours += [(*(n for old in made.isort.skipped for n in patterns_of(old)), *made.isort.globs)] if made.isort else []
    ours += [tuple(n for old in made.black.excluded for n in patterns_of(old))] if made.black is not None else []
    sources = sorted(p for p in here.facts.files if p.endswith(".py") and not is_test_data(p))
    gone = left_out(own, ours, sources) if own is not None and ours else []
    if gone:
        message = f"Ruff is told to leave out {gone[0]}" + (f" and {len(gone) - 1} more files" if len(gone) > 1 else "")
        message += ", which an old tool looks at: not checked any more"
        yield PlanBlocker(code="ruff-configured", message=message, path=path, line=None, decision=None)


def aside(setup: Setup, tools: Collection[str]) -> Iterator[PlanBlocker]:
    """Configurations below the root, which stay."""
    for path in sorted({path for tool in tools for path in setup.aside.get(tool, ())}):
        yield PlanBlocker(
            code="lint-config-aside", message="holds for its folder only and stays", path=path, line=None, decision=None
        )
