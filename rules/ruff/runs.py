"""Where the old linters and formatters are started: hooks of pre-commit, and the commands that the scanner saw."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name

from rules.migration import Ground
from scanner.format import Unreadable
from scanner.inventory import Command
from scanner.lint_tools import pinned, unwrap
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_mapping

_SOURCE = r"\.pyi?$"
HOOKS = (".pre-commit-config.yaml", ".pre-commit-config.yml")
ASIDE = ("tests/", "test/", "docs/", "examples/", "vendor/", "third_party/", "node_modules/")
OTHERS = ("pyupgrade", "autoflake", "pydocstyle", "bandit", "pycodestyle", "pyflakes", "pylint", "yapf")
_NAMES = {name: name for name in ("flake8", "isort", "black", *OTHERS)}
_TELLS = frozenset({"--version", "--help"})  # the tool tells of itself, and checks nothing
_COMMANDS = {**_NAMES, "pflake8": "flake8", "flake9": "flake8", "pep257": "pydocstyle", "pep8": "pycodestyle"}
HOOK_IDS = {**_NAMES, "black-jupyter": "black", **{f"nbqa-{name}": name for name in _NAMES}}


_STUBS = ("isort", "black", "ruff", "ruff-format")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One way in which a tool is started: its words after the tool's name, and where.

    ``advisory``: it cannot fail. ``files`` and ``exclude`` are a hook's patterns, those of the whole file included.
    ``is_hook``: pre-commit hands it the files. ``notebooks``: it looks at notebooks, too (``black-jupyter``) or alone
    (nbQA). ``types``: kinds of files that a hook asks for by name. ``folder``: where it is started, from the root.
    """

    tool: str
    argv: tuple[str, ...]
    path: str
    line: int | None
    plugins: tuple[str, ...] = ()
    advisory: bool = False
    is_hook: bool = False
    files: str = ""
    exclude: tuple[str, ...] = ()
    notebooks: bool = False
    types: tuple[str, ...] = ()
    folder: str = "."

    @property
    def is_notebooks_only(self) -> bool:
        """nbQA hands the tool nothing else."""
        return _SOURCE in self.exclude

    @property
    def sees_stubs(self) -> bool:
        """Whether it looks at ``.pyi`` files: what a hook's types say, by default those of isort and Black do."""
        if not self.is_hook:
            return self.tool in _STUBS
        return "pyi" in self.types if self.types else self.tool in _STUBS

    def covers(self, path: str) -> bool:
        """Whether a hook's ``files``, ``exclude`` and types let it see ``path``; a command sees what it names."""
        if path.endswith(".pyi") and not self.sees_stubs:
            return False
        return _found(self.files, path, doubt=True) and not any(_found(e, path, doubt=False) for e in self.exclude if e)


def tool_runs(ground: Ground) -> tuple[Run, ...]:
    """Every hook and command that starts an old tool, in the order of the files."""
    return tuple(replace(run, advisory=run.advisory or _cannot_fail(ground, run)) for run in _all(ground))


def _all(ground: Ground) -> Iterator[Run]:
    for path in HOOKS:
        if (text := ground.read(path)) is not None:
            yield from hooks_in(path, text, lambda hook: HOOK_IDS.get(hook.text("id") or ""))
    for command in ground.repository.commands:
        if command.context != "hook":
            yield from _command(ground, command)


def _command(ground: Ground, command: Command) -> Iterator[Run]:
    words, _ = unwrap(command.argv)
    tool = _COMMANDS.get(posixpath.basename(words[0]).partition("@")[0]) if words else None
    if tool is not None and _TELLS.isdisjoint(words) and not command.argv[0].startswith("uses:"):
        notebooks = any(posixpath.basename(word) == "nbqa" for word in command.argv[:6])
        yield Run(
            tool=tool,
            argv=tuple(words[1:]),
            path=command.path,
            line=command.line,
            notebooks=notebooks,
            exclude=(_SOURCE,) if notebooks else (),
            advisory=command.tolerated,
            folder=started_in(ground, command, words[1:]),
        )


