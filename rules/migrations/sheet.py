"""A TOML file as blocks of text, so that what a conversion does not touch stays as it was written, byte by byte.

A *block* is a table with its header, the comments that stand right above it, and its entries; the entries know their
value, the comment behind them and the comments above. Only well-formed TOML gets here: it was parsed before.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rules.migrations.toml_text import Entry, Row, Rows, listed, remark, rows_text

_TRIVIA = re.compile(r"[ \t]*(?:#.*)?")
_TRIPLE = ('"""', "'''")


@dataclass(frozen=True, slots=True)
class Item:
    """One ``key = value`` of a block: the path of its (dotted) key, its value, the value's text, and its comments.

    ``line`` counts from 1 in the whole file.
    """

    keys: tuple[str, ...]
    value: Any
    raw: str
    comment: str | None = None
    above: tuple[str, ...] = ()
    line: int = 1


@dataclass(slots=True)
class Block:
    """A table: ``lead`` are the comment lines right above its header, ``body`` the text below it."""

    keys: tuple[str, ...]
    is_array: bool
    lead: str
    header: str
    body: str
    line: int

    @property
    def text(self) -> str:
        """The block as it stands in the file."""
        return self.lead + self.header + self.body

    def items(self) -> list[Item]:
        """The entries in order."""
        return list(_items(self.body, self.line + (1 if self.header else 0)))

    def trailing(self) -> tuple[str, ...]:
        """Comments after the last entry."""
        return tuple(_Expressions(self.body).rest())

    @property
    def comment(self) -> str | None:
        """The comment behind the header."""
        found = self.header.partition("]")[2].partition("#")
        return found[2].strip() or None if found[1] else None


@dataclass(slots=True)
class Sheet:
    """The blocks of one file in order; the first holds what stands before the first header."""

    blocks: list[Block] = field(default_factory=list)
    last: Block | None = None

    @classmethod
    def of(cls, text: str) -> Sheet:
        """Take well-formed TOML apart."""
        blocks = _blocks(text)
        return cls(blocks, blocks[-1] if text and not text.endswith("\n") else None)

    @property
    def text(self) -> str:
        """The file's text now."""
        joined = "".join(block.text for block in self.blocks)
        if self.blocks and self.blocks[-1] is self.last:
            return joined  # as it was, without a line's end
        return joined if not joined or joined.endswith("\n") else joined + "\n"

    def find(self, *keys: str) -> Block | None:
        """The (first) table with exactly these keys."""
        return next((b for b in self.blocks if b.header and b.keys == keys), None)

    def below(self, *keys: str) -> list[Block]:
        """The table with these keys and all tables below it, in order."""
        return [b for b in self.blocks if b.header and b.keys[: len(keys)] == keys]

    def drop(self, *blocks: Block) -> None:
        """Take blocks out, the comments above them too."""
        for block in blocks:
            self.blocks.remove(block)

    def append_rows(self, block: Block, rows: Rows) -> None:
        """Add entries at the end of a table, before the blank lines that part it from the next."""
        kept = block.body.rstrip()
        tail = block.body[len(kept) :]
        gap = "\n" if kept and not kept.endswith("\n") else ""
        block.body = kept + gap + rows_text(rows).rstrip("\n") + (tail or "\n")
        if not block.header.endswith("\n"):
            block.header += "\n"

    def append_comments(self, block: Block, comments: Iterable[str]) -> None:
        """Add comments at the end of a table."""
        kept = block.body.rstrip("\n")
        tail = block.body[len(kept) + 1 :]
        start = kept + "\n" if kept else ""
        block.body = start + "".join(f"{remark(text)}\n" for text in comments) + (tail or "")

    def comments(self, blocks: Iterable[Block]) -> list[str]:
        """All comments of some tables in order, those behind entries too."""
        found: list[str] = []
        for block in blocks:
            found += _comments(block.lead)
            found += [block.comment] if block.comment else []
            for item in block.items():
                found += [*item.above, *([item.comment] if item.comment else [])]
            found += block.trailing()
        return [text for text in found if text]

    def remove_key(self, block: Block, key: str) -> None:
        """Take one entry out of a table, with the comments above it."""
        found = _Expressions(block.body)
        kept = [part.text for part in found.parts if not (part.keys and part.keys[0] == key)]
        block.body = "".join(kept) + found.tail

    def set_key(self, block: Block, key: str, raw: str) -> None:
        """Give one entry of a table another value, or add it at the end; comments stay."""
        found = _Expressions(block.body)
        for part in found.parts:
            if part.keys == (key,):
                head, _, _ = part.expression.partition("=")
                comment = f"  {remark(part.comment)}" if part.comment else ""
                part.text = f"{part.leading}{head.rstrip()} = {raw}{comment}\n"
                block.body = "".join(p.text for p in found.parts) + found.tail
                return
        self.append_rows(block, [Row(key, raw)])

    def add_to_array(self, block: Block, key: str, entries: Sequence[Entry]) -> None:
        """Append to an array of strings, in the array's own style; make it where it is missing."""
        found = next((item for item in block.items() if item.keys == (key,)), None)
        if found is None:
            self.append_rows(block, [Row(key, listed(entries))])
            return
        inner = found.raw.rstrip()[1:-1]
        if not found.value:
            comments = [line.strip() for line in inner.splitlines() if line.strip().startswith("#")]
            self.set_key(block, key, listed(entries, leading=tuple(comments)))
        elif "\n" in inner:
            indent = re.search(r"\n([ \t]*)[^ \t\n]", inner)
            self.set_key(block, key, f"[{_with_comma(inner)}" + _lines(entries, indent[1] if indent else "  ") + "]")
        else:
            self.set_key(block, key, listed([*(Entry(v) for v in found.value), *entries]))

    def insert(self, position: int, text: str) -> None:
        """Put text (whole tables) before the block at ``position``, set off by blank lines."""
        if not text:
            return
        before = "".join(b.text for b in self.blocks[:position])
        after = "".join(b.text for b in self.blocks[position:])
        lead = "" if not before.strip() or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
        tail = "\n" if after.strip() and not after.startswith("\n") else ""
        self.blocks[position:position] = _blocks(lead + text.strip("\n") + "\n" + tail)[0 if lead else 1 :] or []


