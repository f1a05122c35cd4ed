"""The text form of a repository's history. Pure: text in, commits out.

A line that starts with ``@@`` says what follows::

    @@ commit 2025-02-03T09:14:00+01:00 Mira Holt <mira.holt@acme.example>
    Start the payments API
    @@ file pyproject.toml
    [project]
    …
    @@ delete setup.py
    @@ later

A commit's message, then what it writes (whole files) and deletes; the rest stays as it was. Blank lines before a
directive belong to neither. Commits below ``@@ later`` are made in the second scene.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_COMMIT = re.compile(r"(?P<when>\S+) (?P<author>[^<>]+ <[^<>]+>)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit: ``files`` are the texts that it writes, by path; ``None`` deletes the file."""

    when: datetime
    author: str
    message: str
    files: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All commits of a repository, oldest first: those that it starts with, and those of the second scene."""

    name: str
    commits: tuple[Commit, ...]
    later: tuple[Commit, ...]

    def tree(self, *, later: bool = False) -> dict[str, str]:
        """The files at the end of the first scene, or of the second."""
        files: dict[str, str | None] = {}
        for commit in (*self.commits, *(self.later if later else ())):
            files.update(commit.files)
        return {path: text for path, text in sorted(files.items()) if text is not None}


def parse(name: str, text: str) -> History:
    """The history written in ``text``; raises :class:`ValueError` with the line that is not understood."""
    drafts: list[_Draft] = []
    scenes: list[int] = []
    target: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("@@ "):
            target.append(line)
            continue
        verb, _, rest = line[3:].partition(" ")
        header = _COMMIT.fullmatch(rest)
        if verb == "commit" and header is not None:
            drafts.append(_Draft(when=datetime.fromisoformat(header["when"]), author=header["author"]))
            target = drafts[-1].message
        elif verb == "file" and rest and drafts:
            target = drafts[-1].files[rest] = []
        elif verb == "delete" and rest and drafts:
            drafts[-1].files[rest] = None
        elif verb == "later" and not scenes:
            scenes.append(len(drafts))
        else:
            raise ValueError(f"{name}, line {number}: {line!r} is no directive here")
    made = tuple(draft.commit() for draft in drafts)
    first = scenes[0] if scenes else len(made)
    return History(name=name, commits=made[:first], later=made[first:])


@dataclass(slots=True, kw_only=True)
class _Draft:
    when: datetime
    author: str
    message: list[str] = field(default_factory=list)
    files: dict[str, list[str] | None] = field(default_factory=dict)

    def commit(self) -> Commit:
        files = {path: None if lines is None else _text(lines) for path, lines in self.files.items()}
        return Commit(when=self.when, author=self.author, message=_text(self.message), files=files)


def _text(lines: list[str]) -> str:
    text = "\n".join(lines).rstrip("\n")
    return text + "\n" if text else ""
