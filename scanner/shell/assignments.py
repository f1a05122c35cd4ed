"""Variables of the shell: what assignments, declarations and ``unset`` make of the state."""

from __future__ import annotations

from tree_sitter import Node

from scanner.shell.expansion import Expansion, is_open, text_of
from scanner.shell.state import MAX_TEXT, State


class Assignments:
    """Reads the assignments of one walk, whose words ``words`` expands."""

    def __init__(self, words: Expansion) -> None:
        self._words = words

    def declare(self, node: Node, state: State, depth: int) -> None:
        """``export``, ``local``, ``declare`` and their like."""
        words = [text_of(child) for child in node.children if child.type == "word"]
        keyword = text_of(node.children[0])
        exports = keyword == "export" or any(word.startswith("-") and "x" in word for word in words)
        for child in node.children:
            if child.type == "variable_assignment":
                self.assign(child, state, depth, export=exports)
            elif child.type == "variable_name" and exports:
                state.exported.add(text_of(child))
            elif child.is_named and child.type != "word":
                self._words.words(child, state, depth)

    def assign(self, node: Node, state: State, depth: int, *, export: bool = False) -> None:
        """``NAME=value``, ``NAME+=value`` and arrays, into the state."""
        name, value = self._given(node, state, depth)
        if not name:
            return
        adds = any(child.type == "+=" for child in node.children)
        if isinstance(value, tuple):
            state.arrays[name] = (*(state.arrays.get(name, ()) if adds else ()), *value)
        else:
            state.arrays.pop(name, None)
            old, known = (state.text(name), state.variables.get(name) is not None) if adds else ("", True)
            text = old + state.filled(value) if old is not None else None
            known = known and not is_open(value.replace("*", ""))
            state.variables[name] = text if known else None
            state.texts.pop(name, None)
            if text and not known and len(text) <= MAX_TEXT:
                state.texts[name] = text
        if export:
            state.exported.add(name)

    def read(self, node: Node, state: State, depth: int) -> tuple[str, str | tuple[str, ...] | None]:
        """The name and the value of an assignment; no name where it is one to a part of an array."""
        name, value = self._given(node, state, depth)
        return name, None if isinstance(value, str) and is_open(value.replace("*", "")) else value

    def _given(self, node: Node, state: State, depth: int) -> tuple[str, str | tuple[str, ...]]:
        """The name and the value, in which what is not known stays as it is written."""
        name = ""
        value: str | tuple[str, ...] = ""
        for child in node.children:
            if child.type == "variable_name" and not name:
                name = text_of(child)
            elif child.type == "subscript":
                return "", ""
            elif child.type == "array":
                value = tuple(
                    word for item in child.children if item.is_named for word in self._words.words(item, state, depth)
                )
            elif child.is_named:
                value = "".join(part for part, _ in self._words.pieces(child, state, depth))
        return name, value

    def unset(self, node: Node, state: State) -> None:
        """``unset NAME``."""
        for child in node.children:
            if child.type in ("variable_name", "word"):
                state.variables[text_of(child)] = None
                state.texts.pop(text_of(child), None)
                state.arrays.pop(text_of(child), None)
