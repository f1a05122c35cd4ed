"""``noxfile.py``: sessions as tasks, read by :mod:`ast`, never run.

``session.install`` and its relatives become the installer's command line (``uv pip install`` under the uv backend),
``session.run`` its own. Literals, module constants, f-strings, paths, starred lists, loops over literals, parameters,
and helper functions that are handed the session or only return a value are followed; what only running would tell
stays as ``${…}``, the same text for the same expression. Under nox-poetry what is installed is held to what the lock
says, as that package does it: by an exported file of constraints.
"""

from __future__ import annotations

import ast
import posixpath
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product

from scanner import shell
from scanner.facts import Extract, Invocation, Location, PythonVersion, Task
from scanner.format import Format, Unreadable, named
from scanner.static_python import line_of_nul

MAX_SIZE = 512 * 1024
MAX_DEPTH = 40
MAX_CALLS = 4
MAX_COMMANDS = 2_000
MAX_ROWS = 24
MAX_RETURNS = 500

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Value = str | tuple[str, ...] | None
_RUNS = frozenset({"run", "run_always", "run_install"})


@dataclass(slots=True)
class _Session:
    name: str
    line: int
    function: _Function
    backend: str
    pythons: tuple[str, ...]
    default: bool = True
    tags: tuple[str, ...] = ()
    needs: list[str] = field(default_factory=list)
    synced: ast.Call | None = None  # by nox-uv, as its decorator says


def read(path: str, text: str) -> Extract | None:
    """Read a noxfile; ``None`` for a module without a session."""
    if len(text) > MAX_SIZE:
        raise Unreadable(f"more than {MAX_SIZE} characters of Python", code="too-large")
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        raise Unreadable("not valid Python", line=error.lineno or line_of_nul(text)) from None
    except ValueError:
        raise Unreadable("not valid Python", line=line_of_nul(text)) from None
    except (RecursionError, MemoryError):
        raise Unreadable("not valid Python") from None
    try:
        nox = _Nox(path, module)
        invocations = tuple(i for session in nox.sessions for i in nox.run(session))
    except RecursionError:
        raise Unreadable("nested too deeply", code="too-deep") from None
    if not nox.sessions:
        return None
    return Extract(
        path=path,
        format="nox",
        invocations=invocations,
        tasks=tuple(_tasks(path, nox.sessions)),
        pythons=tuple(
            PythonVersion(version=version, at=Location(path=path, line=s.line), kind="nox", job=s.name)
            for s in nox.sessions
            for version in s.pythons
        ),
        template="{{" in path,
    )


FORMAT = Format(name="nox", matches=named("noxfile.py"), read=read, limit=MAX_SIZE)


def _tasks(path: str, sessions: list[_Session]) -> Iterator[Task]:
    for session in sessions:
        at = Location(path=path, line=session.line)
        yield Task(name=session.name, at=at, needs=tuple(session.needs), default=session.default, tags=session.tags)
        for version in session.pythons:
            yield Task(name=f"{session.name}-{version}", at=at, needs=(session.name,))


