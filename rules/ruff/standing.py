"""Ruff as it runs today: hooks and commands with their words, its configuration, what it checks without being told.

A run of Ruff without a file is a configuration too: its version's default rules. They are named in the new one, since a
selection of ours takes their place. Words of a command line stay where they are. Where the new configuration and the
one version cannot say what is checked today, :class:`~rules.ruff.emit.Conflict` names the place.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from rules.migration import Ground
from rules.rollout.selection import defaults, rules_of, short, unknown
from rules.ruff.emit import Conflict
from rules.ruff.runs import ASIDE, HOOKS
from rules.ruff.stated import bounded
from rules.uv import version
from scanner import toml_reader
from scanner.format import Unreadable
from scanner.inventory import Tool
from scanner.lint_tools import pinned, tools_of_command, unwrap
from scanner.lint_use import is_test_data
from scanner.yaml_reader import Mapping as YamlMapping
from scanner.yaml_reader import Scalar, Sequence, load_mapping

FILES = (".ruff.toml", "ruff.toml", "pyproject.toml")
HOOK_IDS = {"ruff": "ruff", "ruff-check": "ruff", "ruff-format": "ruff-format"}
LENGTH = 88
# Of these rules the length of lines decides.
_MEASURED = frozenset({"E501", "W505", "I001"})
# Selectors that Ruff still takes under their former names (tried with 0.17.6).
_FORMER = frozenset(
    "PGH001 PGH002 PIE802 PLR1701 PLW0117 PLW0130 RUF004 RUF011 RUF025 RUF035 SIM111 T001 T002 T003 T004 TRY200 "
    "TRY302".split()
)
_GONE_OPTIONS = frozenset({"--show-source", "--no-show-source", "--format", "--update-check"})
_GONE_KEYS = ("show-source", "tab-size", "update-check")
_NONE: frozenset[str] = frozenset()
_MARKDOWN = Version("0.16")
_SELECTING = ("select", "extend-select")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuffRun:
    """One way in which Ruff is started: ``tool`` is ``ruff`` or ``ruff-format``, ``version`` where it is stated."""

    tool: str
    words: tuple[str, ...]
    path: str
    line: int | None
    version: str | None = None
    is_hook: bool = False

    @property
    def place(self) -> str:
        """Where it stands, for a reader."""
        return f"{self.path}:{self.line}" if self.line else self.path

    def listed(self, *names: str) -> tuple[str, ...]:
        """The codes that these options name; ``--select=A,B`` as ``--select A,B``."""
        found: list[str] = []
        for number, word in enumerate(self.words):
            name, equals, value = word.partition("=")
            if name in names:
                text = value if equals else next(iter(self.words[number + 1 : number + 2]), "")
                found += [code for code in text.strip("'\"").split(",") if code]
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``tables``: Ruff's configuration at the root, with what it extends; ``None`` without one.

    ``select``: selectors that the configuration has to name so that no rule of today goes, ``None`` where its own
    selection stays; ``ignored``: rules that every run leaves out by its words. ``on``: the rules that are on today.
    ``length``: the length of lines that Ruff goes by unasked, where a rule or the formatter depends on it.
    ``formats_markdown``: the formatter mends the code in Markdown today. ``aside``: configurations of folders that are
    no part of the product.
    """

    tables: Mapping[str, Any] | None = None
    runs: tuple[RuffRun, ...] = ()
    select: tuple[str, ...] | None = None
    ignored: frozenset[str] = field(default_factory=frozenset)
    on: frozenset[str] = field(default_factory=frozenset)
    length: int | None = None
    formats: bool = False
    formats_markdown: bool = False
    aside: tuple[str, ...] = ()

    @property
    def oldest(self) -> str | None:
        """The oldest version that a run of the linter states; ``None`` where one states none."""
        known = [(_version(run.version or ""), run.version) for run in self.runs if run.tool == "ruff"]
        return min(((v, text) for v, text in known if v is not None), default=(None, None))[1]

    @property
    def is_there(self) -> bool:
        """Whether Ruff is in use, or configured."""
        return self.tables is not None or bool(self.runs) or self.select is not None


def standing(ground: Ground) -> Standing:
    """How Ruff stands today; raises :class:`~rules.ruff.emit.Conflict` where a move would change what it checks."""
    tool = next((t for t in ground.repository.tools if t.name == "ruff" and t.use != "config-only"), None)
    runs = tuple(_runs(ground, tool))
    path, own = configured(ground)
    tables = _extended(ground, path or "", own) if own is not None else None
    aside = tuple(_aside(ground))
    lint = {**(tables or {}), **((tables or {}).get("lint") or {})}
    if tables is None and not runs and tool is None:
        return Standing(aside=aside)
    _check_runs(runs, path)
    _check_tables(lint, path)
    _check_versions(tool)
    lints = [run for run in runs if run.tool == "ruff"]
    formats = any(run.tool == "ruff-format" for run in runs)
    if not lints and tool is not None and not formats:
        lints = [RuffRun(tool="ruff", words=(), path="", line=None, version=_stated(tool) or bounded(ground))]
    ours = [run for run in lints if not run.listed("--select")]
    select = None if "select" in lint else _named(ours)
    on = _NONE.union(*(_on(run, lint) for run in lints))
    measures = formats or not on.isdisjoint(_MEASURED)
    return Standing(
        tables=tables,
        runs=runs,
        select=select,
        ignored=_ignored(ours),
        on=on,
        length=_length(runs) if measures and "line-length" not in lint else None,
        formats=formats,
        formats_markdown=any(_formats_markdown(run) for run in runs),
        aside=aside,
    )


