"""READMEs: their title and opening, for what they call the project. Nothing else in prose is evidence.

Badges, links' addresses, code, quotations and everything from the first chapter on are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.facts import Extract, Hint, Location
from scanner.format import Format, like
from scanner.purpose import first_said, template_word

NAME = "readme"
MAX_LINES = 120
MAX_PROSE = 7
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_RULE = re.compile(r"\s{0,3}([=\-~^*#+_.:`'\"])\1{2,}\s*")
_NO_PROSE = re.compile(r"\s*(?:$|[|>]|\.\. |:\w|!\[|\[!\[|\[[^\]]{1,80}\]:|<!--|---|===)|\s{4,}|\t")
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]{0,200})\]\([^()\s]{0,500}(?:\s[^()]{0,200})?\)")
_TAG = re.compile(r"<[^<>]{0,500}>")
_ADDRESS = re.compile(r"https?://\S{1,500}")
_CODE = re.compile(r"``?[^`]{0,200}``?")


def read(path: str, text: str) -> Extract | None:
    """Read a README; ``None`` when its opening says nothing of what the project is."""
    hints = tuple(_hints(path, text))
    return Extract(path=path, format=NAME, hints=hints) if hints else None


def _hints(path: str, text: str) -> Iterator[Hint]:
    titled = False
    for number, plain in _opening(text):
        if not titled:
            titled = True
            if (word := template_word(plain)) is not None:
                yield _hint("template", f"the README's title says {word!r}", path, number)
        if (said := first_said(plain)) is not None:
            yield _hint(said.kind, f"the README says {said.word!r}", path, number)
            return


def _hint(kind: str, what: str, path: str, line: int) -> Hint:
    return Hint(kind=kind, what=what, at=Location(path=path, line=line))


def _opening(text: str) -> Iterator[tuple[int, str]]:
    """The lines of title and prose before the first chapter that says how to install or use it."""
    fenced = False
    prose = 0
    for number, line in enumerate(text.splitlines()[:MAX_LINES], start=1):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced or _RULE.fullmatch(line) or _NO_PROSE.match(line):
            continue
        if _CHAPTER.match(line):
            return
        if not (plain := _plain(line)):
            continue
        prose += not line.startswith("#") and plain.count(" ") > 1
        if prose > MAX_PROSE:
            return
        yield number, plain


_CHAPTER = re.compile(
    r"(?:#{1,6}\s{0,4})?(?:(?:table of )?contents|install(?:ation|ing)?|requirements|getting started|usage|set ?up"
    r"|prerequisites|development|contributing|licen[cs]e|how to|running|deployment|tests?|testing)\b[^.]{0,30}$",
    re.IGNORECASE,
)


def _plain(line: str) -> str:
    line = _LINK.sub(lambda match: match["text"], line)
    line = _ADDRESS.sub(" ", _TAG.sub(" ", line))
    return _CODE.sub(" ", line).strip("#*_ \t=-")


FORMAT = Format(
    name=NAME,
    matches=like(r"(?:(?!.*node_modules/)(?:[^/]+/){0,3})?readme(?:\.(?:md|rst|txt|markdown))?", flags=re.IGNORECASE),
    read=read,
    quiet=True,
)
