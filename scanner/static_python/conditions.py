"""Comparisons: those that are known, and those that a marker of PEP 508 can say."""

from __future__ import annotations

import ast
import re

from scanner.static_python.values import (
    Condition,
    Items,
    Plain,
    Symbol,
    Table,
    Text,
    Unknown,
    Value,
)

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


def compared(left: Value, operator: ast.cmpop, right: Value, line: int) -> Value:
    """A comparison: true or false where both sides are known, else a marker that says it."""
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
