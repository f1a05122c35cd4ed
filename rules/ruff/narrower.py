"""Reports that Ruff does not make although it has the rule, where a known difference explains exactly this one. Pure.

The differences are described in ``rules/data/narrower.toml``; each has a function here that looks at the place. What
none of them explains stays *lost*.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property

from rules.pythons import data


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How Ruff's ``rule`` differs from the ``codes`` of old tools, and what a person can do ``instead``."""

    name: str
    codes: tuple[str, ...]
    rule: str
    differs: str
    instead: str
    source: str


# A string with fields is several tokens from Python 3.12 on.
_STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file that reports speak of, and what Ruff is set to there."""

    path: str
    text: str
    length: int = 88
    complexity: int | None = None
    files: Collection[str] = field(default_factory=frozenset)

    @cached_property
    def lines(self) -> Sequence[str]:
        """Its lines, without their ends."""
        return re.split(r"\r\n|\r|\n", self.text)

    @cached_property
    def tree(self) -> ast.Module | None:
        """Its syntax tree; ``None`` where this Python does not read it."""
        try:
            return ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def tokens(self) -> Sequence[tokenize.TokenInfo]:
        """Its tokens, as far as this Python reads it."""
        found: list[tokenize.TokenInfo] = []
        with suppress(tokenize.TokenError, SyntaxError):
            found.extend(tokenize.generate_tokens(io.StringIO(self.text).readline))
        return found

    @cached_property
    def comments(self) -> Mapping[int, int]:
        """For each line with a comment the column of its ``#``."""
        return {t.start[0]: t.start[1] for t in self.tokens if t.type == tokenize.COMMENT}

    @cached_property
    def in_strings(self) -> frozenset[int]:
        """Lines that begin within a string."""
        rows = (range(t.start[0] + 1, t.end[0] + 1) for t in self.tokens if t.type in _STRINGS)
        return frozenset(row for some in rows for row in some)

    def line(self, number: int) -> str:
        """The line of this number, from 1 on; empty behind the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@cache
def differences() -> tuple[Difference, ...]:
    """All that are known (``rules/data/narrower.toml``)."""
    tables = {name: said for name, said in data("narrower.toml").items() if isinstance(said, dict)}
    return tuple(
        Difference(name=name, **{**said, "codes": tuple(said["codes"])}) for name, said in sorted(tables.items())
    )


def explained(source: Source, line: int, code: str) -> Difference | None:
    """The difference that explains why Ruff does not report ``code`` at this line; ``None`` where none does."""
    for difference in differences():
        if code in difference.codes and _SHOWS[difference.name](source, line, code):
            return difference
    return None


# -- lines that are too long


def _tool_comment(source: Source, line: int, _: str) -> bool:
    before = _without_tool_comment(source, line)
    return before is not None and _passes(before, source.length)


def _address(source: Source, line: int, _: str) -> bool:
    return _ends_in_address(source.line(line), source.length)


def _one_word(source: Source, line: int, _: str) -> bool:
    return len(source.line(line).split()) == 1


def _passes(text: str, length: int) -> bool:
    return _width(text) <= length or len(text.split()) < 2 or _ends_in_address(text, length)


def _ends_in_address(text: str, length: int) -> bool:
    words = text.split()
    return len(words) > 1 and "://" in words[-1] and _width(text.rstrip()) - _width(words[-1]) <= length


def _width(text: str) -> int:
    wide = {"W": 2, "F": 2}
    return sum(0 if unicodedata.combining(c) else wide.get(unicodedata.east_asian_width(c), 1) for c in text)


# As Ruff 0.17.6 reads the beginning of a comment.
_OF_A_TOOL = re.compile(r"#\s*(?:(?i:noqa)\b|(?:type|pyright|pylint|flake8|ruff|isort|ty|pyrefly):|nosec\b)")


def _without_tool_comment(source: Source, line: int) -> str | None:
    text, start = source.line(line), source.comments.get(line)
    if start is None or not _OF_A_TOOL.match(text[start:]):
        return None
    return text[:start].rstrip()


# -- docstrings


def _first_paragraph(source: Source, line: int, code: str) -> bool:
    ends = (".",) if code == "D400" else (".", "!", "?")
    text = _docstring_at(source.tree, line)
    if text is None:
        return False
    rows = [row.strip() for row in text.strip().splitlines()]
    paragraph = rows[: rows.index("")] if "" in rows else rows
    return bool(paragraph) and not paragraph[0].endswith(ends) and paragraph[-1].endswith(ends)


def _docstring_at(tree: ast.Module | None, line: int) -> str | None:
    """The docstring on this line, or of what is defined there."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            text = ast.get_docstring(node, clean=False)
            head = 1 if isinstance(node, ast.Module) else node.lineno
            if text is not None and (line == head or first.lineno <= line <= (first.end_lineno or first.lineno)):
                return text
    return None


