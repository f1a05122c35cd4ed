"""The patch of the Ruff track: configuration, hooks, commands, packages, in one step. Pure, as the uv track's is.

A tool whose checks Ruff has not all of stays as it is, with the reason: its configuration, hooks and commands too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from rules.blockers import PlanBlocker
from rules.migration import Edit, Ground
from rules.rollout.checkers import is_configured
from rules.rollout.selection import short
from rules.ruff import actions, commands, comments, hooks, in_commands, in_programs, pins, programs, prose, removal
from rules.ruff.base import below, inside
from rules.ruff.beside import beside, left_out, turned_off
from rules.ruff.catalog import BUILT_IN, counterparts, plugins, ruff_rules
from rules.ruff.comments import Silence
from rules.ruff.emit import Conflict, RuffConfig, as_toml, into_pyproject, into_ruff_toml
from rules.ruff.filenames import foreign
from rules.ruff.gather import INI, Setup, gather
from rules.ruff.linters import LINTERS, Part, pylint
from rules.ruff.reduced import codes
from rules.ruff.runs import HOOKS, OTHERS
from rules.ruff.setup import Conversion, convert, selections
from rules.ruff.standing import Standing, configured, standing
from rules.ruff.translate import below as patterns_of
from rules.ruff.union import families
from rules.uv import version
from scanner.inventory import Repository
from scanner.lint_use import is_test_data

_NO_CHECKS = frozenset(
    "flake8-pyproject flake8-black flake8-colors flake8-html flake8-json flake8-csv flake8-formatter-junit-xml "
    "flake8-junit-report flake8-codeclimate flake8-gl-codeclimate flake8-github-actions flake8-per-file-ignores "
    "flake8-polyfill flake8-plugin-utils flake8-helper flake8-nb".split()
)
_SECTIONS = {
    "flake8": ("flake8",),
    "isort": ("isort", "tool:isort", "settings"),
    **{linter.name: tuple(s for _, names in linter.files for s in names if s) for linter in LINTERS},
}
_RUFF_FILES = (".ruff.toml", "ruff.toml")
_CODE = "still-calls-old-tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What Ruff alone reports today: for each file its rules, files that it cannot parse, files it would format.

    ``silenced``: rules by file and line, where a ``# nosec`` without a number silences the old tool.
    """

    rules: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unparsed: tuple[str, ...] = ()
    unformatted: tuple[str, ...] = ()
    silenced: Mapping[str, Mapping[int, tuple[str, ...]]] = field(default_factory=dict)


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


def move(ground: Ground, baseline: Baseline | None = None, *, keeping: Collection[str] = ()) -> LintMove:
    """From flake8, isort and Black to Ruff, as far as they are in use in ``ground``.

    ``keeping``: tools that stay, as users of the project get them and nothing else would install Ruff.
    """
    setup = gather(ground)
    here = below(ground, setup.base)
    reduced = codes(setup) if ground.config.ruff_uncovered == "keep" else ()
    refusals = tuple(_refusals(setup, decided=bool(reduced) or ground.config.ruff_uncovered == "drop"))
    published = dict(_published(ground))
    held = (*(_with_flake8(setup) if refusals else ()), *_unmoved(ground, setup), *_alone(published, keeping))
    setup = _without(_without_refused(setup, refusals), {tool for tool, _ in held})
    refusals = (*refusals, *(why for _, why in held if why.decision))
    made = convert(setup)
    tools = frozenset([*(t for t in commands.TOOLS if getattr(setup, t) is not None), *(p.tool for p in made.parts)])
    reduced = reduced if "flake8" in tools else ()
    leaving = tools - {"flake8"} if reduced else tools
    stays = (
        *(why for _, why in held if not why.decision),
        *_stays(ground.repository, tools, made, setup),
        *([_reduced(reduced)] if reduced else ()),
        *_aside(setup, tools),
        *_idle(ground, here, tools),
        *_left_out(here, made),
    )
    empty = LintMove(repository=ground.repository.id, refusals=refusals, setup=setup, notes=stays)
    if not tools:
        return empty
    edits = _Edits(ground)
    try:
        config, late = _whole(made, here, baseline)
        _configure(edits, setup.base, config, leaving)
    except Conflict as conflict:
        return replace(
            empty, refusals=(*refusals, _refusal("ruff-configured", str(conflict), "Which one holds from now on?"))
        )
    selects = _selects(setup, config)
    swap = commands.Swap(
        tools=leaving,
        packages=_packages(leaving, ground),
        advice=dict(_advice(setup, made)),
        fix=_fix(setup, made),
        reduced=reduced,
        selects=selects,
    )
    _unconfigure(edits, setup, leaving)
    _switch(edits, ground, swap)
    if called := _nowhere_installed(edits, ground, setup, tools):
        if alone := {tool for tool in commands.TOOLS if tool in tools and tool in published} - set(keeping):
            return move(ground, baseline, keeping={*keeping, *alone})
        edits.notes.append(called)
    edits.notes += [why for tool, why in published.items() if tool in leaving]
    if (kept := _raise(edits, ground, here)) is not None:
        return replace(empty, refusals=(*refusals, kept))
    _silence(edits, setup, made, config, baseline or Baseline())
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


