"""One configuration of Ruff out of what flake8, isort and Black are set to, as TOML.

The tables go into ``pyproject.toml`` in the place of those that they replace, or into a ``ruff.toml`` of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import tomlkit
from tomlkit.items import Table

from rules.ruff.black_config import BlackRules
from rules.ruff.folders import gathered
from rules.ruff.isort_config import IsortRules
from rules.ruff.translate import RuffLint, below


class Conflict(ValueError):
    """What is configured for Ruff today says something else than the tools that it is to replace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuffConfig:
    """``[tool.ruff]`` to be: plain values, ``format`` and ``lint`` with their tables, patterns whose rules are off."""

    top: Mapping[str, Any] = field(default_factory=dict)
    formatting: Mapping[str, Any] = field(default_factory=dict)
    lint: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    per_file: Mapping[str, Sequence[str]] = field(default_factory=dict)
    formats: bool = False

    def ignoring(
        self,
        rules: Mapping[str, Collection[str]],
        unparsed: Sequence[str],
        unformatted: Sequence[str],
        sources: Collection[str] = (),
    ) -> RuffConfig:
        """With these rules left out in these files, files that are not linted, and files that are not formatted; by
        folder where the list is long and all ``sources`` of one are in it."""
        per_file = {pattern: list(codes) for pattern, codes in self.per_file.items()}
        for path, codes in gathered({p: tuple(sorted(c)) for p, c in rules.items()}, sources).items():
            per_file[_pattern(path)] = sorted({*per_file.get(_pattern(path), ()), *codes})
        lint, formatting = dict(self.lint), dict(self.formatting)
        if unparsed:
            lint["exclude"] = sorted({*lint.get("exclude", ()), *map(literal, unparsed)})
        if unformatted:
            left = gathered(dict.fromkeys(unformatted, ()), sources)
            formatting["exclude"] = sorted({*formatting.get("exclude", ()), *map(_pattern, left)})
        return replace(self, per_file=per_file, lint=lint, formatting=formatting)


def _pattern(path: str) -> str:
    """:func:`literal`, or that of a folder with all that is below it."""
    return f"{literal(path.removesuffix('/**')).removeprefix('./')}/**" if path.endswith("/**") else literal(path)


def literal(path: str) -> str:
    """The pattern that matches this path from the root alone."""
    shown = re.sub(r"([*?\[\]{}])", r"[\1]", path)
    return shown if "/" in shown else f"./{shown}"


def combine(
    flake8: RuffLint | None,
    isort: IsortRules | None,
    black: BlackRules | None,
    *,
    target: str | None = None,
    more: Sequence[str] = (),
    external: Sequence[str] = (),
    fixable: Sequence[str] = (),
    sorts: bool = True,
) -> RuffConfig:
    """The configuration that stands for all of them together.

    ``target`` is the Python that Ruff is to aim at where no ``requires-python`` says so; ``more`` further rules;
    ``external`` codes of ``noqa`` comments that other tools still read; ``fixable`` what is mended by itself, where
    that is not left to Ruff; ``sorts``: unsorted imports fail at the gate.
    """
    select = {*(flake8.select if flake8 else ()), *more, *(("I001",) if isort and sorts else ())}
    if isort and isort.required and sorts:
        select.add("I002")
    tables: dict[str, dict[str, Any]] = {n: dict(v) for n, v in (flake8.settings if flake8 else {}).items()}
    if isort and (settings := dict(isort.settings)) | ({"required-imports": isort.required} if isort.required else {}):
        tables["isort"] = settings | ({"required-imports": isort.required} if isort.required else {})
    length = _length(flake8, isort, black)
    if tables.get("pycodestyle") == {"max-line-length": length}:
        del tables["pycodestyle"]  # it is line-length already
    measures = black or isort or (flake8 and not {"E501", "W505"}.isdisjoint(select))
    top: dict[str, Any] = {"line-length": length} if measures else {}
    if target or (black and black.target):
        top["target-version"] = target or (black.target if black else None)
    if (indent := next((p.indent for p in (black, flake8) if p and p.indent != 4), None)) is not None:
        top["indent-width"] = indent
    if isort and isort.src:
        top["src"] = isort.src
    lint: dict[str, Any] = {"select": sorted(select)}
    if flake8 and flake8.excluded:
        lint["exclude"] = sorted(flake8.excluded)
    formatting: dict[str, Any] = dict(black.formatting) if black else {}
    if black and (patterns := {new for old in black.excluded for new in below(old)}):
        formatting["exclude"] = sorted(patterns)
    if flake8 and flake8.needs_preview:
        lint |= {"preview": True, "explicit-preview-rules": True}
    if external:
        lint["external"] = sorted(external)
    if fixable:
        lint["fixable"] = sorted(fixable)
    return RuffConfig(
        top=top,
        formatting=formatting,
        lint=lint,
        tables=tables,
        per_file=_per_file(flake8, isort),
        formats=black is not None or (isort is not None and isort.has_length),
    )


