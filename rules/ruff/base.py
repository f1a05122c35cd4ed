"""The folder that the old tools are set up for: the root, or the one below it where they run and are configured.

A service that lies in ``backend/`` has its ``.flake8`` and its ``[tool.black]`` there, and CI runs the tools in that
folder, or names it. flake8 reads the folder in which it is started; Black and isort the nearest configuration above
what they are given. Ruff goes by the nearest configuration of each file, so that one in that folder says it all.
"""

from __future__ import annotations

import configparser
import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rules.migration import Ground
from rules.ruff.arguments import arguments
from rules.ruff.linters import LINTERS
from rules.ruff.linters.options import options_in
from rules.ruff.runs import ASIDE, HOOKS, Run
from rules.ruff.standing import configured
from scanner.lint_use import is_test_data

_INI = ("setup.cfg", "tox.ini")
_FILES: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "flake8": ((".flake8", ("flake8",)), *((name, ("flake8",)) for name in _INI), ("pyproject.toml", ("flake8",))),
    "isort": (
        (".isort.cfg", ("settings", "isort", "tool:isort")),
        ("pyproject.toml", ("isort",)),
        *((name, ("isort", "tool:isort")) for name in _INI),
    ),
    "black": (("pyproject.toml", ("black",)),),
    **{linter.name: linter.files for linter in LINTERS},
}
_NAMES = frozenset(name for files in _FILES.values() for name, _ in files)
_OPTION: Mapping[str, tuple[str, ...]] = {
    "flake8": ("--config",),
    "black": ("--config",),
    "isort": ("-sp", "--sp", "--settings-path", "--settings-file", "--settings"),
    **{linter.name: linter.option for linter in LINTERS},
}
# Tools that go by the nearest configuration above what they are given; the others by the folder they are started in.
_NEAREST = frozenset({"black", "isort", "pydocstyle"})
_MANY = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """``folder`` is ``""`` for the root; ``runs`` are seen from it. ``aside``: configurations elsewhere, by tool."""

    folder: str = ""
    runs: tuple[Run, ...] = ()
    aside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def based(ground: Ground, runs: Sequence[Run], tools: Collection[str]) -> Base:
    """Where the ``tools`` in use are set up, with the configurations that hold elsewhere."""
    texts = _texts(ground)
    places = {tool: tuple(_configurations(texts, tool)) for tool in sorted(tools)}
    below_root = {tool: tuple(p for p in found if "/" in p) for tool, found in places.items()}
    folder = _folder(ground, [run for run in runs if run.tool in tools], places) if any(below_root.values()) else ""
    near = seen_from(folder, runs, ground)
    if near is None:
        folder, near = "", seen_from("", runs, ground) or tuple(runs)
    named = {posixpath.normpath(posixpath.join(r.folder, path)) for r in runs if (path := named_file(r)) is not None}
    aside = {t: rest for t, found in below_root.items() if (rest := tuple(_elsewhere(found, folder, named)))}
    return Base(folder=folder, runs=near, aside=aside)


def below(ground: Ground, folder: str) -> Ground:
    """The repository as it is seen from ``folder``; hooks stand at the root for all."""
    if not folder:
        return ground
    lead = f"{folder}/"
    files = frozenset(p.removeprefix(lead) for p in ground.facts.files if p.startswith(lead))
    extracts = {p.removeprefix(lead): e for p, e in ground.facts.extracts.items() if p.startswith(lead)}
    return replace(
        ground,
        facts=replace(ground.facts, files=files, extracts=extracts),
        read=lambda path: ground.read(path if path in HOOKS else lead + path),
    )


def inside(folder: str, path: str) -> str:
    """The path from the root of what is ``path`` from ``folder``."""
    return posixpath.join(folder, path)


# -- where a tool is configured


def _texts(ground: Ground) -> dict[str, str]:
    """The files that may configure a tool, each read once."""
    files = [p for p in sorted(ground.facts.files) if posixpath.basename(p) in _NAMES and not _is_aside(p)]
    return {path: text for path in files[:_MANY] if (text := ground.read(path)) is not None}


def _configurations(texts: Mapping[str, str], tool: str) -> Iterator[str]:
    for path, text in texts.items():
        for name, sections in _FILES.get(tool, ()):
            if posixpath.basename(path) == name and _has(text, path, sections):
                yield path
                break


def _is_aside(path: str) -> bool:
    return path.startswith(ASIDE) or is_test_data(path)


def _has(text: str, path: str, sections: Collection[str]) -> bool:
    if not any(section in text for section in sections):
        return False
    try:
        return options_in(path, text, sections) is not None
    except configparser.Error:
        return False


def _elsewhere(paths: Iterable[str], folder: str, named: Collection[str]) -> Iterator[str]:
    return (p for p in paths if not {p, posixpath.dirname(p)} & {folder, *named})