def _with_comma(inner: str) -> str:
    """The inside of an array whose last value is followed by a comma, whatever comments stand behind it."""
    position, end, quoted = 0, 0, ""
    while position < len(inner):
        character = inner[position]
        if character in "\"'":
            position = _string_end(inner, position)
            end, quoted = position, ","
            continue
        if character == "#":
            position = (inner.find("\n", position) + 1 or len(inner) + 1) - 1
            continue
        if character == ",":
            quoted = ""
        elif character in "]}":
            end, quoted = position + 1, ","
        position += 1
    inner = inner[:end] + quoted + inner[end:]
    return inner.rstrip() + "\n"


def _lines(entries: Sequence[Entry], indent: str) -> str:
    return "".join(
        "".join(f"{indent}{remark(line)}\n" for line in e.above)
        + f"{indent}{e.text_in_toml},"
        + (f"  {remark(e.comment)}" if e.comment else "")
        + "\n"
        for e in entries
    )


def array_entries(raw: str) -> tuple[list[Entry], tuple[str, ...]]:
    """The strings of an array's text with the comments that belong to each, and the comments at the end."""
    found: list[Entry] = []
    above: list[str] = []
    position, line_of_last = 1, -1
    while position < len(raw):
        character = raw[position]
        if character in "\"'":
            end = _string_end(raw, position)
            found.append(Entry(tomllib.loads(f"a = {raw[position:end]}\n")["a"], None, tuple(above)))
            above = []
            position, line_of_last = end, raw.count("\n", 0, end)
        elif character == "{":
            end = raw.index("}", position) + 1
            found.append(Entry("", None, tuple(above), raw[position:end]))
            above = []
            position, line_of_last = end, raw.count("\n", 0, end)
        elif character == "#":
            end = raw.find("\n", position)
            end = len(raw) if end < 0 else end
            text = raw[position + 1 : end].strip()
            if found and raw.count("\n", 0, position) == line_of_last:
                found[-1] = replace(found[-1], comment=text)
            else:
                above.append(text)
            position = end
        else:
            position += 1
    return found, tuple(above)


# --- taking apart --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """An entry with all lines that belong to it: comments and blank lines above, the expression, its comment."""

    leading: str
    expression: str
    comment: str | None
    text: str
    keys: tuple[str, ...]
    line: int