def _length(flake8: RuffLint | None, isort: IsortRules | None, black: BlackRules | None) -> int:
    """The formatter's; without one, isort's, for which it decides where lines are wrapped; else the linter's."""
    if black:
        return black.line_length
    if isort:
        return isort.line_length
    style = flake8.settings.get("pycodestyle", {}) if flake8 else {}
    length = style.get("max-line-length", 79)
    return length if isinstance(length, int) else 79


def _per_file(flake8: RuffLint | None, isort: IsortRules | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pattern, codes in flake8.per_file if flake8 else ():
        found[pattern] = sorted({*found.get(pattern, ()), *codes})
    for pattern in (*(new for old in isort.skipped for new in below(old)), *isort.globs) if isort else ():
        found[pattern] = sorted({*found.get(pattern, ()), "I001"})
    return dict(sorted(found.items()))


def as_toml(config: RuffConfig) -> str:
    """The text of a ``ruff.toml``."""
    document = tomlkit.document()
    document.update(_table(config))
    return tomlkit.dumps(document)


def into_pyproject(text: str, config: RuffConfig | None, replaced: Collection[str]) -> str:
    """``pyproject.toml`` without the tables of the ``replaced`` tools, with Ruff's; raises :class:`Conflict`."""
    document = tomlkit.parse(_without_comments_above(text, replaced))
    tool = document.get("tool")
    for name in sorted(replaced):
        if tool is not None and name in tool:
            tool.pop(name)
    if config is not None:
        if tool is None:
            tool = document.setdefault("tool", tomlkit.table(is_super_table=True))
        if "ruff" in tool:
            rows: list[str] | None = [] if _is_dotted(text) else None
            _extend(tool["ruff"], _table(config), "tool.ruff", formats=config.formats, rows=rows)
            document = tomlkit.parse(_inserted(tomlkit.dumps(document), "[tool.ruff]", rows or ()))
        else:
            tool["ruff"] = _table(config)
    after = _comments_back(tomlkit.dumps(document), text)
    after = after if text.startswith("\n") else after.lstrip("\n")
    if "\n\n\n[tool.ruff" not in text:
        after = re.sub(r"\n{3,}(?=\[tool\.ruff)", "\n\n", after)
    return _apart(after, text) if re.search(r"^\[tool\.ruff", text, re.MULTILINE) else _spaced(after)


def _without_comments_above(text: str, replaced: Collection[str]) -> str:
    """Without the comments that stand right above the first table of a tool that goes: they are about it."""
    for name in replaced:
        head = re.search(rf"^\[tool\.{re.escape(name)}[.\]]", text, re.MULTILINE)
        above = re.search(r"(?:^#[^\n]*\n)+\Z", text[: head.start()], re.MULTILINE) if head is not None else None
        if head is not None and above is not None:
            text = text[: above.start()] + text[head.start() :]
    return text


def _comments_back(after: str, before: str) -> str:
    """Comments above a table stay above it: what comes in before the table comes before its comments, too."""
    for match in re.finditer(r"(?P<rows>(?:^#[^\n]*\n)+)(?P<head>\[[^\n]*\]\n)", before, re.MULTILINE):
        rows, head = match["rows"], match["head"]
        if rows + head not in after and after.count(rows) == 1 and after.count(f"\n{head}") == 1:
            after = after.replace(rows, "", 1).replace(f"\n{head}", f"\n{rows}{head}", 1)
    return after


def _apart(text: str, before: str) -> str:
    """Tables of Ruff that came in with one empty line before them, and one behind them."""
    for head in dict.fromkeys(re.findall(r"^\[(?:tool\.ruff\.)?lint[\w.-]*\][^\n]*$", text, re.MULTILINE)):
        if head not in before:
            text = re.sub(rf"\n+{re.escape(head)}\n", lambda m: "\n\n" + m[0].lstrip("\n"), text)
            at = text.index(head) + len(head)
            following = re.compile(r"(?<!\n)\n(?=\[)").search(text, at)
            if following is not None and "[" not in text[at : following.start()].replace(" = [", ""):
                text = f"{text[: following.start()]}\n{text[following.start() :]}"
    return text


def _spaced(text: str) -> str:
    """With an empty line before Ruff's first table, and one behind its last."""
    text = re.sub(r"(?<=[^\n])\n(?=\[tool\.ruff\])", "\n\n", text, count=1)
    ours = list(re.finditer(r"^\[tool\.ruff[.\]]", text, re.MULTILINE))
    following = re.search(r"^\[", text[ours[-1].end() :], re.MULTILINE) if ours else None
    at = ours[-1].end() + following.start() if following is not None else 0
    return f"{text[:at]}\n{text[at:]}" if at and not text[:at].endswith(("\n\n", "\r\n\r\n")) else text


def into_ruff_toml(text: str, config: RuffConfig) -> str:
    """A ``ruff.toml`` that is there, extended; raises :class:`Conflict`."""
    document = tomlkit.parse(text)
    rows: list[str] | None = [] if _is_dotted(text) else None
    _extend(document, _table(config), "", formats=config.formats, rows=rows)
    return _inserted(tomlkit.dumps(document), "", rows or ())


_MOVED = ("select", "ignore", "extend-select", "extend-ignore", "per-file-ignores", "isort", "mccabe", "pycodestyle")


# Options of Ruff that decide the order of imports; isort's own have these names.
_ORDER = frozenset(
    "force-sort-within-sections order-by-type force-single-line case-sensitive section-order no-sections from-first "
    "length-sort lines-between-types lines-after-imports combine-as-imports force-wrap-aliases".split()
)


def _extend(
    there: Any, ours: Mapping[str, Any], where: str, *, formats: bool = False, rows: list[str] | None = None
) -> None:
    """``there`` with what ``ours`` has and it has not; lists are joined.

    ``rows``: it is written with dotted keys and has no tables of its own; those that come in are put there, by lines.
    """
    if where in ("", "tool.ruff"):
        ours = _fitting(there, ours, formats=formats)
    if where.endswith("isort") and (beyond := sorted(_ORDER.intersection(there) - ours.keys())):
        shown = f"{where}.{beyond[0]} = {there[beyond[0]]}"
        raise Conflict(f"Ruff is configured with {shown}; isort is not, and sorts in another order")
    for name, value in ours.items():
        if name not in there and value == {}:
            continue  # nothing to say
        if name not in there and rows is not None and isinstance(value, Mapping):
            rows += _dotted([*where.removeprefix("tool.ruff").strip(".").split("."), name], value)
        elif name not in there:
            there[name] = value
        elif isinstance(value, Mapping):
            _extend(there[name], value, f"{where}.{name}".strip("."), rows=rows)
        elif isinstance(value, list):
            there[name] = _longer(there[name], [v for v in value if v not in there[name]])
        elif there[name] != value:
            raise Conflict(f"Ruff is configured with {where}.{name} = {there[name]}; the old tools ask for {value}")


def _fitting(there: Any, ours: Mapping[str, Any], *, formats: bool) -> dict[str, Any]:
    """What goes into a configuration that is there: the linter's options where they stand, its length for the linter.

    The Python that it aims at stays, and its line length too where nothing is formatted by it.
    """
    top = {name: value for name, value in ours.items() if name not in ("target-version", "lint")}
    lint = dict(ours.get("lint", {}))
    length = there.get("line-length")
    if length is not None and length != top.get("line-length", length) and not formats:
        kept = top.pop("line-length")
        if "E501" in (*lint.get("select", ()), *lint.get("extend-select", ())):
            lint.setdefault("pycodestyle", _filled({"max-line-length": kept}))
    if not any(name in there for name in _MOVED):
        return {**top, "lint": lint}
    inside = {name: lint.pop(name) for name in ("exclude", "preview", "explicit-preview-rules") if name in lint}
    return {**top, **lint, **({"lint": _filled(inside)} if inside else {})}


def _table(config: RuffConfig) -> Table:
    table = _filled(config.top)
    if config.formatting:
        table["format"] = _filled(config.formatting)
    lint = _filled(config.lint)
    for name, values in sorted(config.tables.items()):
        lint[name] = _filled(values)
    if config.per_file:
        lint["per-file-ignores"] = _filled(config.per_file)
    table["lint"] = lint
    return table


def _filled(values: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    for name, value in values.items():
        if isinstance(value, Mapping):
            table[name] = _filled(value)
        elif isinstance(value, (list, tuple)):
            table[name] = _array(value)
        else:
            table[name] = value
    return table


def _is_dotted(text: str) -> bool:
    """Whether ``lint.select = …`` stands there, behind which no table of ``lint`` may open."""
    return re.search(r"^(?:tool\.ruff\.)?lint\.[\w.-]+[ \t]*=", text, re.MULTILINE) is not None


def _dotted(names: Sequence[str], values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        path = [n for n in (*names, name) if n]
        if isinstance(value, Mapping):
            yield from _dotted(path, value)
        else:
            yield f"{tomlkit.key(path).as_string()} = {tomlkit.item(value).as_string()}"


def _inserted(text: str, head: str, rows: Sequence[str]) -> str:
    """``rows`` at the end of the table whose head is ``head`` (``""``: before the first table)."""
    start = re.search(rf"^{re.escape(head)}[^\n]*\n", text, re.MULTILINE) if head else None
    if not rows or (head and start is None):
        return text
    following = re.compile(r"^\[", re.MULTILINE).search(text, start.end() if start is not None else 0)
    at = following.start() if following is not None else len(text)
    body = text[:at].rstrip("\n")
    return f"{body}\n" + "\n".join(rows) + "\n" + (f"\n{text[at:]}" if text[at:] else "")


def _longer(there: Any, values: Sequence[str]) -> Any:
    """An array that is there with ``values`` at its end: its own lines and comments stay."""
    text = there.as_string() if hasattr(there, "as_string") else ""
    if not values or "\n" not in text:
        return _array([*there, *values]) if values else there
    rows = text[: text.rindex("]")].rstrip().split("\n")
    last = next((n for n in range(len(rows) - 1, -1, -1) if _value(rows[n])), 0)
    if any(row.lstrip().startswith(",") for row in rows[last + 1 :]):
        return _array([*there, *values])
    if last and not _value(rows[last]).endswith(","):
        cut = len(_value(rows[last]))
        rows[last] = f"{rows[last][:cut]},{rows[last][cut:]}"
    indent = next((m[0] for row in rows[1:] if (m := re.match(r"[ \t]+(?=[\"'])", row))), "    ")
    rows += [f"{indent}{', '.join(json.dumps(v) for v in row)}," for row in _rows(values)]
    made = "\n".join(rows) + "\n" + re.sub(r"\S.*", "", indent)[: max(len(indent) - 4, 0)] + "]"
    return tomlkit.parse(f"a = {made}\n")["a"]


def _value(row: str) -> str:
    """A line of an array up to its last value's end, comma included, without the comment behind it."""
    found = re.match(r"(?:[^\"'#]|\"[^\"]*\"|'[^']*')*", row)
    text = found[0].rstrip() if found is not None else ""
    return text if text.strip(" \t[],") else ""


def _array(values: Sequence[str]) -> Any:
    """An array on lines of at most 100 characters: families of codes together."""
    array = tomlkit.array()
    if sum(len(v) + 4 for v in values) <= 80:
        array.extend(values)
        return array
    for row in _rows(values):
        array.add_line(*row)
    array.add_line(indent="")
    return array


def _rows(values: Sequence[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for value in values:
        family = value.rstrip("0123456789")
        if rows and rows[-1][0].rstrip("0123456789") == family and sum(len(v) + 4 for v in rows[-1]) < 90:
            rows[-1].append(value)
        else:
            rows.append([value])
    return rows
