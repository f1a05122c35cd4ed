"""What a repository's linters and formatters are set to today: files, hooks, commands and plug-ins together.

flake8 reads the first of ``setup.cfg``, ``tox.ini`` and ``.flake8`` that has a section for it, in the folder where it
is started; options of the command come on top. A run that cannot fail (``--exit-zero``, or one that is tolerated) is no
gate. Only what stands in the base folder is looked at (:mod:`rules.ruff.base`): other configurations are ``aside``.
"""

from __future__ import annotations

import configparser
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from rules.migration import Ground
from rules.ruff.asked import asked
from rules.ruff.base import based, below, named_file
from rules.ruff.black_config import said
from rules.ruff.catalog import plugins
from rules.ruff.flake8_config import Flake8Config, from_ini, from_table, with_arguments
from rules.ruff.linters import Asked
from rules.ruff.loose import directory, looked_in, loose
from rules.ruff.runs import HOOKS, OTHERS, Run, tool_runs
from rules.ruff.scripts import scripts
from scanner import toml_reader
from scanner.format import Unreadable
from scanner.lint_tools import pinned
from scanner.lint_use import is_test_data

INI = ("setup.cfg", "tox.ini", ".flake8")
_ISORT = (".isort.cfg", "pyproject.toml", "setup.cfg", "tox.ini", ".editorconfig")


