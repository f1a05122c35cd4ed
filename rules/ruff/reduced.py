"""flake8 kept for what Ruff has no rule for, where that was decided (``[ruff] uncovered = "keep"``).

Its hooks stay with their plug-ins and their configuration, and select nothing but these codes; Ruff does the rest. A
flake8 that commands start stays as it is: two gates in the place of one are for a person to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.places.text import Splice, line_end, line_start, newline
from rules.places.yaml_text import body
from rules.ruff.gather import Setup
from rules.ruff.runs import HOOKS
from rules.ruff.setup import convert
from scanner.yaml_reader import Mapping, Scalar, Sequence

_CODE = re.compile(r"[A-Z]{1,4}[0-9]{0,3}")
_SELECTING = re.compile(r"--(?:extend-)?(?:select|ignore)(?:=|$)")


def codes(setup: Setup) -> tuple[str, ...]:
    """The codes that flake8 stays for; nothing without any, or where its runs cannot be told to select them."""
    runs = [run for run in setup.runs if run.tool == "flake8"]
    plain = all(run.path in HOOKS and run.is_hook and not run.notebooks for run in runs)
    if setup.flake8 is None or not runs or not plain or any(_SELECTING.match(w) for run in runs for w in run.argv):
        return ()
    lint = convert(setup).flake8
    said = lint.uncovered if lint is not None else ()
    missing = [code for code, _ in said if code != "filename" and not re.fullmatch(r"D\d{3}", code)]
    return tuple(dict.fromkeys(missing)) if all(_CODE.fullmatch(code) for code in missing) else ()


def selecting(text: str, hook: Mapping, chosen: tuple[str, ...]) -> Iterator[Splice]:
    """The hook's words with the codes that it stays for."""
    word = f"--select={','.join(chosen)}"
    given = hook.get("args")
    if not isinstance(given, Sequence) or not given.items:
        name = hook.get("id")
        if isinstance(name, Scalar):
            end = line_end(text, name.end)
            indent = " " * (name.start - line_start(text, name.start) - len("id: "))
            gap = "" if text[:end].endswith("\n") else newline(text)
            yield Splice(end, end, f'{gap}{indent}args: ["{word}"]{newline(text)}')
        return
    last = given.items[-1]
    if isinstance(last, Scalar):
        start, end = body(text, last)
        row = text[line_start(text, start) : start]
        block = re.fullmatch(r"[ \t]*- +", row)
        yield Splice(end, end, f"{newline(text)}{row}{word}" if block is not None else f', "{word}"')
