"""Whether a changed file can still be read as what it is: what a patch breaks is worse than what it leaves. Pure."""

from __future__ import annotations

import ast
import tomllib

from rules.places.context import invocations_of
from rules.places.yaml_text import documents
from scanner.format import Unreadable
from scanner.formats import formats_for


def is_sound(path: str, before: str, after: str) -> bool:
    """Whether ``after`` reads as well as ``before``: as YAML, TOML or Python, and as shell wherever it holds some.

    A template, and a file that never was sound, count as sound.
    """
    return _is_whole(path, after) >= _is_whole(path, before) and _faults(path, after) <= _faults(path, before)


def _is_whole(path: str, text: str) -> bool:
    if path.endswith((".yml", ".yaml")):
        return bool(documents(text)) or not text.strip() or "{{" in text
    if path.endswith((".toml", ".py")):
        try:
            tomllib.loads(text) if path.endswith(".toml") else ast.parse(text)
        except (ValueError, SyntaxError, RecursionError):
            return False
    return True


def _faults(path: str, text: str) -> int:
    """How many places of the file the scanner's readers do not understand."""
    for form in formats_for(path):
        try:
            extract = form.read(path, text)
        except Unreadable:
            return 1
        if extract is not None:
            halves = sum(1 for i in invocations_of(extract) if i.argv[:1] and i.argv[0] in _CLOSING)
            return len(extract.problems) + halves
    return 0


# a reader that forgives takes what is left of half a statement for a program
_CLOSING = frozenset({"then", "else", "elif", "fi", "do", "done", "esac"})
