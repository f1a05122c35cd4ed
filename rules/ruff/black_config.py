"""Black's configuration → ``[tool.ruff]`` and ``[tool.ruff.format]``; what Ruff cannot say is named.

Black's exclusions are regular expressions over paths with slashes; those that only name files or folders become
patterns of Ruff, others are left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.ruff.runs import Run

DEFAULT_LENGTH = 88
_VALUES = {
    "-l": "line-length",
    "--line-length": "line-length",
    "-t": "target-version",
    "--target-version": "target-version",
    **{f"--{name}": name for name in ("exclude", "extend-exclude", "force-exclude", "include")},
}
_SWITCHES = {
    "-S": "skip-string-normalization",
    "--skip-string-normalization": "skip-string-normalization",
    "-C": "skip-magic-trailing-comma",
    "--skip-magic-trailing-comma": "skip-magic-trailing-comma",
    "--preview": "preview",
    "--unstable": "unstable",
}
_PLAIN = re.compile(r"/?(?:\^/)?(?P<path>(?:[\w-]|\\[./]|\.(?![*+?])|/){1,200}?)/?(?:\$)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackRules:
    """``line_length``; ``formatting`` is the table ``format``; ``excluded`` patterns; ``unsayable`` what is lost."""

    line_length: int = DEFAULT_LENGTH
    target: str | None = None
    formatting: Mapping[str, str | bool] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    unsayable: tuple[tuple[str, str], ...] = ()
    indent: int = 4


def translate_black(
    table: Mapping[str, Any], argv: Sequence[str] = (), others: Sequence[Sequence[str]] = ()
) -> BlackRules:
    """``table`` is ``[tool.black]``, ``argv`` the options with which it runs, which come before it; ``others`` those of
    its other runs, which may leave out less."""
    apart = {name for name, _ in leaves_out(argv)} if any(leaves_out(o) != leaves_out(argv) for o in others) else set()
    given = {name.replace("_", "-"): value for name, value in table.items()} | dict(_options(argv))
    unsayable: list[tuple[str, str]] = []
    excluded: list[str] = []
    for option in ("exclude", "extend-exclude", "force-exclude"):
        if option in apart:
            unsayable.append((option, "one command leaves out what another one formats"))
        elif isinstance(text := given.get(option), str):
            patterns = _patterns(text)
            if patterns is None:
                unsayable.append((option, "this regular expression is no list of files and folders"))
            else:
                excluded += patterns
    for option, what in (
        ("include", "which files are formatted is decided by another pattern"),
        ("line-ranges", "only these lines are formatted"),
        ("unstable", "Black's unstable style has no counterpart"),
        ("preview", "Black's preview style has no counterpart"),
    ):
        if given.get(option) and not (option == "include" and _is_usual(given[option])):
            unsayable.append((option, what))
    length = str(given.get("line-length", DEFAULT_LENGTH))
    targets = given.get("target-version")
    return BlackRules(
        line_length=int(length) if length.isdigit() else DEFAULT_LENGTH,
        target=_lowest(targets),
        formatting=dict(_formatting(given)),
        excluded=tuple(dict.fromkeys(excluded)),
        unsayable=tuple(unsayable),
    )


_USUAL = frozenset({"py", "pyi", "pyw", "pyi?"})


def _is_usual(include: Any) -> bool:
    r"""``\.pyi?$`` and the like: the files that Ruff formats by itself."""
    found = re.fullmatch(r"\(?(?:\.\*)?\\\.(?P<names>[a-z?|()]{1,30}?)\)?\$?\)?", str(include).strip())
    names = re.sub(r"[()]", "", found["names"]).split("|") if found is not None else []
    return bool(names) and ("pyi?" in names or {"py", "pyi"} <= set(names)) and set(names) <= _USUAL


def _formatting(given: Mapping[str, Any]) -> Iterator[tuple[str, str | bool]]:
    if given.get("skip-string-normalization"):
        yield "quote-style", "preserve"
    if given.get("skip-magic-trailing-comma"):
        yield "skip-magic-trailing-comma", True


def said(run: Run) -> tuple[str, ...]:
    """The words of a run that count: what a hook hands over Black formats, unless it is left out by force."""
    kept: list[str] = []
    words = iter(run.argv)
    for word in words:
        name, equals, _ = word.partition("=")
        if not run.is_hook or name not in ("--exclude", "--extend-exclude", "--include"):
            kept.append(word)
        elif not equals:
            next(words, None)
    return tuple(kept)


def leaves_out(argv: Sequence[str]) -> tuple[tuple[str, Any], ...]:
    """The options by which a run of Black looks at fewer files."""
    return tuple((name, value) for name, value in _options(argv) if name.endswith("clude"))


def _options(argv: Sequence[str]) -> Iterator[tuple[str, Any]]:
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        if name in _VALUES:
            yield _VALUES[name], value if equals else next(words, "")
        elif re.fullmatch(r"-l\d+", word):
            yield "line-length", word[2:]
        elif name in _SWITCHES:
            yield _SWITCHES[name], True


# What Ruff can aim at (0.17); Black knows older ones.
_OLDEST, _NEWEST = 7, 15


def _lowest(targets: Any) -> str | None:
    """The lowest of Black's targets, as near to it as Ruff can aim."""
    names = [targets] if isinstance(targets, str) else [t for t in targets or () if isinstance(t, str)]
    known = [name for name in names if re.fullmatch(r"py3\d{1,2}", name)]
    lowest = min((int(name[3:]) for name in known), default=None)
    return f"py3{min(max(lowest, _OLDEST), _NEWEST)}" if lowest is not None else None


def _patterns(text: str, depth: int = 0) -> list[str] | None:
    r"""``/(\.git|build)/`` and the like as names; ``None`` where a part is more than a name."""
    flat = re.sub(r"#[^\n]{0,2000}", "", text)
    flat = re.sub(r"\s+", "", flat)
    flat = flat.removeprefix("^").removesuffix("$")
    found: list[str] = []
    for part in _alternatives(flat):
        inner = _GROUP.fullmatch(part)
        if inner is not None and _closes_last(part):
            more = [*_alternatives(inner["all"])] if inner["lead"] or inner["tail"] else _inner(inner["all"], depth)
            names = [_name(name) for name in more] if more is not None else [None]
        else:
            names = [_name(part)]
        for name in names:
            if name is None:
                return None
            found.append(name)
    return [name for name in found if name]


def _inner(text: str, depth: int) -> list[str] | None:
    return _patterns(text, depth + 1) if depth < _MAX_DEPTH else None


_MAX_DEPTH = 8
_GROUP = re.compile(r"(?P<lead>/?)\((?:\?:)?(?P<all>.{0,4000})\)(?P<tail>/?)")


def _alternatives(text: str) -> list[str]:
    """The parts between the bars that stand in no brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part for part in parts if part]


def _closes_last(part: str) -> bool:
    """Whether the first bracket closes with the last one."""
    depth = 0
    for number, char in enumerate(part):
        depth += (char == "(") - (char == ")")
        if char == ")" and depth == 0:
            return number >= len(part) - 2
    return False


def _name(part: str) -> str | None:
    if (match := _PLAIN.fullmatch(part)) is not None:
        return match["path"].replace("\\", "").strip("/")
    ends = _ENDING.fullmatch(part)
    return f"*{ends['rest']}".replace("\\", "") if ends is not None else None


_ENDING = re.compile(r"/?\.\*(?P<rest>(?:[\w-]|\\\.|\.(?![*+?])){1,200})")