def _selects(setup: Setup, config: RuffConfig) -> dict[str, str]:
    """A command that selects by its own words goes on with these rules, where the configuration has others."""
    whole = {rule for key in ("select", "extend-select") for rule in config.lint.get(key, ())}
    found = selections(setup)
    return {asked: ",".join(short(rules)) for asked, rules in found.items() if rules and rules != whole}


def _fix(setup: Setup, made: Conversion) -> str:
    """A fixer's hook fails nobody for what linters report that are no hooks."""
    tells = setup.flake8 is not None or any(part.lint.select and not part.fixes for part in made.parts)
    return "--fix-only" if tells else "--fix"


# -- what stays


def _refusals(setup: Setup, *, decided: bool) -> Iterator[PlanBlocker]:
    """Why flake8 stays; ``decided``: what becomes of the checks that Ruff has not."""
    if setup.flake8 is None:
        return
    alone = sorted(
        name
        for name in setup.plugins
        if name not in _NO_CHECKS
        and (not plugins()[name].is_known_to_ruff if name in plugins() else name.startswith("flake8-"))
    )
    uncovered = {code for code, why in _uncovered(setup) if "counterpart" in why or "not a plug-in" in why}
    staying = [n for n in alone if n not in plugins() or uncovered & set(plugins()[n].codes)]
    own = sorted({code for config in setup.flake8 for code in config.local})
    if (staying or own) and not decided:
        named = [f"{n} ({', '.join(plugins()[n].codes)})" if n in plugins() else n for n in staying]
        shown = ", ".join([*named, *([f"plug-ins of its own ({', '.join(own)})"] if own else [])])
        decision = "Keep flake8 for the plug-in alone, or drop its checks (`[ruff] uncovered` in muster.toml)?"
        yield _refusal("lint-plugin", f"flake8 stays: Ruff has nothing for {shown}", decision)
    elif strange := foreign(setup.flake8, setup.runs):
        decision = "Keep flake8 for these files, or check them no more?"
        message = f"flake8 stays: it looks at files that Ruff cannot read ({', '.join(strange)})"
        yield _refusal("lint-files", message, decision)
    elif setup.aside.get("flake8") and "flake8" not in setup.files:
        yield _configured_aside("flake8", setup)


def _configured_aside(tool: str, setup: Setup) -> PlanBlocker:
    decision = "One configuration for all folders, or a ruff.toml in each?"
    where = ", ".join(setup.aside[tool][:3])
    return _refusal("lint-config-aside", f"{tool} stays: it is configured below the root: {where}", decision)


def _uncovered(setup: Setup) -> Iterator[tuple[str, str]]:
    lint = convert(setup).flake8
    yield from lint.uncovered if lint is not None else ()


def _refusal(code: str, message: str, decision: str | None) -> PlanBlocker:
    return PlanBlocker(code=code, message=message, path=None, line=None, decision=decision)


def _reduced(chosen: tuple[str, ...]) -> PlanBlocker:
    message = f"flake8 stays beside Ruff, for {', '.join(chosen)} alone"
    return PlanBlocker(code="lint-tool-kept", message=message, path=None, line=None, decision=None)


def _without(setup: Setup, tools: Collection[str]) -> Setup:
    return replace(
        setup,
        flake8=None if "flake8" in tools else setup.flake8,
        isort=None if "isort" in tools else setup.isort,
        black=None if "black" in tools else setup.black,
    )


def _without_refused(setup: Setup, refusals: tuple[PlanBlocker, ...]) -> Setup:
    return replace(setup, flake8=None) if refusals else setup


_ASKED_BY = {"flake8-isort": "isort", "flake8-black": "black"}


def _with_flake8(setup: Setup) -> Iterator[tuple[str, PlanBlocker]]:
    """Tools that a plug-in asks, by their own configuration, where flake8 stays."""
    for plugin, tool in _ASKED_BY.items():
        if plugin in setup.plugins and getattr(setup, tool) is not None:
            yield tool, _refusal("lint-tool-kept", f"{tool} stays beside flake8: {plugin} asks it", None)