class _Nox:
    """The sessions, helper functions and constants of one noxfile."""

    def __init__(self, path: str, module: ast.Module) -> None:
        self.sessions: list[_Session] = []
        self._path = path
        self._constants: dict[str, _Value] = {}
        self._functions: dict[str, _Function] = {}
        self._backend = "virtualenv"
        self.by_poetry = False
        self._returns = 0
        chosen: tuple[str, ...] | None = None
        for node in _statements(module.body):
            if isinstance(node, ast.Assign | ast.AnnAssign):
                chosen = self._assign(node) or chosen
            elif isinstance(node, ast.ImportFrom) and node.module == "nox_poetry":
                self.by_poetry = True
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._functions[node.name] = node
                if (decorator := _session_decorator(node)) is not None:
                    self.sessions.append(self._session(node, decorator))
        if chosen is not None:
            for session in self.sessions:
                session.default = session.name in chosen

    def _assign(self, node: ast.Assign | ast.AnnAssign) -> tuple[str, ...] | None:
        """Keep a constant; the return value are the default sessions, where this line sets them."""
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            value = self._value(node.value, {}) if node.value is not None else None
            if isinstance(target, ast.Name):
                self._constants[target.id] = value
            elif ast.unparse(target) == "nox.options.default_venv_backend" and isinstance(value, str):
                self._backend = value
            elif ast.unparse(target) == "nox.options.sessions":
                return value if isinstance(value, tuple) else (value,) if value else None
        return None

    def _session(self, node: _Function, decorator: ast.expr) -> _Session:
        keywords = {k.arg: k.value for k in decorator.keywords} if isinstance(decorator, ast.Call) else {}
        name = self._value(keywords.get("name"), {})
        backend = self._value(keywords.get("venv_backend"), {})
        default = keywords.get("default")
        tags = self._value(keywords.get("tags"), {})
        python = keywords.get("python", keywords.get("py"))
        if python is None and isinstance(decorator, ast.Call) and decorator.args:
            python = decorator.args[0]
        pythons = self._value(python, {})
        versions = pythons if isinstance(pythons, tuple) else (pythons,) if pythons else ()
        return _Session(
            name=name if isinstance(name, str) else node.name,
            line=node.lineno,
            function=node,
            backend=backend if isinstance(backend, str) else self._backend,
            pythons=tuple(v.removeprefix("python") for v in versions if "$" not in v),
            default=not (isinstance(default, ast.Constant) and default.value is False),
            tags=tags if isinstance(tags, tuple) else (),
            synced=decorator if isinstance(decorator, ast.Call) and _by_nox_uv(decorator) else None,
        )

    def run(self, session: _Session) -> list[Invocation]:
        """What the session would start, in order."""
        found: dict[Invocation, None] = {}
        arguments = session.function.args.args
        for row in self._rows(session.function) if arguments else ():
            body = _Body(self, session, self._path)
            if session.synced is not None:
                body.sync(session.synced)
            body.walk(session.function.body, arguments[0].arg, row, 0)
            found.update(dict.fromkeys(body.found))
        session.needs = list(dict.fromkeys(session.needs))
        return list(found)

    def _rows(self, function: _Function) -> Iterator[dict[str, _Value]]:
        """The combinations of a session's parameters; one that is empty where there are none, or nobody can tell."""
        axes = [axis for d in function.decorator_list if (axis := self._axis(d))]
        for row in islice(product(*axes), MAX_ROWS):
            yield {name: value for values in row for name, value in values.items()}

    def _axis(self, decorator: ast.expr) -> list[dict[str, _Value]]:
        """What one ``@nox.parametrize(names, values)`` stands for, ``nox.param(…)`` too."""
        if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) not in ("nox.parametrize", "parametrize"):
            return []
        keywords = {k.arg: k.value for k in decorator.keywords}
        names, values = [*decorator.args, keywords.get("arg_names"), keywords.get("arg_values_list")][:2]
        told = self._value(names, {})
        wanted = [n.strip() for n in told.split(",")] if isinstance(told, str) else list(told or ())
        found: list[dict[str, _Value]] = []
        for item in values.elts if isinstance(values, ast.List | ast.Tuple) else ():
            parts = item.args if isinstance(item, ast.Call) else [item]
            if len(wanted) > 1 and isinstance(item, ast.List | ast.Tuple):
                parts = item.elts
            found.append({n: self._value(part, {}) for n, part in zip(wanted, parts, strict=False)})
        if not found and len(wanted) == 1 and isinstance(known := self._value(values, {}), tuple):
            found = [{wanted[0]: value} for value in known]
        return found

    def function(self, name: str) -> _Function | None:
        """A function of this module by name."""
        return self._functions.get(name)

    def value(self, node: ast.expr | None, names: Mapping[str, _Value]) -> _Value:
        """The literal that an expression stands for (see :meth:`_value`)."""
        return self._value(node, names)

    def _value(self, node: ast.expr | None, names: Mapping[str, _Value], depth: int = 0) -> _Value:
        """A string, or a tuple of strings; ``None`` where only running would tell."""
        if node is None or depth > MAX_DEPTH:
            return None
        match node:
            case ast.Constant(value=str() | int() | float() as value) if not isinstance(value, bool):
                return str(value)
            case ast.Name(id=name):
                return names[name] if name in names else self._constants.get(name)
            case ast.JoinedStr(values=values):
                return "".join(self._part(value, names, depth) for value in values)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return tuple(self._words(items, names, depth + 1))
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                a, b = self._value(left, names, depth + 1), self._value(right, names, depth + 1)
                if isinstance(a, str) and isinstance(b, str):
                    return a + b
                return (*a, *b) if isinstance(a, tuple) and isinstance(b, tuple) else None
            case ast.BinOp(op=ast.Div(), left=left, right=right):
                return self._joined([left, right], names, depth + 1)
            case ast.IfExp(body=body, orelse=orelse):
                return _common(self._value(body, names, depth + 1), self._value(orelse, names, depth + 1))
            case ast.Attribute() | ast.Call() if (place := self._path_of(node, names, depth + 1)) is not None:
                return place
            case ast.Call(func=ast.Name(id="str" | "Path" | "list" | "tuple" | "sorted"), args=[inner]):
                return self._value(inner, names, depth + 1)
            case ast.Call(func=ast.Name(id=name), args=args) if (function := self._functions.get(name)) is not None:
                return self._returned(function, args, node.keywords, names, depth + 1)
            case ast.Call(func=ast.Attribute(attr="dependency_groups"), args=[_, *groups]):
                wanted = self._words(groups, names, depth + 1)
                return tuple(word for group in wanted for word in ("--group", group))
            case _:
                return None

    def _returned(
        self,
        function: _Function,
        args: list[ast.expr],
        keywords: list[ast.keyword],
        names: Mapping[str, _Value],
        depth: int,
    ) -> _Value:
        """What a function of this file gives that does nothing but return an expression."""
        *before, last = function.body
        self._returns += 1
        only = isinstance(last, ast.Return) and all(isinstance(n, ast.Expr) for n in before)
        if not isinstance(last, ast.Return) or not only or self._returns > MAX_RETURNS:
            return None
        given = {p.arg: self._value(a, names, depth) for p, a in zip(function.args.args, args, strict=False)}
        given.update({k.arg: self._value(k.value, names, depth) for k in keywords if k.arg is not None})
        return self._value(last.value, given, depth)

    def _path_of(self, node: ast.expr, names: Mapping[str, _Value], depth: int) -> str | None:
        """A path that is built from the place of this file, as seen from its folder."""
        match node:
            case ast.Name(id="__file__"):
                return posixpath.basename(self._path)
            case ast.Attribute(value=inner, attr="parent"):
                place = self._place(inner, names, depth)
                return None if place is None else _above(place)
            case ast.Call(func=ast.Attribute(value=inner, attr="resolve" | "absolute" | "as_posix" | "expanduser")):
                return self._place(inner, names, depth)
            case ast.Call(func=ast.Attribute(value=inner, attr="joinpath"), args=parts):
                return self._joined([inner, *parts], names, depth)
            case ast.Call(func=ast.Attribute(attr="cwd" | "getcwd")):
                return "."
            case ast.Call(func=ast.Name(id="dirname") | ast.Attribute(attr="dirname"), args=[inner]):
                place = self._place(inner, names, depth)
                return None if place is None else _above(place)
            case ast.Call(func=ast.Attribute(attr="abspath" | "realpath" | "fspath"), args=[inner]):
                return self._place(inner, names, depth)
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="path"), attr="join"), args=parts):
                return self._joined(parts, names, depth)
            case ast.Call(func=ast.Name(id="Path") | ast.Attribute(attr="Path"), args=parts):
                return self._joined(parts, names, depth)
            case _:
                return None

    def _place(self, node: ast.expr, names: Mapping[str, _Value], depth: int) -> str | None:
        value = self._path_of(node, names, depth + 1) if depth < MAX_DEPTH else None
        found = value if value is not None else self._value(node, names, depth + 1)
        return found if isinstance(found, str) else None

    def _joined(self, parts: list[ast.expr], names: Mapping[str, _Value], depth: int) -> str | None:
        """A path of several parts; one that is not known stands in it as its own text."""
        places = [self._place(part, names, depth) or _unknown(part) for part in parts]
        return posixpath.join(*places) if places else "."

    def _part(self, node: ast.expr, names: Mapping[str, _Value], depth: int) -> str:
        if isinstance(node, ast.FormattedValue):
            value = self._value(node.value, names, depth + 1)
            return value if isinstance(value, str) else _unknown(node.value)
        value = self._value(node, names, depth + 1)
        return value if isinstance(value, str) else ""

    def _words(self, nodes: list[ast.expr], names: Mapping[str, _Value], depth: int = 0) -> list[str]:
        words: list[str] = []
        for node in nodes:
            value = self._value(node.value if isinstance(node, ast.Starred) else node, names, depth + 1)
            if isinstance(value, tuple):
                words.extend(value)
            elif value is not None:
                words.append(value)
            elif "posargs" not in ast.unparse(node)[:200]:
                words.append(_unknown(node))
        return words

    def words(self, nodes: list[ast.expr], names: Mapping[str, _Value]) -> list[str]:
        """The arguments of a call as words."""
        return self._words(nodes, names)


