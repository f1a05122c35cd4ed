"""Words of a shell: the commands of a line, and the tool that a command starts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

LINTERS = (
    "flake8",
    "isort",
    "pydocstyle",
    "bandit",
    "pyupgrade",
    "autoflake",
    "pycodestyle",
    "pyflakes",
    "pylint",
    "ruff-check",
)
FORMATTERS = ("black", "yapf", "ruff-format")
OLD = tuple(tool for tool in (*LINTERS, *FORMATTERS) if not tool.startswith("ruff"))


def commands_of(line: str) -> Iterator[tuple[list[str], list[str] | None]]:
    """The commands of a line, each with what is piped into it by ``xargs``."""
    try:
        words = shell_words(line, punctuation=True)
    except ValueError:
        return
    current: list[str] = []
    before: list[str] | None = None
    for word in [*words, ";"]:
        if word in ("&&", "||", ";", "|", "&", "(", ")", "{", "}", "then", "do", "else", "!", "if", ";;"):
            if current:
                if current[0] == "xargs":
                    rest = current[1:]
                    while rest and rest[0].startswith("-"):
                        rest = rest[2:] if rest[0] in ("-n", "-P", "-I", "-L") else rest[1:]
                    yield rest, before or ["?"]
                else:
                    yield current, None
            before = current if word == "|" else None
            current = []
        else:
            current.append(word)


def shell_words(line: str, punctuation: bool = False) -> list[str]:
    """Words as a shell splits them; ``$(…)`` and backticks stay one word."""
    held: list[str] = []

    def keep(found: re.Match[str]) -> str:
        held.append(found.group(0))
        return f"__held{len(held) - 1}__"

    line = re.sub(r"\$\([^()]*\)|`[^`]*`|\$\{\{[^}]*\}\}", keep, line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars=punctuation)
    lexer.whitespace_split = True
    lexer.commenters = ""
    return [re.sub(r"__held(\d+)__", lambda m: held[int(m.group(1))], word) for word in lexer]


WITH_VALUE = {
    "--with",
    "--group",
    "--extra",
    "--project",
    "--directory",
    "-p",
    "--only-group",
    "--package",
    "--python",
    "--from",
    "-e",
    "--env",
    "--spec",
    "-C",
    "--index-url",
    "--constraints",
}
LAUNCHERS = {
    "poetry": "run",
    "pipenv": "run",
    "pdm": "run",
    "rye": "run",
    "hatch": "run",
    "uv": "run",
    "pipx": "run",
    "conda": "run",
    "pixi": "run",
    "micromamba": "run",
}


def started(words: list[str]) -> tuple[str, list[str]] | None:
    """The tool that a command starts and its arguments; nothing for other commands."""
    words = list(words)
    for _ in range(8):
        while words and re.fullmatch(r"[A-Za-z_]\w*=.*", words[0], re.DOTALL):
            words = words[1:]
        if not words:
            return None
        head = words[0].rsplit("/", 1)[-1]
        if head in LAUNCHERS and LAUNCHERS[head] in words[1:4]:
            words = _past_options(words[words.index(LAUNCHERS[head]) + 1 :])
            if head == "hatch" and words and ":" in words[0]:
                words = [words[0].split(":", 1)[1], *words[1:]]
        elif head == "uv" and words[1:3] == ["tool", "run"]:
            words = _past_options(words[3:])
        elif head == "uvx":
            words = _past_options(words[1:])
        elif re.fullmatch(r"python[\d.]*|py", head) and "-m" in words[1:3]:
            words = words[words.index("-m") + 1 :]
        elif head in ("sudo", "exec", "time", "env", "command", "nice"):
            words = words[1:]
        else:
            break
    if not words:
        return None
    head = words[0].rsplit("/", 1)[-1].split("@")[0]
    given = words[1:]
    given = [
        word
        for index, word in enumerate(given)
        if not re.fullmatch(r"\d?[<>]+&?\d?|2>&1", word)
        and (index == 0 or not re.fullmatch(r"\d?>+", given[index - 1]))
    ]
    if head == "ruff":
        if given[:1] == ["format"]:
            return "ruff-format", given[1:]
        if given[:1] == ["check"]:
            return "ruff-check", given[1:]
        return (
            ("ruff-check", given)
            if given and not given[0].startswith("--version") and given[0] not in ("rule", "version", "clean", "server")
            else None
        )
    if head in OLD and "install" not in given[:1] and not {"--version", "--help"} & set(given):
        return head, given
    return None


def _past_options(words: list[str]) -> list[str]:
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in WITH_VALUE else words[1:]
    return words
