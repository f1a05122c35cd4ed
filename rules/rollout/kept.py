"""Which of Ruff's rules a repository keeps today: by Ruff's own configuration, or by the tools that it replaces.

What the files say is taken at its word: the rules that the configurations nearest to the main projects leave on, with
the options of the commands and hooks that start the tool. Of several configurations the rules count that all of them
have.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.utils import canonicalize_name

from rules.linters import REPLACED, in_use
from rules.reading import main_projects
from rules.rollout.selection import defaults, rules_of, unknown
from rules.ruff.catalog import plugins
from rules.ruff.flake8_config import Flake8Config, from_table, with_arguments
from rules.ruff.translate import CONVENTIONS, translate
from scanner.inventory import Command, Evidence, Repository, Tool, ToolSetting
from scanner.lint_tools import pinned, tools_of_command, unwrap

_FLAKE8_FILES = ("setup.cfg", "tox.ini", ".flake8", "pyproject.toml")
_ADD_ONS = frozenset({"flake8-pyproject", "pyproject-flake8"})
_MAX_EXTENDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """``rules`` by code; ``ignored`` those that are selected and left out again; ``by`` the tools that check them.

    ``places`` are where the selection stands; ``unsure`` says what could not be followed.
    """

    rules: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    by: tuple[str, ...] = ()
    line_length: int | None = None
    formatter: str | None = None
    places: tuple[Evidence, ...] = ()
    unsure: tuple[str, ...] = ()


def kept(repository: Repository) -> Kept:
    """What is checked today, by all of the repository's linters together."""
    tools = {t.name: t for t in repository.tools if t.use != "config-only"}
    parts = [_ruff(repository, tools["ruff"])] if "ruff" in tools else []
    parts += [_old(repository, tool) for tool in in_use(repository)]
    formatter = next((name for name in ("ruff-format", "black", "yapf") if name in tools), None)
    lengths = [p.line_length for p in parts if p.line_length is not None]
    return Kept(
        rules=frozenset().union(*(p.rules for p in parts)),
        ignored=frozenset().union(*(p.ignored for p in parts)) - frozenset().union(*(p.rules for p in parts)),
        by=tuple(sorted({name for p in parts if p.rules for name in p.by})),
        line_length=lengths[0] if lengths else None,
        formatter=formatter,
        places=tuple(dict.fromkeys(place for p in parts for place in p.places)),
        unsure=tuple(dict.fromkeys(why for p in parts for why in p.unsure)),
    )


def kinds_of(repository: Repository) -> tuple[str, ...]:
    """The kinds of the main projects, by which the target is chosen."""
    return tuple(sorted({p.kind for p in main_projects(repository)})) or ("unknown",)


# -- Ruff


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    """Selectors of one configuration; ``select`` is ``None`` where Ruff's defaults hold."""

    select: tuple[str, ...] | None = None
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    preview: bool = False
    explicit: bool = False
    convention: str = ""
    length: int | None = None
    places: tuple[Evidence, ...] = ()
    unsure: tuple[str, ...] = field(default=())


def _ruff(repository: Repository, tool: Tool) -> Kept:
    files = _by_file(tool)
    version = _version(tool)
    configs = [_lists(path, files, 0) for path in _of_the_product(repository, files)] or [_Lists()]
    runs = list(_runs(repository, tool)) or [()]
    found = [_rules(config, runs, version) for config in configs]
    on = frozenset.intersection(*(rules for rules, _ in found))
    return Kept(
        rules=on,
        ignored=frozenset().union(*(off for _, off in found)) - on,
        by=("ruff",),
        line_length=next((c.length for c in configs if c.length is not None), 88),
        places=tuple(place for c in configs for place in c.places),
        unsure=tuple(why for c in configs for why in c.unsure),
    )


def _by_file(tool: Tool) -> dict[str, dict[str, ToolSetting]]:
    found: dict[str, dict[str, ToolSetting]] = {}
    for setting in tool.settings:
        if not setting.key.startswith("hook."):
            found.setdefault(setting.path, {})[setting.key] = setting
    return found


