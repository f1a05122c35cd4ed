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


_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _docstring_at(tree: ast.Module | None, line: int) -> str | None:
    """The docstring on this line, or of what is defined there."""
    node = _documented(tree, line)
    return ast.get_docstring(node, clean=False) if node is not None else None


def _documented(tree: ast.Module | None, line: int) -> _Documented | None:
    """What has its docstring on this line, or is defined there and has one."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, _Documented) and node.body:
            first = node.body[0]
            head = 1 if isinstance(node, ast.Module) else node.lineno
            last = first.end_lineno or first.lineno
            if ast.get_docstring(node, clean=False) is not None and (line == head or first.lineno <= line <= last):
                return node
    return None


_SECTION = re.compile(r"^[ \t]*[A-Z][\w ]{2,30}:?[ \t]*\n(?:[ \t]*-{3,}[ \t]*\n)?[ \t]*\n[ \t]*\.\. ", re.MULTILINE)


def _directive(source: Source, line: int, _: str) -> bool:
    text = _docstring_at(source.tree, line)
    return text is not None and _SECTION.search(text) is not None


def _before_inner(source: Source, line: int, _: str) -> bool:
    node = _documented(source.tree, line)
    if node is None or isinstance(node, ast.Module) or len(node.body) < 2:
        return False
    text, inner = node.body[0], node.body[1]
    if not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return False
    starts = min([inner.lineno, *(d.lineno for d in inner.decorator_list)])
    between = source.lines[text.end_lineno or text.lineno : starts - 1]
    return [bool(row.strip()) for row in between[:2]] in ([False], [False, True])


_PROPERTIES = ("property", "functools.cached_property", "abc.abstractproperty")


def _property(source: Source, line: int, _: str) -> bool:
    node = _documented(source.tree, line)
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    return any(_dotted(d) in _PROPERTIES for d in node.decorator_list)


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


def _tab_width(source: Source, line: int, code: str) -> bool:
    """Measured by tabs of four, the indentation is no deeper than it may be; by tabs of eight it is."""
    own = _indentation(source, line)
    above = next((row for row in reversed(source.lines[: max(line - 1, 0)]) if _is_code(row)), "")
    before = above[: len(above) - len(above.lstrip(" \t"))]
    first = next((row[0] for row in source.lines if row[:1] in (" ", "\t") and row.strip()), " ")
    more = (8 if first == "\t" else 4) if code == "E117" else 0
    deeper = [len(own.expandtabs(n)) - len(before.expandtabs(n)) for n in (4, 8)]
    return "\t" in own and deeper[0] <= more < deeper[1]


def _is_code(row: str) -> bool:
    return bool(row.strip()) and not row.lstrip().startswith("#")


def _indentation(source: Source, line: int) -> str:
    text = source.line(line)
    return text[: len(text) - len(text.lstrip(" \t"))]


def _before_bracket(source: Source, line: int, _: str) -> bool:
    return re.search(r",[)\]}]", source.line(line)) is not None


def _slice(source: Source, line: int, _: str) -> bool:
    """A colon that a blank stands before lies in square brackets, and a blank or the end follows it."""
    brackets: list[str] = []
    for token in source.tokens:
        if token.type != tokenize.OP or token.start[0] > line:
            continue
        row, column = source.line(token.start[0]), token.start[1]
        if token.string in "([{":
            brackets.append(token.string)
        elif token.string in ")]}":
            brackets = brackets[:-1]
        is_slice = token.string == ":" and token.start[0] == line and brackets[-1:] == ["["]
        if is_slice and row[:column].endswith((" ", "\t")) and row[column + 1 : column + 2] in ("", " ", "]", ","):
            return True
    return False


def _stub_body(source: Source, line: int, _: str) -> bool:
    return re.search(r":[ \t]*\.\.\.[ \t]*(?:#.*)?$", source.line(line)) is not None


def _raised_again(source: Source, line: int, _: str) -> bool:
    for node in ast.walk(source.tree) if source.tree is not None else ():
        if isinstance(node, ast.ExceptHandler) and node.type is None and node.lineno == line:
            return any(isinstance(part, ast.Raise) and part.exc is None for part in node.body)
    return False


def _call_in_annotation(source: Source, line: int, _: str) -> bool:
    for node in ast.walk(source.tree) if source.tree is not None else ():
        said = getattr(node, "annotation", None) or getattr(node, "returns", None)
        for call in ast.walk(said) if isinstance(said, ast.AST) else ():
            given = [*call.args, *(k.value for k in call.keywords)] if isinstance(call, ast.Call) else []
            if any(isinstance(g, ast.Constant) and isinstance(g.value, str) and g.lineno == line for g in given):
                return True
    return False


# -- names that are bound again


@dataclass(frozen=True, slots=True)
class _Bound:
    """A name that is bound on a line: the scopes and the branches around it."""

    name: str
    line: int
    scopes: tuple[int, ...]
    branches: tuple[tuple[int, str], ...]
    in_class: bool


def _bound(source: Source) -> Iterator[_Bound]:
    """What imports, definitions and assignments bind, in the order of the file."""
    waiting: list[tuple[ast.AST, tuple[int, ...], tuple[tuple[int, str], ...], bool]] = []
    if source.tree is not None:
        waiting.append((source.tree, (), (), False))
    while waiting:
        node, scopes, branches, in_class = waiting.pop()
        for name in _names_of(node):
            yield _Bound(name, getattr(node, "lineno", 0), scopes, branches, in_class)
        is_scope = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        inner = (*scopes, id(node)) if is_scope else scopes
        for field_name in ("body", "orelse", "finalbody", "handlers", "cases"):
            held = getattr(node, field_name, None)
            for child in held if isinstance(held, list) else ():
                at = (*branches, (id(node), _arm(field_name, child))) if isinstance(node, _FORKS) else branches
                waiting.append((child, inner, at, isinstance(node, ast.ClassDef) if is_scope else in_class))


_FORKS = (ast.If, ast.Try, ast.With, ast.AsyncWith, ast.Match)


def _arm(field_name: str, child: object) -> str:
    return f"{field_name}{id(child)}" if field_name in ("handlers", "cases") else field_name


def _names_of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case _:
            return


def _again(source: Source, line: int) -> Iterator[tuple[_Bound, _Bound | None]]:
    """Each name that is bound on a line, with what bound it last before in the same scope, else in one around it."""
    found = list(_bound(source))
    for now in (bound for bound in found if bound.line == line):
        before = [b for b in found if b.name == now.name and b.line < line]
        same = [b for b in before if b.scopes == now.scopes]
        outer = [b for b in before if now.scopes[: len(b.scopes)] == b.scopes]
        yield now, max(same or outer, key=lambda b: (len(b.scopes), b.line), default=None)


def _other_branch(source: Source, line: int, _: str) -> bool:
    return any(
        b is not None and b.scopes == now.scopes and b.branches != now.branches for now, b in _again(source, line)
    )


def _in_class(source: Source, line: int, _: str) -> bool:
    return any(now.in_class and b is not None and b.scopes != now.scopes for now, b in _again(source, line))


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
    "before-bracket": _before_bracket,
    "before-inner": _before_inner,
    "call-in-annotation": _call_in_annotation,
    "comma-backslash": _comma_backslash,
    "directive": _directive,
    "empty-password": _empty_password,
    "first-paragraph": _first_paragraph,
    "in-class": _in_class,
    "in-dictionary": _in_dictionary,
    "in-string": _in_string,
    "later-syntax": _later_syntax,
    "one-kind": _one_kind,
    "one-word": _one_word,
    "other-branch": _other_branch,
    "path-first": _path_first,
    "private-module": _private_module,
    "property": _property,
    "raised-again": _raised_again,
    "slice": _slice,
    "star": _star,
    "stub-body": _stub_body,
    "tab-width": _tab_width,
    "tool-comment": _tool_comment,
    "try-without-else": _try_without_else,
}
