"""The patch of the Ruff track: configuration, hooks, commands, packages, in one step. Pure, as the uv track's is.

A tool whose checks Ruff has not all of stays as it is, with the reason: its configuration, hooks and commands too.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from rules.blockers import PlanBlocker
from rules.migration import Edit, Ground
from rules.ruff import commands, hooks, removal
from rules.ruff.catalog import BUILT_IN, plugins
from rules.ruff.emit import Conflict, RuffConfig, as_toml, into_pyproject, into_ruff_toml
from rules.ruff.gather import HOOKS, INI, Setup, gather
from rules.ruff.setup import Conversion, convert
from scanner.inventory import Repository

_NO_CHECKS = frozenset(
    "flake8-pyproject flake8-black flake8-colors flake8-html flake8-json flake8-csv flake8-formatter-junit-xml "
    "flake8-junit-report flake8-codeclimate flake8-gl-codeclimate flake8-github-actions flake8-per-file-ignores "
    "flake8-polyfill flake8-plugin-utils flake8-helper flake8-nb".split()
)
_SECTIONS = {"flake8": ("flake8",), "isort": ("isort", "tool:isort", "settings")}
_RUFF_FILES = (".ruff.toml", "ruff.toml")
_CODE = "still-calls-old-tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What Ruff alone reports today: for each file its rules, files that it cannot parse, files it would format."""

    rules: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unparsed: tuple[str, ...] = ()
    unformatted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LintMove:
    """The patch of a repository's linters. ``tools`` are replaced, ``lost`` is what they did and Ruff does not."""

    repository: str
    tools: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    refusals: tuple[PlanBlocker, ...] = ()
    notes: tuple[PlanBlocker, ...] = ()
    lost: tuple[tuple[str, str, str], ...] = ()
    setup: Setup = field(default_factory=Setup)
    baseline: Baseline | None = None


def move(ground: Ground, baseline: Baseline | None = None) -> LintMove:
    """From flake8, isort and Black to Ruff, as far as they are in use in ``ground``."""
    setup = gather(ground)
    refusals = tuple(_refusals(setup))
    setup = _without_refused(setup, refusals)
    tools = frozenset(t for t in commands.TOOLS if getattr(setup, t) is not None)
    empty = LintMove(repository=ground.repository.id, refusals=refusals, setup=setup)
    if not tools:
        return empty
    made = convert(setup)
    config = _whole(made, ground, baseline)
    edits = _Edits(ground)
    try:
        _configure(edits, ground, config, tools)
    except Conflict as conflict:
        return replace(
            empty, refusals=(*refusals, _refusal("ruff-configured", str(conflict), "Which one holds from now on?"))
        )
    swap = commands.Swap(tools=tools, packages=_packages(tools, ground))
    _unconfigure(edits, ground, tools)
    _switch(edits, ground, swap)
    notes = (*edits.notes, *_stays(ground.repository, tools), *_aside(setup))
    return replace(
        empty, tools=tuple(sorted(tools)), edits=edits.made(), notes=notes, lost=made.lost, baseline=baseline
    )


# -- what stays


def _refusals(setup: Setup) -> Iterator[PlanBlocker]:
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
    if staying:
        shown = ", ".join(f"{n} ({', '.join(plugins()[n].codes)})" if n in plugins() else n for n in staying)
        decision = "Keep flake8 for the plug-in alone, or drop its checks?"
        yield _refusal("lint-plugin", f"flake8 stays: Ruff has nothing for {shown}", decision)
    elif setup.aside and "flake8" not in setup.files:
        where = ", ".join(setup.aside[:3])
        decision = "One configuration for all folders, or a ruff.toml in each?"
        yield _refusal("lint-config-aside", f"flake8 is configured below the root: {where}", decision)


def _uncovered(setup: Setup) -> Iterator[tuple[str, str]]:
    lint = convert(setup).flake8
    yield from lint.uncovered if lint is not None else ()


def _refusal(code: str, message: str, decision: str | None) -> PlanBlocker:
    return PlanBlocker(code=code, message=message, path=None, line=None, decision=decision)


def _without_refused(setup: Setup, refusals: tuple[PlanBlocker, ...]) -> Setup:
    return replace(setup, flake8=None) if refusals else setup


