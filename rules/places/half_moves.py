"""Files that had better stay whole: half of what they do would still be the old tool's after the patch. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from rules.migration import Edit, Ground
from rules.places.context import Context
from rules.places.still_said import still_said
from rules.places.target import MANAGERS
from rules.reading import area_of

_SCRIPTS = frozenset({"shell", "taskfile"})
_STARTERS = frozenset({"shell", "taskfile", "makefile", "justfile", "tox", "nox", "package.json"})
_BY_PROGRAM = {"tox": "tox", "nox": "nox", "taskfile": "task", "justfile": "just"}
_SAYS = re.compile(
    r"\s*(?:[-@]\s*)?(?:echo|printf|print\w*|info|log\w*|warn\w*|fail\w*|err\w*|success\w*|note|die|desc|summary|name)\b",
    re.IGNORECASE,
)


def leave_whole(ground: Ground, context: Context, edits: dict[str, Edit], tools: Collection[str]) -> None:
    """Take back the changes of scripts and pipelines that would be half moved, with a note for each."""
    tools = sorted(set(tools) & MANAGERS)
    for path, why in [*_naming(ground, edits, tools), *_starting(ground, edits, tools)]:
        if path in edits:
            del edits[path]
            context.note(path, 1, f"{why}; the file is left as it is", "Change both together.")


def _naming(ground: Ground, edits: dict[str, Edit], tools: list[str]) -> Iterator[tuple[str, str]]:
    """Scripts that go on to name an old tool: as an argument, in a case, in the value of a variable."""
    for path, edit in sorted(edits.items()):
        extract = ground.facts.extracts.get(path)
        if extract is None or extract.format not in _SCRIPTS or not edit.after:
            continue
        for tool in tools:
            pattern = re.compile(
                rf"[\"'](?:[\w./-]*/)?{tool}[\"']|(?:^|[\s|(]){tool}\)"
                rf"|/bin/{tool}(?=[\s\"']|$)|(?:command -v|which|-m)[ \t]+{tool}(?![\w.-])"
                rf"|(?:^|[;&|(`:=])[ \t]*(?:[\w.${{}}/-]*/)?{tool}(?=\s|$)"
            )
            rows = [r for r in edit.after.splitlines() if len(r) < 1000 and not r.lstrip().startswith("#")]
            if any(pattern.search(row) for row in rows if not _SAYS.match(row)):
                yield path, f"{tool} is named in a way that is not understood"
                break


def _starting(ground: Ground, edits: dict[str, Edit], tools: list[str]) -> Iterator[tuple[str, str]]:
    """Scripts and pipelines that no longer bring the tool which a file that they start still calls."""
    for path, edit in sorted(edits.items()):
        extract = ground.facts.extracts.get(path)
        if extract is None or not edit.before or not edit.after:
            continue
        if area_of(path) != "ci" and extract.format not in _SCRIPTS | {"makefile", "justfile"}:
            continue
        for tool in tools:
            if _brings(edit.before, tool) and not _brings(edit.after, tool):
                found = next(_calling(path, edit.after, tool, ground, edits), None)
                if found is not None:
                    yield path, f"starts {found}, which still calls {tool}"
                    break


def _brings(text: str, tool: str) -> bool:
    named = "pip-tools" if tool in ("pip-compile", "pip-sync") else tool
    pattern = rf"^[^#\n]{{0,300}}\b(?:install|setup|upgrade)\b[^\n]{{0,300}}?(?<![\w.]){named}(?![\w./])"
    return re.search(pattern, text, re.MULTILINE | re.IGNORECASE) is not None


def _calling(path: str, text: str, tool: str, ground: Ground, edits: dict[str, Edit]) -> Iterator[str]:
    """The files that ``text`` starts and that call a tool as ``edits`` leave them."""
    rows = "\n".join(row for row in text.splitlines() if not row.lstrip().startswith("#"))
    for other, extract in sorted(ground.facts.extracts.items()):
        if other == path or extract.format not in _STARTERS or extract.format == "package.json":
            continue
        edit = edits.get(other)
        left = (edit.after if edit is not None else ground.read(other)) or ""
        if extract.format == "makefile":
            for named in re.findall(
                rf"^([A-Za-z_]\w*)[ \t]*[:?]?=[^\n]{{0,200}}?(?<![\w.-]){tool}(?![\w.-])", left, re.MULTILINE
            ):
                left = left.replace(f"$({named})", tool).replace(f"${{{named}}}", tool)
            left = "\n".join(recipes(left, set(re.findall(r"\bmake[ \t]+([A-Za-z][\w.-]*)", rows))))
        elif (program := _BY_PROGRAM.get(extract.format, posixpath.basename(other))) and not re.search(
            rf"(?<![\w.-]){re.escape(program)}(?![\w.-])", rows
        ):
            continue
        if any(tool in said for _, said in still_said(other, left, {tool}) if "install" not in said.split()[:1]):
            yield other


def recipes(text: str, names: set[str]) -> Iterator[str]:
    """The recipes of these targets, and of those that they ask for."""
    done: set[str] = set()
    while names - done:
        name = min(names - done)
        done.add(name)
        found = re.search(
            rf"^{re.escape(name)}[ \t]*:(?!=)(?P<needs>[^\n]*)\n(?P<rows>(?:[ \t]+[^\n]*\n?)*)", text, re.MULTILINE
        )
        if found is not None:
            names |= set(re.findall(r"[A-Za-z][\w.-]*", found["needs"])) if len(done) < 50 else set()
            yield found["rows"]
