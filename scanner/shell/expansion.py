"""Words of the shell and what they become: quotes, variables, arrays, substitutions that find the own folder."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from scanner.shell.masks import ROOT_NAME, ROOTS, Masks
from scanner.shell.narrow import widened
from scanner.shell.output import Writer
from scanner.shell.state import State

MAX_DEPTH = 80


class Expansion:
    """Expands the words of one walk; ``walk`` follows the statements inside a substitution."""

    def __init__(self, writer: Writer, masks: Masks, walk: Callable[[Node, State, int], None]) -> None:
        self._writer = writer
        self._masks = masks
        self._walk = walk

    def words(self, node: Node, state: State, depth: int) -> list[str]:
        """The words that ``node`` becomes."""
        kind = node.type
        if kind == "word":
            return [_unescape(text_of(node))]
        if kind in ("number", "raw_string"):
            return [text_of(node) if kind == "number" else text_of(node)[1:-1]]
        if (many := self.many(node, state)) is not None:
            return list(many)
        fields: list[str] = []
        current: str | None = None
        for part, splits in self.pieces(node, state, depth):
            if not splits:
                current = (current or "") + part
                continue
            words = part.split()
            if part[:1].isspace() and current is not None:
                fields.append(current)
                current = None
            for number, word in enumerate(words):
                if number and current is not None:
                    fields.append(current)
                    current = None
                current = (current or "") + word
            if part[-1:].isspace() and current is not None:
                fields.append(current)
                current = None
        if current is not None:
            fields.append(current)
        return fields

    def many(self, node: Node, state: State) -> tuple[str, ...] | None:
        """The words of ``"$@"`` or ``"${array[@]}"``, when ``node`` is just that and they are known."""
        text = text_of(node).strip('"')
        if text in ("$@", "$*", "${@}", "${*}"):
            return state.positional
        match = _ARRAY.fullmatch(text) if text.startswith("${") else None
        return state.arrays.get(match[1]) if match else None

    def pieces(self, node: Node, state: State, depth: int) -> Iterator[tuple[str, bool]]:
        """The parts of a word as (text, whether it is split at spaces)."""
        if depth > MAX_DEPTH:
            yield text_of(node), False
            return
        kind = node.type
        text = text_of(node)
        if kind in ("word", "number", "extglob_pattern", "regex"):
            yield _unescape(text), False
        elif kind == "raw_string":
            yield text.strip()[1:-1], False
        elif kind == "ansi_c_string":
            yield text[2:-1].replace("\\n", "\n").replace("\\t", "\t").replace("\\'", "'"), False
        elif kind in ("string", "translated_string"):
            yield from ((part, False) for part, _ in self._string(node, state, depth + 1))
        elif kind == "concatenation":
            for child in node.children:
                yield from self.pieces(child, state, depth + 1)
        elif kind in ("simple_expansion", "expansion"):
            yield self._expanded(node, text, state, depth), True
        elif kind == "command_substitution":
            yield self._substitute(node, text, state, depth), False
        elif kind == "process_substitution":
            self._walk(node, state.fork(), depth)
            yield text, False
        else:
            yield text, False

    def _string(self, node: Node, state: State, depth: int) -> Iterator[tuple[str, bool]]:
        whole, start = node.text or b"", node.start_byte
        end = start
        for child in node.children:
            if end < child.start_byte and end > start:  # blanks that the grammar counts to no child
                yield widened(whole[end - start : child.start_byte - start]), False
            end = child.end_byte
            text = text_of(child)
            stripped = text.lstrip()
            if child.type == "string_content":
                yield _STRING_ESCAPE.sub(lambda m: "" if m[1] == "\n" else m[1], text), False
            elif child.is_named:
                if len(stripped) < len(text):  # or counts to an expansion that follows
                    yield text[: len(text) - len(stripped)], False
                many = self.many(child, state)
                if many is not None:
                    yield " ".join(many), False
                elif child.type in ("simple_expansion", "expansion"):
                    yield self._expanded(child, stripped, state, depth), False
                elif child.type == "command_substitution":
                    yield self._substitute(child, stripped, state, depth), False
                else:
                    yield stripped, False
            elif text.strip('$"'):
                yield text, False

    def _expanded(self, node: Node, text: str, state: State, depth: int) -> str:
        """A variable's value; a default that substitutes a command (``${X:-$(…)}``) is followed as one."""
        default = node.named_children[-1] if node.named_child_count > 1 and depth <= MAX_DEPTH else None
        match = _VARIABLE.fullmatch(text) if "$(" in text else None
        if (
            default is None
            or match is None
            or match["operator"] not in (":-", "-", ":=", "=")
            or match["name"] in state.variables
        ):
            return self._value(text, state)
        return "".join(part for part, _ in self.pieces(default, state, depth + 1))

    def _value(self, text: str, state: State) -> str:
        """What ``$NAME`` or ``${NAME…}`` stands for, or the text itself where that cannot be known."""
        match = _VARIABLE.fullmatch(text)
        if match is None:
            counted = text in ("$#", "${#}") and state.positional is not None
            return str(len(state.positional or ())) if counted else text
        name = match["bare"] or match["name"]
        operator, argument = match["operator"] or "", match["argument"] or ""
        value = self._lookup(name, state)
        if operator in _DEFAULTS:
            if name.isdigit() and state.handed:
                return self._masks.add(text)
            given = name.isdigit() and state.positional is None
            if value is None and name not in state.variables and not given:
                return self._interpolate(argument.strip("\"'"), state)
            return text if value is None else value
        if operator in (":+", "+"):
            return self._interpolate(argument.strip("\"'"), state) if value else text
        if value is None:
            return text
        if operator in ("%", "%%") and argument == "/*" and (place := self._masks.place_of(value)) is not None:
            return self._masks.add(text, posixpath.dirname(place) or ".")
        if operator in ("%", "##", "#") and (trimmed := _trimmed(value, operator, argument)) is not None:
            return trimmed
        return value if operator in ("", ":?", "?") else text

    def _lookup(self, name: str, state: State) -> str | None:
        if name in state.variables and (state.variables[name] is not None or not ROOT_NAME.fullmatch(name)):
            return state.variables[name]
        if name.isdigit() and name != "0":
            known = state.positional
            if known is None and state.handed:
                return self._masks.add(f"${name}")
            return known[int(name) - 1] if known is not None and int(name) <= len(known) else None
        if name in ("0", "BASH_SOURCE") and self._masks.is_script:
            return self._masks.add(f"${name}", self._masks.path)
        if name == "PWD" and state.directory is not None:
            return state.directory if state.directory.startswith("/") else self._masks.add("$PWD", state.directory)
        return self._masks.add(f"${name}", ".") if name in ROOTS or ROOT_NAME.fullmatch(name) else None

    def _interpolate(self, text: str, state: State) -> str:
        return _SIMPLE.sub(lambda m: self._value(m[0], state), text) if "$" in text else text

    def _substitute(self, node: Node, text: str, state: State, depth: int) -> str:
        """Walk ``$(…)``; its value is known only for the idioms by which scripts find their own folder."""
        inner = state.fork()
        mark = len(self._writer.invocations)
        self._walk(node, inner, depth)
        if len(text) > 200 or text.count("$(") + text.count("`") > 4 or not _OWN_FOLDER.search(text):
            return text
        commands = [c for c in node.children if c.is_named]
        while len(commands) == 1 and commands[0].type in ("list", "redirected_statement"):
            commands = [c for c in commands[0].children if c.is_named and not c.type.endswith("redirect")]
        argvs = [self._argv(c, state, depth) for c in commands]
        place = self._place(argvs, state)
        if place is None:
            return text
        del self._writer.invocations[mark:]
        return self._masks.add(text, place)

    def _argv(self, node: Node, state: State, depth: int) -> list[str]:
        if node.type == "redirected_statement" and node.children:
            node = node.children[0]
        if node.type != "command" or depth > MAX_DEPTH - 10 or node.child_count > 6:
            return []
        parts = [c.children[0] if c.type == "command_name" else c for c in node.children if c.is_named]
        return [word for c in parts if c.type != "file_redirect" for word in self.words(c, state, depth + 8)]

    def _place(self, argvs: list[list[str]], state: State) -> str | None:
        if argvs and argvs[-1][:1] == ["pwd"]:
            directory = state.directory
            for argv in argvs[:-1]:
                if argv[:1] != ["cd"]:
                    return None
                words = [word for word in argv[1:] if word not in ("-P", "-L", "--")]
                directory = self.join_path(directory, words[0]) if len(words) == 1 else None
            return None if directory is None or directory.startswith("/") else directory
        if len(argvs) != 1 or not argvs[0]:
            return None
        name, *words = argvs[0]
        words = [word for word in words if word not in ("-f", "-e", "-m", "--")]
        if [name, *words] == ["git", "rev-parse", "--show-toplevel"]:
            return "."
        if name not in ("dirname", "readlink", "realpath") or len(words) != 1:
            return None
        place = self._masks.place_of(words[0])
        if place is None and name == "dirname" and not is_open(words[0].replace("*", "")) and "\ue000" not in words[0]:
            return self.join_path(state.directory, posixpath.dirname(words[0]) or ".")
        return place if place is None or name != "dirname" else posixpath.dirname(place) or "."

    def join_path(self, directory: str | None, word: str) -> str | None:
        """The folder that ``word`` means as seen from ``directory``; ``None`` when that cannot be known."""
        if word.startswith("\ue000"):
            return self._masks.place_of(word)
        if is_open(word.replace("*", "")) or word.startswith("~") or "\\" in word or "\ue000" in word:
            return None
        if word.startswith("/"):
            return posixpath.normpath(word) if directory is not None and directory.startswith("/") else None
        if directory is None:
            return None
        path = posixpath.normpath(posixpath.join(directory, word))
        return None if path == ".." or path.startswith("../") else path


