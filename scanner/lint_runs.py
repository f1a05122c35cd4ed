"""Running the old linters and Ruff over committed files in a scratch copy, and reading what they report.

They parse the files and run none of them. Plug-ins that import the project are not run: only what is installed beside
the old tool is. Nothing touches the network.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scanner import sandbox

TIMEOUT = 300.0
_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+):(?P<code>[A-Z]+\d+)$")
_CHANGED = re.compile(r"^[-+](?![-+])")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Report:
    """One report of a linter. ``fix``: whether Ruff would mend it, safely or not."""

    path: str
    line: int
    code: str
    fix: Literal["safe", "unsafe"] | None = None


class NotMeasured(Exception):
    """The tool is missing, ended in an error of its own, or took too long."""


def ruff_program() -> str:
    """Ruff: that of the user's path, else the one that is installed beside Muster (extra ``ruff``)."""
    beside = os.path.join(os.path.dirname(sys.executable), "ruff")
    return "ruff" if not os.path.exists(beside) else beside


def run_ruff(folder: str, config: str) -> list[Report]:
    """What Ruff reports in ``folder`` with the configuration file ``config``; raises :class:`NotMeasured`."""
    argv = (ruff_program(), "check", "--no-cache", "--no-fix", "--exit-zero", "--output-format=json")
    done = _run((*argv, f"--config={config}", "."), folder)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        raise NotMeasured(_first_line(done.stderr) or "Ruff printed no JSON") from None
    return sorted(
        Report(
            path=os.path.relpath(item["filename"], folder),
            line=item["location"]["row"],
            code=item["code"] or "E999",
            fix=_fix(item.get("fix")),
        )
        for item in said
    )


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


def changed_lines(folder: str, argv: Sequence[str]) -> Counter[str]:
    """Lines that a formatter would change, by file, read from the difference that ``argv`` prints."""
    done = _run(argv, folder)
    counts: Counter[str] = Counter()
    path = ""
    for line in done.stdout.splitlines():
        if line.startswith("+++ "):
            path = os.path.normpath(line[4:].split("\t")[0])
        elif path and _CHANGED.match(line):
            counts[path] += 1
    return counts


def _run(argv: Sequence[str], folder: str, env: Mapping[str, str] | None = None) -> sandbox.Completed:
    try:
        done = sandbox.run(argv, cwd=folder, env=env, timeout=TIMEOUT)
    except sandbox.NotStarted as error:
        raise NotMeasured(str(error)) from None
    if done.timed_out:
        raise NotMeasured(f"{os.path.basename(argv[0])} took longer than {TIMEOUT:g} seconds")
    return done


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:300]