def started_in(ground: Ground, command: Command, words: list[str]) -> str:
    """The folder in which a command is started. That of a script is its caller's, and not always known: where what it
    names lies beside the script and nowhere else, it is the script's own."""
    extract = ground.facts.extracts.get(command.path)
    calls = [i for i in extract.invocations if i.at.line == command.line] if extract is not None else []
    known = {posixpath.normpath(i.directory) for i in calls if i.directory is not None}
    folder = known.pop() if len(known) == 1 else "."
    folder = folder if not folder.startswith(("/", "..")) else "."
    beside = posixpath.dirname(command.path)
    names = [posixpath.normpath(w) for w in words if w[:1].isalnum() and ("/" in w or w.endswith(".py"))]
    if folder == "." and beside and names and not any(_is_there(ground, n) for n in names):
        return beside if all(_is_there(ground, posixpath.join(beside, n)) for n in names) else folder
    return folder


def _is_there(ground: Ground, path: str) -> bool:
    return path in ground.facts.files or any(p.startswith(f"{path}/") for p in ground.facts.files)


# -- hooks


def hooks_in(path: str, text: str, tool_of: Callable[[Mapping], str | None]) -> Iterator[Run]:
    """The hooks of which ``tool_of`` knows the tool."""
    try:
        document = load_mapping(text)
    except Unreadable:
        return
    for repository in document.seq("repos"):
        for hook in repository.seq("hooks") if isinstance(repository, Mapping) else ():
            if isinstance(hook, Mapping) and (tool := tool_of(hook)) is not None:
                name = hook.text("id") or ""
                yield Run(
                    tool=tool,
                    argv=(*_entry(hook, tool), *_texts(hook.get("args"))),
                    path=path,
                    line=hook.line_of("id"),
                    plugins=tuple(
                        str(canonicalize_name(pinned(t)[0])) for t in _texts(hook.get("additional_dependencies"))
                    ),
                    is_hook=hook.text("pass_filenames") != "false",
                    files=hook.text("files") or document.text("files") or "",
                    exclude=(
                        document.text("exclude") or "",
                        hook.text("exclude") or "",
                        *((_SOURCE,) if name.startswith("nbqa-") else ()),
                    ),
                    notebooks=name == "black-jupyter" or name.startswith("nbqa-"),
                    types=(*_texts(hook.get("types")), *_texts(hook.get("types_or"))),
                )


def _entry(hook: Mapping, tool: str) -> Iterator[str]:
    """What a local hook's own command line gives to the tool."""
    words = (hook.text("entry") or "").split()
    inner, _ = unwrap(words)
    if inner and posixpath.basename(inner[0]) == tool.partition("-")[0]:
        yield from inner[1:]


def _texts(node: Node | None) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text
    elif isinstance(node, Sequence):
        yield from (item.text for item in node if isinstance(item, Scalar))


# A group that repeats and holds a repetition or a choice: it may take for ever.
_ENDLESS = re.compile(r"\((?:[^()]*[+*}|][^()]*)\)[+*{]")


def _found(pattern: str, path: str, *, doubt: bool) -> bool:
    """pre-commit searches for its patterns; ``doubt`` is the answer for one that Python cannot read safely."""
    if len(pattern) > 4_000 or _ENDLESS.search(pattern) or pattern.count("(") > 40 or len(path) > 400:
        return doubt
    try:
        return re.search(pattern, path) is not None
    except (re.error, RecursionError, OverflowError):
        return doubt


# -- runs that fail nobody


def _cannot_fail(ground: Ground, run: Run) -> bool:
    if {"--exit-zero", "--exit-zero-even-if-changed"} & set(run.argv):
        return True
    extract = ground.facts.extracts.get(run.path)
    calls = [i for i in extract.invocations if i.at.line == run.line] if extract is not None else []
    return bool(calls) and all(call.tolerated or call.disabled for call in calls)
