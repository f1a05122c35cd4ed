"""The old linters, formatters and fixers, run one by one over the scratch copy; all of them only parse the files."""

from __future__ import annotations

import glob
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rules.ruff.arguments import arguments
from rules.ruff.flake8_config import as_ini
from rules.ruff.gather import Setup
from rules.ruff.linters import Asked
from rules.ruff.linters import pylint as pylint_rules
from rules.ruff.linters.options import given, is_short_for
from rules.ruff.listed import listed
from rules.ruff.runs import OTHERS, Run
from rules.ruff.scripts import is_script
from scanner.lint_runs import (
    NotMeasured,
    Report,
    run_bandit,
    run_fixer,
    run_flake8,
    run_formatter,
    run_isort,
    run_plain,
)

FIXERS = ("autoflake", "pyupgrade")


def _others() -> dict[str, str]:
    return {tool: path for tool in OTHERS if (path := shutil.which(tool)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class OldTools:
    """Where the old tools are; ``None`` for one that is not there. ``env`` is added to what they are started with."""

    flake8: str | None = None
    isort: str | None = None
    black: str | None = None
    others: Mapping[str, str] = field(default_factory=_others)
    env: Mapping[str, str] | None = None

    @classmethod
    def on_path(cls) -> OldTools:
        """Those that the user's path leads to."""
        return cls(flake8=shutil.which("flake8"), isort=shutil.which("isort"), black=shutil.which("black"))

    def has(self, tools: Iterable[str]) -> bool:
        """Whether all of ``tools`` are there that a comparison cannot do without."""
        return all(getattr(self, tool) is not None for tool in tools if tool in ("flake8", "isort", "black"))

    def missing(self, tools: Iterable[str]) -> tuple[str, ...]:
        """Those of the smaller tools that are not there."""
        return tuple(tool for tool in tools if tool in OTHERS and tool not in self.others)


@dataclass(slots=True)
class Found:
    """What the old side says: reports, files that a formatter would change, lines that each fixer would change.

    ``failed``: tools that ended in an error of their own, with their word.
    """

    reports: set[Report] = field(default_factory=set)
    unformatted: set[str] = field(default_factory=set)
    changed: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def run_old(setup: Setup, tools: Sequence[str], old: OldTools, folder: str) -> Found:
    """Every gate of ``tools`` over the paths that it names; raises :class:`NotMeasured` where none could be run."""
    found = Found()
    there = [tool for tool in tools if tool not in old.missing([tool])]
    for tool in there:
        one = Found()
        try:
            for run in gates(setup, tool):
                _run(setup, run, old, folder, one)
        except NotMeasured as error:
            found.failed[tool] = str(error)[:200]
            continue
        found.reports |= one.reports
        found.unformatted |= one.unformatted
        found.changed |= one.changed
    if found.failed and len(found.failed) == len(there):
        raise NotMeasured("; ".join(found.failed.values()))
    return found


_NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["x=1"]}], '
    '"metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}'
)


def reads_notebooks(old: OldTools) -> bool:
    """Whether Black is there with what it needs for notebooks."""
    with tempfile.TemporaryDirectory(prefix="muster-lint-") as folder:
        with open(os.path.join(folder, "a.ipynb"), "w", encoding="utf-8") as file:
            file.write(_NOTEBOOK)
        return old.black is not None and bool(run_formatter(folder, (old.black, "--check", ".")))


def gates(setup: Setup, tool: str) -> list[Run]:
    """The runs that can fail; where a tool is configured and none of its runs can, one over everything.

    What is only installed, without a run and a configuration, is nobody's gate.
    """
    if (tool == "flake8" and setup.flake8_advises) or (tool == "isort" and setup.isort_mends):
        return []
    own = [r for r in setup.runs if r.tool == tool]
    found = [r for r in own if not r.advisory]
    is_set = tool in setup.files or (tool == "black" and bool(setup.black)) or any(a.tool == tool for a in setup.others)
    everything = [Run(tool=tool, argv=(), path="", line=None)]
    return found or (everything if (is_set and not own) or (own and tool not in OTHERS) else [])


def paths_of(run: Run, folder: str, sources: Sequence[str] = ()) -> list[str]:
    """What a run looks at: what it names, as far as it is there, or has git list of ``sources``; else everything.

    A hook is given scripts without a suffix by their names.
    """
    if run.is_hook:
        return [".", *(path for path in sources if is_script(path) and run.covers(path))]
    new = arguments(run.tool, run.argv)
    words = [w for w in (new or ())[1:] if not w.startswith("-")]
    named = [path for w in words if w for path in (listed(w, sources) or _spread(w, folder))]
    there = [p for p in named if os.path.exists(os.path.join(folder, p)) and not os.path.isabs(p) and ".." not in p]
    return there or ["."]