def _unmoved(ground: Ground, setup: Setup) -> Iterator[tuple[str, PlanBlocker]]:
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
            yield there.name, _refusal("lint-tool-kept", f"{there.name} stays: pytest starts it", None)
        elif there.name in idle and there.use == "declared" and not is_configured(there):
            message = f"{there.name} stays: nothing committed runs or configures it"
            yield there.name, _refusal("lint-tool-kept", message, None)


def _declared(ground: Ground) -> set[str]:
    return {item.name for project in ground.repository.projects for item in project.dependencies}


def _stays(repository: Repository, tools: frozenset[str], made: Conversion, setup: Setup) -> Iterator[PlanBlocker]:
    why = {tool: f"it is configured below the root: {', '.join(places[:3])}" for tool, places in setup.aside.items()}
    why |= {part.tool: part.stays for part in made.kept if part.stays}
    for tool in repository.tools:
        if tool.name in OTHERS and tool.name not in tools and tool.use != "config-only":
            reason = why.get(tool.name) or "nothing committed runs it"
            yield _refusal("lint-tool-kept", f"{tool.name} stays beside Ruff: {reason}", _DECISIONS.get(tool.name))


def _published(ground: Ground) -> Iterator[tuple[str, PlanBlocker]]:
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


def _alone(published: Mapping[str, PlanBlocker], kept: Collection[str]) -> Iterator[tuple[str, PlanBlocker]]:
    for tool in sorted(kept):
        message = f"{tool} stays: it is installed with what users of the project get, and nowhere else"
        decision = "Is it needed at run time, or does it belong to a group for development?"
        yield tool, replace(published[tool], message=message, decision=decision)


_DECISIONS = {
    "pylint": "Keep pylint for what Ruff has not, or let it go (`[ruff] replace` in muster.toml)?",
    "yapf": "Keep yapf, or take Ruff's style in one go (`[ruff] replace` in muster.toml)?",
}


def _idle(ground: Ground, here: Ground, tools: frozenset[str]) -> Iterator[PlanBlocker]:
    """Ruff has a configuration that nothing runs: it becomes a gate with the patch."""
    runs = any(tool.name == "ruff" and tool.use == "run" for tool in ground.repository.tools)
    if tools and not runs and configured(here)[1] is not None:
        message = "Ruff is configured and nothing runs it: with this patch what it is set to counts at the gate"
        yield PlanBlocker(code="ruff-configured", message=message, path=None, line=None, decision=None)


def _left_out(here: Ground, made: Conversion) -> Iterator[PlanBlocker]:
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


def _aside(setup: Setup, tools: Collection[str]) -> Iterator[PlanBlocker]:
    for path in sorted({path for tool in tools for path in setup.aside.get(tool, ())}):
        yield PlanBlocker(
            code="lint-config-aside", message="holds for its folder only and stays", path=path, line=None, decision=None
        )


# -- edits