def _formats_markdown(run: RuffRun) -> bool:
    stated = _version(run.version) if run.tool == "ruff-format" and run.version is not None else None
    return stated is not None and stated >= _MARKDOWN


def _named(runs: list[RuffRun]) -> tuple[str, ...]:
    """What runs without a selection check by default, with what all of them add."""
    if not runs:
        return ()
    wide = _NONE.union(*(rules_of(defaults(run.version)) for run in runs))
    added = frozenset.intersection(*(rules_of(run.listed("--extend-select")) for run in runs))
    return short(wide | added)


def _ignored(runs: list[RuffRun]) -> frozenset[str]:
    return frozenset.intersection(*(rules_of(r.listed("--ignore", "--extend-ignore")) for r in runs)) if runs else _NONE


def _on(run: RuffRun, lint: Mapping[str, Any]) -> frozenset[str]:
    asked = run.listed("--select")
    select = asked or (_texts(lint["select"]) if "select" in lint else defaults(run.version))
    wide = (*select, *(() if asked else _texts(lint.get("extend-select"))), *run.listed("--extend-select"))
    off = (*(() if asked else _texts(lint.get("ignore"))), *run.listed("--ignore", "--extend-ignore"))
    return rules_of(wide, off, preview=True)


def _length(runs: tuple[RuffRun, ...]) -> int:
    lengths = {int(n) if (n := next(iter(run.listed("--line-length")), "")).isdecimal() else LENGTH for run in runs}
    return min(lengths, default=LENGTH)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()


# -- where it runs


def _runs(ground: Ground, tool: Tool | None) -> Iterator[RuffRun]:
    elsewhere = (_stated(tool) if tool is not None else None) or bounded(ground)
    for path in HOOKS:
        if (text := ground.read(path)) is not None:
            yield from _hooks(path, text, elsewhere)
    for command in ground.repository.commands:
        if command.context == "hook" or command.argv[:1] == ("uses:",):
            continue
        for use in tools_of_command(command.argv):
            if use.tool in ("ruff", "ruff-format"):
                words = tuple(unwrap(command.argv)[0][1:])
                stated = use.version or elsewhere
                yield RuffRun(tool=use.tool, words=words, path=command.path, line=command.line, version=stated)


def _hooks(path: str, text: str, elsewhere: str | None) -> Iterator[RuffRun]:
    try:
        document = load_mapping(text)
    except Unreadable:
        return
    for repository in document.seq("repos"):
        if not isinstance(repository, YamlMapping):
            continue
        rev = (repository.text("rev") or "").removeprefix("v")
        for hook in repository.seq("hooks"):
            if not isinstance(hook, YamlMapping):
                continue
            local = unwrap((hook.text("entry") or "").split())[0]
            own = {use.tool for use in tools_of_command(local)} & {"ruff", "ruff-format"}
            name = HOOK_IDS.get(hook.text("id") or "") if not local else next(iter(own), None)
            if name is not None:
                args = hook.get("args")
                words = [s.text for s in args.items if isinstance(s, Scalar)] if isinstance(args, Sequence) else []
                stated = rev if repository.text("repo") != "local" else _installed(hook) or elsewhere
                stated = stated if stated is not None and _version(stated) is not None else None
                words = [*local[1:], *words]
                line = hook.line_of("id" if not local else "entry")
                yield RuffRun(tool=name, words=tuple(words), path=path, line=line, version=stated, is_hook=not local)


def _installed(hook: YamlMapping) -> str | None:
    """The version of Ruff that a hook of the repository's own installs for itself."""
    named = (pinned(item.text) for item in hook.seq("additional_dependencies") if isinstance(item, Scalar))
    return next((version for name, version in named if name == "ruff"), None)


def _stated(tool: Tool) -> str | None:
    """The version of Ruff that a file other than the hooks' states: the lowest of them."""
    known = [(v, t.version) for t in tool.versions if t.path not in HOOKS and (v := _version(t.version)) is not None]
    return min(known, default=(None, None))[1]


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


# -- its configuration


def configured(ground: Ground) -> tuple[str | None, Mapping[str, Any] | None]:
    """The file at the root that configures Ruff, and what it says."""
    found = ((path, _table(ground, path)) for path in FILES)
    return next(((path, table) for path, table in found if table is not None), (None, None))


