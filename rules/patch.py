"""Edits of files to a patch that ``git apply`` accepts, and the patch that takes them back. Pure.

The format is git's extended unified diff (``git help diff-format``): a header for each file with what happens to it,
its mode and the names of its contents (so that ``git apply --3way`` works too), then hunks with three lines of
context. Lines end at line feeds alone, so that carriage returns and odd separators stay where they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from rules.migration import Edit

REGULAR = "100644"
EXECUTABLE = "100755"
_CONTEXT = 3
_COMPARED = 4_000_000  # lines times lines; above it, what differs is replaced as one piece
_NOTHING = "0" * 40
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}

_Piece = tuple[int, int, int, int]
"""What differs: lines ``[a, b)`` of the old text against ``[c, d)`` of the new."""


def patch(edits: Iterable[Edit], modes: Mapping[str, str] | None = None) -> str:
    """The patch of ``edits``, sorted by path; ``""`` where nothing changes.

    ``modes`` are the modes of existing files (``100755`` for executable ones); :data:`REGULAR` is assumed. Raises
    :class:`ValueError` for two edits of one path.
    """
    chosen = sorted((e for e in edits if e.before != e.after), key=lambda e: e.path.encode())
    if len({edit.path for edit in chosen}) < len(chosen):
        raise ValueError("two edits of one file")
    return "".join(_file(edit, (modes or {}).get(edit.path, REGULAR)) for edit in chosen)


def reverse(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits that take ``edits`` back."""
    return tuple(Edit(path=edit.path, before=edit.after, after=edit.before) for edit in edits)


def quoted(path: str) -> str:
    """A path as git writes it: in quotes where it holds quotes, backslashes, control or non-ASCII characters."""
    shown = "".join(_quoted_byte(byte) for byte in path.encode("utf-8", "surrogateescape"))
    return f'"{shown}"' if shown != path else path


def _quoted_byte(byte: int) -> str:
    if byte in _ESCAPES:
        return "\\" + _ESCAPES[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def _file(edit: Edit, mode: str) -> str:
    old, new = quoted(f"a/{edit.path}"), quoted(f"b/{edit.path}")
    lines = [f"diff --git {old} {new}\n"]
    if edit.before is None:
        lines.append(f"new file mode {mode}\n")
    elif edit.after is None:
        lines.append(f"deleted file mode {mode}\n")
    one_mode = f" {mode}" if edit.before is not None and edit.after is not None else ""
    lines.append(f"index {_blob(edit.before)}..{_blob(edit.after)}{one_mode}\n")
    hunks = "".join(_hunks(_lines(edit.before), _lines(edit.after)))
    if hunks:
        lines.append(f"--- {_side(old) if edit.before is not None else '/dev/null'}\n")
        lines.append(f"+++ {_side(new) if edit.after is not None else '/dev/null'}\n")
    return "".join(lines) + hunks


def _side(path: str) -> str:
    """A path on a ``---`` or ``+++`` line: a tab ends one that holds blanks."""
    return f"{path}\t" if " " in path else path


def _blob(text: str | None) -> str:
    """The name that git gives to a content."""
    if text is None:
        return _NOTHING
    data = text.encode()
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


def _lines(text: str | None) -> list[str]:
    if not text:
        return []
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()
    return [*lines, last[:-1]] if last != "\n" else lines


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for pieces in _grouped(list(_pieces(old, new))):
        start, stop = max(pieces[0][0] - _CONTEXT, 0), min(pieces[-1][1] + _CONTEXT, len(old))
        begin, end = pieces[0][2] - (pieces[0][0] - start), pieces[-1][3] + (stop - pieces[-1][1])
        yield f"@@ -{_range(start, stop)} +{_range(begin, end)} @@\n"
        at = start
        for a, b, c, d in pieces:
            yield from (_line(" ", line) for line in old[at:a])
            yield from (_line("-", line) for line in old[a:b])
            yield from (_line("+", line) for line in new[c:d])
            at = b
        yield from (_line(" ", line) for line in old[at:stop])


def _range(start: int, stop: int) -> str:
    """``first,count`` with lines from 1; an empty range names the line before it."""
    count = stop - start
    return f"{start + 1}" if count == 1 else f"{start + 1 if count else start},{count}"


def _line(mark: str, line: str) -> str:
    return mark + line if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _grouped(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Differences whose contexts would touch, together."""
    group: list[_Piece] = []
    for piece in pieces:
        if group and piece[0] - group[-1][1] > 2 * _CONTEXT:
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[_Piece]:
    """What differs between the common beginning and the common end, line by line where that is not too much work."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(middle_old) * len(middle_new) > _COMPARED:
        yield head, head + len(middle_old), head, head + len(middle_new)
        return
    for tag, a, b, c, d in SequenceMatcher(None, middle_old, middle_new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield head + a, head + b, head + c, head + d


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
