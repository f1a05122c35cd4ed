"""Statements and expressions, followed in order over the values that they make; nothing is executed."""

from __future__ import annotations

import ast
import builtins
import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from scanner.static_python.combining import (
    added,
    element_of,
    filled,
    first_unknown,
    joined,
    merged,
    only,
    part_of,
    placed,
    put,
    spread,
    under,
    updated,
    with_entry,
)
from scanner.static_python.conditions import compared
from scanner.static_python.methods import MUTATORS, attribute, builtin, join_path, method, mutated
from scanner.static_python.values import (
    MAX_CALLS,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_STEPS,
    MAX_TEXT,
    Call,
    Condition,
    File,
    Function,
    Items,
    Plain,
    Symbol,
    Table,
    Text,
    Unknown,
    Value,
)


class Leave(Exception):
    """What follows in this block is not reached."""


class _Return(Leave):
    """The function ends here."""


class _Break(Leave):
    """The loop ends here."""


class _Frame:
    def __init__(self) -> None:
        self.names: dict[str, Value] = {}
        self.returned: list[Value] = []
        self.yielded: list[Value] = []
        self.globals: set[str] = set()
        self.read: list[File] = []


class Script:
    """One script, followed from its first statement; ``calls`` are those of interest so far."""

    def __init__(self, is_wanted: Callable[[str], bool]) -> None:
        self._is_wanted = is_wanted
        self._frames = [_Frame()]
        self._steps = 0
        self._depth = 0
        self._gave_up_at: int | None = None
        self._ran: Unknown | None = None
        self.calls: list[Call] = []

    def finished(self) -> tuple[Call, ...]:
        """The calls that were found; where not all code was followed, any argument may be different."""
        if self._gave_up_at is None:
            return tuple(self.calls)
        unknown = Unknown("too much code to follow", self._gave_up_at)
        return tuple(replace(call, arguments=replace(call.arguments, unknown=unknown)) for call in self.calls)

    def names(self) -> dict[str, Value]:
        """What the script's own names stand for; none where not all code was followed."""
        return dict(self._frames[0].names) if self._gave_up_at is None else {}

    def enter_all(self) -> None:
        """Follow the functions that nothing in the script calls."""
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
                self._store(element, known[number] if known else part_of(value, element.lineno))
        elif isinstance(target, ast.Subscript):
            base, key = self.value(target.value), self.value(target.slice)
            if isinstance(base, Table) and isinstance(key, Text):
                self._store(target.value, with_entry(base, key.value, value), mutation=True)
            elif isinstance(base, Table | Items):
                self._store(target.value, Unknown("an entry is set that cannot be named", target.lineno), mutation=True)
        elif isinstance(target, ast.Call) and (entry := _setdefault(target)) is not None:
            self._store(entry, value, mutation=True)
        elif mutation and (name := _root(target)) is not None:
            self._store(name, Unknown("it is changed in a way that only running shows", target.lineno), mutation=True)

    # --- statements ---

    def run(self, body: Sequence[ast.stmt]) -> None:
        """Follow statements in their order."""
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
                with contextlib.suppress(Leave) if node.handlers else contextlib.nullcontext():
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
                raise Leave
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
            self._frame.yielded.extend(spread(value) if isinstance(node, ast.YieldFrom) else [value])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
            old = self.value(node.func.value)
            if isinstance(old, Symbol | Text | File):
                self.value(node)
                return
            positional, named = self._arguments(node)
            new = mutated(node.func.attr, old, positional, named, node.lineno)
            self._store(node.func.value, new, mutation=True)
        else:
            self.value(node)

    def _if(self, node: ast.If) -> None:
        if self._speaks_of_a_file(node.test):
            for body in (node.body, node.orelse):
                with contextlib.suppress(Leave):
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
            except Leave:
                ends.append(True)
            outcomes.append(self._frame.names)
        if all(ends):
            raise Leave
        if ends[0] and not ends[1]:
            self._frame.names = outcomes[1]
        elif ends[1] and not ends[0]:
            self._frame.names = outcomes[0]
        else:
            self._frame.names = {
                name: merged(test, outcomes[0].get(name), outcomes[1].get(name), line)
                for name in {**outcomes[0], **outcomes[1]}
            }

    def _for(self, node: ast.For) -> None:
        several = self.value(node.iter)
        if isinstance(several, Items):
            with contextlib.suppress(_Break):
                for item in several.items:
                    if self._exhausted(node.lineno):
                        return
                    self._store(node.target, element_of(item))
                    self._round(node.body)
            return
        self._store(node.target, element_of(several))
        if isinstance(several, File):
            with contextlib.suppress(_Break):
                self._round(node.body)
        else:
            self._branch(first_unknown(several) or several, node.body, (), node.lineno)

    def _round(self, body: Sequence[ast.stmt]) -> None:
        try:
            self.run(body)
        except (_Return, _Break):
            raise
        except Leave:
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
                return joined([self._formatted(part) for part in node.values], line)
            case ast.IfExp():
                test = self.value(node.test)
                if isinstance(test, Plain):
                    return self.value(node.body if test.value else node.orelse)
                return merged(test, self.value(node.body), self.value(node.orelse), line)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp():
                return self._test(node)
            case ast.Attribute():
                return attribute(self.value(node.value), node.attr, line)
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
        if self._ran is not None and not hasattr(builtins, name):
            return replace(self._ran, line=line, name=name)
        return Symbol(name, line)

    def _items(self, elements: Sequence[ast.expr], line: int) -> Value:
        items: list[Value] = []
        for element in elements:
            value = self.value(element)
            items.extend(spread(value) if isinstance(element, ast.Starred) else [value])
        return Items(tuple(items), line) if len(items) <= MAX_ITEMS else Unknown("a very long list", line)

    def _table(self, node: ast.Dict) -> Value:
        table = Table((), node.lineno)
        for key, element in zip(node.keys, node.values, strict=True):
            value = self.value(element)
            if key is None:
                table = updated(table, value, element.lineno)
            else:
                table = put(table, self.value(key), value, element.lineno)
        return table

    def _formatted(self, part: ast.expr) -> Value:
        if isinstance(part, ast.FormattedValue):
            return self.value(part.value) if part.format_spec is None else Unknown("a formatted value", part.lineno)
        return self.value(part)

    def _operate(self, operator: ast.operator, left: Value, right: Value, line: int) -> Value:
        if isinstance(operator, ast.Add) and isinstance(left, Text) and isinstance(right, Text | Unknown | Symbol):
            return joined([left, right], line)
        if isinstance(operator, ast.Add | ast.BitOr):
            return added(left, right, line)
        if isinstance(operator, ast.Div) and isinstance(left, Text) and isinstance(right, Text):
            return Text(join_path([left.value, right.value]), line)
        if isinstance(operator, ast.Mod) and isinstance(left, Text):
            values = list(right.items) if isinstance(right, Items) else [right]
            return filled(re.split(r"%[sd]", left.value), values, line)
        return first_unknown(left, right) or Unknown("a calculation", line)

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
        return compared(self.value(node.left), node.ops[0], self.value(node.comparators[0]), line)

    def _subscript(self, node: ast.Subscript) -> Value:
        base, line = self.value(node.value), node.lineno
        if isinstance(base, File):
            return base
        if isinstance(base, Symbol):
            index = "" if isinstance(node.slice, ast.Slice) else self.value(node.slice)
            return Symbol(f"{base.name}[0]", line) if index == Plain(0) else Symbol(base.name, line)
        if isinstance(node.slice, ast.Slice):
            return first_unknown(base) or Unknown("a part of a list", line)
        key = self.value(node.slice)
        if isinstance(base, Table) and isinstance(key, Text):
            unknown = base.unknown or Unknown(f"{key.value!r} is not set in this file", line)
            return base.get(key.value) or unknown.of(key.value)
        if isinstance(base, Items) and isinstance(key, Plain) and isinstance(key.value, int):
            item = next(iter(base.items[key.value :]), None) if abs(key.value) <= len(base.items) else None
            if item is not None:
                return element_of(item)
        return first_unknown(base, key) or Unknown("an element that only running finds", line)

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
            self._store(generator.target, element_of(item))
            about_file = any(self._speaks_of_a_file(test) for test in generator.ifs)
            tests = [self.value(test) for test in generator.ifs]
            tests = [] if about_file else tests
            if any(isinstance(test, Plain) and not test.value for test in tests):
                continue
            open_test = next((test for test in tests if not isinstance(test, Plain)), None)
            for value in self._comprehension(generators[1:], elements, line):
                if open_test is None or isinstance(open_test, Condition):
                    yield value if open_test is None else under(open_test, value, line)
                else:
                    yield Unknown("a filter that only running evaluates", line)

    def _table_comprehension(self, node: ast.DictComp) -> Value:
        table = Table((), node.lineno)
        for pair in self._comprehension(node.generators, [node.key, node.value], node.lineno):
            if isinstance(pair, Items):
                table = put(table, pair.items[0], pair.items[1], node.lineno)
        return table

    # --- calls ---

    def _arguments(self, node: ast.Call) -> tuple[list[Value], Table]:
        positional: list[Value] = []
        for argument in node.args:
            value = self.value(argument)
            positional.extend(spread(value) if isinstance(argument, ast.Starred) else [value])
        named = Table((), node.lineno)
        for keyword in node.keywords:
            value = self.value(keyword.value)
            if keyword.arg is None:
                named = updated(named, value, keyword.value.lineno)
            else:
                named = with_entry(named, keyword.arg, value)
        return positional, named

    def _call(self, node: ast.Call) -> Value:
        line = node.lineno
        positional, named = self._arguments(node)
        if isinstance(node.func, ast.Attribute):
            base = self.value(node.func.value)
            if not isinstance(base, Symbol):
                return method(base, node.func.attr, positional, line)
        function = self.value(node.func)
        if isinstance(function, Function):
            return self._invoke(function, named, positional, line)
        if not isinstance(function, Symbol):
            return first_unknown(function) or Unknown("a call that only running resolves", line)
        if function.name in ("sys.exit", "exit", "quit", "os._exit"):
            raise Leave
        if self._is_wanted(function.name):
            self.calls.append(Call(function.name, named, line))
            return Plain(None, line)
        if function.name == "exec" and positional:
            self._run_file(node, positional)
            return Plain(None, line)
        if function.name in ("map", "filter") and len(positional) == 2:
            return self._mapped(function.name, positional[0], positional[1], line)
        value = builtin(function.name, positional, named, line)
        if isinstance(value, File):
            self._frame.read.append(value)
        return value

    def _run_file(self, node: ast.Call, positional: Sequence[Value]) -> None:
        """What a file sets that is run: in the table that is handed to it, else beside the script's own names."""
        file = positional[0]
        if not isinstance(file, File) or file.part != "whole":
            return
        unknown = Unknown(f"it is set in {file.path}", node.lineno, file=file.path)
        tables = [(n, v) for n, v in zip(node.args[1:], positional[1:], strict=False) if isinstance(v, Table)]
        if not tables:
            self._ran = unknown
        for target, table in tables[-1:]:
            self._store(target, replace(table, unknown=unknown), mutation=True)

    def _mapped(self, how: str, function: Value, several: Value, line: int) -> Value:
        items = [element_of(item) for item in spread(several)]
        if how == "map" and isinstance(function, Function):
            items = [self._invoke(function, Table(()), [item], line) for item in items]
        elif how == "filter" and not all(isinstance(item, File) for item in items):
            return first_unknown(several) or Unknown("a filtered list", line)
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
            with contextlib.suppress(Leave):
                self.run(node.body)
        finally:
            self._frames.pop()
        if frame.yielded:
            return placed(Items(tuple(frame.yielded[:MAX_ITEMS]), line), line)
        made = only(frame.returned, node.name, line)
        if isinstance(made, Items) and not made.items and frame.read:
            # it is filled from what the function reads, by code that only running would follow
            made = Items(tuple(replace(file, part="line") for file in dict.fromkeys(frame.read)), line)
        return placed(made, line)

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