def _stays(repository: Repository, tools: frozenset[str]) -> Iterator[PlanBlocker]:
    others = ("pylint", "pyupgrade", "autoflake", "pydocstyle", "bandit", "yapf", "pycodestyle", "autopep8")
    for tool in repository.tools:
        if tool.name in others and tool.use != "config-only":
            yield _refusal("lint-tool-kept", f"{tool.name} stays beside Ruff: it is not part of this patch", None)


def _aside(setup: Setup) -> Iterator[PlanBlocker]:
    for path in setup.aside:
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
        self.notes.append(PlanBlocker(code=_CODE, message=message, path=path, line=line, decision=None))

    def made(self) -> tuple[Edit, ...]:
        found = (Edit(path=p, before=self._ground.read(p), after=text) for p, text in sorted(self._after.items()))
        return tuple(edit for edit in found if edit.before != edit.after)


def _whole(made: Conversion, ground: Ground, baseline: Baseline | None) -> RuffConfig:
    """The configuration with what Ruff would look at and the old tools do not, and the baseline."""
    config = made.config
    if baseline is not None:
        config = config.ignoring(baseline.rules, baseline.unparsed, baseline.unformatted)
    kinds = {posixpath.splitext(path)[1] for path in ground.facts.files}
    if ".ipynb" in kinds:
        config = replace(config, top={**config.top, "extend-exclude": ["*.ipynb"]})
    if ".pyi" in kinds and made.flake8 is not None:
        excluded = sorted({*config.lint.get("exclude", ()), "*.pyi"})
        config = replace(config, lint={**config.lint, "exclude": excluded})
    return config


def _configure(edits: _Edits, ground: Ground, config: RuffConfig, tools: frozenset[str]) -> None:
    own = next((p for p in _RUFF_FILES if edits.text(p) is not None), None)
    project = edits.text("pyproject.toml")
    if own is not None:
        edits.put(own, into_ruff_toml(edits.text(own) or "", config))
        if project is not None:
            edits.put("pyproject.toml", into_pyproject(project, None, tools))
    elif project is not None:
        edits.put("pyproject.toml", into_pyproject(project, config, tools))
    else:
        edits.put("ruff.toml", as_toml(config))


def _unconfigure(edits: _Edits, ground: Ground, tools: frozenset[str]) -> None:
    names = {section for tool in tools for section in _SECTIONS.get(tool, ())}
    in_use = {t.name for t in ground.repository.tools if t.use != "config-only"}
    if "flake8" in tools and not in_use & {"pycodestyle", "autopep8"}:
        names |= {"pycodestyle", "pep8"}
    for path in (*INI, ".isort.cfg", ".pep8"):
        text = edits.text(path)
        if text is not None and (path != ".isort.cfg" or "isort" in tools):
            here = names if path == ".isort.cfg" else names - {"settings"}
            edits.put(path, removal.without_sections(text, here))


def _packages(tools: frozenset[str], ground: Ground) -> frozenset[str]:
    """The distributions that nobody needs any more."""
    gone = set(tools)
    if "flake8" in tools:
        gone |= {*plugins(), *_NO_CHECKS, *BUILT_IN, "pep8", "pyproject-flake8"}
    if "black" in tools:
        gone |= {"flake8-black"}
    in_use = {t.name for t in ground.repository.tools if t.use != "config-only"}
    return frozenset(gone - (in_use - tools))


_IN_ROWS = ("requirements", "tox", "setup.cfg", "conda")


def _switch(edits: _Edits, ground: Ground, swap: commands.Swap) -> None:
    for path in sorted(ground.facts.files):
        extract = ground.facts.extracts.get(path)
        if extract is None and path not in HOOKS:
            continue
        text = edits.text(path)
        if text is None:
            continue

        def look(line: int, message: str, path: str = path) -> None:
            edits.look(path, line, message)

        after = hooks.edit(path, text, swap, look) if path in HOOKS else commands.edit(path, text, ground, swap, look)
        after = _without_packages(path, after, extract.format if extract is not None else "", swap, edits)
        if after != text:
            edits.put(path, after)


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
        keys = ("[options.extras_require]", "[options]", "install_requires", "tests_require")
        return removal.rows(text, swap.packages, keys=keys)
    if name == "tox.ini":
        return removal.rows(text, swap.packages, keys=("deps",))
    if name in ("environment.yml", "environment.yaml"):
        return removal.rows(text, swap.packages)
    return text
