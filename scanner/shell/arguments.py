"""The words that a script's tests look for among its arguments (``case "$1" in``, ``for arg in "$@"``)."""

from __future__ import annotations

import re

MAX_WORDS = 10
_TAKES = re.compile(r"\bcase\b|\bif\b|\[|&&")
_ARGUMENTS = re.compile(r"\$(?:[@*#1]|\{[@*1])")
_ARM = re.compile(r"^[ \t]{0,40}\(?(?P<words>[\w\"'|. -]{1,120})\)", re.MULTILINE)
_COMPARED = re.compile(r"\$\{?(?:1|\w{1,60})(?::?-)?\}?\"?\s{1,4}={1,2}\s{1,4}[\"']?(?P<word>[\w.-]{1,40})")
_WORD = re.compile(r"-{0,2}\w[\w.-]{0,40}")


def words_asked_for(text: str) -> tuple[str, ...]:
    """The literal words, in order; none where there are too many to try."""
    if _ARGUMENTS.search(text) is None or _TAKES.search(text) is None:
        return ()
    found: dict[str, None] = {}
    arms = (word.strip(" \"'") for match in _ARM.finditer(text) for word in match["words"].split("|"))
    for word in (*arms, *(match["word"] for match in _COMPARED.finditer(text))):
        if _WORD.fullmatch(word):
            found[word] = None
    return tuple(found) if len(found) <= MAX_WORDS else ()
