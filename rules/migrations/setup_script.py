"""The texts of ``setup.py`` and ``setup.cfg`` without what ``[project]`` says now. Pure; nothing is run.

Arguments and keys go with their lines; what was only there to compute them goes too: statements at the top of the
script that were needed before and that nothing needs any more.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import pairwise


def setup_call(text: str) -> ast.Call | None:
    """The last call of ``setup`` in a script; the tree is looked at, never run."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _called(n.func) == "setup"]
    return calls[-1] if calls else None


def _called(function: ast.expr) -> str | None:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def spread_keys(text: str, name: str) -> frozenset[str] | None:
    """The keys that a dictionary of the script gets, by its statements; ``None`` where these do not tell all."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _keys_of(tree, name, frozenset())


def _keys_of(tree: ast.Module, name: str, seen: frozenset[str]) -> frozenset[str] | None:
    if name in seen:
        return frozenset()
    seen |= {name}
    found: set[str] = set()
    made = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and target.id == name:
                    keys = literal_keys(node.value)
                    if keys is None:
                        return None
                    found |= keys
                    made = True
                elif _is_of(target, name):
                    key = target.slice if isinstance(target, ast.Subscript) else None
                    if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                        return None
                    found.add(key.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_of(node.func, name):
            if node.func.attr not in ("update", "setdefault", "get", "pop", "keys", "items"):
                return None
            keys = _updated(tree, node, seen)
            if keys is None:
                return None
            found |= keys
    return frozenset(found) if made else None


def _is_of(node: ast.expr, name: str) -> bool:
    """Whether a node is an item or an attribute of the variable ``name``."""
    inner = node.value if isinstance(node, ast.Subscript | ast.Attribute) else None
    return isinstance(inner, ast.Name) and inner.id == name


def _updated(tree: ast.Module, call: ast.Call, seen: frozenset[str]) -> frozenset[str] | None:
    """The keys that a call of a dictionary's method adds."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method == "update":
        parts = [_keys_of(tree, a.id, seen) if isinstance(a, ast.Name) else literal_keys(a) for a in call.args]
        named = [keyword.arg for keyword in call.keywords]
        if None in parts or None in named:
            return None
        return frozenset(key for part in parts for key in part or ()) | frozenset(key for key in named if key)
    if method == "setdefault":
        first = call.args[0] if call.args else None
        return frozenset({first.value}) if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    return frozenset()


def literal_keys(node: ast.expr | None) -> frozenset[str] | None:
    """The keys of a dictionary that is written out; ``None`` for anything else."""
    if isinstance(node, ast.Dict):
        keys = [k.value if isinstance(k, ast.Constant) else None for k in node.keys]
    elif isinstance(node, ast.Call) and _called(node.func) == "dict" and not node.args:
        keys = [keyword.arg for keyword in node.keywords]
    else:
        return None
    return frozenset(k for k in keys if isinstance(k, str)) if all(isinstance(k, str) for k in keys) else None


