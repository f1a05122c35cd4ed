"""The patch of the Ruff track: configuration, hooks, commands, packages, in one step. Pure, as the uv track's is.

A tool whose checks Ruff has not all of stays as it is, with the reason: its configuration, hooks and commands too.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from rules.blockers import PlanBlocker
from rules.migration import Edit, Ground
from rules.rollout.selection import short
from rules.ruff import (
    actions,
    commands,
    configuration,
    hook_names,
    hooks,
    one_version,
    packages,
    prose,
    silences,
    staying,
)
from rules.ruff.base import below
from rules.ruff.baseline import Baseline
from rules.ruff.edits import Edits
from rules.ruff.emit import Conflict, RuffConfig
from rules.ruff.gather import Setup, gather
from rules.ruff.linters import Part
from rules.ruff.listed import spread
from rules.ruff.reduced import codes
from rules.ruff.remaining import remaining
from rules.ruff.runs import HOOKS
from rules.ruff.setup import Conversion, convert, selections
from rules.ruff.union import families
from scanner.lint_use import is_test_data


@dataclass(frozen=True, slots=True, kw_only=True)
class LintMove:
    """The patch of a repository's linters. ``tools`` are replaced, ``lost`` is what they did and Ruff does not.

    ``without``: rules that Ruff has, and this repository's Ruff has not: it is pinned to an older one, or told so.
    ``reduced``: codes for which flake8 stays beside Ruff. ``selects``: Ruff's selectors for what a command of flake8
    selects, where that is not all that is checked.
    """

    repository: str
    tools: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    refusals: tuple[PlanBlocker, ...] = ()
    notes: tuple[PlanBlocker, ...] = ()
    lost: tuple[tuple[str, str, str], ...] = ()
    setup: Setup = field(default_factory=Setup)
    parts: tuple[Part, ...] = ()
    without: frozenset[str] = frozenset()
    reduced: tuple[str, ...] = ()
    baseline: Baseline | None = None
    selects: Mapping[str, str] = field(default_factory=dict)


def move(
    ground: Ground,
    baseline: Baseline | None = None,
    *,
    keeping: Collection[str] = (),
    left: Mapping[str, PlanBlocker] = MappingProxyType({}),
) -> LintMove:
    """From flake8, isort and Black to Ruff, as far as they are in use in ``ground``.

    ``keeping``: tools that stay, as users of the project get them and nothing else would install Ruff. ``left``: tools
    that stay, as something in the patched repository goes on starting them, with the place.
    """
    setup = gather(ground)
    here = below(ground, setup.base)
    reduced = codes(setup) if ground.config.ruff_uncovered == "keep" else ()
    refusals = tuple(staying.refusals(setup, decided=bool(reduced) or ground.config.ruff_uncovered == "drop"))
    published = dict(staying.published(ground))
    held = (
        *(staying.with_flake8(setup) if refusals else ()),
        *staying.unmoved(ground, setup),
        *staying.alone(published, keeping),
        *left.items(),
    )
    unrun = staying.unrun(ground, setup) - {"flake8", "isort"}
    setup = _without(_without_refused(setup, refusals), {tool for tool, _ in held} | unrun)
    refusals = (*refusals, *(why for _, why in held if why.decision))
    made = convert(setup)
    tools = frozenset([*(t for t in commands.TOOLS if getattr(setup, t) is not None), *(p.tool for p in made.parts)])
    reduced = reduced if "flake8" in tools else ()
    leaving = tools - {"flake8"} if reduced else tools
    stays = (
        *(why for _, why in held if not why.decision),
        *staying.stays(ground.repository, tools | left.keys(), made, setup),
        *([staying.reduced(reduced)] if reduced else ()),
        *staying.aside(setup, tools),
        *staying.idle(ground, here, tools),
        *staying.left_out_today(here, made),
    )
    empty = LintMove(repository=ground.repository.id, refusals=refusals, setup=setup, notes=stays)
    if not tools:
        return empty
    edits = Edits(ground)
    try:
        config, late = configuration.whole(made, here, baseline, _named(setup))
        selects = _selects(setup, config)
        swap = commands.Swap(
            tools=leaving,
            packages=packages.unneeded(leaving, ground),
            advice=dict(_advice(setup, made)),
            fix=_fix(setup, made),
            reduced=reduced,
            selects=selects,
        )
        _switch(edits, ground, swap)  # first: commands are found by the lines that they stand on
        configuration.configure(edits, setup.base, config, leaving)
    except Conflict as conflict:
        return replace(
            empty,
            refusals=(*refusals, staying.refusal("ruff-configured", str(conflict), "Which one holds from now on?")),
        )
    configuration.unconfigure(edits, setup, leaving)
    if called := packages.nowhere_installed(edits, ground, setup, tools):
        if alone := {tool for tool in commands.TOOLS if tool in tools and tool in published} - set(keeping):
            return move(ground, baseline, keeping={*keeping, *alone})
        edits.notes.append(called)
    edits.notes += [why for tool, why in published.items() if tool in leaving]
    if (kept := one_version.raise_pins(edits, ground, here)) is not None:
        return replace(empty, refusals=(*refusals, kept))
    if found := {tool: why for tool, why in remaining(edits, ground, leaving) if tool not in left}:
        return move(ground, baseline, keeping=keeping, left={**left, **found})
    silences.translate(edits, setup, made, config, baseline or Baseline())
    return replace(
        empty,
        tools=tuple(sorted(tools)),
        edits=edits.made(),
        notes=(*edits.notes, *stays),
        lost=tuple(lost for lost in (*made.lost, *late) if lost[0] != "flake8" or lost[1] not in reduced),
        reduced=reduced,
        without=frozenset(code for _, code, _ in late),
        parts=made.parts,
        baseline=baseline,
        selects=selects,
    )


def _advice(setup: Setup, made: Conversion) -> Iterator[tuple[str, str]]:
    """Tools of which no run can fail, with the rules that their commands ask for."""
    asked = {a.tool: a for a in setup.others}
    for part in made.parts:
        if part.lint.select and not part.fixes and asked[part.tool].runs and not asked[part.tool].gates:
            yield part.tool, ",".join(families(part.lint.select, part.lint.select))
    if setup.flake8_advises and made.flake8 is not None:
        yield "flake8", ",".join(families(made.flake8.select, made.flake8.select))


def _selects(setup: Setup, config: RuffConfig) -> dict[str, str]:
    """A command that selects by its own words goes on with these rules, where the configuration has others."""
    whole = {rule for key in ("select", "extend-select") for rule in config.lint.get(key, ())}
    found = selections(setup)
    return {asked: ",".join(short(rules)) for asked, rules in found.items() if rules and rules != whole}


def _fix(setup: Setup, made: Conversion) -> str:
    """A fixer's hook fails nobody for what linters report that are no hooks."""
    tells = setup.flake8 is not None or any(part.lint.select and not part.fixes for part in made.parts)
    return "--fix-only" if tells else "--fix"