def _of_the_product(repository: Repository, files: Iterable[str]) -> list[str]:
    """The configuration nearest to each main project, at its folder or above; all of them where there is none."""
    listed = sorted(files, key=lambda path: (path.count("/"), not path.endswith("ruff.toml"), path))
    by_folder = {posixpath.dirname(path): path for path in reversed(listed)}
    found = (_nearest("" if p.path == "." else p.path, by_folder) for p in main_projects(repository))
    return list(dict.fromkeys(path for path in found if path is not None)) or listed


def _nearest(folder: str, by_folder: Mapping[str, str]) -> str | None:
    while folder not in by_folder:
        if not folder:
            return None
        folder = posixpath.dirname(folder)
    return by_folder[folder]


def _lists(path: str, files: Mapping[str, Mapping[str, ToolSetting]], depth: int) -> _Lists:
    """The selectors of the file, upon those of the file that it extends."""
    own = files[path]
    base = _Lists()
    if (extends := own.get("extend")) is not None and extends.values:
        there = posixpath.normpath(posixpath.join(posixpath.dirname(path), extends.values[0]))
        if there in files and there != path and depth < _MAX_EXTENDS:
            base = _lists(there, files, depth + 1)
        else:
            base = _Lists(unsure=(f"{path} extends {extends.values[0]}, which was not read",))
    select = _chosen(own, "select")
    used = [s for name in _SELECTING if (s := own.get(f"lint.{name}", own.get(name))) is not None]
    extend = (*(_chosen(own, "extend-select") or ()),)
    ignore = (*(_chosen(own, "ignore") or ()), *(_chosen(own, "extend-ignore") or ()))
    strange = unknown((*(select or ()), *extend, *ignore))
    return _Lists(
        select=select if select is not None else base.select,
        extend=extend if select is not None else (*base.extend, *extend),
        ignore=ignore if select is not None else (*base.ignore, *ignore),
        preview=_flag(own, "preview", base.preview),
        explicit=_flag(own, "explicit-preview-rules", base.explicit),
        convention=_convention(own) or base.convention,
        length=_number(own.get("line-length")) or base.length,
        places=tuple(Evidence(path=s.path, line=s.line, kind=s.key) for s in used) or base.places,
        unsure=(*base.unsure, *(f"{path} names {s}, which Ruff of today does not know" for s in strange)),
    )


_SELECTING = ("select", "extend-select", "ignore", "extend-ignore")


def _chosen(own: Mapping[str, ToolSetting], name: str) -> tuple[str, ...] | None:
    setting = own.get(f"lint.{name}", own.get(name))
    return setting.values if setting is not None else None


def _flag(own: Mapping[str, ToolSetting], name: str, base: bool) -> bool:
    setting = own.get(f"lint.{name}", own.get(name))
    return base if setting is None else setting.values == ("true",)


def _convention(own: Mapping[str, ToolSetting]) -> str:
    setting = own.get("lint.pydocstyle.convention", own.get("pydocstyle.convention"))
    return setting.values[0] if setting is not None and setting.values else ""


def _number(setting: ToolSetting | None) -> int | None:
    text = setting.values[0].strip() if setting is not None and setting.values else ""
    return int(text) if re.fullmatch(r"\d{1,4}", text) else None


def _rules(
    config: _Lists, runs: Sequence[tuple[str, ...]], version: str | None
) -> tuple[frozenset[str], frozenset[str]]:
    """The rules that one of the runs checks, and those that all of them leave out again."""
    on: frozenset[str] = frozenset()
    selected: frozenset[str] = frozenset()
    for argv in runs:
        asked = tuple(_listed(argv, "--select"))
        select = asked or (config.select if config.select is not None else defaults(version))
        wide = (*select, *(() if asked else config.extend), *_listed(argv, "--extend-select"))
        ignore = (*(() if asked else config.ignore), *_listed(argv, "--ignore", "--extend-ignore"))
        preview = (config.preview or "--preview" in argv) and "--no-preview" not in argv
        # What a docstring convention leaves out is off unless it is named one by one.
        beyond = frozenset(CONVENTIONS.get(config.convention, "").split()) - {*wide, "D418"}  # Ruff keeps D418
        on |= rules_of(wide, ignore, preview=preview, explicit=config.explicit) - beyond
        selected |= rules_of(wide, preview=preview, explicit=config.explicit) - beyond
    return on, selected - on