class _Edits:
    """Texts as they are to be; each editor sees what those before it made."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._after: dict[str, str | None] = {}
        self.notes: list[PlanBlocker] = []

    def text(self, path: str) -> str | None:
        return self._after[path] if path in self._after else self._ground.read(path)

    def put(self, path: str, text: str | None) -> None:
        self._after[path] = text

    def look(self, path: str, line: int | None, message: str) -> None:
        note = PlanBlocker(code=_CODE, message=message, path=path, line=line, decision=None)
        if note not in self.notes:
            self.notes.append(note)

    def made(self) -> tuple[Edit, ...]:
        found = (Edit(path=p, before=self._ground.read(p), after=text) for p, text in sorted(self._after.items()))
        return tuple(edit for edit in found if edit.before != edit.after)


_Lost = tuple[str, str, str]


def _whole(made: Conversion, ground: Ground, baseline: Baseline | None) -> tuple[RuffConfig, tuple[_Lost, ...]]:
    """The configuration with what Ruff would look at and the old tools do not, and the baseline; rules that it is told
    to ignore. Raises :class:`~rules.ruff.emit.Conflict`."""
    config = _without_notebooks(made.config, made, ground)
    lost: tuple[_Lost, ...] = ()
    there = standing(ground)
    config = _without_markdown(config, made, ground, there)
    if there.is_there:
        lost = tuple(("ruff", rule, "Ruff is told to ignore it") for rule in turned_off(config, there.tables or {}))
        config = beside(config, there, [p for p in ground.facts.files if p.endswith((".py", ".pyi", ".ipynb"))])
    if baseline is not None:
        config = config.ignoring(baseline.rules, baseline.unparsed, baseline.unformatted)
    return config, lost


def _without_notebooks(config: RuffConfig, made: Conversion, ground: Ground) -> RuffConfig:
    kinds = {posixpath.splitext(path)[1] for path in ground.facts.files}
    if ".ipynb" in kinds:
        config = _notebooks(config, made)
    if ".pyi" in kinds and (made.flake8 is not None or made.parts):
        excluded = sorted({*config.lint.get("exclude", ()), "*.pyi"})
        config = replace(config, lint={**config.lint, "exclude": excluded})
    return config


def _without_markdown(config: RuffConfig, made: Conversion, ground: Ground, there: Standing) -> RuffConfig:
    """Ruff formats the code in Markdown from 0.16 on, Black leaves it alone."""
    if (
        not (made.black or there.formats)
        or there.formats_markdown
        or not any(p.endswith(".md") for p in ground.facts.files)
    ):
        return config
    return replace(
        config, formatting={**config.formatting, "exclude": sorted({*config.formatting.get("exclude", ()), "*.md"})}
    )


def _notebooks(config: RuffConfig, made: Conversion) -> RuffConfig:
    """Notebooks stay out, but for the tools that look at them."""
    tools = made.notebooks
    if not tools:
        return replace(config, top={**config.top, "extend-exclude": ["*.ipynb"]})
    formatting, per_file = dict(config.formatting), dict(config.per_file)
    if "black" not in tools and config.formats:
        formatting["exclude"] = sorted({*formatting.get("exclude", ()), "*.ipynb"})
    silent = sorted(set(config.lint.get("select", ())) - made.rules_of(tools))
    if silent:
        per_file["*.ipynb"] = list(families(silent, config.lint["select"]))
    return replace(config, formatting=formatting, per_file=per_file)


def _configure(edits: _Edits, base: str, config: RuffConfig, tools: frozenset[str]) -> None:
    own = next((p for name in _RUFF_FILES if edits.text(p := inside(base, name)) is not None), None)
    manifest = inside(base, "pyproject.toml")
    project = edits.text(manifest)
    if own is not None:
        edits.put(own, into_ruff_toml(edits.text(own) or "", config))
        if project is not None:
            edits.put(manifest, into_pyproject(project, None, tools))
    elif project is not None:
        edits.put(manifest, into_pyproject(project, config, tools))
    else:
        edits.put(inside(base, "ruff.toml"), as_toml(config))


def _unconfigure(edits: _Edits, setup: Setup, tools: frozenset[str]) -> None:
    names = {section for tool in tools for section in _SECTIONS.get(tool, ())}
    if "flake8" in tools and not any(run.tool == "pycodestyle" for run in setup.runs):
        names |= {"pycodestyle", "pep8"}
    for name in (*INI, ".isort.cfg", ".pep8"):
        text = edits.text(path := inside(setup.base, name))
        if text is not None and (name != ".isort.cfg" or "isort" in tools):
            here = names if name == ".isort.cfg" else names - {"settings"}
            edits.put(path, removal.without_sections(text, here))
    named = {(tool, path) for tool, path in setup.files.items() if tool in tools}
    named |= {("flake8", c.path) for c in setup.flake8 or () if c.path is not None and "flake8" in tools}
    for tool, name in sorted(named):  # by a run's own option
        if "/" in name and (text := edits.text(path := inside(setup.base, name))) is not None:
            toml = posixpath.basename(name) == "pyproject.toml"
            left = into_pyproject(text, None, {tool}) if toml else removal.without_sections(text, _SECTIONS[tool])
            edits.put(path, left)
    for asked in setup.others:
        if asked.tool in tools and asked.path is not None and posixpath.basename(asked.path) not in _SHARED:
            edits.put(inside(setup.base, asked.path), None)


_SHARED = ("pyproject.toml", *INI)


def _packages(tools: frozenset[str], ground: Ground) -> frozenset[str]:
    """The distributions that nobody needs any more."""
    gone = {*tools, *(["nbqa"] if "flake8" in tools or "black" in tools else [])}
    if "flake8" in tools:
        gone |= {*plugins(), *_NO_CHECKS, *BUILT_IN, "pep8", "pyproject-flake8"}
    if "black" in tools:
        gone |= {"flake8-black"}
    in_use = {t.name for t in ground.repository.tools if t.use != "config-only"}
    return frozenset(gone - (in_use - tools))


_MANY_FILES = 4_000


def _silence(edits: _Edits, setup: Setup, made: Conversion, config: RuffConfig, baseline: Baseline) -> None:
    """Comments that silence a tool that goes, in Ruff's words."""
    plain = _silences(setup, made, config)
    left: dict[str, int] = {}
    for name in setup.sources[:_MANY_FILES] if not plain.is_empty else ():
        text = edits.text(path := inside(setup.base, name))
        if text is None:
            continue
        off = baseline.rules.get(name, {})
        shown = {
            row: rules
            for row, found in baseline.silenced.get(name, {}).items()
            if (rules := tuple(rule for rule in found if rule not in off))
        }
        found = comments.translated(text, replace(plain, shown=shown))
        if found.text != text:
            edits.put(path, found.text)
        if found.left:
            left[path] = found.left[0]
    if left:
        path, line = next(iter(left.items()))
        which = " and ".join(n for n, on in (("# nosec", plain.nosec), ("# pylint: disable", plain.pylint)) if on)
        message = f"comments `{which}` in {len(left)} files say nothing to Ruff (the first one)"
        edits.notes.append(PlanBlocker(code="lint-comments", message=message, path=path, line=line, decision=None))