def _private_module(source: Source, _: int, __: str) -> bool:
    *folders, name = source.path.split("/")
    if _is_private(name.removesuffix(".py").removesuffix(".pyi")):
        return True
    for depth in range(len(folders), 0, -1):
        if "/".join([*folders[:depth], "__init__.py"]) not in source.files:
            return False
        if _is_private(folders[depth - 1]):
            return True
    return False


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


# -- imports


def _star(source: Source, line: int, _: str) -> bool:
    return re.search(r"\bimport\s*\(?\s*\*", source.line(line)) is not None


def _path_first(source: Source, line: int, _: str) -> bool:
    """All that stands before the import is what Ruff lets pass there, and pycodestyle does not."""
    if source.tree is None:
        return False
    before = [node for node in source.tree.body if node.lineno < line and not _may_precede(node)]
    return bool(before) and all(_sets_path(node) for node in before)


def _may_precede(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.If() | ast.Try() | ast.With():
            return True
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name.startswith("__") and name.endswith("__")
        case _:
            return False


_CALLS = ("sys.path.", "os.environ.", "os.putenv", "os.unsetenv", "matplotlib.use", "site.addsitedir")


def _sets_path(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=func)):
            name = _dotted(func)
            return name.startswith(_CALLS) or name == "pytest.importorskip"
        case ast.AugAssign(target=target):
            return _dotted(target) == "sys.path"
        case ast.Assign(targets=[ast.Subscript(value=value)]) | ast.Delete(targets=[ast.Subscript(value=value)]):
            return _dotted(value) == "os.environ"
        case _:
            return False


def _dotted(node: ast.expr) -> str:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""


# -- the rest


def _try_without_else(source: Source, line: int, _: str) -> bool:
    """Ruff's own number is within the limit, and would not be if each ``try`` without ``else`` counted one more."""
    for node in ast.walk(source.tree) if source.tree is not None and source.complexity is not None else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            starts = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if starts <= line <= node.lineno:
                number = 1 + _branches(node.body)
                more = sum(isinstance(n, ast.Try) and not n.orelse for n in ast.walk(node))
                return source.complexity is not None and number <= source.complexity < number + more
    return False


def _branches(body: Sequence[ast.stmt]) -> int:
    return sum(_own(node) + sum(map(_branches, _bodies(node))) for node in body)


def _own(node: ast.stmt) -> int:
    match node:
        case ast.If() | ast.For() | ast.AsyncFor() | ast.While() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return 1
        case ast.Try():
            return len(node.handlers) + bool(node.orelse)
        case ast.Match():
            last = node.cases[-1]
            return len(node.cases) - (isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None)
        case _:
            return 0


def _bodies(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        if isinstance(there := getattr(node, name, None), list):
            yield there
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


def _comma_backslash(source: Source, line: int, _: str) -> bool:
    return source.line(line).endswith(",\\")


def _in_string(source: Source, line: int, _: str) -> bool:
    return line in source.in_strings


def _one_kind(source: Source, line: int, _: str) -> bool:
    return len(set(_indentation(source, line))) == 1


def _two_tabs(source: Source, line: int, _: str) -> bool:
    return _indentation(source, line).startswith("\t\t")


def _indentation(source: Source, line: int) -> str:
    text = source.line(line)
    return text[: len(text) - len(text.lstrip(" \t"))]


_SECRET = re.compile(r"[\"'][^\"']*(?:pas+wo?r?d|pass|pwd|token|secrete?)[^\"']*[\"']\s*:", re.IGNORECASE)


def _in_dictionary(source: Source, line: int, _: str) -> bool:
    return _SECRET.search(source.line(line)) is not None


def _empty_password(source: Source, line: int, _: str) -> bool:
    strings = re.findall(r"\"[^\"]*\"|'[^']*'", source.line(line))
    return bool(strings) and all(len(string) == 2 for string in strings)


# Without brackets from 3.14 on; a quote of its own kind within an f-string, `type X = …` and `def f[T]` from 3.12 on.
_LATER = re.compile(
    r"""\s*except\s+[\w.]+\s*,\s*[\w.]+|.*\b[fF][rR]?["']|\s*type\s+\w+.*=|\s*(?:async\s+)?(?:def|class)\s+\w+\["""
)


def _later_syntax(source: Source, line: int, _: str) -> bool:
    return source.tree is None and _LATER.match(source.line(line)) is not None


_SHOWS: Mapping[str, Callable[[Source, int, str], bool]] = {
    "address": _address,
    "comma-backslash": _comma_backslash,
    "empty-password": _empty_password,
    "first-paragraph": _first_paragraph,
    "in-dictionary": _in_dictionary,
    "in-string": _in_string,
    "later-syntax": _later_syntax,
    "one-kind": _one_kind,
    "one-word": _one_word,
    "path-first": _path_first,
    "private-module": _private_module,
    "star": _star,
    "tool-comment": _tool_comment,
    "try-without-else": _try_without_else,
    "two-tabs": _two_tabs,
}