_CONSTRAINTS = ".nox/tmp/requirements.txt"  # where nox-poetry writes what the lock says


def _common(one: _Value, other: _Value) -> _Value:
    """What holds whichever way a condition goes: the same value, or the words that both lists begin with."""
    if one == other:
        return one
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return None
    shorter, longer = sorted((one, other), key=len)
    return shorter if shorter and longer[: len(shorter)] == shorter else None


def _above(place: str) -> str | None:
    return None if "$" in posixpath.basename(place) else posixpath.normpath(posixpath.join(place, ".."))


def _unknown(node: ast.expr) -> str:
    text = ast.unparse(node) if not isinstance(node, ast.IfExp | ast.BinOp) else "value"
    return f"${{{''.join(c if c.isalnum() else '_' for c in text[:60]).strip('_') or 'value'}}}"


def _statements(body: list[ast.stmt], depth: int = 0) -> Iterator[ast.stmt]:
    """Statements of the module, those under ``if`` and ``try`` too."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With) and depth < 5:
            yield from _statements(node.body, depth + 1)
            for name in ("orelse", "finalbody"):
                yield from _statements(getattr(node, name, []), depth + 1)


def _session_decorator(node: _Function) -> ast.expr | None:
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""
        if name in ("session", "nox_session"):
            return decorator
    return None


def _by_nox_uv(decorator: ast.Call) -> bool:
    """Whether the decorator is nox-uv's, by its own name or by what it is told."""
    asked = any((keyword.arg or "").startswith("uv_") for keyword in decorator.keywords)
    return asked or ast.unparse(decorator.func) == "nox_uv.session"


