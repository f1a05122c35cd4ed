"""Commands that list files of the repository (``ls``, ``find``), as the pattern that fits what they list.

Which files there are is not known while a text is parsed; who judges a command looks the pattern up.
"""

from __future__ import annotations

import posixpath
import re
import shlex

_PLAIN = frozenset({"-type", "-maxdepth", "-mindepth", "-name", "-iname", "-print", "-print0"})
_ALONE = frozenset({"-print", "-print0"})
_READ = re.compile(r"\bread\s(?:[^;|&\n]{0,60}\s)?(?P<name>[A-Za-z_]\w{0,60})\s{0,4}(?:;|\n|$)")


def listed(text: str) -> str | None:
    """The pattern of the files that the command ``text`` lists; ``None`` where it is another or cannot be said so."""
    if len(text) > 400 or any(c in text for c in "$`|&<>(){}"):
        return None
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    if words[:1] == ["ls"] or words[:2] == ["git", "ls-files"]:
        named = [word for word in words[1 + (words[0] == "git") :] if not word.startswith("-")]
        return named[0] if len(named) == 1 and "*" in named[0] else None
    return _found(words[1:]) if words[:1] == ["find"] else None


def _found(words: list[str]) -> str | None:
    start = 0
    while start < len(words) and not words[start].startswith(("-", "!")):
        start += 1
    tests: dict[str, str] = {}
    position = start
    while position < len(words):
        name = words[position]
        if name not in _PLAIN or name in tests:
            return None
        tests[name] = "" if name in _ALONE else "".join(words[position + 1 : position + 2])
        position += 1 if name in _ALONE else 2
    pattern = tests.get("-name")
    if start > 1 or not pattern or "/" in pattern:
        return None
    return posixpath.join(words[0] if start else ".", "" if tests.get("-maxdepth") == "1" else "**", pattern)


def executed(argv: list[str]) -> tuple[int, list[str]] | None:
    """Where the command of ``find … -exec COMMAND {} ;`` begins, and its words with the pattern of what is found."""
    verb = next((n for n, word in enumerate(argv) if word == "-exec"), 0)
    pattern = _found(argv[1:verb]) if verb and not any(c in "".join(argv[:verb]) for c in "$`") else None
    if pattern is None:
        return None
    words = argv[verb + 1 :]
    end = next((n for n, word in enumerate(words) if word in (";", "+", "\\;")), len(words))
    return (verb + 1, [word.replace("{}", pattern) for word in words[:end]]) if end else None


def read_into(condition: str) -> str | None:
    """The variable of ``while read NAME``."""
    match = _READ.search(condition[:200])
    return match["name"] if match is not None else None
