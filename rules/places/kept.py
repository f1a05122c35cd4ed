"""Old files that stay because a place that stays still needs them: a move takes nothing away that is in use. Pure.

Requirements files and Pipenv's two files mean the same without their project's manifest. Locks of Poetry and PDM do
not: their manifest changes, so that nothing is won by keeping them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from rules.migration import Edit, Ground
from rules.places.context import Context
from rules.places.filters import filter_lines
from rules.places.mentions import Mention, is_living, mentions
from rules.places.platforms import readers
from rules.places.remains import called
from rules.reading import area_of

_ALONE = re.compile(r"(?:.*/)?(?:[^/]+\.(?:txt|in|pip|hash)|requirements[\w.-]*\.lock|Pipfile(?:\.lock)?|[^/]+\.ya?ml)")
_SAYS_ONLY = re.compile(r"hashFiles|checksum|^\s*(?:-\s+)?(?:name|key|description):|\becho\b|\blog\b|::warning|::error")
_BOTS = re.compile(
    r"(?:.*/)?(?:labeler|boring-cyborg|dependabot|codecov|release-please[\w-]*|\.?pyup)\.ya?ml|(?:.*/)?renovate\.json5?"
    r"|(?:.*/)?REUSE\.toml|\.reuse/dep5"
)
INCLUDED = re.compile(r"^[ \t]*(?:-r|-c|--requirement|--constraint)[ =\t]*(?P<file>[^\s#;]+)", re.MULTILINE)


def keep_needed(ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    """Take back the removal of files that commands left as they are still read, with a note for each place."""
    gone = {path for path, edit in edits.items() if edit.after is None and _ALONE.fullmatch(path) is not None}
    kept: set[str] = set()
    told: set[str] = set()
    told_of: set[tuple[str, str]] = set()
    for mention in mentions(ground, edits, gone):
        if _SAYS_ONLY.search(mention.row) or _BOTS.fullmatch(mention.path) or _filters(mention, ground, edits):
            continue
        kept.add(mention.file)
        if mention.path not in told:
            told.add(mention.path)
            why = f"still needs {mention.written}, which stays for it beside the lock"
            context.note(mention.path, mention.line, why, "Install from uv.lock there, then remove the file.")
    for path, line, names in _by_pattern(ground, edits, gone):
        kept |= names
        if path not in told:
            told.add(path)
            why = f"a pattern may mean {min(names)}, which stays for it beside the lock"
            context.note(path, line, why, "Install from uv.lock there, then remove the file.")
    for reader in readers(ground, gone, lambda path: edits[path].after if path in edits else ground.read(path)):
        kept.add(reader.file)
        if (reader.platform, reader.file) not in told_of:
            told_of.add((reader.platform, reader.file))
            why = f"{reader.platform} installs from {reader.file} by itself: it stays beside the lock"
            context.note(reader.path, reader.line, why, "Write it anew after each `uv lock`: `uv export`.")
    for path in _still_called("pipenv", ground, context, edits):
        project = context.around(path)
        kept |= (
            gone & {posixpath.join(project.folder, name).removeprefix("./") for name in _PIPENV} if project else set()
        )
    stays = _with_included(ground, kept, gone)
    for path in sorted(stays):
        del edits[path]
    compiling = sorted(_compiling(ground, edits, stays))
    for path, file in compiling:
        del edits[path]
        why = f"compiles {file}, which stays; the file is left as it is"
        context.note(path, 1, why, "Change it when nothing reads the compiled file any more.")
    if compiling:  # which may read others
        keep_needed(ground, context, edits)
        return
    for path in [p for p in edits if posixpath.basename(p) == "MANIFEST.in" and edits[p].before and edits[p].after]:
        edits[path] = _still_listed(edits[path], {posixpath.basename(s) for s in stays})
        if edits[path].after == edits[path].before:
            del edits[path]


def _filters(mention: Mention, ground: Ground, edits: dict[str, Edit]) -> bool:
    """Whether a pipeline only starts when the file changes: its lock can take that place."""
    edit = edits.get(mention.path)
    text = (edit.after if edit is not None else ground.read(mention.path)) or ""
    return mention.line in filter_lines(mention.path, text)


_GOES_ON = 6
"""Over so many rows a command of a pipeline may go on."""


def _compiling(ground: Ground, edits: dict[str, Edit], stays: set[str]) -> Iterator[tuple[str, str]]:
    """Makefiles and scripts of which uv's lock has taken the place of what compiles a file that stays."""
    for path, edit in edits.items():
        extract = ground.facts.extracts.get(path)
        own = extract is not None and extract.format in ("makefile", "justfile", "shell", "tox")
        if not (own or area_of(path) == "ci") or not edit.before:
            continue
        after = edit.after or ""
        every = edit.before.splitlines()
        rows = [
            " ".join(every[n : n + (1 if own else _GOES_ON)])
            for n, row in enumerate(every)
            if "pip-compile" in row and row not in after
        ]
        for file in sorted(f for f in stays if f.endswith(".txt")):
            name = re.escape(posixpath.basename(file).removesuffix(".txt"))
            if any(re.search(rf"(?<![\w.-]){name}\.(?:txt|in)(?![\w-])", row) for row in rows):
                yield path, file
                break