# With these isort only looks.
CHECKS = frozenset({"-c", "--check", "--check-only", "--diff", "--df"})
# What becomes a run of Ruff with all that its configuration selects.
WHOLE = frozenset({"flake8", "bandit", "pycodestyle", "pydocstyle", "pyflakes", "pylint"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """All that is set: ``flake8`` one configuration for each run that can fail; ``isort`` and ``black`` their options.

    ``None`` for a tool that is not in use. ``base`` is the folder that everything is seen from (``""``: the root).
    ``plugins`` are flake8's, by normalised name; ``files`` hold the options, by tool, ``aside`` are configurations that
    stand elsewhere. ``others`` are the smaller tools, ``sources`` the files of Python, scripts too, ``paths`` all.
    ``loose``: folders that isort alone takes for the project's own. ``flake8_gates``: the runs of each of ``flake8``.
    ``runs_ruff``: Ruff is run today.
    """

    base: str = ""
    flake8: tuple[Flake8Config, ...] | None = None
    isort: Mapping[str, Any] | None = None
    black: Mapping[str, Any] | None = None
    black_argv: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    aside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    others: tuple[Asked, ...] = ()
    sources: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    flake8_gates: tuple[tuple[Run, ...], ...] = ()
    runs_ruff: bool = False

    def runs_of(self, tool: str) -> tuple[Run, ...]:
        """The runs of one tool."""
        return tuple(run for run in self.runs if run.tool == tool)

    @property
    def flake8_advises(self) -> bool:
        """Whether flake8 fails nobody, and what the configuration selects would fail at the gate of another."""
        own = self.runs_of("flake8")
        others = self.runs_ruff or any(run.tool in WHOLE - {"flake8"} and not run.advisory for run in self.runs)
        return self.flake8 is not None and bool(own) and all(run.advisory for run in own) and others

    @property
    def isort_mends(self) -> bool:
        """Whether isort fails nobody, as only commands run it that sort."""
        own = self.runs_of("isort")
        checks = any(r.is_hook or r.path in HOOKS or not CHECKS.isdisjoint(r.argv) for r in own)
        return bool(own) and not checks and "flake8-isort" not in self.plugins

    @property
    def isort_only_mends(self) -> bool:
        """Whether isort fails nobody, and others are gates."""
        others = self.runs_ruff or any(run.tool in WHOLE and not run.advisory for run in self.runs)
        return self.isort_mends and others


def gather(ground: Ground) -> Setup:
    """What is set for the tools that are in use; raises nothing: what cannot be read counts as not set."""
    in_use = {t.name for t in ground.repository.tools if t.use != "config-only"}
    started = tool_runs(ground)
    base = based(ground, started, in_use & {"flake8", "isort", "black", *OTHERS})
    installed = set(_installed(ground))
    runs, ground = base.runs, below(ground, base.folder)
    files: dict[str, str] = {}
    project = _pyproject(ground)
    named = {*installed, *_declared(ground), *(p for r in runs if r.tool == "flake8" for p in r.plugins)}
    flake8 = _flake8(ground, project, runs, files) if "flake8" in in_use else None
    isort = _isort(ground, project, runs, files) if "isort" in in_use or "flake8-isort" in named else None
    own = not isort or not {"src_paths", "src-paths"} & set(isort)
    looks = directory(files.get("isort"), started, base.folder)
    if isort is not None:
        isort |= looked_in(isort, looks, ground.facts.files)
    sources = tuple(sorted([*(p for p in ground.facts.files if p.endswith((".py", ".pyi"))), *scripts(ground)]))
    return Setup(
        base=base.folder,
        flake8=tuple(config for config, _ in flake8) if flake8 is not None else None,
        flake8_gates=tuple(gates for _, gates in flake8 or ()),
        isort=isort,
        black=_black(ground, project, runs, files) if "black" in in_use else None,
        black_argv=next((said(r) for r in runs if r.tool == "black"), ()),
        plugins=tuple(sorted(named)),
        runs=runs,
        aside=base.aside,
        files=files,
        others=tuple(a for a in asked(ground, runs) if a.path is not None or a.tool not in base.aside),
        sources=sources,
        runs_ruff=any(t.name == "ruff" and t.use == "run" for t in ground.repository.tools),
        paths=tuple(sorted(ground.facts.files)),
        loose=loose(sources, ground.read, looks) if isort is not None and own else (),
    )


# -- flake8


def _flake8(
    ground: Ground, project: Mapping[str, Any], runs: tuple[Run, ...], files: dict[str, str]
) -> list[tuple[Flake8Config, tuple[Run, ...]]]:
    """Each configuration of a run that can fail, with its runs."""
    written = _flake8_files(ground, project, runs, files)
    gates = [r for r in runs if r.tool == "flake8" and not r.advisory]
    made = [(_configured(ground, written, run), run) for run in gates]
    found = [(config, tuple(run for other, run in made if other == config)) for config in _unique([c for c, _ in made])]
    return found or [(written, ())]


def _unique(configs: list[Flake8Config]) -> list[Flake8Config]:
    kept: list[Flake8Config] = []
    for config in configs:
        if config not in kept:
            kept.append(config)
    return kept


def _flake8_files(
    ground: Ground, project: Mapping[str, Any], runs: tuple[Run, ...], files: dict[str, str]
) -> Flake8Config:
    table = _table(project, "flake8")
    for path in INI if not (table and _reads_pyproject(ground, runs)) else ():
        text = ground.read(path)
        if text is not None and (config := from_ini(path, text)) is not None:
            files["flake8"] = path
            return config
    if table:
        files["flake8"] = "pyproject.toml"
        return from_table("pyproject.toml", table)
    return Flake8Config()


_ADD_ONS = frozenset({"flake8-pyproject", "pyproject-flake8"})


def _reads_pyproject(ground: Ground, runs: tuple[Run, ...]) -> bool:
    """Whether an add-on makes flake8 read ``pyproject.toml``, which then goes before its own files."""
    declared = {str(canonicalize_name(d.name)) for p in ground.repository.projects for d in p.dependencies if d.name}
    return not _ADD_ONS.isdisjoint(declared.union(*(run.plugins for run in runs)))


def _configured(ground: Ground, written: Flake8Config, run: Run) -> Flake8Config:
    """``written``, or the file that the command names, with the command's own options."""
    named = _value(run.argv, "--config") or _value(run.argv, "--append-config")
    if named is not None:
        path = posixpath.normpath(named)
        text = ground.read(path)
        written = (from_ini(path, text) if text is not None else None) or written
    return with_arguments(written, run.argv)


def _value(argv: tuple[str, ...], option: str) -> str | None:
    for number, word in enumerate(argv):
        if word == option and number + 1 < len(argv):
            return argv[number + 1]
        if word.startswith(option + "="):
            return word.partition("=")[2]
    return None


def _declared(ground: Ground) -> Iterator[str]:
    """Plug-ins that the projects declare for themselves."""
    names = {str(canonicalize_name(d.name)) for p in ground.repository.projects for d in p.dependencies if d.name}
    yield from filter(_is_plugin, names)


_INSTALLS = frozenset({"install", "add", "inject", "--with", "-w"})


def _installed(ground: Ground) -> Iterator[str]:
    """Plug-ins that commands install: in CI and scripts, environments of tox and sessions of nox."""
    for path, extract in ground.facts.extracts.items():
        for call in extract.invocations if not extract.template and not is_test_data(path) else ():
            if not _INSTALLS.isdisjoint(call.argv):
                yield from filter(_is_plugin, (str(canonicalize_name(pinned(word)[0])) for word in call.argv))


def _is_plugin(name: str) -> bool:
    return name in plugins() or name.startswith("flake8-")


# -- isort and black


def _isort(ground: Ground, project: Mapping[str, Any], runs: tuple[Run, ...], files: dict[str, str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for path in (*_settings(ground, runs, "isort"), *_ISORT):
        own = posixpath.basename(path) == "pyproject.toml"
        found = _table(_toml(ground, path), "isort") if own else _ini_section(ground.read(path), path)
        if found:
            options = dict(found)
            files["isort"] = path
            break
    options |= _isort_given([run for run in runs if run.tool == "isort"])
    if str(options.get("profile", "")).strip().lower() == "black" and _is_before(ground, "isort", _SPLITS):
        return {"split_on_trailing_comma": False, **options}
    return options


_SPLITS = Version("6")  # from here on isort's profile black keeps what ends with a comma on lines of their own


def _is_before(ground: Ground, name: str, first: Version) -> bool:
    """Whether all versions of a tool that are stated are older than ``first``."""
    stated = [version.version for tool in ground.repository.tools if tool.name == name for version in tool.versions]
    try:
        return bool(stated) and all(Version(text.removeprefix("v")) < first for text in stated)
    except InvalidVersion:
        return False


def _isort_given(runs: list[Run]) -> dict[str, Any]:
    """What the gates give on their command lines; without one, what all runs give that sort.

    A pass with ``--force-single-line-imports`` before the one that counts is none.
    """
    gates = [run for run in runs if run.is_hook or not CHECKS.isdisjoint(run.argv)]
    given = [_isort_arguments(run.argv) for run in gates or runs]
    if gates:
        return {name: value for options in given for name, value in options.items()}
    return {
        name: value for name, value in (given[0] if given else {}).items() if all(o.get(name) == value for o in given)
    }


def _black(
    ground: Ground, project: Mapping[str, Any], runs: tuple[Run, ...], files: dict[str, str]
) -> Mapping[str, Any]:
    for path in _settings(ground, runs, "black"):
        if table := _table(_toml(ground, path), "black"):
            files["black"] = path
            return table
    return _table(project, "black")


def _settings(ground: Ground, runs: tuple[Run, ...], tool: str) -> Iterator[str]:
    """The files that runs of ``tool`` name for their options; where they name a folder, those in it."""
    named = [named_file(run) for run in runs if run.tool == tool and not run.advisory]
    for path in dict.fromkeys(posixpath.normpath(path) for path in named if path is not None):
        yield from (p for p in (path, *(posixpath.join(path, name) for name in _ISORT)) if p in ground.facts.files)


def _ini_section(text: str | None, path: str) -> dict[str, str]:
    names = (
        ("settings", "isort")
        if posixpath.basename(path) == ".isort.cfg"
        else ("isort", "tool:isort", "*.py", "*.{py,pyi}")
    )
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text or "", path)
    except configparser.Error:
        return {}
    for name in names if path != ".editorconfig" else ():
        if parser.has_section(name):
            return dict(parser.items(name))
    return {}


_ISORT_VALUES = {
    "--profile": "profile",
    "-l": "line_length",
    "--line-length": "line_length",
    "-w": "line_length",
    "--line-width": "line_length",
    "-m": "multi_line_output",
    "--multi-line": "multi_line_output",
    "--lines-after-imports": "lines_after_imports",
    "-lai": "lines_after_imports",
    "-p": "known_first_party",
    "--project": "known_first_party",
    "-s": "skip",
    "--skip": "skip",
    "--skip-glob": "skip_glob",
    "--extend-skip": "extend_skip",
    "-a": "add_imports",
    "--add-import": "add_imports",
}
_ISORT_FLAGS = {
    "--sl": "force_single_line",
    "--force-single-line-imports": "force_single_line",
    "--tc": "include_trailing_comma",
    "--trailing-comma": "include_trailing_comma",
    "--fss": "force_sort_within_sections",
    "--force-sort-within-sections": "force_sort_within_sections",
    "--combine-as": "combine_as_imports",
}


def _isort_arguments(argv: tuple[str, ...]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        if name in _ISORT_VALUES:
            given[_ISORT_VALUES[name]] = value if equals else next(words, "")
        elif name in _ISORT_FLAGS:
            given[_ISORT_FLAGS[name]] = True
    return given


def _pyproject(ground: Ground) -> Mapping[str, Any]:
    return _toml(ground, "pyproject.toml")


def _toml(ground: Ground, path: str) -> Mapping[str, Any]:
    text = ground.read(path)
    try:
        return toml_reader.loads(text) if text is not None else {}
    except Unreadable:
        return {}


def _table(project: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return toml_reader.table(project, "tool", name) or {}