def _listed(argv: Sequence[str], *names: str) -> Iterator[str]:
    for number, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name in names:
            text = value if equals else argv[number + 1] if number + 1 < len(argv) else ""
            yield from (part for part in text.split(",") if part)


def _runs(repository: Repository, tool: Tool) -> Iterator[tuple[str, ...]]:
    """The arguments with which commands and hooks start the tool."""
    for command in repository.commands if tool.use == "run" else ():
        if any(use.tool == tool.name for use in tools_of_command(command.argv)) and not _is_summary(command):
            yield tuple(unwrap(command.argv)[0][1:])
    hooks = [s for s in tool.settings if s.key == "hook.args"]
    yield from (s.values for s in hooks)
    if len(hooks) < sum(1 for e in tool.evidence if e.kind == "pre-commit"):
        yield ()


def _is_summary(command: Command) -> bool:
    return command.argv[:1] == ("uses:",)


def _version(tool: Tool) -> str | None:
    stated = [v.version.removeprefix("v") for v in tool.versions]
    return next((v for v in stated if re.fullmatch(r"\d+\.\d+[\w.]*", v)), None)


# -- the tools that Ruff replaces


def _old(repository: Repository, tool: Tool) -> Kept:
    places = tuple(e for e in tool.evidence if e.kind is not None and "config" in e.kind)[:3]
    empty = Kept(by=(tool.name,), places=places)
    match tool.name:
        case "flake8":
            return _flake8(repository, tool, empty)
        case "isort":
            return replace(empty, rules=rules_of(["I001"]), line_length=_length_of(tool, "line_length", 79))
        case "black":
            return replace(empty, line_length=_length_of(tool, "line-length", 88))
        case "yapf":
            return empty
        case "bandit":
            skips = tuple("S" + code[1:] for code in _words(tool, "skips", "skip") if code[:1] == "B")
            return replace(empty, rules=rules_of(["S"], skips))
        case "pydocstyle":
            convention = next(_words(tool, "convention"), "pep257")
            given = Flake8Config(lists={"select": ("D",)}, options={"docstring-convention": convention})
            return replace(empty, rules=frozenset(translate(given, ["flake8-docstrings"]).select))
        case name:
            return replace(empty, rules=rules_of(REPLACED[name]))


def _flake8(repository: Repository, tool: Tool, empty: Kept) -> Kept:
    files = _by_file(tool)
    names = {str(canonicalize_name(d.name)) for p in repository.projects for d in p.dependencies if d.name}
    order = _FLAKE8_FILES if _ADD_ONS.isdisjoint(names) else ("pyproject.toml", *_FLAKE8_FILES)
    path = next((p for p in order if p in files), None)
    table = {key: "\n".join(s.values) for key, s in files[path].items()} if path is not None else {}
    config = from_table(path or "", table)
    runs = list(_runs(repository, tool)) or [()]
    parts = [translate(_with(config, argv), _plugins(repository, tool)) for argv in dict.fromkeys(runs)]
    strange = {name for part in parts for name, why in part.uncovered if "not a plug-in" in why}
    return replace(
        empty,
        rules=frozenset(code for part in parts for code in part.select),
        line_length=config.number("max-line-length"),
        unsure=tuple(f"{name} of flake8 is not known here" for name in sorted(strange)),
    )


def _with(config: Flake8Config, argv: Sequence[str]) -> Flake8Config:
    return with_arguments(config, [word for word in argv if "$" not in word])


def _plugins(repository: Repository, tool: Tool) -> list[str]:
    names = {str(canonicalize_name(d.name)) for p in repository.projects for d in p.dependencies if d.name}
    hooks = (s.values for s in tool.settings if s.key == "hook.additional_dependencies")
    names |= {str(canonicalize_name(pinned(text)[0])) for values in hooks for text in values}
    return sorted(name for name in names if name in plugins())


def _length_of(tool: Tool, key: str, default: int) -> int:
    found = [n for s in tool.settings if s.key == key and (n := _number(s)) is not None]
    return found[0] if found else default


def _words(tool: Tool, *keys: str) -> Iterator[str]:
    for setting in tool.settings:
        if setting.key in keys:
            yield from (word for value in setting.values for word in re.split(r"[\s,]+", value) if word)
