"""Whether the patched repository still starts a tool that goes: by a command that no edit changed, a program, a hook.

Such a tool stays as a whole, with its package and its configuration, and the place is named.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from rules.blockers import PlanBlocker
from rules.migration import Ground
from rules.places.text import line_of
from rules.ruff import prose
from rules.ruff.edits import Edits
from rules.ruff.in_programs import MAX_SOURCES, MAX_TEXT, is_likely
from rules.ruff.runs import HOOK_IDS, HOOKS
from scanner.lint_tools import tools_of_command
from scanner.lint_use import is_test_data

_HOOK_FILES = frozenset(map(posixpath.basename, HOOKS))
_STAGED = re.compile(r"(?:.*/)?(?:package\.json|\.?lint-?staged(?:rc)?[\w.-]*|\.?lefthook\.ya?ml)")
# Pipelines that the scanner does not read.
_PIPELINE = re.compile(r"\.?(?:woodpecker|drone)(?:/[^/]+)?\.ya?ml$")
_WINDOW = 6  # lines that a command may run on


def remaining(edits: Edits, ground: Ground, tools: Collection[str]) -> Iterator[tuple[str, PlanBlocker]]:
    """The ``tools`` that something goes on starting after the edits, each with the first place."""
    seen: set[str] = set()
    for tool, path, line, what in _places(edits, ground, tools):
        if tool not in seen:
            seen.add(tool)
            code = "lint-in-program" if path.endswith(".py") else "lint-in-command"
            message, decision = f"{tool} stays: {what} goes on starting it", f"Start Ruff there, and let {tool} go?"
            yield tool, PlanBlocker(code=code, message=message, path=path, line=line, decision=decision)


def _places(edits: Edits, ground: Ground, tools: Collection[str]) -> Iterator[tuple[str, str, int, str]]:
    for note in edits.notes:
        named = re.match(r"(?:starts|calls) (\w+) in a way", note.message)
        if named is not None and named[1] in tools and note.path is not None and not prose.is_prose(note.path):
            yield named[1], note.path, note.line or 1, "a command"
    yield from _commands(edits, ground, tools)
    yield from _on_old_pythons(ground.read("tox.ini") or "", tools)
    for path in sorted(ground.facts.files):
        if is_test_data(path):
            continue
        if posixpath.basename(path) in _HOOK_FILES:
            yield from _hooks(path, edits.text(path) or "", tools)
        elif _STAGED.fullmatch(path) is not None and re.search("lint-?staged|lefthook", f"{path} {edits.text(path)}"):
            yield from _matches(_QUOTED, path, edits.text(path) or "", tools, "a hook")
        elif _PIPELINE.match(path) is not None:
            yield from _matches(_STEP, path, edits.text(path) or "", tools, "a pipeline")
    yield from _programs(edits, ground, tools)


# -- commands


def _commands(edits: Edits, ground: Ground, tools: Collection[str]) -> Iterator[tuple[str, str, int, str]]:
    """Commands that the scanner saw, on lines that are as they were."""
    for command in ground.repository.commands:
        started = {use.tool for use in tools_of_command(command.argv)} & set(tools)
        if not started or command.line is None or command.path in HOOKS or prose.is_prose(command.path):
            continue
        before, after = ground.read(command.path), edits.text(command.path)
        if before is not None and after is not None and not is_test_data(command.path):
            for tool in sorted(started):
                if _is_as_it_was(before, after, command.line, tool):
                    yield tool, command.path, command.line, "a command"


def _is_as_it_was(before: str, after: str, line: int, tool: str) -> bool:
    """Whether the lines that start ``tool`` stand in the text as often as before: by its name, or by a variable."""
    if before == after:
        return True
    rows = before.splitlines()[line - 1 : line - 1 + _WINDOW]
    name = re.compile(rf"(?<![\w-]){tool}(?![\w-])")
    row = next((row for row in rows if name.search(row)), None) or next(iter(rows), "")
    return bool(row.strip()) and before.splitlines().count(row) == after.splitlines().count(row)


_SECTION = re.compile(r"^\[testenv[^\]\n]{0,80}\][^\n]*\n(?:(?!\[)[^\n]*\n?)*", re.MULTILINE)
_OLD_PYTHON = re.compile(r"^basepython[ \t]*=\s*(?:python)?(?P<version>2(?:\.\d)?|3\.[0-6])[ \t]*$", re.MULTILINE)


def _on_old_pythons(text: str, tools: Collection[str]) -> Iterator[tuple[str, str, int, str]]:
    """Environments of tox whose Python is older than any that Ruff is installed on."""
    for section in _SECTION.finditer(text):
        old = _OLD_PYTHON.search(section[0])
        for tool in sorted(tools) if old is not None else ():
            started = re.search(rf"^(?:commands[ \t]*=|[ \t]+)[ \t]*-?[ \t]*{tool}(?=[ \t])", section[0], re.MULTILINE)
            if started is not None and old is not None:
                where = f"an environment of Python {old['version']}, which has no Ruff,"
                yield tool, "tox.ini", line_of(text, section.start() + started.end()), where


# -- hooks


def _hooks(path: str, text: str, tools: Collection[str]) -> Iterator[tuple[str, str, int, str]]:
    """Hooks below the root, and those of the old form of the file, a list, which no edit changes."""
    starts = {match[0].strip() for match in re.finditer(r"^(?:-[ \t]|repos[ \t]*(?=:))", text, re.MULTILINE)}
    if path in HOOKS and starts != {"-"}:
        return
    for match in re.finditer(r"^[ \t]*(?:-[ \t]+)?id[ \t]*:[ \t]*[\"']?(?P<id>[\w-]+)", text, re.MULTILINE):
        if (tool := HOOK_IDS.get(match["id"])) in tools and tool is not None:
            yield tool, path, line_of(text, match.start("id")), "a hook"


_NAMES = "|".join(sorted(set(HOOK_IDS.values())))
_QUOTED = re.compile(
    r"[\"'`](?:(?:poetry|pipenv|pdm|uv|rye|hatch)[ ]run[ ])?(?:python3?[ ]-m[ ])?"
    rf"(?P<tool>{_NAMES})(?=[ \"'])(?![\"'][ ]*:)"
)
_STEP = re.compile(
    r"^[ \t]*(?:-[ \t]+)?(?:run:[ \t]*)?(?:(?:poetry|pipenv|pdm|uv|rye|hatch)[ ]run[ ])?(?:python3?[ ]-m[ ])?"
    rf"(?P<tool>{_NAMES})(?=[ ]|$)",
    re.MULTILINE,
)


# -- programs

_CALL = r"\b(?:run|call|check_call|check_output|Popen|system|getoutput)\("
_IN_TESTS = re.compile(
    rf"{_CALL}\s{{0,40}}[\[(]?\s{{0,40}}f?[\"'](?P<tool>{_NAMES})(?=[ \"'])"
    rf"|[\"']-m[\"'],\s{{0,40}}[\"'](?P<module>{_NAMES})[\"']"
)
_STARTS = re.compile(
    rf"{_IN_TESTS.pattern}|[\"'](?:python3? -m )?(?P<line>{_NAMES}) +(?:--?\w|\.(?=[ \"'/])|[\w.]{{1,60}}/|\{{)"
    rf"|[\"'](?P<listed>{_NAMES})[\"'],\s{{0,40}}[\"'](?:--\w|\.[\"'/])"
)


def _programs(edits: Edits, ground: Ground, tools: Collection[str]) -> Iterator[tuple[str, str, int, str]]:
    """Command lines in strings of programs that are likely to start tools, and calls in tests."""
    sources = [p for p in sorted(ground.facts.files) if p.endswith(".py")]
    for path in sources[:MAX_SOURCES]:
        likely = is_likely(path) and not is_test_data(path)
        text = edits.text(path) if likely or _TEST.fullmatch(path) else None
        if text is not None:
            yield from _matches(_STARTS if likely else _IN_TESTS, path, text[:MAX_TEXT], tools, "a program")


_TEST = re.compile(r"(?:.*/)?(?:test_[^/]*|[^/]*_test|conftest)\.py")


def _matches(
    pattern: re.Pattern[str], path: str, text: str, tools: Collection[str], what: str
) -> Iterator[tuple[str, str, int, str]]:
    for match in pattern.finditer(text):
        tool = next((name for name in match.groups() if name), "")
        if tool in tools and not text[: match.start()].rpartition("\n")[2].lstrip().startswith("#"):
            yield tool, path, line_of(text, match.start()), what