_VARIABLE = r"(?:\$\{\{[^}\n]{1,80}\}\}|\$\{?\w{1,40}\}?|\{\w{1,40}\}|\{env:\w{1,40}(?::[^{}\n]{0,40})?\})"
_PATTERN = re.compile(rf"[\w./-]{{0,80}}{_VARIABLE}[\w./-]{{0,40}}\.(?:txt|in)(?![\w-])")


def _by_pattern(ground: Ground, edits: dict[str, Edit], gone: set[str]) -> Iterator[tuple[str, int, set[str]]]:
    """Rows in which a variable is a part of a file's name that one of ``gone`` may have."""
    lists = {path for path in gone if path.endswith((".txt", ".in"))}
    for path in sorted(ground.facts.files) if lists else ():
        if not is_living(path):
            continue
        edit = edits.get(path)
        text = (edit.after if edit is not None else ground.read(path)) or ""
        for number, row in enumerate(text.splitlines(), start=1):
            if len(row) > 1000 or row.lstrip().startswith("#") or _SAYS_ONLY.search(row):
                continue
            for found in _PATTERN.finditer(row):
                parts = re.split(_VARIABLE, found[0])
                parts = [re.sub(r"^-[rc]", "", parts[0].rpartition("/")[2]), *parts[1:]]
                bare = re.search(r"[A-Za-z]", "".join(parts)[:-4]) is None
                if any("/" in part for part in parts) or (bare and "requirements" not in row.lower()):
                    continue
                name = re.compile(r"[\w.-]+".join(map(re.escape, parts)))
                if names := {f for f in lists if name.fullmatch(posixpath.basename(f))}:
                    yield path, number, names


def _still_listed(edit: Edit, names: set[str]) -> Edit:
    """``MANIFEST.in`` with the rows that take in what stays after all, where nothing else of it changed."""
    before, after = ((text or "").splitlines(keepends=True) for text in (edit.before, edit.after))
    if [row for row in before if row in after] != after:
        return edit
    rows = [row for row in before if row in after or names & {posixpath.basename(word) for word in row.split()}]
    return replace(edit, after="".join(rows))


_PIPENV = ("Pipfile", "Pipfile.lock")


def _still_called(tool: str, ground: Ground, context: Context, edits: dict[str, Edit]) -> Iterator[str]:
    """The pipelines and images that call a tool also as ``edits`` leave them."""
    for path in sorted(context.calling({tool})):
        edit = edits.get(path)
        text = edit.after if edit is not None else ground.read(path)
        if area_of(path) in ("ci", "image") and any(program == tool for _, program in called(path, text or "")):
            yield path


def _with_included(ground: Ground, kept: set[str], gone: set[str]) -> set[str]:
    """The files and those of ``gone`` that they do not work without."""
    found, waiting = set(kept), sorted(kept)
    while waiting:
        path = waiting.pop()
        folder = posixpath.dirname(path)
        more = {
            posixpath.normpath(posixpath.join(folder, m["file"])) for m in INCLUDED.finditer(ground.read(path) or "")
        }
        if path.endswith(".txt"):
            more.add(f"{path.removesuffix('.txt')}.in")  # what it is compiled from
        if posixpath.basename(path).startswith("Pipfile"):
            more = {posixpath.join(folder, name) for name in _PIPENV}
        more = (more & gone) - found
        found |= more
        waiting += sorted(more)
    return found
