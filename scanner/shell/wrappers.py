"""Commands that only start another one (``sudo``, ``env``, ``xargs``), and those that take shell text (``bash -c``)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

SHELLS = frozenset({"bash", "sh", "dash", "ash", "zsh", "ksh"})
INPUT = "\ue002"


_WRAPPERS: Mapping[str, frozenset[str]] = {
    # name → its options that take a word of their own
    "sudo": frozenset({"-u", "-g", "-U", "-C", "-h", "-p", "--user", "--group"}),
    "doas": frozenset({"-u", "-C"}),
    "env": frozenset({"-u", "--unset", "-C", "--chdir"}),
    "time": frozenset({"-f", "-o", "--format", "--output"}),
    "nice": frozenset({"-n", "--adjustment"}),
    "ionice": frozenset({"-c", "-n"}),
    "nohup": frozenset(),
    "exec": frozenset({"-a"}),
    "command": frozenset(),
    "builtin": frozenset(),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "setsid": frozenset(),
    "chronic": frozenset(),
    "unbuffer": frozenset(),
    "travis_retry": frozenset(),
    "retry": frozenset({"-t", "-n", "-d", "--tries", "--times", "--delay"}),
    "xvfb-run": frozenset({"-s", "--server-args", "-n", "--server-num", "-e", "-f", "-w"}),
    "dumb-init": frozenset(),
    "tini": frozenset(),
    "xargs": frozenset({"-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s", "--max-args", "--max-procs", "--delimiter"}),
    "timeout": frozenset({"-k", "-s", "--kill-after", "--signal"}),
    "gosu": frozenset(),
    "su-exec": frozenset(),
    "travis_wait": frozenset(),
    "flock": frozenset({"-w", "--timeout", "-E"}),
}
_EXECUTORS = {"pyenv": ("exec",), "asdf": ("exec",), "mise": ("exec", "x"), "rtx": ("exec", "x")}
_ONE_WORD_FIRST = frozenset({"timeout", "gosu", "su-exec", "flock"})
_NUMBER = re.compile(r"\d{1,6}[smhd]?")
_VARIABLE_WORD = re.compile(r"[A-Za-z_]\w{0,200}=")


def unwrap(argv: list[str], prefix: dict[str, str], stdin: str | None) -> int:
    """How many leading words only start another command; their variables go to ``prefix``."""
    name = posixpath.basename(argv[0]) if argv else ""
    if len(argv) > 2 and argv[1] in _EXECUTORS.get(name, ()):
        return 3 if argv[2] == "--" else 2
    options = _WRAPPERS.get(name)
    if options is None or len(argv) < 2:
        return 0
    used = 1
    while used < len(argv):
        word = argv[used]
        if _VARIABLE_WORD.match(word) and name in ("env", "sudo"):
            key, _, value = word.partition("=")
            prefix[key] = value
        elif word in options:
            used += 1
        elif not word.startswith("-") or word == "-":
            break
        elif name == "command" and word in ("-v", "-V"):
            return 0
        used += 1
    if (name in _ONE_WORD_FIRST or (name == "travis_wait" and _NUMBER.fullmatch(argv[min(used, len(argv) - 1)]))) and (
        used < len(argv)
    ):
        used += 1
    if name == "xargs" and used < len(argv) and stdin is not None:
        argv.append(INPUT)
    return used if used < len(argv) else 0


def script_word(argv: list[str]) -> int | None:
    """The index of the word that is itself shell text: ``bash -lc TEXT``, ``su -c TEXT``, ``eval TEXT``."""
    name = posixpath.basename(argv[0])
    if name == "eval" and len(argv) > 1:
        return 1
    if name in SHELLS:
        for number, word in enumerate(argv[1:-1], start=1):
            if not word.startswith(("-", "+")):
                if argv[number - 1][-1:] not in ("o", "O"):
                    return None
                continue
            if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
                return _after_options(argv, number + 1)
        return None
    if name in ("su", "runuser"):
        for number, word in enumerate(argv[1:-1], start=1):
            if word in ("-c", "--command", "-lc"):
                return number + 1
    if name in ("nix-shell", "script") and "--run" in argv[1:-1]:
        return argv.index("--run") + 1
    return None


def _after_options(argv: list[str], number: int) -> int | None:
    """``bash -c -e TEXT`` is allowed: options may still follow."""
    while number < len(argv) and argv[number].startswith("-"):
        number += 1
    return number if number < len(argv) else None


def takes_words(argv: list[str]) -> bool:
    """Whether :func:`unwrap` left word that standard input becomes arguments (``xargs``); takes the word away."""
    return argv[-1:] == [INPUT] and argv.pop() == INPUT