def _silences(setup: Setup, made: Conversion, config: RuffConfig) -> Silence:
    on = {rule for key in ("select", "extend-select") for rule in config.lint.get(key, ())}
    noqa: dict[str, set[str]] = {}
    if made.flake8 is not None:
        for code, rule in counterparts((*BUILT_IN, *setup.plugins)):
            if rule in made.flake8.select:
                noqa.setdefault(code, set()).add(rule)
    pairs = {part.tool: part.pairs for part in made.parts}
    nosec: dict[str, set[str]] = {}
    for test, rule in pairs.get("bandit", ()):
        nosec.setdefault(test, set()).add(rule)
    messages = dict.fromkeys(code for code, _ in pairs.get("pylint", ()))

    def of_pylint(name: str) -> set[str]:
        known = [code for code in pylint.numbers(name) if code in messages]
        return {rule for code in known for rule in pylint.messages().rules[code] if rule in on}

    return Silence(
        noqa={code: rules for code, rules in noqa.items() if code not in rules and code not in ruff_rules()},
        nosec=nosec,
        pylint=of_pylint if "pylint" in pairs else None,
    )


_IN_ROWS = ("requirements", "tox", "setup.cfg", "conda")


def _switch(edits: _Edits, ground: Ground, swap: commands.Swap) -> None:
    for path in sorted(ground.facts.files):
        if prose.is_prose(path) and (text := edits.text(path)) is not None:
            edits.put(path, prose.edit(path, text, swap))
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
        after = _without_packages(path, after, extract.format if extract is not None else "", swap, edits)
        if after != text:
            edits.put(path, after)


_INSTALLED = re.compile(r"ruff==|\bruff[\"']?[ \t]*=[ \t]*[\"'{]|ruff@|ruff-action")


def _nowhere_installed(edits: _Edits, ground: Ground, setup: Setup, tools: Collection[str]) -> PlanBlocker | None:
    """The first command that calls Ruff from now on, where no file of the patch installs it and it was not there."""
    run = next((r for r in setup.runs if r.tool in tools and r.path not in HOOKS), None)
    if run is None or any(t.name == "ruff" and t.use != "config-only" for t in ground.repository.tools):
        return None
    for edit in edits.made():
        if len(_INSTALLED.findall(edit.after or "")) > len(_INSTALLED.findall(edit.before or "")):
            return None
    message = f"no file that is changed installs Ruff: install {version('ruff')} where {run.tool} came from"
    return PlanBlocker(code="lint-install", message=message, path=run.path, line=run.line, decision=None)


def _raise(edits: _Edits, ground: Ground, here: Ground) -> PlanBlocker | None:
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


def _without_packages(path: str, text: str, format_: str, swap: commands.Swap, edits: _Edits) -> str:
    name = posixpath.basename(path)
    if name in ("pyproject.toml", "Pipfile"):
        return removal.toml(text, swap.packages)
    if format_.startswith("requirements"):
        if removal.is_compiled(text):
            if removal.rows(text, swap.packages) != text:
                edits.look(path, None, "is compiled and holds the old tools still: compile it again")
            return text
        return removal.rows(text, swap.packages)
    if name == "setup.cfg":
        keys = ("[options.extras_require]", "tests_require")
        return removal.rows(text, swap.packages, keys=keys)
    if name == "setup.py":
        return programs.manifest(text, swap.packages)
    if name == "tox.ini":
        return removal.rows(text, swap.packages, keys=("deps",))
    if name in ("environment.yml", "environment.yaml"):
        return removal.rows(text, swap.packages)
    return text