def _spread(word: str, folder: str) -> Sequence[str]:
    """What a shell makes of ``src/*``, as far as it is there."""
    if not set("*?[") & set(word) or os.path.isabs(word) or ".." in word:
        return (word,)
    return sorted(glob.glob(word, root_dir=folder)) or (word,)


def _run(setup: Setup, run: Run, old: OldTools, folder: str, found: Found) -> None:
    tool, paths = run.tool, paths_of(run, folder, setup.sources)
    match tool:
        case "flake8":
            reports = _flake8(setup, (*_without_paths(run.argv, folder), *paths), old, folder)
            found.reports |= {r for r in reports if run.covers(r.path)}
        case "isort":
            files = run_isort(folder, (*_isort_options(run.argv, folder), *paths), program=old.isort or tool)
            found.reports |= {Report(path=p, line=1, code="isort") for p in files if run.covers(p)}
        case "black":
            argv = (old.black or tool, "--check", *_black_options(run.argv, folder), *paths)
            found.unformatted |= {p for p in run_formatter(folder, argv) if run.covers(p)}
        case "autoflake" | "pyupgrade":
            files_there = [p for p in _sources(folder, paths) if run.covers(p)]
            lines = found.changed.setdefault(tool, {})
            for path, rows in run_fixer(folder, _fixer(run, old), files_there).items():
                lines.setdefault(path, set()).update(rows)
        case "yapf":
            pass  # another style: there is nothing to compare
        case _:
            asked = next(a for a in setup.others if a.tool == tool)
            found.reports |= {r for r in _linter(asked, run, paths, old, folder) if run.covers(r.path)}


def _flake8(setup: Setup, words: Sequence[str], old: OldTools, folder: str) -> list[Report]:
    """flake8's reports. What an older one took in a list of codes (comments, pylint's codes) the newer ones refuse;
    ``pyproject.toml`` is read by an add-on that need not be there.
    """
    program = old.flake8 or "flake8"
    if setup.files.get("flake8") != "pyproject.toml" or not setup.flake8:
        try:
            return run_flake8(folder, words, program=program, env=old.env)
        except NotMeasured as error:
            if "option does not match" not in str(error) or not setup.flake8:
                raise
    with open(os.path.join(folder, ".flake8-read"), "w", encoding="utf-8") as file:
        file.write(as_ini(setup.flake8[0]))
    rest = [word for word in words if word.partition("=")[0] not in _FILES]
    return run_flake8(folder, ("--config=.flake8-read", *rest), program=program, env=old.env)


# -- the smaller tools


def _linter(asked: Asked, run: Run, paths: Sequence[str], old: OldTools, folder: str) -> list[Report]:
    program = old.others[run.tool]
    match run.tool:
        case "bandit":
            named = [p for p in _sources(folder, paths) if run.covers(p)] if run.is_hook else ["-r", *paths]
            return run_bandit(folder, (*_bandit_options(run.argv), *named), program=program) if named else []
        case "pydocstyle":
            return run_plain(folder, (program, *_kept(run.argv, _PYDOCSTYLE), *paths))
        case "pycodestyle":
            return run_plain(folder, (program, *_kept(run.argv, _PYCODESTYLE), *paths))
        case "pyflakes":
            return run_plain(folder, (program, *paths), code="pyflakes")
        case _:
            return _pylint(asked, paths, program, folder)


_PYDOCSTYLE = frozenset(
    "--convention --select --ignore --add-select --add-ignore --match --match-dir --ignore-decorators --config".split()
)
_PYCODESTYLE = frozenset(
    "--config --exclude --select --ignore --max-line-length --max-doc-length --indent-size".split()
)
_BANDIT = frozenset(
    "-c -t -s -x --ini --configfile --tests --skip --exclude --severity-level --confidence-level".split()
)


def _kept(argv: Sequence[str], names: Collection[str]) -> Iterator[str]:
    """Options of these names with their values, where the command line says them plainly."""
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        name = is_short_for(name, names) or name
        if name in names and not set("${") & set(word):
            yield from (name, value if equals else next(words, ""))


def _bandit_options(argv: Sequence[str]) -> Iterator[str]:
    yield from _kept(argv, _BANDIT)
    yield from (word for word in argv if re.fullmatch(r"-l{1,3}|-i{1,3}", word))


_PYLINT_OPTIONS = re.compile(r"(?:max|min)-[\w-]+|disable|enable|ignore(?:-paths|-patterns)?|good-names|[\w-]+-rgx")
# What depends on what is installed beside pylint, or on all files together.
_NOT_ALONE = (
    "import-error,no-name-in-module,no-member,cyclic-import,duplicate-code,useless-option-value,unknown-option-value"
)


