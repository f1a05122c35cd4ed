"""``noxfile.py``: calls of the old tools in ``session.run`` and ``session.install``, edited in their literals."""

from __future__ import annotations

import ast
import posixpath
import re
from dataclasses import replace

from rules.places.answers import answer
from rules.places.calls import Call, Word
from rules.places.context import Context
from rules.places.manner import Manner
from rules.places.target import MANAGERS, Target
from rules.places.text import Splice, applied, line_start
from rules.places.tox_files import sync_of
from rules.uv import version

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
    brought: set[int] = set()
    sessions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    rows = text.splitlines()
    alone = {
        id(n.value)
        for n in ast.walk(tree)
        if isinstance(n, ast.Expr) and not rows[n.lineno - 1].encode()[: n.col_offset].strip()
    }
    for node in sorted(ast.walk(tree), key=lambda n: (getattr(n, "lineno", 0), getattr(n, "col_offset", 0))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS):
            continue
        words = _words(node, text, offsets)
        if not words:
            continue
        if node.func.attr == "install":
            files = _files(node, words, text, offsets, target, path) if id(node) in alone else None
            if files is not None:
                session = max((s.lineno for s in sessions if s.lineno <= node.lineno), default=0)
                splices.append(files if session in brought else _with_uv(files, text))
                brought.add(session)
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
        if call.program.startswith("pip") and (id(node) not in alone or found.upto is not None):
            continue
        new = ", ".join(variables.get(word, f'"{word}"') for word in found.text.split())
        splices.append(Splice(words[0].start, end, new + (", " if found.upto is not None else "")))
        if call.program.startswith("pip") and isinstance(node.func.value, ast.Name):
            at = _at(node.lineno, node.col_offset, text.splitlines(keepends=True), offsets)
            indent = text[line_start(text, at) : at]
            splices.append(Splice(at, at, f'{node.func.value.id}.install("uv=={version("uv")}")\n{indent}'))
    return applied(text, splices)


def _with_uv(splice: Splice, text: str) -> Splice:
    """The first install of a session: with uv in its environment, as whoever starts nox may have none."""
    indent = text[line_start(text, splice.start) : splice.start]
    session = splice.new.partition(".")[0]
    return replace(splice, new=f'{session}.install("uv=={version("uv")}")\n{indent}{splice.new}')


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
    command = sync_of(files, target)
    if command is None:
        return None
    name = node.func.value.id
    shown = ", ".join(f'"{word}"' for word in command.replace(" --active", "").split())
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