class _Expressions:
    """The entries of a table's body, with everything between them."""

    def __init__(self, body: str) -> None:
        self.parts: list[_Part] = []
        position = start = 0
        while position < len(body):
            end = body.find("\n", position) + 1 or len(body)
            if _TRIVIA.fullmatch(body[position:end].rstrip("\r\n")):
                position = end
                continue
            value_end, comment, end = _expression_end(body, position)
            expression = body[position:value_end].rstrip()
            self.parts.append(
                _Part(
                    leading=body[start:position],
                    expression=expression,
                    comment=comment,
                    text=body[start:end],
                    keys=_keys(expression),
                    line=body.count("\n", 0, position),
                )
            )
            position = start = end
        self.tail = body[start:]

    def rest(self) -> Iterator[str]:
        yield from _comments(self.tail)


def _items(body: str, first: int) -> Iterator[Item]:
    for part in _Expressions(body).parts:
        value: Any = tomllib.loads(part.expression + "\n")
        for key in part.keys:
            value = value[key]
        raw = part.expression[_equals(part.expression) + 1 :].strip()
        yield Item(part.keys, value, raw, part.comment, tuple(_comments(part.leading)), first + part.line)


def _comments(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip().startswith("#"):
            yield line.strip()[1:].strip()


def _blocks(text: str) -> list[Block]:
    found: list[Block] = [Block((), False, "", "", "", 1)]
    position = start = 0
    line = 1
    while position < len(text):
        end = text.find("\n", position) + 1 or len(text)
        if _TRIVIA.fullmatch(text[position:end].rstrip("\r\n")):
            position = end
        elif text[position:end].lstrip().startswith("["):
            body, lead = _split_lead(text[start:position])
            found[-1].body = body
            header = text[position:end]
            line = text.count("\n", 0, position) + 1
            found.append(Block(_header_keys(header), header.lstrip().startswith("[["), lead, header, "", line))
            position = start = end
        else:
            position = _expression_end(text, position)[2]
    found[-1].body = text[start:]
    return found


def _split_lead(text: str) -> tuple[str, str]:
    """A body and the comment lines at its end that stand right above the next header."""
    lines = text.splitlines(keepends=True)
    first = len(lines)
    while first and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return "".join(lines[:first]), "".join(lines[first:])


def _header_keys(header: str) -> tuple[str, ...]:
    value: Any = tomllib.loads(header)
    keys = []
    while value:
        value = value[0] if isinstance(value, list) else value
        if not value:
            break
        key = next(iter(value))
        keys.append(key)
        value = value[key]
    return tuple(keys)


def _keys(expression: str) -> tuple[str, ...]:
    """The parts of the key of ``expression``."""
    value: Any = tomllib.loads(expression[: _equals(expression)] + "= 0\n")
    keys = []
    while isinstance(value, dict):
        key = next(iter(value))
        keys.append(key)
        value = value[key]
    return tuple(keys)


def _equals(expression: str) -> int:
    position = 0
    while expression[position] != "=":
        position = _string_end(expression, position) if expression[position] in "\"'" else position + 1
    return position


def _expression_end(text: str, position: int) -> tuple[int, str | None, int]:
    """Where the value of the entry at ``position`` ends, the comment behind it, and where the next line begins."""
    depth = 0
    while position < len(text):
        character = text[position]
        if character in "\"'":
            position = _string_end(text, position)
            continue
        if character == "#":
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            if depth == 0:
                return position, text[position + 1 : end].strip(), min(end + 1, len(text))
            position = end
            continue
        if character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        elif character == "\n" and depth == 0:
            return position, None, position + 1
        position += 1
    return len(text), None, len(text)


def _string_end(text: str, position: int) -> int:
    """The position after the string that begins here."""
    quote = text[position : position + 3] if text[position : position + 3] in _TRIPLE else text[position]
    escapes = quote[0] == '"'
    end = position + len(quote)
    while end < len(text):
        if escapes and text[end] == "\\":
            end += 2
        elif text.startswith(quote, end):
            end += len(quote)
            while len(quote) == 3 and text[end : end + 1] == quote[0]:
                end += 1
            return end
        else:
            end += 1
    return len(text)
