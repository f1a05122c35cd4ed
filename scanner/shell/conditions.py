"""Tests of a shell: what they come to where that is known without running, and what CI's variables decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from operator import ge, gt, le, lt
from typing import Literal

from tree_sitter import Node

from scanner.shell.expansion import MAX_DEPTH, Expansion, is_open, text_of
from scanner.shell.state import State

_NUMERIC = ("-eq", "-ne", "-gt", "-ge", "-lt", "-le")
_LOCK = re.compile(r"\b(?:poetry|uv|pdm|Pipfile|pixi)\.lock\b")
_IS_THERE = re.compile(r"(?<![\w-])-[fesr]\s")
_NEGATED = re.compile(r"(?:^|[\s(\[])!\s")
_IS_EMPTY = re.compile(r"\bwc\b.{0,60}(?:={1,2}|-eq)\s{0,4}\"?0\b|-z\s{1,4}\"?\$\((?:cat|<)")
_ORDERED: Mapping[str, Callable[[int, int], bool]] = {"-gt": gt, "-ge": ge, "-lt": lt, "-le": le}
_CI_VARIABLES = ("CI", "GITHUB_ACTIONS")
_CI_VARIABLE = re.compile(r"\$\{?(?:CI|GITHUB_ACTIONS)\b")
_TESTS = frozenset({"=", "==", "!=", "&&", "||", "!", *_NUMERIC})
_WITH_DEFAULT = re.compile(r"\$\{([A-Za-z_]\w{0,100}):?[-=]")
_PLAIN_PATTERN = re.compile(r"[\w*./+:@-]{1,80}")
_NO_DEFAULT = re.compile(r"\$\{([A-Za-z_]\w{0,100}):?-\}")
_ONE_VARIABLE = re.compile(r"\$\{?(\w{1,100})(?::?-([\w.]{0,50}))?\}?")


class Conditions:
    """Tests of one walk, whose words ``words`` expands; ``is_ci``: the text is that of CI, where they are set.

    ``functions`` are those of the text by name: one that does nothing but test is a test of its own.
    """

    def __init__(self, words: Expansion, functions: Mapping[str, Node], *, is_ci: bool) -> None:
        self._words = words
        self._functions = functions
        self._is_ci = is_ci

    def decided(self, node: Node, state: State, depth: int) -> tuple[bool | None, Literal["ci", "local"] | None]:
        """What a test comes to, and where it holds, if that is CI alone or everywhere else."""
        told = self._in_ci(node, state, depth)
        if told is None:
            return self.truth(node, state, depth), None
        return (told == "ci", None) if self._is_ci else (None, told)

    def _in_ci(self, node: Node, state: State, depth: int) -> Literal["ci", "local"] | None:
        """Where a test upon the variables that CI systems set holds: there alone, or everywhere else."""
        if not _CI_VARIABLE.search(text_of(node)) and not self._asks_function(node):
            return None
        there, here = state.fork(), state.fork()
        for name in _CI_VARIABLES:
            if name in state.variables:
                return None
            there.variables[name], here.variables[name] = "true", ""
        match self.truth(node, there, depth), self.truth(node, here, depth):
            case True, False:
                return "ci"
            case False, True:
                return "local"
            case _:
                return None

    def _asks_function(self, node: Node) -> bool:
        """Whether a function that is called in a short test asks for the variables of CI."""
        text = text_of(node)
        called = (self._functions[word] for word in text.split()[:4] if word in self._functions)
        return any(_CI_VARIABLE.search(text_of(body)[:400]) for body in called)

    def chosen(self, node: Node, state: State, depth: int) -> Node | None:
        """The one arm of a ``case`` that is run, where its word and the patterns before are known."""
        word = next((child for child in node.children if child.is_named and child.type != "case_item"), None)
        if word is None or depth >= MAX_DEPTH:
            return None
        if any(name not in state.variables for name in _WITH_DEFAULT.findall(text_of(word))):
            return None  # whoever runs the text may choose another arm
        known = self._known(word, state, depth)
        for arm in node.children if known is not None else ():
            if arm.type != "case_item":
                continue
            patterns = [text_of(part).strip().strip("\"'") for part in arm.children_by_field_name("value")]
            if not all(_PLAIN_PATTERN.fullmatch(pattern) for pattern in patterns):
                return None
            if any(fnmatchcase(known or "", pattern) for pattern in patterns):
                return arm
        return None

    def truth(self, node: Node, state: State, depth: int) -> bool | None:
        """What a test comes to, ``None`` where that cannot be known: only words are compared, nothing is looked up."""
        if depth > MAX_DEPTH:
            return None
        parts = [child for child in node.children if child.is_named and _text_of_test(child) not in _NUMERIC]
        operator = next((sign for child in node.children if (sign := _text_of_test(child)) in _TESTS), "")
        match node.type:
            case "command":
                return self._tested(node, state, depth)
            case "string" | "simple_expansion" | "expansion":
                word = self._filled(node, state, depth)
                return None if word is None else word != ""
            case "test_command" | "parenthesized_expression" if len(parts) == 1:
                return self.truth(parts[0], state, depth + 1)
            case "negated_command" | "unary_expression" if operator == "!" and parts:
                truth = self.truth(parts[-1], state, depth + 1)
                return None if truth is None else not truth
            case "unary_expression" if len(parts) == 2 and _text_of_test(parts[0]) in ("-z", "-n"):
                word = self._filled(parts[1], state, depth)
                return None if word is None else (word == "") == (_text_of_test(parts[0]) == "-z")
            case "binary_expression" | "list" if len(parts) == 2 and operator in ("&&", "||"):
                left, right = (self.truth(part, state, depth + 1) for part in parts)
                decisive = operator == "||"
                return decisive if decisive in (left, right) else None if None in (left, right) else not decisive
            case "binary_expression" if len(parts) == 2 and operator in ("=", "==", "!=", *_NUMERIC):
                return self._compared(parts, operator, state, depth)
            case _:
                return None

    def _compared(self, parts: list[Node], operator: str, state: State, depth: int) -> bool | None:
        """Two words that are compared; the right one may be a pattern (``[[ $task == tox-* ]]``)."""
        left, pattern = self._known(parts[0], state, depth), _text_of_test(parts[1])
        if left is not None and "*" in pattern and re.fullmatch(r"[\w*./-]{1,80}", pattern):
            return fnmatchcase(left, pattern) == (operator != "!=")
        right = self._known(parts[1], state, depth)
        return None if left is None or right is None else _holds(left, operator, right)

    def _tested(self, node: Node, state: State, depth: int) -> bool | None:
        """What the command ``test`` comes to, for two words that are compared; or a function that only tests."""
        parts = [child for child in node.children if child.is_named]
        if len(parts) == 1 and (body := self._functions.get(text_of(parts[0]))) is not None:
            tests = [child for child in body.children if child.is_named and child.type != "comment"]
            return self.truth(tests[0], state, depth + 1) if len(tests) == 1 else None
        if len(parts) == 3 and text_of(parts[0]) == "test" and text_of(parts[1]) in ("-z", "-n"):
            word = self._filled(parts[2], state, depth)
            return None if word is None else (word == "") == (text_of(parts[1]) == "-z")
        if len(parts) != 4 or text_of(parts[0]) != "test" or (operator := _text_of_test(parts[2])) not in _TESTS:
            return None
        words = [self._known(part, state, depth) for part in (parts[1], parts[3])]
        return None if None in words else _holds(words[0] or "", operator, words[1] or "")

    def _filled(self, node: Node, state: State, depth: int) -> str | None:
        """The word that is asked to be empty or not: whoever runs the text may set what is only given no default."""
        match = _NO_DEFAULT.fullmatch(_text_of_test(node).strip('"'))
        if match is not None and match[1] not in state.variables and match[1] not in state.unset:
            return None
        return self._known(node, state, depth)

    def _known(self, node: Node, state: State, depth: int) -> str | None:
        text = " ".join(self._words.words(node, state, depth))
        if (match := _ONE_VARIABLE.fullmatch(text)) and match[1] in state.unset and match[1] not in state.variables:
            return match[2] or ""
        if match and match[1].isdecimal() and state.positional is not None and int(match[1]) > len(state.positional):
            return match[2] or ""
        return None if is_open(text) or "\ue000" in text or "?" in text else text


def asks_for_lock(test: str) -> Literal["there", "missing"] | None:
    """Whether a test holds where a lock is there, or where it is missing or empty."""
    if len(test) > 300 or _LOCK.search(test) is None:
        return None
    if _IS_THERE.search(test) is not None:
        return "missing" if _NEGATED.search(test) is not None else "there"
    return "missing" if _IS_EMPTY.search(test) is not None else None


def _holds(left: str, operator: str, right: str) -> bool | None:
    """What comparing two known words comes to."""
    if operator not in _ORDERED:
        return (left == right) == (operator not in ("!=", "-ne"))
    if not (left.isdecimal() and right.isdecimal()) or max(len(left), len(right)) > 9:
        return None
    return _ORDERED[operator](int(left), int(right))


def _text_of_test(node: Node) -> str:
    return text_of(node).strip()
