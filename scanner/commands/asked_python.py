"""Which Python a command asks for: by an option, by a variable, or by the interpreter that it is run with.

Sources: uv's documentation, *Requesting a version* (``--python`` before ``UV_PYTHON``, which ``astral-sh/setup-uv``
sets from its input); the options of Pipenv, pipx and virtualenv; conda's specifications of packages (``python=3.12``).
"""

from __future__ import annotations

import posixpath
import re

from scanner.commands.words import Program, inner, option, options_before, program
from scanner.facts import Invocation

_INTERPRETER = re.compile(r"(?:python|pip|pypy)-?(\d+\.\d+(?:\.\d+)?)(?:\.exe)?")
_LAUNCHER = re.compile(r"-(\d\.\d+)(?:-(?:32|64))?")
_CONDA = re.compile(r"python={1,2}(\d[\w.*]*)")
_OPTIONS = {
    "uv": ("--python", "-p"),
    "uvx": ("--python", "-p"),
    "virtualenv": ("--python", "-p"),
    "pipenv": ("--python",),
    "pipx": ("--python",),
}


def asked_python(invocation: Invocation) -> str | None:
    """The Python that the command asks for as it is written (``3.12``, ``pypy3.10``, ``${{ matrix.python }}``).

    ``None`` where it takes what it finds.
    """
    started = program(invocation.argv)
    asked = option(_own_words(started), *_OPTIONS.get(started.name, ())) or _action(invocation.argv)
    if asked is None and started.name in ("uv", "uvx"):
        asked = dict(invocation.env).get("UV_PYTHON") or None
    return asked or _interpreter(invocation.argv) or _conda(started)


def _own_words(started: Program) -> tuple[str, ...]:
    """The arguments without those of a program that is run in the environment."""
    return options_before(started.args, inner(started) or ())


def _action(argv: tuple[str, ...]) -> str | None:
    if not argv or not argv[0].startswith("uses:astral-sh/setup-uv"):
        return None
    return next((word.partition("=")[2] or None for word in argv[1:] if word.startswith("python-version=")), None)


def _interpreter(argv: tuple[str, ...]) -> str | None:
    """``python3.11 -m pip``, ``pip3.11``, and the launcher of Windows: ``py -3.11``."""
    first = argv[0] if argv else ""
    if match := _INTERPRETER.fullmatch(posixpath.basename(first)):
        return match[1]
    if first == "py" and len(argv) > 1 and (match := _LAUNCHER.fullmatch(argv[1])):
        return match[1]
    return None


def _conda(started: Program) -> str | None:
    found = (_CONDA.fullmatch(word) for word in started.args) if started.name == "conda" else ()
    return next((match[1] for match in found if match), None)