_SYNC_LISTS = {"uv_groups": "--group", "uv_extras": "--extra", "uv_only_groups": "--only-group"}
_SYNC_FLAGS = {
    "uv_all_groups": "--all-groups",
    "uv_all_extras": "--all-extras",
    "uv_no_install_project": "--no-install-project",
}


class _Body:
    """Walks what one session does."""

    def __init__(self, nox: _Nox, session: _Session, path: str) -> None:
        self.found: list[Invocation] = []
        self._nox = nox
        self._session = session
        self._path = path
        self._directory: str | None = posixpath.dirname(path) or "."
        self._env: dict[str, str] = {}
        self._active: list[str] = []

    def sync(self, decorator: ast.Call) -> None:
        """What nox-uv does before a session: ``uv sync`` with the groups and extras that its decorator names."""
        given = {k.arg: self._nox.value(k.value, {}) for k in decorator.keywords if k.arg is not None}
        literal = {k.arg: ast.unparse(k.value) for k in decorator.keywords}
        words = ["uv", "sync"]
        for name, option in _SYNC_LISTS.items():
            values = given.get(name)
            words += [word for value in (values if isinstance(values, tuple) else ()) for word in (option, value)]
        words += [option for name, option in _SYNC_FLAGS.items() if literal.get(name) == "True"]
        if literal.get("uv_sync_locked") != "False":
            words.append("--locked")
        self._emit(words, decorator, {})

    def walk(self, body: list[ast.stmt], session: str, names: dict[str, _Value], depth: int) -> None:
        if depth > MAX_DEPTH or len(self.found) > MAX_COMMANDS:
            return
        for node in body:
            self._statement(node, session, names, depth)

    def _statement(self, node: ast.stmt, session: str, names: dict[str, _Value], depth: int) -> None:
        match node:
            case ast.For(target=ast.Name(id=name), iter=items, body=body):
                values = self._nox.value(items, names)
                for value in values[:16] if isinstance(values, tuple) else (None,):
                    self.walk(body, session, {**names, name: value}, depth + 1)
            case ast.For() | ast.While() | ast.If() | ast.Try() | ast.With():
                before = self._directory
                for item in getattr(node, "items", []):
                    self._expression(item.context_expr, session, names, depth)
                for name in ("body", "orelse", "finalbody"):
                    self.walk(getattr(node, name, []), session, names, depth + 1)
                for handler in getattr(node, "handlers", []):
                    self.walk(handler.body, session, names, depth + 1)
                if isinstance(node, ast.With):
                    self._directory = before
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._expression(value, session, names, depth)
                names[name] = self._nox.value(value, names)
            case ast.Assign(targets=[ast.Subscript(value=holder, slice=key)], value=value):
                literal, variable = self._nox.value(value, names), self._nox.value(key, names)
                if ast.unparse(holder) == f"{session}.env" and isinstance(literal, str) and isinstance(variable, str):
                    self._env[variable] = literal
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                old, new = names.get(name), self._nox.value(value, names)
                both = isinstance(old, tuple) and isinstance(new, tuple)
                names[name] = (*old, *new) if both else None  # type: ignore[misc]
            case ast.Expr(value=value) | ast.Return(value=ast.expr() as value):
                self._expression(value, session, names, depth)
            case _:
                return

    def _expression(self, node: ast.expr, session: str, names: dict[str, _Value], depth: int) -> None:
        if not isinstance(node, ast.Call):
            return
        match node.func:
            case ast.Attribute(value=ast.Name(id=holder), attr=name) if holder == session:
                self._method(name, node, names)
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id=holder), attr="poetry"), attr=name) if (
                holder == session
            ):
                self._method("install" if name.startswith("install") else name, node, names)
            case ast.Attribute(value=ast.Name(id=holder), attr="extend" | "append" as how) if node.args:
                old, new = names.get(holder), self._nox.value(node.args[0], names)
                added = (new,) if how == "append" and isinstance(new, str) else new
                names[holder] = (*old, *added) if isinstance(old, tuple) and isinstance(added, tuple) else None
            case ast.Name(id=name) if (function := self._nox.function(name)) is not None:
                self._helper(function, node, session, names, depth)
            case _:
                return

    def _helper(self, function: _Function, node: ast.Call, session: str, names: dict[str, _Value], depth: int) -> None:
        """A function of this file that is handed the session."""
        inner: dict[str, _Value] = {}
        handed = ""
        for parameter, argument in zip(function.args.args, node.args, strict=False):
            if isinstance(argument, ast.Name) and argument.id == session:
                handed = parameter.arg
            else:
                inner[parameter.arg] = self._nox.value(argument, names)
        for keyword in node.keywords:
            if keyword.arg is not None:
                inner[keyword.arg] = self._nox.value(keyword.value, names)
        if handed and function.name not in self._active and len(self._active) < MAX_CALLS:
            self._active.append(function.name)
            self.walk(function.body, handed, inner, depth + 1)
            self._active.pop()

    def _method(self, name: str, node: ast.Call, names: dict[str, _Value]) -> None:
        words = self._nox.words(node.args, names)
        uv = self._session.backend.split("|")[0] == "uv"
        if name in _RUNS and words:
            self._emit(words, node, names)
        elif name == "install" and words:
            held: list[str] = []
            if self._nox.by_poetry:
                held = [f"--constraint={_CONSTRAINTS}"]
                self._emit(["poetry", "export", "--without-hashes", f"--output={_CONSTRAINTS}"], node, names)
            self._emit([*(("uv", "pip") if uv else ("pip",)), "install", *held, *words], node, names)
        elif name == "conda_install" and words:
            self._emit(["conda", "install", *words], node, names)
        elif name in ("chdir", "cd") and words:
            joined = posixpath.normpath(posixpath.join(self._directory or ".", words[0]))
            self._directory = None if "$" in joined or joined.startswith(("..", "/")) else joined
        elif name == "notify" and words:
            self._session.needs.append(words[0])

    def _emit(self, words: list[str], node: ast.Call, names: dict[str, _Value]) -> None:
        env = dict(self._env)
        codes = None
        for keyword in node.keywords:
            if keyword.arg == "env" and isinstance(keyword.value, ast.Dict):
                for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                    variable, literal = self._nox.value(key, names), self._nox.value(value, names)
                    if isinstance(variable, str) and isinstance(literal, str):
                        env[variable] = literal
            elif keyword.arg == "success_codes":
                codes = self._nox.value(keyword.value, names)
        parsed = shell.parse(
            shlex.join(words),
            at=Location(path=self._path, line=node.lineno),
            context="task",
            env=env,
            directory=self._directory,
            job=self._session.name,
            tolerated=isinstance(codes, tuple) and "1" in codes,
        )
        self.found.extend(parsed.invocations)
