"""What a Python script would compute, as far as reading tells: for ``setup.py``, which must never be run.

Statements are followed in order over a small set of values: text, lists, tables, contents of files (which are named,
not read), conditions that PEP 508 markers can say. Everything else is :class:`Unknown` with the line that makes it so.
Depth, steps and sizes are limited; nothing is imported, executed or folded without a bound.
"""

from __future__ import annotations

import ast
import contextlib
import posixpath
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, TypeAlias

from scanner.format import Unreadable

MAX_STEPS = 20_000
MAX_DEPTH = 60
MAX_CALLS = 8
MAX_TEXT = 20_000
MAX_ITEMS = 2_000


@dataclass(frozen=True, slots=True)
class Text:
    """A known string; paths are text too, relative to the script's folder. ``spans``: on several lines."""

    value: str
    line: int = field(default=0, compare=False)
    spans: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Plain:
    """``None``, a number, a truth value."""

    value: object
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or set; an item may stand for many (a file's lines) or for no one knows what."""

    items: tuple[Value, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A dictionary in order of insertion; ``unknown`` says why there may be entries that are not known."""

    entries: tuple[tuple[str, Value], ...]
    line: int = field(default=0, compare=False)
    unknown: Unknown | None = None

    def get(self, key: str) -> Value | None:
        """The value at ``key``."""
        return next((value for name, value in reversed(self.entries) if name == key), None)


@dataclass(frozen=True, slots=True)
class File:
    """The content of the file at ``path`` (relative to the script): the whole, its lines, or any one of them."""

    path: str
    part: Literal["whole", "lines", "line"]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class When:
    """An item that is there only where ``marker`` holds."""

    item: Value
    marker: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """A truth value that a marker states."""

    marker: str
    negated: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something imported or built in, by its dotted name."""

    name: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the script itself."""

    node: ast.FunctionDef | ast.Lambda = field(compare=False)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Unknown:
    """What only running the script would tell, and why; ``prefix`` is the text that it starts with for certain."""

    reason: str
    line: int = field(default=0, compare=False)
    prefix: str = ""


Value: TypeAlias = Text | Plain | Items | Table | File | When | Condition | Symbol | Function | Unknown


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function of interest, its keyword arguments evaluated."""

    name: str
    arguments: Table
    line: int


def parse(text: str) -> ast.Module:
    """Parse Python; raises :class:`Unreadable` for what is none (Python 2 included), or too deep or too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(f"not valid Python 3: {error.msg}", line=error.lineno or line_of_nul(text)) from None
    except (RecursionError, MemoryError):
        raise Unreadable("nested too deeply", code="too-deep") from None
    except ValueError as error:
        raise Unreadable(f"not valid Python: {error}", line=line_of_nul(text)) from None


def line_of_nul(text: str) -> int:
    """The line of the first NUL, which Python refuses without a line (before 3.12 with a ``ValueError``)."""
    return text.count("\n", 0, max(text.find("\0"), 0)) + 1


def calls_of(tree: ast.Module, is_wanted: Callable[[str], bool]) -> tuple[Call, ...]:
    """The calls of functions whose dotted name is wanted, in the order in which the script would make them.

    Functions that the script itself never calls are entered only when nothing was found outside them.
    """
    script = _Script(is_wanted)
    with contextlib.suppress(_Leave):
        script.run(tree.body)
    if not script.calls:
        with contextlib.suppress(_Leave):
            script.enter_all()
    return script.finished()


class _Leave(Exception):
    """What follows in this block is not reached."""


class _Return(_Leave):
    """The function ends here."""


class _Break(_Leave):
    """The loop ends here."""


class _Frame:
    def __init__(self) -> None:
        self.names: dict[str, Value] = {}
        self.returned: list[Value] = []
        self.yielded: list[Value] = []
        self.globals: set[str] = set()


class _Script:
    def __init__(self, is_wanted: Callable[[str], bool]) -> None:
        self._is_wanted = is_wanted
        self._frames = [_Frame()]
        self._steps = 0
        self._depth = 0
        self._gave_up_at: int | None = None
        self.calls: list[Call] = []

    def finished(self) -> tuple[Call, ...]:
        """The calls that were found; where not all code was followed, any argument may be different."""
        if self._gave_up_at is None:
            return tuple(self.calls)
        unknown = Unknown("too much code to follow", self._gave_up_at)
        return tuple(replace(call, arguments=replace(call.arguments, unknown=unknown)) for call in self.calls)

    def enter_all(self) -> None:
        functions = [value for value in self._frames[0].names.values() if isinstance(value, Function)]
        for function in functions:
            self._invoke(function, Table(()), (), function.line)

    # --- names ---

    @property
    def _frame(self) -> _Frame:
        return self._frames[-1]

    def _holder(self, name: str) -> dict[str, Value] | None:
        return next((frame.names for frame in (self._frame, self._frames[0]) if name in frame.names), None)

    def _store(self, target: ast.expr, value: Value, *, mutation: bool = False) -> None:
        if isinstance(target, ast.Name):
            holder = self._holder(target.id) if mutation or target.id in self._frame.globals else None
            (holder if holder is not None else self._frame.names)[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            known = value.items if isinstance(value, Items) and len(value.items) == len(target.elts) else ()
            for number, element in enumerate(target.elts):
                self._store(element, known[number] if known else _part_of(value, element.lineno))
        elif isinstance(target, ast.Subscript):
            base, key = self.value(target.value), self.value(target.slice)
            if isinstance(base, Table) and isinstance(key, Text):
                self._store(target.value, _with(base, key.value, value), mutation=True)
            elif isinstance(base, Table | Items):
                self._store(target.value, Unknown("an entry is set that cannot be named", target.lineno), mutation=True)
        elif isinstance(target, ast.Call) and (entry := _setdefault(target)) is not None:
            self._store(entry, value, mutation=True)
        elif mutation and (name := _root(target)) is not None:
            self._store(name, Unknown("it is changed in a way that only running shows", target.lineno), mutation=True)

    # --- statements ---

    def run(self, body: Sequence[ast.stmt]) -> None:
        self._depth += 1
        try:
            for statement in body:
                if self._exhausted(statement.lineno):
                    return
                self._statement(statement)
        finally:
            self._depth -= 1

    def _exhausted(self, line: int) -> bool:
        self._steps += 1
        if self._steps <= MAX_STEPS and self._depth <= MAX_DEPTH + 1:
            return False
        self._gave_up_at = self._gave_up_at or line
        return True

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign():
                value = self.value(node.value)
                for target in node.targets:
                    self._store(target, value)
            case ast.AnnAssign() if node.value is not None:
                self._store(node.target, self.value(node.value))
            case ast.AugAssign():
                old = self.value(node.target)
                new = self._operate(node.op, old, self.value(node.value), node.lineno)
                self._store(node.target, new, mutation=True)
            case ast.Expr():
                self._expression(node.value)
            case ast.Import() | ast.ImportFrom():
                self._import(node)
            case ast.FunctionDef():
                self._frame.names[node.name] = Function(node, node.lineno)
            case ast.If():
                self._if(node)
            case ast.For():
                self._for(node)
            case ast.While():
                self._branch(self.value(node.test), node.body, (), node.lineno)
            case ast.With():
                for item in node.items:
                    value = self.value(item.context_expr)
                    if item.optional_vars is not None:
                        self._store(item.optional_vars, value)
                self.run(node.body)
            case ast.Try():
                with contextlib.suppress(_Leave) if node.handlers else contextlib.nullcontext():
                    self.run(node.body)
                for handler in node.handlers:
                    self._branch(Unknown("an exception", handler.lineno), handler.body, (), handler.lineno)
                self.run(node.orelse)
                self.run(node.finalbody)
            case ast.Global():
                self._frame.globals.update(node.names)
            case ast.Return():
                value = self.value(node.value) if node.value is not None else Plain(None, node.lineno)
                self._frame.returned.append(value)
                raise _Return
            case ast.Break():
                raise _Break
            case ast.Continue() | ast.Raise():
                raise _Leave
            case _:
                pass

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                self._frame.names[alias.asname or alias.name] = Symbol(f"{module}.{alias.name}", node.lineno)
            elif alias.asname:
                self._frame.names[alias.asname] = Symbol(alias.name, node.lineno)
            else:
                root = alias.name.partition(".")[0]
                self._frame.names[root] = Symbol(root, node.lineno)

    def _expression(self, node: ast.expr) -> None:
        if isinstance(node, ast.Yield | ast.YieldFrom):
            value = self.value(node.value) if node.value is not None else Plain(None, node.lineno)
            self._frame.yielded.extend(_spread(value) if isinstance(node, ast.YieldFrom) else [value])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATORS:
            old = self.value(node.func.value)
            if isinstance(old, Symbol | Text | File):
                self.value(node)
                return
            positional, named = self._arguments(node)
            new = _mutated(node.func.attr, old, positional, named, node.lineno)
            self._store(node.func.value, new, mutation=True)
        else:
            self.value(node)

    def _if(self, node: ast.If) -> None:
        if self._speaks_of_a_file(node.test):
            for body in (node.body, node.orelse):
                with contextlib.suppress(_Leave):
                    self.run(body)
            return
        self._branch(self.value(node.test), node.body, node.orelse, node.lineno)

    def _branch(self, test: Value, then: Sequence[ast.stmt], otherwise: Sequence[ast.stmt], line: int) -> None:
        if isinstance(test, Plain):
            self.run(then if test.value else otherwise)
            return
        before = dict(self._frame.names)
        ends = []
        outcomes = []
        for body in (then, otherwise):
            self._frame.names = dict(before)
            try:
                self.run(body)
                ends.append(False)
            except _Leave:
                ends.append(True)
            outcomes.append(self._frame.names)
        if all(ends):
            raise _Leave
        if ends[0] and not ends[1]:
            self._frame.names = outcomes[1]
        elif ends[1] and not ends[0]:
            self._frame.names = outcomes[0]
        else:
            self._frame.names = {
                name: _merged(test, outcomes[0].get(name), outcomes[1].get(name), line)
                for name in {**outcomes[0], **outcomes[1]}
            }

    def _for(self, node: ast.For) -> None:
        several = self.value(node.iter)
        if isinstance(several, Items):
            with contextlib.suppress(_Break):
                for item in several.items:
                    if self._exhausted(node.lineno):
                        return
                    self._store(node.target, _element(item))
                    self._round(node.body)
            return
        self._store(node.target, _element(several))
        if isinstance(several, File):
            with contextlib.suppress(_Break):
                self._round(node.body)
        else:
            self._branch(_first_unknown(several) or several, node.body, (), node.lineno)

    def _round(self, body: Sequence[ast.stmt]) -> None:
        try:
            self.run(body)
        except (_Return, _Break):
            raise
        except _Leave:
            return

    def _speaks_of_a_file(self, test: ast.expr) -> bool:
        names = (node.id for node in ast.walk(test) if isinstance(node, ast.Name))
        return any(isinstance((self._holder(name) or {}).get(name), File) for name in names)

    # --- expressions ---

    def value(self, node: ast.expr) -> Value:
        """The value of an expression."""
        if self._depth > MAX_DEPTH or self._exhausted(node.lineno):
            return Unknown("too much code to follow", node.lineno)
        self._depth += 1
        try:
            return self._value(node)
        finally:
            self._depth -= 1

    def _value(self, node: ast.expr) -> Value:
        line = node.lineno
        match node:
            case ast.Constant(value=str() as text):
                several = (node.end_lineno or line) > line
                return Text(text, line, several) if len(text) <= MAX_TEXT else Unknown("a very long text", line)
            case ast.Constant():
                return Plain(node.value, line)
            case ast.Name():
                return self._name(node.id, line)
            case ast.List() | ast.Tuple() | ast.Set():
                return self._items(node.elts, line)
            case ast.Dict():
                return self._table(node)
            case ast.BinOp():
                return self._operate(node.op, self.value(node.left), self.value(node.right), line)
            case ast.JoinedStr():
                return _joined([self._formatted(part) for part in node.values], line)
            case ast.IfExp():
                test = self.value(node.test)
                if isinstance(test, Plain):
                    return self.value(node.body if test.value else node.orelse)
                return _merged(test, self.value(node.body), self.value(node.orelse), line)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp():
                return self._test(node)
            case ast.Attribute():
                return _attribute(self.value(node.value), node.attr, line)
            case ast.Subscript():
                return self._subscript(node)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return Items(tuple(self._comprehension(node.generators, [node.elt], line))[:MAX_ITEMS], line)
            case ast.DictComp():
                return self._table_comprehension(node)
            case ast.Call():
                return self._call(node)
            case ast.Lambda():
                return Function(node, line)
            case ast.Starred():
                return self.value(node.value)
            case ast.NamedExpr():
                value = self.value(node.value)
                self._store(node.target, value)
                return value
            case _:
                return Unknown("an expression that only running evaluates", line)

    def _name(self, name: str, line: int) -> Value:
        holder = self._holder(name)
        if holder is not None:
            return holder[name]
        if name == "__file__":
            return Text("setup.py", line)
        if name == "__name__":
            return Text("__main__", line)
        return Symbol(name, line)

    def _items(self, elements: Sequence[ast.expr], line: int) -> Value:
        items: list[Value] = []
        for element in elements:
            value = self.value(element)
            items.extend(_spread(value) if isinstance(element, ast.Starred) else [value])
        return Items(tuple(items), line) if len(items) <= MAX_ITEMS else Unknown("a very long list", line)

    def _table(self, node: ast.Dict) -> Value:
        table = Table((), node.lineno)
        for key, element in zip(node.keys, node.values, strict=True):
            value = self.value(element)
            if key is None:
                table = _updated(table, value, element.lineno)
            else:
                table = _put(table, self.value(key), value, element.lineno)
        return table

    def _formatted(self, part: ast.expr) -> Value:
        if isinstance(part, ast.FormattedValue):
            return self.value(part.value) if part.format_spec is None else Unknown("a formatted value", part.lineno)
        return self.value(part)

    def _operate(self, operator: ast.operator, left: Value, right: Value, line: int) -> Value:
        if isinstance(operator, ast.Add) and isinstance(left, Text) and isinstance(right, Text | Unknown | Symbol):
            return _joined([left, right], line)
        if isinstance(operator, ast.Add | ast.BitOr):
            return _added(left, right, line)
        if isinstance(operator, ast.Div) and isinstance(left, Text) and isinstance(right, Text):
            return Text(_join([left.value, right.value]), line)
        if isinstance(operator, ast.Mod) and isinstance(left, Text):
            values = list(right.items) if isinstance(right, Items) else [right]
            return _filled(re.split(r"%[sd]", left.value), values, line)
        return _first_unknown(left, right) or Unknown("a calculation", line)

    def _test(self, node: ast.Compare | ast.BoolOp | ast.UnaryOp) -> Value:
        line = node.lineno
        if isinstance(node, ast.UnaryOp):
            value = self.value(node.operand)
            if isinstance(value, Condition):
                return Condition(value.negated, value.marker, line)
            if isinstance(node.op, ast.Not) and isinstance(value, Plain):
                return Plain(not value.value, line)
            return Unknown("a condition", line)
        if isinstance(node, ast.BoolOp):
            values = [self.value(operand) for operand in node.values]
            known = [value for value in values if not isinstance(value, Plain)]
            decides = isinstance(node.op, ast.Or)
            if any(isinstance(value, Plain) and bool(value.value) is decides for value in values):
                return next(v for v in values if isinstance(v, Plain) and bool(v.value) is decides)
            if not known:
                return values[-1]
            return known[0] if len(known) == 1 else Unknown("a condition", line)
        if len(node.ops) != 1:
            return Unknown("a condition", line)
        return _compared(self.value(node.left), node.ops[0], self.value(node.comparators[0]), line)

    def _subscript(self, node: ast.Subscript) -> Value:
        base, line = self.value(node.value), node.lineno
        if isinstance(base, File):
            return base
        if isinstance(base, Symbol):
            index = "" if isinstance(node.slice, ast.Slice) else self.value(node.slice)
            return Symbol(f"{base.name}[0]", line) if index == Plain(0) else Symbol(base.name, line)
        if isinstance(node.slice, ast.Slice):
            return _first_unknown(base) or Unknown("a part of a list", line)
        key = self.value(node.slice)
        if isinstance(base, Table) and isinstance(key, Text):
            return base.get(key.value) or base.unknown or Unknown(f"{key.value!r} is not set in this file", line)
        if isinstance(base, Items) and isinstance(key, Plain) and isinstance(key.value, int):
            item = next(iter(base.items[key.value :]), None) if abs(key.value) <= len(base.items) else None
            if item is not None:
                return _element(item)
        return _first_unknown(base, key) or Unknown("an element that only running finds", line)

    def _comprehension(
        self, generators: Sequence[ast.comprehension], elements: Sequence[ast.expr], line: int
    ) -> Iterator[Value]:
        """The values of ``elements`` (joined in :class:`Items` where there are several) for every round."""
        if not generators:
            values = [self.value(element) for element in elements]
            yield values[0] if len(values) == 1 else Items(tuple(values), line)
            return
        generator = generators[0]
        several = self.value(generator.iter)
        if len(generators) > MAX_CALLS:
            several = Unknown("loops nested too deeply", line)
        for item in several.items if isinstance(several, Items) else (several,):
            if self._exhausted(line):
                return
            self._store(generator.target, _element(item))
            about_file = any(self._speaks_of_a_file(test) for test in generator.ifs)
            tests = [self.value(test) for test in generator.ifs]
            tests = [] if about_file else tests
            if any(isinstance(test, Plain) and not test.value for test in tests):
                continue
            open_test = next((test for test in tests if not isinstance(test, Plain)), None)
            for value in self._comprehension(generators[1:], elements, line):
                if open_test is None or isinstance(open_test, Condition):
                    yield value if open_test is None else _under(open_test, value, line)
                else:
                    yield Unknown("a filter that only running evaluates", line)

    def _table_comprehension(self, node: ast.DictComp) -> Value:
        table = Table((), node.lineno)
        for pair in self._comprehension(node.generators, [node.key, node.value], node.lineno):
            if isinstance(pair, Items):
                table = _put(table, pair.items[0], pair.items[1], node.lineno)
        return table

    # --- calls ---

    def _arguments(self, node: ast.Call) -> tuple[list[Value], Table]:
        positional: list[Value] = []
        for argument in node.args:
            value = self.value(argument)
            positional.extend(_spread(value) if isinstance(argument, ast.Starred) else [value])
        named = Table((), node.lineno)
        for keyword in node.keywords:
            value = self.value(keyword.value)
            if keyword.arg is None:
                named = _updated(named, value, keyword.value.lineno)
            else:
                named = _with(named, keyword.arg, value)
        return positional, named

    def _call(self, node: ast.Call) -> Value:
        line = node.lineno
        positional, named = self._arguments(node)
        if isinstance(node.func, ast.Attribute):
            base = self.value(node.func.value)
            if not isinstance(base, Symbol):
                return _method(base, node.func.attr, positional, line)
        function = self.value(node.func)
        if isinstance(function, Function):
            return self._invoke(function, named, positional, line)
        if not isinstance(function, Symbol):
            return _first_unknown(function) or Unknown("a call that only running resolves", line)
        if function.name in ("sys.exit", "exit", "quit", "os._exit"):
            raise _Leave
        if self._is_wanted(function.name):
            self.calls.append(Call(function.name, named, line))
            return Plain(None, line)
        if function.name in ("map", "filter") and len(positional) == 2:
            return self._mapped(function.name, positional[0], positional[1], line)
        return _builtin(function.name, positional, named, line)

    def _mapped(self, how: str, function: Value, several: Value, line: int) -> Value:
        items = [_element(item) for item in _spread(several)]
        if how == "map" and isinstance(function, Function):
            items = [self._invoke(function, Table(()), [item], line) for item in items]
        elif how == "filter" and not all(isinstance(item, File) for item in items):
            return _first_unknown(several) or Unknown("a filtered list", line)
        return Items(tuple(items), line)

    def _invoke(self, function: Function, named: Table, positional: Sequence[Value], line: int) -> Value:
        if len(self._frames) > MAX_CALLS:
            return Unknown("calls nested too deeply", line)
        node = function.node
        frame = _Frame()
        frame.names = self._bound(node.args, named, positional, line)
        self._frames.append(frame)
        try:
            if isinstance(node, ast.Lambda):
                return self.value(node.body)
            with contextlib.suppress(_Leave):
                self.run(node.body)
        finally:
            self._frames.pop()
        if frame.yielded:
            return _placed(Items(tuple(frame.yielded[:MAX_ITEMS]), line), line)
        return _placed(_only(frame.returned, node.name, line), line)

    def _bound(
        self, parameters: ast.arguments, named: Table, positional: Sequence[Value], line: int
    ) -> dict[str, Value]:
        plain = [*parameters.posonlyargs, *parameters.args]
        names: dict[str, Value] = {}
        for argument, default in zip(reversed(plain), reversed(parameters.defaults), strict=False):
            names[argument.arg] = self.value(default)
        for keyword, value in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
            if value is not None:
                names[keyword.arg] = self.value(value)
        names.update(zip((argument.arg for argument in plain), positional, strict=False))
        if parameters.vararg is not None:
            names[parameters.vararg.arg] = Items(tuple(positional[len(plain) :]), line)
        accepted = {argument.arg for argument in (*plain, *parameters.kwonlyargs)}
        names.update({name: value for name, value in named.entries if name in accepted})
        if parameters.kwarg is not None:
            rest = tuple((name, value) for name, value in named.entries if name not in accepted)
            names[parameters.kwarg.arg] = Table(rest, line, named.unknown)
        for name in accepted - names.keys():
            names[name] = Unknown(f"the argument {name} is not known", line)
        return names


# --- values: what operations make of them ---

_MUTATORS = frozenset({"append", "extend", "insert", "add", "update", "remove", "pop", "clear", "sort", "reverse"})


def _spread(value: Value) -> list[Value]:
    """The items that iterating over a value gives."""
    if isinstance(value, Items):
        return list(value.items)
    if isinstance(value, Table):
        return [Text(key, value.line) for key, _ in value.entries]
    if isinstance(value, File):
        return [replace(value, part="lines")]
    return [value]


def _element(value: Value) -> Value:
    """What a loop's variable holds for an item: of a file's lines, any one."""
    if isinstance(value, Symbol):
        return Unknown(f"the elements of {value.name} are not known", value.line)
    return replace(value, part="line") if isinstance(value, File) else value


def _part_of(value: Value, line: int) -> Value:
    return value if isinstance(value, File | Unknown) else Unknown("a part of a value", line)


def _first_unknown(*values: Value) -> Unknown | None:
    for value in values:
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Symbol):
            return _unknown_symbol(value)
    return None


def _unknown_symbol(symbol: Symbol) -> Unknown:
    module, _, name = symbol.name.rpartition(".")
    reason = f"{name} comes from {module}" if module else f"{name} is not set in this file"
    return Unknown(reason, symbol.line)


def _root(node: ast.expr) -> ast.Name | None:
    for _ in range(MAX_DEPTH):
        if isinstance(node, ast.Name):
            return node
        if isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            break
    return None


def _setdefault(call: ast.Call) -> ast.Subscript | None:
    """``d.setdefault(key, [])`` as the place ``d[key]``, which it gives back."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault" and call.args:
        return ast.copy_location(ast.Subscript(call.func.value, call.args[0], ast.Store()), call)
    return None


def _with(table: Table, key: str, value: Value) -> Table:
    if any(name == key for name, _ in table.entries):
        entries = tuple((name, value if name == key else old) for name, old in table.entries)
        return replace(table, entries=entries)
    if len(table.entries) >= MAX_ITEMS:
        return replace(table, unknown=Unknown("a very large table", table.line))
    return replace(table, entries=(*table.entries, (key, value)))


def _put(table: Table, key: Value, value: Value, line: int) -> Table:
    if isinstance(key, Text):
        return _with(table, key.value, value)
    if isinstance(key, Plain):
        return table
    return replace(table, unknown=_first_unknown(key) or Unknown("a key that only running tells", line))


def _updated(table: Table, other: Value, line: int) -> Table:
    if not isinstance(other, Table):
        return replace(table, unknown=_first_unknown(other) or Unknown("entries that only running tells", line))
    for key, value in other.entries:
        table = _with(table, key, value)
    return replace(table, unknown=other.unknown) if other.unknown is not None else table


def _added(left: Value, right: Value, line: int) -> Value:
    if isinstance(left, Table) and isinstance(right, Table):
        return _updated(left, right, line)
    for part in (left, right):
        if isinstance(part, File) and part.part == "line":
            return part
    if isinstance(left, File) and left.part == "whole":
        return Unknown(f"it is computed from {left.path}", line)
    if isinstance(left, Items | File) and isinstance(right, Items | File | Unknown | Symbol | Table):
        tail: list[Value] = [_first_unknown(right) or right] if isinstance(right, Unknown | Symbol) else _spread(right)
        return _sized((*_spread(left), *tail), line)
    if isinstance(right, Items) and isinstance(left, Unknown | Symbol):
        return _sized((_first_unknown(left) or left, *right.items), line)
    return _first_unknown(left, right) or Unknown("a sum", line)


def _sized(items: tuple[Value, ...], line: int) -> Value:
    return Items(items, line) if len(items) <= MAX_ITEMS else Unknown("a very long list", line)


def _joined(parts: Iterable[Value], line: int) -> Value:
    text = ""
    for part in parts:
        if isinstance(part, Plain):
            part = Text(str(part.value)[:100], line)
        if not isinstance(part, Text):
            reason = _first_unknown(part) or Unknown("a text that only running tells", line)
            return replace(reason, prefix=text + reason.prefix)
        text += part.value
        if len(text) > MAX_TEXT:
            return Unknown("a very long text", line)
    return Text(text, line)


def _filled(pieces: Sequence[str], values: Sequence[Value], line: int) -> Value:
    if len(pieces) != len(values) + 1 or any("%" in piece for piece in pieces):
        prefix = pieces[0] if len(pieces) > 1 else ""
        unknown = _first_unknown(*values) or Unknown("a formatted text", line)
        return replace(unknown, prefix=prefix if "%" not in prefix else "")
    parts: list[Value] = [Text(pieces[0], line)]
    for value, piece in zip(values, pieces[1:], strict=True):
        parts += [value, Text(piece, line)]
    return _joined(parts, line)


def _merged(test: Value, then: Value | None, otherwise: Value | None, line: int) -> Value:
    """One value for two branches: what both have, and the rest under the condition's marker if it has one."""
    if then is None or otherwise is None:
        return then or otherwise or Unknown("a condition", line)
    if then == otherwise:
        return then
    if isinstance(then, Symbol | Function) and isinstance(otherwise, Symbol | Function):
        return otherwise  # an import with its fallback: either serves
    if isinstance(then, Items) and isinstance(otherwise, Items):
        return _merged_items(test, then, otherwise, line)
    if isinstance(then, Table) and isinstance(otherwise, Table):
        first, second, none = dict(then.entries), dict(otherwise.entries), Items((), line)
        keys = dict.fromkeys((*first, *second))
        entries = ((key, _merged(test, first.get(key, none), second.get(key, none), line)) for key in keys)
        return Table(tuple(entries), then.line, then.unknown or otherwise.unknown)
    return Unknown("it depends on a condition", line)


def _merged_items(test: Value, then: Items, otherwise: Items, line: int) -> Value:
    common = 0
    while common < min(len(then.items), len(otherwise.items)) and then.items[common] == otherwise.items[common]:
        common += 1
    opposite: Value = test
    if isinstance(test, Condition):
        opposite = Condition(test.negated, test.marker, test.line)
    tail = [_under(test, item, line) for item in then.items[common:]]
    tail += [_under(opposite, item, line) for item in otherwise.items[common:]]
    return Items((*then.items[:common], *dict.fromkeys(tail)), then.line or otherwise.line)


def _under(test: Value, item: Value, line: int) -> Value:
    if isinstance(test, Condition):
        return When(item, test.marker, line)
    if isinstance(item, Text):
        return Unknown(f"{item.value[:60]!r} only under a condition", line)
    return Unknown("it depends on a condition", line)


def _placed(value: Value, line: int) -> Value:
    """Files that a function reads are shown where it is called."""
    if isinstance(value, File):
        return replace(value, line=line)
    if isinstance(value, Items):
        return replace(value, items=tuple(_placed(v, line) if isinstance(v, File) else v for v in value.items))
    return value


def _only(values: Sequence[Value], name: str, line: int) -> Value:
    distinct = [v for n, v in enumerate(values) if v not in values[:n] and v not in (Plain(None), Items(()), Text(""))]
    files = [value for value in distinct if any(isinstance(part, File) for part in _spread(value))]
    if len(distinct) == 1 or len(files) == 1:
        return (files or distinct)[0]
    if values and not distinct:
        return values[-1]
    return Unknown(f"what {name}() returns only running tells" if distinct else f"{name}() returns nothing", line)


def _attribute(base: Value, name: str, line: int) -> Value:
    if isinstance(base, Symbol):
        return Symbol(f"{base.name}.{name}", line)
    if isinstance(base, Text) and name == "parent":
        return Text(posixpath.dirname(base.value), line)
    if isinstance(base, Text) and name in ("name", "stem"):
        return Text(posixpath.basename(base.value), line)
    if isinstance(base, File):
        return base
    return _first_unknown(base) or Unknown(f"the attribute {name}", line)


_VERSION_INFO = re.compile(r"sys\.version_info(?:\.major|\.minor|\[0\])?")
_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_VARIABLES = {"sys.platform": "sys_platform", "os.name": "os_name", "platform.system()": "platform_system"}


def _compared(left: Value, operator: ast.cmpop, right: Value, line: int) -> Value:
    sign = _OPERATORS.get(type(operator))
    if isinstance(operator, ast.In | ast.NotIn) and isinstance(left, Text):
        return _contained(left, right, isinstance(operator, ast.In), line)
    if isinstance(left, Text) and isinstance(right, Text) and sign in ("==", "!="):
        return Plain((left.value == right.value) is (sign == "=="), line)
    if isinstance(left, Symbol) and sign is not None:
        if left.name in _VARIABLES and isinstance(right, Text) and sign in ("==", "!="):
            variable, value = _VARIABLES[left.name], right.value.replace("'", "")
            return Condition(f"{variable} {sign} '{value}'", f"{variable} {_OPPOSITE[sign]} '{value}'", line)
        if _VERSION_INFO.fullmatch(left.name) and (version := _version(left.name, right)):
            return _version_condition(sign, version, line)
    return Unknown("a condition", line)


def _contained(left: Text, right: Value, wanted: bool, line: int) -> Value:
    if isinstance(right, Text):
        return Plain((left.value in right.value) is wanted, line)
    if isinstance(right, Items) and all(isinstance(item, Text | Plain) for item in right.items):
        return Plain((left in right.items) is wanted, line)
    if isinstance(right, Table) and right.unknown is None:
        return Plain((right.get(left.value) is not None) is wanted, line)
    return Unknown("a condition", line)


def _version(name: str, value: Value) -> tuple[int, ...] | None:
    """The version that ``sys.version_info`` (or its first number) is compared with."""
    if name.endswith("minor"):
        return None
    parts = value.items if isinstance(value, Items) and name == "sys.version_info" else (value,)
    numbers = [part.value for part in parts[:2] if isinstance(part, Plain) and isinstance(part.value, int)]
    fits = len(numbers) == min(len(parts), 2) and (isinstance(value, Items) or name != "sys.version_info")
    return tuple(map(int, numbers)) if fits and numbers else None


def _version_condition(sign: str, version: tuple[int, ...], line: int) -> Value:
    if len(version) == 1 and sign in ("==", "<=", ">", "!="):
        return _major_condition(sign, version[0], line)
    text = ".".join(map(str, version)) + (".0" if len(version) == 1 else "")
    return Condition(f"python_version {sign} '{text}'", f"python_version {_OPPOSITE[sign]} '{text}'", line)


def _major_condition(sign: str, major: int, line: int) -> Value:
    if major == 2 and sign in ("==", "<="):
        return Condition("python_version < '3.0'", "python_version >= '3.0'", line)
    if (major == 2 and sign in (">", "!=")) or (major == 3 and sign == "=="):
        return Condition("python_version >= '3.0'", "python_version < '3.0'", line)
    return Unknown("a condition", line)


def _mutated(how: str, old: Value, positional: Sequence[Value], named: Table, line: int) -> Value:
    if isinstance(old, Table) and how == "update":
        for other in positional:
            old = _updated(old, other, line)
        return _updated(old, named, line)
    if isinstance(old, Items) and how in ("sort", "reverse"):
        return old
    if isinstance(old, Items) and how == "clear":
        return Items((), line)
    if isinstance(old, Items) and positional:
        if how in ("append", "add", "insert"):
            return _sized((*old.items, positional[-1]), line)
        if how in ("extend", "update"):
            return _added(old, positional[0], line)
        if how == "remove" and positional[0] in old.items:
            return Items(tuple(item for item in old.items if item != positional[0]), line)
    if isinstance(old, Table) and how == "pop" and positional and isinstance(positional[0], Text):
        key = positional[0].value
        return replace(old, entries=tuple(entry for entry in old.entries if entry[0] != key))
    return _first_unknown(old) or Unknown(f"it is changed by {how}()", line)


_WHOLE = frozenset({"read", "strip", "rstrip", "lstrip", "decode", "encode", "replace", "lower", "expandtabs", "open"})


def _method(base: Value, name: str, positional: Sequence[Value], line: int) -> Value:
    match base:
        case File():
            if base.part == "whole" and name in ("splitlines", "split", "readlines"):
                return replace(base, part="lines", line=line)
            return base
        case Text():
            return _text_method(base, name, positional, line)
        case Table():
            return _table_method(base, name, positional, line)
        case Items() if name in ("copy", "union"):
            return _added(base, positional[0], line) if positional else base
        case _:
            return _first_unknown(base) or Unknown(f"what {name}() gives only running tells", line)


def _text_method(base: Text, name: str, positional: Sequence[Value], line: int) -> Value:
    text = base.value
    if name in ("read_text", "open", "read_bytes"):
        return File(text, "whole", line)
    if name in ("resolve", "absolute", "encode", "decode", "expanduser", "as_posix"):
        return base
    if name in ("joinpath", "with_name") and all(isinstance(part, Text) for part in positional):
        start = text if name == "joinpath" else posixpath.dirname(text)
        return Text(_join([start, *(part.value for part in positional if isinstance(part, Text))]), line)
    if name in ("exists", "is_file"):
        return Plain(True, line)
    if name in ("strip", "lstrip", "rstrip", "lower", "upper") and not positional:
        return Text(getattr(text, name)(), base.line)
    if name == "splitlines" or (name == "split" and all(isinstance(value, Text) for value in positional)):
        return _split(base, positional[0] if positional and name == "split" else None, name == "splitlines")
    if name in ("partition", "rpartition") and positional and isinstance(positional[0], Text) and positional[0].value:
        return Items(tuple(Text(part, line) for part in getattr(text, name)(positional[0].value)), line)
    if name == "join" and positional:
        return _join_method(base, positional[0], line)
    if name == "format":
        return _filled(re.split(r"\{\d?\}", text), positional, line)
    if name in ("startswith", "endswith") and positional and isinstance(positional[0], Text):
        return Plain(getattr(text, name)(positional[0].value), line)
    if name == "replace" and len(positional) == 2 and len(text) <= 1000:
        old, new = positional
        if isinstance(old, Text) and isinstance(new, Text) and old.value and len(new.value) <= 100:
            return Text(text.replace(old.value, new.value), line)
    return Unknown(f"what {name}() gives only running tells", line)


def _split(base: Text, separator: Value | None, by_lines: bool) -> Value:
    mark = separator.value if isinstance(separator, Text) else None
    if mark == "":
        return Unknown("a split without a separator", base.line)
    parts = base.value.splitlines() if by_lines else base.value.split(mark)
    return _sized(tuple(Text(part, base.line) for part in parts), base.line)


def _join_method(base: Text, several: Value, line: int) -> Value:
    if isinstance(several, File):
        return replace(several, part="whole")
    items = _spread(several)
    if any(isinstance(item, File) for item in items) and len(items) == 1:
        return next(replace(item, part="whole") for item in items if isinstance(item, File))
    parts: list[Value] = []
    for number, item in enumerate(items):
        parts += [base, item] if number else [item]
    return _joined(parts, line)


def _table_method(base: Table, name: str, positional: Sequence[Value], line: int) -> Value:
    unknown = [base.unknown] if base.unknown is not None else []
    match name:
        case "copy":
            return base
        case "keys":
            return Items((*(Text(key, line) for key, _ in base.entries), *unknown), line)
        case "values":
            return Items((*(value for _, value in base.entries), *unknown), line)
        case "items":
            pairs = (Items((Text(key, line), value), line) for key, value in base.entries)
            return Items((*pairs, *unknown), line)
        case "get" | "pop" | "setdefault" if positional and isinstance(positional[0], Text):
            default = positional[1] if len(positional) > 1 else Plain(None, line)
            return base.get(positional[0].value) or base.unknown or default
    return Unknown(f"what {name}() gives only running tells", line)


def _join(parts: Sequence[str]) -> str:
    return posixpath.normpath(posixpath.join(".", *(part for part in parts if part)))


class _Builtins:
    """Functions of the standard library whose results can be told; each takes positional arguments and a line."""

    SAME: ClassVar[frozenset[str]] = frozenset(
        {
            *(
                "str",
                "sorted",
                "list",
                "tuple",
                "set",
                "frozenset",
                "reversed",
                "iter",
                "unique",
                "collections.OrderedDict",
            ),
            *("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser", "os.fspath"),
            *("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath", "path.Path"),
            *("textwrap.dedent", "pkg_resources.parse_requirements", "dict.fromkeys", "copy.copy", "copy.deepcopy"),
        }
    )
    LISTS: ClassVar[frozenset[str]] = frozenset({"sorted", "list", "tuple", "set", "frozenset", "reversed", "iter"})
    OPENING: ClassVar[frozenset[str]] = frozenset({"open", "io.open", "codecs.open", "builtins.open", "file"})
    CWD: ClassVar[frozenset[str]] = frozenset({"os.getcwd", "pathlib.Path.cwd", "os.curdir"})
    EXISTS: ClassVar[frozenset[str]] = frozenset({"os.path.exists", "os.path.isfile", "os.path.isdir"})


def _builtin(name: str, positional: Sequence[Value], named: Table, line: int) -> Value:
    first = positional[0] if positional else None
    if name in _Builtins.CWD:
        return Text("", line)
    if name in _Builtins.EXISTS:
        return Plain(True, line) if isinstance(first, Text) else Unknown("a condition", line)
    if name == "platform.system":
        return Symbol("platform.system()", line)
    if name in ("dict", "collections.OrderedDict"):
        return _updated(_dict(first, line), named, line)
    if name in ("os.path.join", "pathlib.Path", "pathlib.PurePath") and len(positional) > 1:
        texts = [value.value for value in positional if isinstance(value, Text)]
        known = len(texts) == len(positional)
        return Text(_join(texts), line) if known else _first_unknown(*positional) or Unknown("a path", line)
    if name == "os.path.dirname" and isinstance(first, Text):
        return Text(posixpath.dirname(first.value), line)
    if name in _Builtins.OPENING or name.endswith(("parse_requirements", "yield_lines")):
        return _opened(name, first, line)
    if name in _Builtins.LISTS:
        return Items(tuple(_spread(first)), line) if first is not None else Items((), line)
    if name in _Builtins.SAME and first is not None:
        return _first_unknown(first) or first
    if name in ("sum", "itertools.chain", "itertools.chain.from_iterable"):
        several = list(positional) if name == "itertools.chain" else _spread(first) if first is not None else []
        return _sized(tuple(item for value in several for item in _spread(value)), line)
    read = next((value for value in positional if isinstance(value, File)), None)
    if read is not None and read.part == "line":
        return read
    return Unknown(f"it is computed from {read.path}" if read else f"what {name}() gives only running tells", line)


def _dict(first: Value | None, line: int) -> Table:
    table = Table((), line)
    if isinstance(first, Items):
        for pair in first.items:
            if not isinstance(pair, Items) or len(pair.items) != 2:
                return replace(table, unknown=_first_unknown(pair) or Unknown("pairs that only running tells", line))
            table = _put(table, pair.items[0], pair.items[1], line)
        return table
    return table if first is None else _updated(table, first, line)


def _opened(name: str, target: Value | None, line: int) -> Value:
    if isinstance(target, Text) and target.value:
        return File(target.value, "whole" if name in _Builtins.OPENING else "lines", line)
    if isinstance(target, File):
        return replace(target, part="lines")
    return (_first_unknown(target) if target is not None else None) or Unknown("a file that is not named", line)
