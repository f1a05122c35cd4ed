"""Running the old linters and Ruff over committed files in a scratch copy, and reading what they report.

They parse the files and run none of them. Plug-ins that import the project are not run: only what is installed beside
the old tool is. Nothing touches the network.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from scanner import sandbox

TIMEOUT = 300.0
_SAYS = re.compile(r"^[Ww]ould reformat:? |:\d+:\d+: unformatted: ")
_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+):(?P<code>[A-Z]+\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Report:
    """One report of a linter. ``fix``: whether Ruff would mend it, safely or not; ``until``: its last line, of Ruff."""

    path: str
    line: int
    code: str
    fix: Literal["safe", "unsafe"] | None = None
    until: int = 0


class NotMeasured(Exception):
    """The tool is missing, ended in an error of its own, or took too long."""


def ruff_program() -> str:
    """Ruff: that of the user's path, else the one that is installed beside Muster (extra ``ruff``)."""
    beside = os.path.join(os.path.dirname(sys.executable), "ruff")
    return "ruff" if not os.path.exists(beside) else beside


def run_ruff(folder: str, arguments: Sequence[str] = (".",), *, program: str | None = None) -> list[Report]:
    """What ``ruff check`` reports in ``folder``, configured as it lies there; raises :class:`NotMeasured`."""
    argv = (
        program or ruff_program(),
        "check",
        "--no-cache",
        "--no-fix",
        "--exit-zero",
        "--output-format=json",
        "--quiet",
    )
    done = _run((*argv, *arguments), folder)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        raise NotMeasured(" ".join(done.stderr.split())[:300] or "Ruff printed no JSON") from None
    reports = (
        Report(
            path=os.path.relpath(item["filename"], folder),
            line=item["location"]["row"],
            code=item["code"] or "E999",
            fix=_fix(item.get("fix")),
            until=max([item["end_location"]["row"], *(e["end_location"]["row"] for e in _edits(item.get("fix")))]),
        )
        for item in said
    )
    return sorted(reports, key=lambda r: (r.path, r.line, r.code, r.fix or "", r.until))