def _pylint(asked: Asked, paths: Sequence[str], program: str, folder: str) -> list[Report]:
    """pylint with a file of our own: neither ``init-hook`` nor plug-ins nor extension modules of the repository's."""
    kept = {n: v for n, v in asked.options.items() if _PYLINT_OPTIONS.fullmatch(n)}
    rows = [f"{name}={_row(value)}" for name, value in kept.items()]
    with open(os.path.join(folder, ".muster-pylintrc"), "w", encoding="utf-8") as file:
        file.write("\n".join(["[MAIN]", "load-plugins=", "unsafe-load-any-extension=no", *rows]) + "\n")
    said = given(asked.argv, pylint_rules.VALUED, {"-d": "--disable", "-e": "--enable"})
    options = [f"--{name}={value}" for name, value in said.items() if _PYLINT_OPTIONS.fullmatch(name)]
    argv = (program, "--rcfile=.muster-pylintrc", "--jobs=1", "--score=n", "--reports=n", "--recursive=y", *options)
    shape = ("--msg-template={path}:{line}: {msg_id}", "--output-format=text", "--exit-zero")
    return run_plain(folder, (*argv, f"--disable={_NOT_ALONE}", *shape, *paths))


def _row(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else " ".join(str(value).split())


# -- fixers


def _fixer(run: Run, old: OldTools) -> tuple[str, ...]:
    program = old.others[run.tool]
    if run.tool == "pyupgrade":
        words = [w for w in run.argv if re.fullmatch(r"--(?:py3\d{0,2}-plus|keep-[\w-]+)", w)]
        return (program, "--exit-zero-even-if-changed", *words)
    flags = re.compile(r"--(?:remove|ignore|expand)-[\w-]+|--imports=.+|--exclude=.+")
    return (program, "--in-place", *(w for w in run.argv if flags.fullmatch(w)))


def _sources(folder: str, paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        whole = os.path.join(folder, path)
        if os.path.isfile(whole):
            yield os.path.normpath(path)
        for at, folders, names in os.walk(whole):
            folders.sort()
            yield from (
                os.path.relpath(os.path.join(at, name), folder) for name in sorted(names) if name.endswith(".py")
            )


# -- options of the larger tools


def _without_paths(argv: Sequence[str], folder: str) -> Iterator[str]:
    """flake8's options without paths, and without those that only say how it reports."""
    words = iter(argv)
    for word in words:
        name, equals, _ = word.partition("=")
        if not name.startswith("--") or name in _FLAGS:
            continue
        value = None if equals else next(words, "")
        file = word.partition("=")[2] if value is None else value
        if name in _FILES and not os.path.isfile(os.path.join(folder, file)):
            continue
        if name not in _SHOWN and "$" not in word and "{" not in word:
            yield word if value is None else f"{word}={value}"


_FLAGS = frozenset(
    "--count --statistics --show-source --no-show-source --quiet --verbose --benchmark --tee --exit-zero --isolated "
    "--doctests --hang-closing --disable-noqa".split()
)
_SHOWN = frozenset({"--format", "--output-file", "--jobs", "--color"})
_FILES = frozenset({"--config", "--append-config"})


def _isort_options(argv: Sequence[str], folder: str) -> Iterator[str]:
    yield from _settings(argv, folder, ("-sp", "--sp", "--settings-path", "--settings-file", "--settings"))
    for number, word in enumerate(argv):
        if re.fullmatch(r"--(?:profile|line-length|lines-after-imports|project|skip|skip-glob)=.+", word):
            yield word
        elif word in ("--profile", "--line-length", "-l", "-p", "--skip", "--skip-glob") and number + 1 < len(argv):
            yield from (word, argv[number + 1])


def _black_options(argv: Sequence[str], folder: str) -> Iterator[str]:
    yield from _settings(argv, folder, ("--config",))
    for number, word in enumerate(argv):
        if re.fullmatch(r"--(?:line-length|target-version|exclude|extend-exclude)=.+|-l\d+|-S|-C|--skip-[\w-]+", word):
            yield word
        elif word in _BLACK and number + 1 < len(argv) and "$" not in argv[number + 1]:
            yield from (word, argv[number + 1])


_BLACK = frozenset("-l --line-length -t --target-version --exclude --extend-exclude --force-exclude".split())


def _settings(argv: Sequence[str], folder: str, names: Sequence[str]) -> Iterator[str]:
    """The file of options that a run names, where it is there."""
    for number, word in enumerate(argv):
        name, equals, value = word.partition("=")
        value = value if equals else next(iter(argv[number + 1 :]), "")
        if name in names and value and os.path.exists(os.path.join(folder, value)):
            yield from (name, value)
