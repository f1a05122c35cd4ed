"""``noxfile.py``: calls of the old tools in ``session.run`` and ``session.install``, edited in their literals."""

from __future__ import annotations

import ast

from rules.places.answers import Manner, answer
from rules.places.calls import Call, Word
from rules.places.script import Context
from rules.places.text import Splice, applied

_METHODS = frozenset({"run", "run_always", "run_install", "install"})


def edit(path: str, text: str, context: Context) -> str:
    """The module with uv's words in the calls that are written as literals; the others are noted."""
    target = context.around(path)
    if target is None:
        return text
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return text
    offsets = _offsets(text)
    splices: list[Splice] = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS):
            continue
        words = _words(node, text, offsets)
        if not words:
            continue
        if node.func.attr == "install":
            if words[0].value.partition("=")[0] in target.tools:
                splices.append(Splice(words[0].start, words[0].end, _literal(text, words[0], "uv")))
            continue
        begin, end = words[0].start, words[-1].end
        call = Call(words=tuple(words), begin=begin, end=end, stop=end, before="", after="", previous=0, following=0)
        if call.program not in target.tools:
            continue
        found = answer(call, target, Manner(active=True))
        if found is None or found.kind in ("look", "drop", "token") or " && " in found.text or '"' in found.text:
            if found is not None:
                why = found.why or f"`{' '.join(w.value for w in words)}` has to be rewritten by hand"
                context.note(path, node.lineno, why)
            continue
        end = found.upto if found.upto is not None else words[-1].end
        new = ", ".join(f'"{word}"' for word in found.text.split())
        splices.append(Splice(words[0].start, end, new + (", " if found.upto is not None else "")))
    return applied(text, splices)


def _words(node: ast.Call, text: str, offsets: list[int]) -> list[Word]:
    """The literal strings that a call begins with."""
    found: list[Word] = []
    lines = text.splitlines(keepends=True)
    for argument in node.args:
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            if found and not isinstance(argument, ast.Starred):
                raw = ast.get_source_segment(text, argument) or ""
                start = _at(argument.lineno, argument.col_offset, lines, offsets)
                found.append(Word(start, start + len(raw), raw, "$" + raw))
                continue
            break
        start = _at(argument.lineno, argument.col_offset, lines, offsets)
        end = _at(argument.end_lineno or argument.lineno, argument.end_col_offset or 0, lines, offsets)
        found.append(Word(start, end, text[start:end], argument.value))
    return found


def _at(line: int, column: int, lines: list[str], offsets: list[int]) -> int:
    row = lines[line - 1].encode()[:column].decode(errors="replace")
    return offsets[line - 1] + len(row)


def _offsets(text: str) -> list[int]:
    found, at = [], 0
    for row in text.splitlines(keepends=True):
        found.append(at)
        at += len(row)
    return found


def _literal(text: str, word: Word, new: str) -> str:
    quote = word.raw[-1]
    return f"{quote}{new}{quote}"