def _edits(fix: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (fix or {}).get("edits", [])
    return found


def _fix(fix: Mapping[str, object] | None) -> Literal["safe", "unsafe"] | None:
    match (fix or {}).get("applicability"):
        case "safe":
            return "safe"
        case "unsafe":
            return "unsafe"
        case _:
            return None


def run_flake8(
    folder: str, arguments: Sequence[str], *, program: str = "flake8", env: Mapping[str, str] | None = None
) -> list[Report]:
    """What flake8 reports in ``folder``, started with ``arguments``; raises :class:`NotMeasured`."""
    shape = "--format=%(path)s:%(row)d:%(col)d:%(code)s"
    done = _run((program, "--jobs=1", *arguments, shape, "--exit-zero"), folder, env)
    if done.status != 0:
        raise NotMeasured(_first_line(done.stderr) or f"flake8 ended with {done.status}")
    found = (_LINE.match(line) for line in done.stdout.splitlines())
    return sorted(
        Report(path=os.path.normpath(m["path"]), line=int(m["line"]), code=m["code"]) for m in found if m is not None
    )


def run_isort(folder: str, arguments: Sequence[str], *, program: str = "isort") -> set[str]:
    """Files that isort would sort otherwise; raises :class:`NotMeasured`."""
    done = _run((program, "--check-only", "--quiet", *_recursive(program, folder), *arguments), folder)
    lines = [*done.stderr.splitlines(), *done.stdout.splitlines()]  # up to 4 it writes to standard output
    found = (re.match(r"ERROR: (.+?) Imports are incorrectly sorted", line) for line in lines)
    files = {os.path.relpath(os.path.join(folder, m[1]), folder) for m in found if m is not None}
    if done.status not in (0, 1) or (done.status == 1 and not files):
        raise NotMeasured(_first_line(done.stderr) or f"isort ended with {done.status}")
    return files


def _recursive(program: str, folder: str) -> tuple[str, ...]:
    """Up to version 4 isort has to be told to look into folders."""
    done = _run((program, "--version"), folder)
    stated = re.search(r"VERSION\s+(\d+)\.", done.stdout)
    return ("-rc",) if stated is not None and int(stated[1]) < 5 else ()


def run_bandit(folder: str, arguments: Sequence[str], *, program: str = "bandit") -> list[Report]:
    """What bandit reports in ``folder``; raises :class:`NotMeasured`."""
    done = _run((program, "--quiet", "--format=json", *arguments), folder)  # older ones know no --exit-zero
    try:
        said = json.loads(done.stdout)
        found = [(item["filename"], item["line_number"], item["test_id"]) for item in said["results"]]
    except (ValueError, KeyError, TypeError):
        raise NotMeasured(_first_line(done.stderr) or f"bandit ended with {done.status}") from None
    return sorted(Report(path=os.path.normpath(path), line=line, code=code) for path, line, code in found)


_SAID = re.compile(r"(?P<path>[^\s:].*?):(?P<line>\d+)(?::\d+)?:? (?P<rest>.*)$")


def run_plain(
    folder: str, argv: Sequence[str], *, code: str | None = None, env: Mapping[str, str] | None = None
) -> list[Report]:
    """What a linter that prints ``path:line[:column]: [code] …`` reports; raises :class:`NotMeasured`.

    ``code`` stands for all, for a tool that has none of its own. pydocstyle puts the code on the next line.
    """
    done = _run(argv, folder, env)
    if done.status not in (0, 1) and not (done.stdout.strip() and argv[0].endswith("pylint")):
        raise NotMeasured(_first_line(done.stderr) or f"{os.path.basename(argv[0])} ended with {done.status}")
    found = []
    place: tuple[str, int] | None = None
    for line in done.stdout.splitlines():
        match = _SAID.match(line)
        if match is not None:
            place = (os.path.normpath(match["path"]), int(match["line"]))
        named = re.match(r"\s*(?P<code>[A-Z]\d{2,4})\b", match["rest"] if match is not None else line)
        if place is not None and (named is not None or (code is not None and match is not None)):
            found.append(Report(path=place[0], line=place[1], code=code or (named["code"] if named else "")))
    return sorted(set(found))


def run_fixer(folder: str, argv: Sequence[str], files: Sequence[str]) -> dict[str, set[int]]:
    """The lines of ``files`` that a fixer changes, by file; they are put back. Raises :class:`NotMeasured`."""
    changed: dict[str, set[int]] = {}
    for number in range(0, len(files), 200):
        some = files[number : number + 200]
        before = {path: _lines(folder, path) for path in some}
        try:
            done = _run((*argv, *some), folder)
            if done.status not in (0, 1):
                raise NotMeasured(_first_line(done.stderr) or f"{os.path.basename(argv[0])} ended with {done.status}")
            for path, old in before.items():
                if (new := _lines(folder, path)) != old:
                    changed[path] = _changed(old, new)
        finally:
            for path, old in before.items():
                with open(os.path.join(folder, path), "wb") as file:
                    file.write(b"".join(old))
    return changed


def _lines(folder: str, path: str) -> list[bytes]:
    with open(os.path.join(folder, path), "rb") as file:
        return file.read().splitlines(keepends=True)


def _changed(old: list[bytes], new: list[bytes]) -> set[int]:
    """Numbers of the lines of ``old`` that are other in ``new``; where lines only came in, the one before them."""
    found: set[int] = set()
    for tag, start, end, _, _ in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag != "equal":
            found.update(range(start + 1, end + 1) if end > start else {max(start, 1)})
    return found


def run_formatter(folder: str, argv: Sequence[str]) -> set[str]:
    """Files that ``black --check`` or ``ruff format --check`` would change; raises :class:`NotMeasured`."""
    done = _run(argv, folder)
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    found = (
        re.match(r"(?:[Ww]ould reformat:? )?(.+?)(?:(?::cell \d+)?:\d+:\d+: unformatted: .*)?$", line)
        for line in lines
        if _SAYS.search(line)
    )
    if done.status not in (0, 1, 2, 123):
        raise NotMeasured(_first_line(done.stderr) or f"{os.path.basename(argv[0])} ended with {done.status}")
    return {os.path.relpath(os.path.join(folder, m[1]), folder) for m in found if m is not None}


def _run(argv: Sequence[str], folder: str, env: Mapping[str, str] | None = None) -> sandbox.Completed:
    try:
        done = sandbox.run(argv, cwd=folder, env=env, timeout=TIMEOUT)
    except sandbox.NotStarted as error:
        raise NotMeasured(str(error)) from None
    if done.timed_out:
        raise NotMeasured(f"{os.path.basename(argv[0])} took longer than {TIMEOUT:g} seconds")
    return done


def _first_line(text: str) -> str:
    """The first line, of a traceback the last: what went wrong."""
    if text.startswith("Traceback"):
        named = [line for line in text.splitlines() if re.match(r"[\w.]{1,200}: ", line)]
        text = named[-1] if named else text.rstrip().rpartition("\n")[2]
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:300]
