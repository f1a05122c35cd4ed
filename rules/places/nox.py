"""``noxfile.py``: calls of the old tools in ``session.run`` and ``session.install``, edited in their literals."""

from __future__ import annotations

import ast
import posixpath
import re

from rules.places.answers import answer
from rules.places.calls import Call, Word
from rules.places.context import Context
from rules.places.manner import Manner
from rules.places.pip_answers import options_of_files
from rules.places.target import MANAGERS, Target
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
            files = _files(node, words, text, offsets, target, path)
            if files is not None:
                splices.append(files)
                continue
            named = {"pip-tools"} if "pip-compile" in target.tools else set()
            named |= target.tools & MANAGERS
            old = [w for w in words if re.split(r"[=<>~!\[ ]", w.value)[0] in named]
            splices += [Splice(w.start, w.end, _literal(w, "uv")) for w in old]
            continue
        begin, end = words[0].start, words[-1].end
        call = Call(words=tuple(words), begin=begin, end=end, stop=end, before="", after="", previous=0, following=0)
        if call.program not in target.tools:
            continue
        found = answer(call, target, Manner(active=True))
        whole = len(words) == len(node.args) or (found is not None and found.upto is not None)
        if found is None or not whole or found.kind in ("look", "drop", "token") or re.search(r' && |"', found.text):
            if found is not None:
                why = found.why or f"`{' '.join(w.value for w in words)}` has to be rewritten by hand"
                context.note(path, node.lineno, why)
            continue
        end = found.upto if found.upto is not None else words[-1].end
        variables = {w.value: w.raw for w in words if w.value == f"${w.raw}"}
        new = ", ".join(variables.get(word, f'"{word}"') for word in found.text.split())
        splices.append(Splice(words[0].start, end, new + (", " if found.upto is not None else "")))
    return applied(text, splices)


def _files(
    node: ast.Call, words: list[Word], text: str, offsets: list[int], target: Target, path: str
) -> Splice | None:
    """``session.install("-r", FILE)``: what the file held is installed from the lock."""
    values = [w.value for w in words]
    if len(values) != len(node.args) or len(values) % 2 or set(values[::2]) != {"-r"} or node.keywords:
        return None
    if not isinstance(node.func, ast.Attribute) or not isinstance(node.func.value, ast.Name):
        return None
    files = [posixpath.normpath(posixpath.join(posixpath.dirname(path), f)) for f in values[1::2]]
    options = options_of_files(files, target)
    if options is None:
        return None
    name = node.func.value.id
    package = ["--no-install-project"] if target.package else []
    shown = ", ".join(f'"{w}"' for o in ("uv sync --locked --inexact", *package, *options) for w in o.split())
    lines = text.splitlines(keepends=True)
    start = _at(node.lineno, node.col_offset, lines, offsets)
    end = _at(node.end_lineno or node.lineno, node.end_col_offset or 0, lines, offsets)
    environment = f'env={{"UV_PROJECT_ENVIRONMENT": {name}.virtualenv.location}}'
    return Splice(start, end, f"{name}.run_install({shown}, {environment}, external=True)")


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


def _literal(word: Word, new: str) -> str:
    quote = word.raw[-1]
    return f"{quote}{new}{quote}"