def _named(setup: Setup) -> frozenset[str]:
    """The files that commands name, those too that their patterns stand for (``src/*``)."""
    words = (word for run in setup.runs if not run.is_hook for word in run.argv if word)
    return frozenset(path for word in words for path in spread(posixpath.normpath(word), setup.paths))


def _without(setup: Setup, tools: Collection[str]) -> Setup:
    return replace(
        setup,
        flake8=None if "flake8" in tools else setup.flake8,
        isort=None if "isort" in tools else setup.isort,
        black=None if "black" in tools else setup.black,
        others=tuple(asked for asked in setup.others if asked.tool not in tools),
    )


def _without_refused(setup: Setup, refusals: tuple[PlanBlocker, ...]) -> Setup:
    return replace(setup, flake8=None) if refusals else setup


def _switch(edits: Edits, ground: Ground, swap: commands.Swap) -> None:
    names: dict[str, str] = {}
    for path in sorted(ground.facts.files, key=lambda path: (path not in HOOKS, path)):
        if prose.is_prose(path) and (text := edits.text(path)) is not None:
            edits.put(path, hook_names.edit(prose.edit(path, text, swap), names))
            continue
        extract = ground.facts.extracts.get(path)
        if (extract is None and path not in HOOKS) or is_test_data(path):
            continue
        text = edits.text(path)
        if text is None:
            continue

        def look(line: int, message: str, path: str = path) -> None:
            edits.look(path, line, message)

        after = hooks.edit(path, text, swap, look) if path in HOOKS else commands.edit(path, text, ground, swap, look)
        if path.startswith(".github/"):
            after = actions.edit(after, swap.tools, look)
        if path in HOOKS:
            names |= hook_names.renamed(text, after)
        else:
            after = hook_names.edit(after, names)
        after = packages.without(path, after, extract.format if extract is not None else "", swap, edits)
        if after != text:
            edits.put(path, after)