def _trimmed(value: str, operator: str, argument: str) -> str | None:
    """``${X%.in}``, ``${X%/*}`` and ``${X##*/}``, by which scripts take names of files apart."""
    if is_open(value.replace("*", "")) or "\ue000" in value:
        return None
    if argument == "*/" and operator == "##":
        return posixpath.basename(value)
    if argument == "/*" and operator == "%":
        return posixpath.dirname(value) or value
    if not re.fullmatch(r"[\w./-]{1,60}", argument):
        return None
    return value.removesuffix(argument) if operator == "%" else value.removeprefix(argument)


_DEFAULTS = (":-", "-", ":=", "=")
_OWN_FOLDER = re.compile(r"\b(?:pwd|dirname|readlink|realpath|rev-parse)\b")
_ARRAY = re.compile(r"\$\{(\w{1,100})\[[@*]\]\}")
_SIMPLE = re.compile(r"\$\{\w{1,100}\}|\$\w{1,100}")
_STRING_ESCAPE = re.compile(r"\\([\"\\$`\n])")
_ESCAPE = re.compile(r"\\(\n|.)", re.DOTALL)
_VARIABLE = re.compile(
    r"\$(?P<bare>\w{1,100})|\$\{(?P<name>\w{1,100})(?:\[0\])?(?:(?P<operator>:?[-=+?]|%%?|##?|//?|\^\^?|,,?|:)(?P<argument>.{0,2000}))?\}",
    re.DOTALL,
)


def text_of(node: Node) -> str:
    """A node's text as written."""
    return widened(node.text)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda m: "" if m[1] == "\n" else m[1], text) if "\\" in text else text


def is_open(word: str) -> bool:
    """Whether running could make something else of ``word``: an expansion or a pattern is left in it."""
    return "$" in word or "`" in word or "*" in word
