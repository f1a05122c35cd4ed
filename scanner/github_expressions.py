"""GitHub's expressions (``${{ … }}``) as far as their value is written down: literals, contexts, operators, ``format``.

After *Evaluate expressions in workflows and actions* of GitHub's documentation. A value is text or a truth value, and
``None`` where only running would tell; a missing property is the empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

Value: TypeAlias = str | bool | None
Resolve: TypeAlias = Callable[[str], Value]

EXPRESSION = re.compile(r"\$\{\{\s{0,8}(?P<body>[^}]{1,1000}?)\s{0,8}\}\}")
MAX_TOKENS = 200
MAX_DEPTH = 20
_TOKEN = re.compile(
    r"\s{0,40}(?:(?P<text>'(?:[^']|''){0,400}')|(?P<sign>==|!=|<=|>=|&&|\|\||[!()<>,])"
    r"|(?P<number>-?\d[\d.]{0,20})|(?P<name>[A-Za-z_][\w-]{0,80}(?:\.[\w-]{1,80}){0,6}))"
)


def evaluate(expression: str, resolve: Resolve) -> Value:
    """The value of an expression without its braces; ``resolve`` gives that of a name (``matrix.folder``)."""
    tokens = _tokens(expression)
    if tokens is None:
        return None
    reader = _Reader(tokens, resolve)
    value = reader.either(0)
    return value if reader.at_end else None


def filled(text: str, resolve: Resolve) -> str:
    """``text`` with each of its expressions whose value is known in its place."""
    if "${{" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        found = evaluate(match["body"], resolve)
        return match[0] if found is None else shown(found)

    return EXPRESSION.sub(value, text)


def condition(text: str, resolve: Resolve) -> bool | None:
    """Whether an ``if:`` holds, its braces being optional; ``None`` where that cannot be known."""
    bare = text.strip()
    match = EXPRESSION.fullmatch(bare)
    if match is None and "${{" in bare:
        return None
    return _truth(evaluate(match["body"] if match else bare, resolve))


def shown(value: str | bool) -> str:
    """A value as it stands in a text."""
    return value if isinstance(value, str) else str(value).lower()


def _tokens(text: str) -> list[tuple[str, str]] | None:
    found: list[tuple[str, str]] = []
    position = 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or len(found) >= MAX_TOKENS:
            return None
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        position = match.end()
    return found


def _truth(value: Value) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    return value not in ("", "0", "-0")


class _Reader:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, tokens: Sequence[tuple[str, str]], resolve: Resolve) -> None:
        self._tokens = tokens
        self._position = 0
        self._resolve = resolve

    @property
    def at_end(self) -> bool:
        return self._position >= len(self._tokens)

    def _next(self) -> tuple[str, str]:
        return ("", "") if self.at_end else self._tokens[self._position]

    def _takes(self, *signs: str) -> str | None:
        kind, text = self._next()
        if kind == "sign" and text in signs:
            self._position += 1
            return text
        return None

    def either(self, depth: int) -> Value:
        """``a || b``: the first that is true, or the last."""
        value = self._both(depth)
        while self._takes("||"):
            other = self._both(depth)
            truth = _truth(value)
            value = None if truth is None else value if truth else other
        return value

    def _both(self, depth: int) -> Value:
        """``a && b``: the first that is false, or the last."""
        value = self._compared(depth)
        while self._takes("&&"):
            other = self._compared(depth)
            match _truth(value):
                case None:
                    value = False if _truth(other) is False else None
                case True:
                    value = other
        return value

    def _compared(self, depth: int) -> Value:
        left = self._single(depth)
        sign = self._takes("==", "!=", "<", ">", "<=", ">=")
        if sign is None:
            return left
        right = self._single(depth)
        if left is None or right is None or sign not in ("==", "!="):
            return None
        same = shown(left).casefold() == shown(right).casefold()
        return same == (sign == "==")

    def _single(self, depth: int) -> Value:
        if depth > MAX_DEPTH:
            self._position = len(self._tokens) + 1
            return None
        if self._takes("!"):
            truth = _truth(self._single(depth + 1))
            return None if truth is None else not truth
        if self._takes("("):
            value = self.either(depth + 1)
            return value if self._takes(")") else None
        kind, text = self._next()
        self._position += 1
        match kind:
            case "text":
                return text[1:-1].replace("''", "'")
            case "number":
                return text
            case "name" if text in ("true", "false"):
                return text == "true"
            case "name" if text == "null":
                return ""
            case "name" if self._takes("("):
                return _called(text.lower(), self._arguments(depth + 1))
            case "name":
                return self._resolve(text)
            case _:
                return None

    def _arguments(self, depth: int) -> list[Value]:
        found: list[Value] = []
        while not self._takes(")") and not self.at_end:
            found.append(self.either(depth))
            if not self._takes(",") and self._next() != ("sign", ")"):
                self._position = len(self._tokens) + 1
        return found


def _called(name: str, arguments: list[Value]) -> Value:
    """What a function gives; those that ask for the state of the run are not known, but ``success()`` is expected."""
    if name in ("success", "always"):
        return True
    known = [shown(value) for value in arguments if value is not None]
    if len(known) != len(arguments) or not known:
        return None
    first, *rest = known
    match name:
        case "format":
            return re.sub(r"\{(\d)\}", lambda m: rest[int(m[1])] if int(m[1]) < len(rest) else m[0], first)
        case "contains" if len(rest) == 1:
            return rest[0].casefold() in first.casefold()
        case "startswith" if len(rest) == 1:
            return first.casefold().startswith(rest[0].casefold())
        case "endswith" if len(rest) == 1:
            return first.casefold().endswith(rest[0].casefold())
        case _:
            return None
