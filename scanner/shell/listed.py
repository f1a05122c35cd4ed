"""Commands that list files of the repository (``ls``, ``find``), as the pattern that fits what they list.

Which files there are is not known while a text is parsed; who judges a command looks the pattern up.
"""

from __future__ import annotations

import posixpath
import re

_PLAIN = frozenset({"-type", "-maxdepth", "-mindepth", "-name", "-iname", "-print", "-print0"})
_ALONE = frozenset({"-print", "-print0"})
_READ = re.compile(r"\bread\s(?:[^;|&\n]{0,60}\s)?(?P<name>[A-Za-z_]\w{0,60})\s{0,4}(?:;|\n|$)")


def listed(words: list[str]) -> tuple[str, ...]:
    """The patterns of the files that the command lists; none where it is another or cannot be said so."""
    if any(c in word for word in words for c in "$`"):
        return ()
    if words[:1] == ["ls"] or words[:2] == ["git", "ls-files"]:
        named = [word for word in words[1 + (words[0] == "git") :] if not word.startswith("-")]
        return tuple(named) if named and all("*" in word for word in named) else ()
    return _found(words[1:]) if words[:1] == ["find"] else ()


def _found(words: list[str]) -> tuple[str, ...]:
    start = 0
    while start < len(words) and not words[start].startswith(("-", "!")):
        start += 1
    tests: dict[str, str] = {}
    position = start
    while position < len(words):
        name = words[position]
        if name not in _PLAIN or name in tests:
            return ()
        tests[name] = "" if name in _ALONE else "".join(words[position + 1 : position + 2])
        position += 1 if name in _ALONE else 2
    pattern = tests.get("-name")
    if not pattern or "/" in pattern:
        return ()
    between = "" if tests.get("-maxdepth") == "1" else "**"
    return tuple(posixpath.join(folder, between, pattern) for folder in words[:start] or ["."])


def executed(argv: list[str]) -> tuple[int, list[str]] | None:
    """Where the command of ``find … -exec COMMAND {} ;`` begins, and its words with the pattern of what is found."""
    verb = next((n for n, word in enumerate(argv) if word == "-exec"), 0)
    patterns = listed(argv[:verb]) if verb else ()
    if len(patterns) != 1:
        return None
    words = argv[verb + 1 :]
    end = next((n for n, word in enumerate(words) if word in (";", "+", "\\;")), len(words))
    return (verb + 1, [word.replace("{}", patterns[0]) for word in words[:end]]) if end else None


def read_into(condition: str) -> str | None:
    """The variable of ``while read NAME``."""
    match = _READ.search(condition[:200])
    return match["name"] if match is not None else None
