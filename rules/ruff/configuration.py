"""Ruff's configuration comes in as a whole, and that of the old tools goes."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from rules.migration import Ground
from rules.ruff import removal
from rules.ruff.base import inside
from rules.ruff.baseline import Baseline
from rules.ruff.beside import beside, turned_off
from rules.ruff.edits import Edits
from rules.ruff.emit import Conflict, RuffConfig, as_toml, into_pyproject, into_ruff_toml
from rules.ruff.gather import INI, Setup
from rules.ruff.linters import LINTERS
from rules.ruff.setup import Conversion
from rules.ruff.standing import Standing, standing
from rules.ruff.union import families
from scanner import toml_reader
from scanner.format import Unreadable

_SECTIONS = {
    "flake8": ("flake8",),
    "isort": ("isort", "tool:isort", "settings"),
    **{linter.name: tuple(s for _, names in linter.files for s in names if s) for linter in LINTERS},
}
_RUFF_FILES = (".ruff.toml", "ruff.toml")
Lost = tuple[str, str, str]


def whole(
    made: Conversion, ground: Ground, baseline: Baseline | None, named: frozenset[str] = frozenset()
) -> tuple[RuffConfig, tuple[Lost, ...]]:
    """The configuration with what Ruff would look at and the old tools do not, and the baseline; rules that it is told
    to ignore. ``named``: what commands name, which Ruff leaves out only by force. Raises
    :class:`~rules.ruff.emit.Conflict`."""
    _check_python(ground)
    config = _without_notebooks(made.config, made, ground)
    lost: tuple[Lost, ...] = ()
    there = standing(ground)
    config = _without_markdown(config, made, ground, there)
    if there.is_there:
        lost = tuple(("ruff", rule, "Ruff is told to ignore it") for rule in turned_off(config, there.tables or {}))
        config = beside(config, there, [p for p in ground.facts.files if p.endswith((".py", ".pyi", ".ipynb"))])
    if baseline is not None:
        sources = [path for path in ground.facts.files if path.endswith((".py", ".pyi"))]
        config = config.ignoring(baseline.rules, baseline.unparsed, baseline.unformatted, sources)
        if not named.isdisjoint({*baseline.unparsed, *baseline.unformatted}):
            config = replace(config, top={**config.top, "force-exclude": True})
    return config, lost


def _check_python(ground: Ground) -> None:
    """Ruff refuses a manifest whose ``requires-python`` it cannot read (``^3.12``, which is Poetry's)."""
    try:
        data = toml_reader.loads(ground.read("pyproject.toml") or "")
    except Unreadable:
        return
    said = (toml_reader.table(data, "project") or {}).get("requires-python")
    text = said if isinstance(said, str) else ""
    try:
        SpecifierSet(f"!{text}" if text.rstrip().endswith(",") else text)
    except InvalidSpecifier:
        message = f"pyproject.toml has requires-python = {said!r}, which Ruff cannot read: it would not start"
        raise Conflict(message) from None


def _without_notebooks(config: RuffConfig, made: Conversion, ground: Ground) -> RuffConfig:
    kinds = {posixpath.splitext(path)[1] for path in ground.facts.files}
    if ".ipynb" in kinds:
        config = _notebooks(config, made)
    if ".pyi" in kinds and (made.flake8 is not None or made.parts):
        config = _stubs(config, made)
    return config


def _stubs(config: RuffConfig, made: Conversion) -> RuffConfig:
    """``.pyi`` files stay out, but for isort, which looks at them."""
    select = config.lint.get("select", ())
    silent = sorted(set(select) - {"I001", "I002"})
    if not made.stubs:
        excluded = sorted({*config.lint.get("exclude", ()), "*.pyi"})
        return replace(config, lint={**config.lint, "exclude": excluded})
    return replace(config, per_file={**config.per_file, "*.pyi": list(families(silent, select))})


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


def configure(edits: Edits, base: str, config: RuffConfig, tools: frozenset[str]) -> None:
    """``config`` in the file where Ruff is configured, or is to be."""
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


def unconfigure(edits: Edits, setup: Setup, tools: frozenset[str]) -> None:
    """The sections and files that set up ``tools`` go."""
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
