"""Documentation: commands in code blocks and inline code that start an old tool. Prose itself is left as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.places.calls import Call
from rules.places.text import Splice, applied, line_end
from rules.ruff.commands import Swap, replacements

_FENCE = re.compile(
    r"^(?P<indent>[ \t>]{0,12})(?P<mark>```|~~~)[ \t]{0,9}(?P<info>[\w-]*)[^\n`]*\n"
    r"(?P<body>(?:(?!(?P=indent)(?P=mark))[^\n]*\n)*)",
    re.MULTILINE,
)
_BLOCK_RST = re.compile(
    r"^(?P<indent>[ \t]{0,40})(?:\.\. (?:code-block|code|sourcecode|prompt)::[^\n]*|[^\n]{0,200}::[ \t]{0,9})\n"
    r"(?P<body>(?:(?P=indent)[ \t][^\n]*\n|[ \t]{0,80}\n)+)",
    re.MULTILINE,
)
_INLINE = re.compile(r"(?<!`)(?P<ticks>``?)(?P<code>[^`\n]{3,200})(?P=ticks)(?!`)")
_MAX_SIZE = 1024 * 1024
_SHELL = frozenset("bash sh shell console zsh shell-session terminal fish cmd powershell text txt".split()) | {""}
_PROMPT = re.compile(r"[ \t>]*(?:(?:[$%❯]|>|\([\w.-]{1,40}\) [$%])[ \t]+)?")


def is_prose(path: str) -> bool:
    """A document at the root, in ``docs`` or ``.github`` that may tell how to run the linters."""
    deep = path.count("/")
    return path.endswith((".md", ".rst")) and (
        deep == 0 or (deep <= 2 and path.startswith(("docs/", "doc/", ".github/")))
    )


def edit(path: str, text: str, swap: Swap) -> str:
    """The document with Ruff's commands."""
    if len(text) > _MAX_SIZE or not any(tool in text for tool in swap.tools):
        return text
    blocks = list(_blocks(path, text))
    splices: list[Splice] = []
    for start, end in blocks:
        at = start
        while at < end:
            stop = min(line_end(text, at), end)
            prompt = _PROMPT.match(text, at, stop)
            first = prompt.end() if prompt is not None else at
            if text[first : first + 1] not in ("#", ""):
                splices += _commands(text, first, stop, swap)
            at = stop
    for match in _INLINE.finditer(text):
        if " " in match["code"].strip() and not any(start <= match.start() < end for start, end in blocks):
            splices += _commands(text, match.start("code"), match.end("code"), swap)
    return applied(text, splices)


def _commands(text: str, start: int, end: int, swap: Swap) -> Iterator[Splice]:
    """What stands for itself on its line or behind ``&&``, and reads as a command, not as a sentence."""

    def accept(call: Call) -> bool:
        first = call.words[0].start
        alone = not text[start:first].strip() or text[start:first].rstrip().endswith(("&&", "||", ";"))
        said = {word.value.lower().rstrip(".,:") for word in call.words}
        return alone and "/" not in call.words[0].value and not said & _ENGLISH and call.words[0].raw[0].isalpha()

    if "`" not in text[start:end] and "://" not in text[start:end]:
        yield from replacements(text, start, end, swap, lambda _line, _message: None, accept=accept)


_ENGLISH = frozenset("a an and are as by for from in is it of on or our that the this to we will with you your".split())


def _blocks(path: str, text: str) -> Iterator[tuple[int, int]]:
    for match in _FENCE.finditer(text):
        if match["info"].lower() in _SHELL:
            yield match.span("body")
    for match in _BLOCK_RST.finditer(text) if path.endswith(".rst") else ():
        yield match.span("body")
