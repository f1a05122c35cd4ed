"""The instructions of a Dockerfile with their places in the text, and what they say of old tools. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rules.places.target import MANAGERS, Target
from rules.places.text import line_end, line_of


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction: its whole lines, and where its argument begins."""

    name: str
    start: int
    end: int
    body: int
    stage: int

    def text(self, text: str) -> str:
        """The argument as written."""
        return text[self.body : self.end]


class Unclear(Exception):
    """Something that is not understood with certainty: the message says what, ``line`` where."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


def steps_of(text: str) -> list[Step]:
    """The instructions with their lines, after the Dockerfile reference."""
    found: list[Step] = []
    stage, at = -1, 0
    while at < len(text):
        end = line_end(text, at)
        match = KEYWORD.match(text, at, end)
        if match is None:
            at = end
            continue
        row = text[at:end]
        while row.rstrip().endswith("\\") and end < len(text):
            start = end
            end = line_end(text, end)
            row = text[start:end]
            while (not row.strip() or row.lstrip().startswith("#")) and end < len(text):
                start, end = end, line_end(text, end)
                row = text[start:end]
        name = match["name"].upper()
        if name in ("RUN", "COPY", "ADD"):
            for word in re.findall(r"<<-?[\"']?([A-Za-z_]\w*)[\"']?", text[at:end]):
                close = re.compile(rf"^[ \t]*{word}[ \t\r]*$", re.MULTILINE).search(text, end)
                end = line_end(text, close.end()) if close else end
        stage += name == "FROM"
        found.append(Step(name, at, end, match.end(), stage))
        at = end
    return found


KEYWORD = re.compile(r"[ \t]*(?P<name>[A-Za-z]{2,20})[ \t]+")


FLAGS = re.compile(r"(?:\s|\\\r?\n)*--[a-z][a-z-]*(?:=(?:\"[^\"\n]*\"|[^\s\\]*))?(?=\s|\\|$)")


def calls_old(text: str, target: Target) -> bool:
    """Whether a text names a tool that the move replaces, pip where its files moved."""
    names = "|".join(sorted(target.tools & {"poetry", "pdm", "pipenv", "rye", "pip-compile", "pip-sync", "pip"}))
    return bool(names) and re.search(rf"(?<![\w-])(?:{names})(?:3[\d.]*)?(?![\w-])", text) is not None


def names_manager(text: str, target: Target) -> bool:
    """Whether a text names an old manager."""
    names = "|".join(sorted(target.tools & MANAGERS))
    return bool(names) and re.search(rf"(?<![\w-])(?:{names})(?![\w-])", text) is not None


def is_manifest(name: str) -> bool:
    """Whether a copied file belongs to the installing, not to the sources."""
    return re.fullmatch(
        r"pyproject\.toml|(?:poetry|pdm|uv)\.(?:lock|toml|\*)\*?|Pipfile\*?|Pipfile\.lock\*?|[\w.-]*requirements[\w.-]*|README[\w.]*|\.python-version"
        r"|setup\.(?:py|cfg)|LICENSE\w*|MANIFEST\.in|[\w.-]+\.sh|[\w.-]*entrypoint[\w.-]*", name, re.IGNORECASE,
    ) is not None  # fmt: skip


def check_left(after: str, target: Target) -> None:
    """No old tool is left in any instruction."""
    for step in steps_of(after):
        if step.name in ("FROM", "LABEL", "MAINTAINER"):
            if step.name == "FROM" and any(
                t in after[step.start : step.end].split(" as ")[0] for t in target.tools & MANAGERS
            ):
                raise Unclear("the base image is the old tool's", line_of(after, step.start))
            continue
        rows = [r for r in after[step.body : step.end].splitlines() if not r.lstrip().startswith("#")]
        for word in _left("\n".join(rows), target):
            raise Unclear(f"{word!r} would be left", line_of(after, step.start))


def check_locked(after: str, target: Target) -> None:
    """The lock is in the image before something is installed from it, and no file is named that is gone."""
    steps = steps_of(after)
    stages = _parents(steps, after)
    gone = {posixpath.basename(old) for old in target.renamed if target.file(old) is not None and old.endswith(_LISTS)}
    named = re.compile(rf"(?<![\w.*/-])(?:[\w.-]+/)*(?:{'|'.join(map(re.escape, sorted(gone)))})(?![\w-]|\.\w)")
    for number, step in enumerate(steps):
        if step.name not in ("RUN", "COPY", "ADD"):
            continue
        text = step.text(after)
        rows = "\n".join(row for row in text.splitlines() if not row.lstrip().startswith("#"))
        own = not any(f.startswith("--from") for f in copied(step, after)[0]) if step.name != "RUN" else True
        if gone and own and (found := named.search(rows)) is not None and "uv export" not in rows:
            raise Unclear(f"names {found[0]}, which is not there any more", line_of(after, step.start))
        if step.name != "RUN" or not re.search(r"(?<![\w-])uv sync\b", rows):
            continue
        chain = stages[step.stage]
        before = [s for s in steps[:number] if s.stage in chain]
        if not any(_brings_lock(s, after, target) for s in (*before, step)):
            raise Unclear("the lock is not copied before it is installed from", line_of(after, step.start))


_LISTS = (".txt", ".in", ".pip")


def _parents(steps: Sequence[Step], text: str) -> dict[int, set[int]]:
    """Each stage with those that it starts from."""
    names: dict[str, int] = {}
    found: dict[int, set[int]] = {-1: set()}
    for step in steps:
        if step.name == "FROM":
            words = [w for w in step.text(text).split() if not w.startswith("--")]
            base = names.get(words[0].lower()) if words else None
            found[step.stage] = {step.stage, *(found.get(base, set()) if base is not None else ())}
            if len(words) > 2 and words[1].lower() == "as":
                names[words[2].lower()] = step.stage
    return found


def _brings_lock(step: Step, text: str, target: Target) -> bool:
    """Whether an instruction may put the lock in place: it names it, or the folder that it is in."""
    argument = step.text(text)
    if step.name == "RUN":
        return "uv.lock" in argument or "git clone" in argument or "type=bind" in argument
    if step.name not in ("COPY", "ADD"):
        return False
    flags, words = copied(step, text)
    if "uv.lock" in argument or any(f.startswith("--from") for f in flags):
        return True
    folder = target.folder
    for source in words[:-1]:
        plain = posixpath.normpath(source.lstrip("/") or ".")
        if plain in (".", "*", folder) or "$" in source or folder.startswith(f"{plain}/"):
            return True
        if folder != "." and posixpath.basename(plain) == posixpath.basename(folder):
            return True
    return False


def _left(text: str, target: Target) -> Iterator[str]:
    for name in sorted(target.tools & MANAGERS):
        upper = name.upper().replace("-", "_")
        for match in re.finditer(rf"(?<![\w./-]){name}(?![\w.-])|get-{name}|\$\{{?{upper}_\w+", text):
            yield match[0]


def copied(step: Step, text: str) -> tuple[list[str], list[str]]:
    """The options of ``COPY`` or ``ADD``, and its sources with the destination last."""
    words = list(re.sub(r"\\\r?\n", " ", step.text(text)).split())
    flags = [w for w in words if w.startswith("--")]
    rest = [w for w in words if not w.startswith("--")]
    if rest and rest[0].startswith("["):
        rest = [w.strip('[]",') for w in rest]
    return flags, [w.strip('"') for w in rest if w]


def started(image: str, text: str, files: Collection[str]) -> list[str]:
    """The scripts and settings that an image copies by name, or in a folder that it names; not all that it copies."""
    found: set[str] = set()
    folder = posixpath.dirname(image)
    for step in steps_of(text):
        if step.name not in ("COPY", "ADD") or any(f.startswith("--from") for f in copied(step, text)[0]):
            continue
        for source in copied(step, text)[1][:-1]:
            plain = posixpath.normpath(source.lstrip("/") or ".")
            if plain in (".", "*"):
                continue
            for whole in dict.fromkeys((plain, posixpath.normpath(posixpath.join(folder, plain)))):
                found |= {f for f in files if (f == whole or f.startswith(f"{whole}/")) and _STARTED.fullmatch(f)}
    return sorted(found)


_STARTED = re.compile(r"(?:.*/)?(?:[^/.]+|[^/]+\.(?:sh|bash|conf|ini))")


def copies_all(step: Step, text: str) -> bool:
    """Whether the whole folder is copied."""
    return step.name in ("COPY", "ADD") and any(w in (".", "./") for w in copied(step, text)[1][:-1])