def _table(ground: Ground, path: str) -> Mapping[str, Any] | None:
    text = ground.read(path)
    try:
        data = toml_reader.loads(text) if text is not None else None
    except Unreadable:
        return None
    if data is None or posixpath.basename(path) != "pyproject.toml":
        return data
    found = (toml_reader.table(data, "tool") or {}).get("ruff")
    return found if isinstance(found, Mapping) else None


def _extended(ground: Ground, path: str, table: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the file that it extends, one step: what that file extends in turn is not followed."""
    extends = table.get("extend")
    if extends is None:
        return table
    there = posixpath.normpath(posixpath.join(posixpath.dirname(path), str(extends)))
    base = _table(ground, there)
    if base is None or "extend" in base:
        raise Conflict(f"Ruff's configuration in {path} extends {extends}, which was not followed")
    lint = {**base, **(base.get("lint") or {}), **(table.get("lint") or {})}
    return {**base, **table, "lint": {name: value for name, value in lint.items() if name != "lint"}}


def _aside(ground: Ground) -> Iterator[str]:
    """A configuration of a folder holds there alone: what the old tools check there would be checked no more.

    In folders that are no part of the product it is only named.
    """
    sources = [p for p in ground.facts.files if p.endswith(".py") and not is_test_data(p)]
    others = tuple(f"{p.path}/" for p in ground.repository.projects if p.role != "main" and p.path != ".")
    found = []
    for path in sorted(ground.facts.files):
        folder, name = posixpath.split(path)
        if not folder or name not in FILES or is_test_data(path):
            continue
        table = _table(ground, path)
        if table is None or _follows_root(folder, table) or not any(s.startswith(f"{folder}/") for s in sources):
            continue
        if path.startswith((*others, *ASIDE)):
            yield path
        else:
            found.append(path)
    if found:
        raise Conflict(f"Ruff has a configuration below the root, which holds for its folder alone: {_few(found)}")


def _follows_root(folder: str, table: Mapping[str, Any]) -> bool:
    lint = {**table, **(table.get("lint") or {})}
    there = posixpath.normpath(posixpath.join(folder, str(table.get("extend", "."))))
    return there in FILES and not {"select", "ignore", "per-file-ignores"} & set(lint)


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


# -- what cannot be kept


def _check_runs(runs: tuple[RuffRun, ...], path: str | None) -> None:
    for run in runs:
        for word in run.words:
            name = word.partition("=")[0]
            if name in _GONE_OPTIONS:
                raise Conflict(f"Ruff is run with {name}, which Ruff {version('ruff')} does not know ({run.place})")
            if name == "--isolated" and _is_other_default(run):
                raise Conflict(f"Ruff is run with --isolated, by the default rules of its version ({run.place})")
        named = run.listed("--config")
        if named and posixpath.normpath(named[0]) != path:
            raise Conflict(f"Ruff is run with a configuration of its own, {named[0]} ({run.place})")
        _check_selectors(run.listed("--select", "--extend-select"), run.place)
    lengths = {next(iter(run.listed("--line-length")), "") for run in runs}
    if len(lengths) > 1 and any(run.tool == "ruff-format" for run in runs):
        where = " and ".join(run.place for run in runs)
        raise Conflict(f"Ruff is run with several lengths of lines, which no one configuration says: {where}")


def _is_other_default(run: RuffRun) -> bool:
    return run.tool == "ruff" and not run.listed("--select") and defaults(run.version) != defaults(version("ruff"))


def _check_tables(lint: Mapping[str, Any], path: str | None) -> None:
    gone = [key for key in _GONE_KEYS if key in lint] + ["format"] * isinstance(lint.get("format"), str)
    if gone:
        raise Conflict(f"{path} has {', '.join(gone)}, which Ruff {version('ruff')} does not know")
    required = str(lint.get("required-version", ""))
    if required and not _admits(required):
        raise Conflict(f"{path} has required-version = {required}, which Ruff {version('ruff')} is not")
    for key in _SELECTING:
        _check_selectors(_texts(lint.get(key)), path or "")


def _admits(required: str) -> bool:
    try:
        return SpecifierSet(f"=={required}" if required[:1].isdigit() else required).contains(version("ruff"))
    except InvalidSpecifier:
        return False


def _check_selectors(selectors: tuple[str, ...], place: str) -> None:
    if strange := [s for s in unknown(selectors) if s not in _FORMER]:
        raise Conflict(f"Ruff {version('ruff')} does not know {_few(strange)}, which is selected today ({place})")


def _check_versions(tool: Tool | None) -> None:
    ours = Version(version("ruff"))
    for stated in tool.versions if tool is not None else ():
        known = _version(stated.version)
        if known is not None and known > ours:
            where = f"{stated.path}:{stated.line}" if stated.line else stated.path
            raise Conflict(f"Ruff {stated.version} is stated, which is newer than {ours} ({where})")