# -- which folder it is


def _folder(ground: Ground, runs: Sequence[Run], places: Mapping[str, Sequence[str]]) -> str:
    """The only folder below the root that all runs go by; ``""`` where there are several, or the root has a say."""
    if any("/" not in path for found in places.values() for path in found) or configured(ground)[1] is not None:
        return ""
    sources = [p for p in ground.facts.files if p.endswith(".py") and not is_test_data(p)]
    found = {place for run in runs if (place := _place(run, places.get(run.tool, ()), sources)) is not None}
    if not found:
        found = {run.folder for run in runs if not run.is_hook}
    folder = found.pop() if len(found) == 1 else ""
    return folder if folder not in (".", "..") and not folder.startswith(("/", "../")) else ""


def _place(run: Run, files: Sequence[str], sources: Sequence[str]) -> str | None:
    """The folder whose configuration holds for a run; ``None`` where no configuration does."""
    if (named := named_file(run)) is not None:
        path = posixpath.normpath(posixpath.join(run.folder, named))
        return posixpath.dirname(path) if path in files else path if path in map(posixpath.dirname, files) else "."
    folders = {posixpath.dirname(path) for path in files}
    if run.tool not in _NEAREST:
        return run.folder if run.folder in folders else None
    at = _common(run, sources)
    while at and at not in folders:
        at = posixpath.dirname(at)
    return at or None


def named_file(run: Run) -> str | None:
    """The file or folder that a run names for its configuration."""
    options = _OPTION.get(run.tool, ())
    for number, word in enumerate(run.argv):
        name, equals, value = word.partition("=")
        if name in options:
            return value if equals else next(iter(run.argv[number + 1 :]), None)
    return None


def paths_in(run: Run) -> tuple[str, ...]:
    """The files and folders that a command names, as written."""
    return tuple(w for w in (arguments(run.tool, run.argv) or ())[1:] if not w.startswith("-"))


def _common(run: Run, sources: Sequence[str]) -> str:
    """The folder that everything is in which a run looks at, from the root."""
    if run.is_hook:
        named = [path for path in sources if run.covers(path)]
    else:
        named = [posixpath.normpath(posixpath.join(run.folder, path)) for path in paths_in(run) or (".",)]
    found = posixpath.commonpath(named) if named and not any(n.startswith(("/", "..")) for n in named) else ""
    return posixpath.dirname(found) if found.endswith(".py") else found.removeprefix(".")


# -- runs, seen from there


def seen_from(folder: str, runs: Iterable[Run], ground: Ground) -> tuple[Run, ...] | None:
    """``runs`` with their paths from ``folder``; ``None`` where one of them looks at more, or a hook at less."""
    made = []
    sources = [p for p in ground.facts.files if p.endswith((".py", ".pyi")) and not is_test_data(p)]
    for run in runs:
        seen = _hook_from(folder, run, sources) if run.is_hook else _command_from(folder, run)
        if seen is None:
            return None
        made.append(replace(seen, argv=tuple(_with_files(run.folder, folder, seen.argv, ground))))
    return tuple(made)


def _hook_from(folder: str, run: Run, sources: Iterable[str]) -> Run | None:
    if not folder or run.is_notebooks_only:
        return run

    def near(text: str) -> str:
        return text.replace(f"^{folder}/", "^")

    made = replace(run, files=near(run.files), exclude=tuple(map(near, run.exclude)), folder=folder)
    for path in sources:
        inner = path.removeprefix(f"{folder}/")
        if run.covers(path) != (inner != path and made.covers(inner)):
            return None
    return made


def _command_from(folder: str, run: Run) -> Run | None:
    if run.folder == (folder or "."):
        return run
    own = {name: posixpath.normpath(posixpath.join(run.folder, name)) for name in paths_in(run) or (".",)}
    if folder and any(not f"{path}/".startswith(f"{folder}/") for path in own.values()):
        return None
    near = {name: posixpath.relpath(path, folder or ".") for name, path in own.items()}
    words = tuple(near.get(word, word) for word in run.argv)
    more = (near["."],) if "." in near and "." not in run.argv and near["."] != "." else ()
    return replace(run, argv=(*words, *more), folder=folder or ".")


def _with_files(before: str, folder: str, words: Iterable[str], ground: Ground) -> Iterator[str]:
    """Files that options name (``--config=../.flake8``), as they are called from ``folder``."""
    for word in words:
        name, equals, value = word.rpartition("=") if word.startswith("-") else ("", "", word)
        path = posixpath.normpath(posixpath.join(before, value)) if "/" in value else ""
        there = path in ground.facts.files and before != (folder or ".") and not path.endswith(".py")
        yield f"{name}{equals}{posixpath.relpath(path, folder or '.')}" if there else word