def conditional_lines(text: str) -> frozenset[int]:
    """The lines of a script that do not run in any case: below conditions, attempts, loops and in functions."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    kinds = (ast.If, ast.Try, ast.For, ast.While, ast.FunctionDef, ast.ClassDef)
    blocks = [node for node in tree.body if isinstance(node, kinds)]
    calls = [node for block in blocks for node in ast.walk(block) if isinstance(node, ast.Call)]
    calls = [call for call in calls if _called(call.func) == "setup"]
    guarded = [b for b in blocks if not any(b.lineno <= c.lineno <= (b.end_lineno or 0) for c in calls)]
    return frozenset(n for b in guarded for n in range(b.lineno, (b.end_lineno or b.lineno) + 1))


def without_arguments(text: str, names: Sequence[str]) -> str:
    """A script without these arguments of its call of ``setup``."""
    call = setup_call(text)
    if call is None:
        return text
    data = text.encode()
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for keyword in sorted(call.keywords, key=lambda k: (-k.lineno, -k.col_offset)):
        value = keyword.value
        if keyword.arg in names and value.end_lineno is not None and value.end_col_offset is not None:
            begin = starts[keyword.lineno - 1] + keyword.col_offset
            end = _behind(data, starts[value.end_lineno - 1] + value.end_col_offset)
            if end is not None:
                data = _cut(data, begin, end)
    done = data.decode()
    try:
        ast.parse(done)
    except SyntaxError:
        return text
    return done


def _behind(data: bytes, end: int) -> int | None:
    """The position behind the comma that follows an argument, closing brackets around its value included."""
    found = re.match(rb"[\s)]*?(?:,|(?=\s*\)))", data[end : end + 500])
    return end + found.end() if found else None


def _cut(data: bytes, begin: int, end: int) -> bytes:
    line = data.rfind(b"\n", 0, begin) + 1
    rest = re.match(rb"[ \t]*(?:#[^\n]*)?\n", data[end:])
    if not data[line:begin].strip() and rest is not None:
        return _without_comment_above(data[:line]) + data[end + rest.end() :]
    head, tail = data[:begin], data[end:].lstrip(b" ")
    return (re.sub(rb",[ \t]*$", b"", head) if tail.startswith(b")") else head) + tail


def _without_comment_above(data: bytes) -> bytes:
    """Without the comment lines at the end, which speak of what follows."""
    while (above := data.rfind(b"\n", 0, len(data) - 1) + 1) and data[above:].lstrip().startswith(b"#"):
        data = data[:above]
    return data


def without_keys(text: str, names: Sequence[str]) -> str:
    """A ``setup.cfg`` without these keys of ``[options]``, their sections, and ``version`` of ``[metadata]``."""
    kept: list[str] = []
    section, dropping = "", False
    for line in text.splitlines(keepends=True):
        header = re.match(r"\[([^\]]{1,200})\]", line)
        key = re.match(r"([A-Za-z_][\w-]*)\s*[=:]", line)
        if header is not None:
            section = header[1].strip()
            dropping = section in {f"options.{name}" for name in names}
        elif key is not None and section == "options":
            dropping = key[1].replace("-", "_") in names
        elif key is not None and section == "metadata":
            dropping = key[1] == "version" and "version" in names
        elif key is not None and not section.startswith("options."):
            dropping = False
        if not dropping:
            kept.append(line)
    return "".join(kept)


# --- what nothing needs any more -----------------------------------------------------------------------------------


def without_dead(text: str, before: str) -> str:
    """A script without the statements that ``before`` needed and that nothing needs now; unchanged if in doubt."""
    try:
        now, then = ast.parse(text), ast.parse(before)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    needless = {ast.dump(s) for s in _dead(then.body)}
    gone = [s for s in _dead(now.body) if ast.dump(s) not in needless]
    if not gone or _share_lines(now.body):
        return text
    lines = text.splitlines(keepends=True)
    for statement in reversed(gone):
        first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))]) - 1
        last = statement.end_lineno or statement.lineno
        while first > 0 and lines[first - 1].startswith("#") and first > 1 and not lines[first - 1].startswith("#!"):
            first -= 1
        while last < len(lines) and not lines[last].strip() and (first == 0 or not lines[first - 1].strip()):
            last += 1
        del lines[first:last]
    made = "".join(lines)
    kept = [ast.dump(s) for s in now.body if s not in gone]
    try:
        return made if [ast.dump(s) for s in ast.parse(made).body] == kept else text
    except SyntaxError:
        return text


def _share_lines(statements: Sequence[ast.stmt]) -> bool:
    return any(a.end_lineno == b.lineno for a, b in pairwise(statements))


def _dead(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements that only make values which no other one needs."""
    live = [s for s in statements if not _only_makes(s)]
    waiting = [s for s in statements if _only_makes(s)]
    found = True
    while found:
        needed = {name for s in live for name in _loaded(s)}
        found_now = [s for s in waiting if needed & _made(s)]
        live += found_now
        waiting = [s for s in waiting if s not in found_now]
        found = bool(found_now)
    return [s for s in statements if s in waiting]


def _only_makes(statement: ast.stmt) -> bool:
    """Whether a statement does nothing but bind or fill names."""
    match statement:
        case ast.FunctionDef() | ast.Import() | ast.ImportFrom():
            return not (isinstance(statement, ast.ImportFrom) and any(a.name == "*" for a in statement.names))
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            return all(isinstance(n, ast.Name | ast.Tuple) for n in targets)
        case ast.With():
            return all(_only_makes(s) or _only_fills(s) for s in statement.body)
        case ast.For() | ast.If():
            return all(_only_makes(s) or _only_fills(s) for s in (*statement.body, *statement.orelse))
    return False


def _only_fills(statement: ast.stmt) -> bool:
    """``names.append(…)`` and its like; ``continue``."""
    if isinstance(statement, ast.Continue | ast.Break | ast.Pass):
        return True
    call = statement.value if isinstance(statement, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.attr in ("append", "extend", "add", "update", "insert")
    )


def _made(statement: ast.stmt) -> set[str]:
    """The names that a statement binds or fills."""
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Expr) and _only_fills(node):
            found |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return found - _inner(statement)


def _loaded(statement: ast.stmt) -> set[str]:
    """The names of others that a statement needs."""
    found = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    targets = (n.target for n in ast.walk(statement) if isinstance(n, ast.AugAssign))
    return (found | {t.id for t in targets if isinstance(t, ast.Name)}) - _inner(statement)


def _inner(statement: ast.stmt) -> set[str]:
    """The names that a statement binds for itself alone: of ``with`` and ``for``, arguments, variables of functions."""
    if isinstance(statement, ast.FunctionDef):
        names = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        return names | {n.arg for n in ast.walk(statement) if isinstance(n, ast.arg)}
    bound: list[ast.expr] = []
    for node in ast.walk(statement):
        if isinstance(node, ast.With):
            bound += [item.optional_vars for item in node.items if item.optional_vars is not None]
        elif isinstance(node, ast.For | ast.comprehension):
            bound.append(node.target)
    return {n.id for target in bound for n in ast.walk(target) if isinstance(n, ast.Name)}
