"""flake8's configuration as it is written: ``[flake8]`` of an INI file, ``[tool.flake8]`` (flake8-pyproject), options.

Option names may have dashes or underscores. Lists are separated by commas or blanks; a ``#`` ends the line, as flake8
before 6 had it (later ones refuse such a list).
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

_LISTS = frozenset({"select", "extend-select", "ignore", "extend-ignore", "exclude", "extend-exclude", "filename"})
_COMMENT = re.compile(r"(?:^|\s)#[^\n]{0,4000}")
_TOKENS = re.compile(r"(?P<code>[A-Z]{1,3}[0-9]{0,3}(?=[\s,]|$))|(?P<colon>:)|(?P<file>[^\s:,]+)|(?P<gap>[\s,]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flake8Config:
    """One configuration: ``lists`` by option; ``per_file`` pairs of a pattern and codes; ``options`` all the rest.

    Options of plug-ins (``docstring-convention``, ``inline-quotes``) are in ``options`` as text. ``local``: codes of
    plug-ins that lie in the repository itself (``[flake8:local-plugins]``).
    """

    path: str | None = None
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    local: tuple[str, ...] = ()

    def get(self, name: str) -> tuple[str, ...] | None:
        """A list, ``None`` where it is not given."""
        return self.lists.get(name)

    def number(self, name: str) -> int | None:
        """An option that is a whole number; ``None`` where it is not given or is none."""
        text = self.options.get(name, "").strip()
        return int(text) if re.fullmatch(r"-?\d{1,9}", text) else None


def from_ini(path: str, text: str) -> Flake8Config | None:
    """The ``[flake8]`` section of ``setup.cfg``, ``tox.ini`` or ``.flake8``; ``None`` without one, or unreadable."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    if not parser.has_section("flake8"):
        return None
    return replace(_config(path, dict(parser.items("flake8"))), local=tuple(_local(parser)))


def _local(parser: configparser.RawConfigParser) -> Iterator[str]:
    for section in ("flake8:local-plugins", "flake8:local_plugins"):
        for kind in ("extension", "report"):
            text = parser.get(section, kind, fallback="")
            yield from (m[1] for m in re.finditer(r"(?:^|[\n,])[ \t]*([\w-]{1,40})[ \t]*=", text))


def from_table(path: str, table: Mapping[str, Any]) -> Flake8Config:
    """``[tool.flake8]`` of a ``pyproject.toml``."""
    return _config(path, {name: _text(value) for name, value in table.items()})


def with_arguments(config: Flake8Config, argv: Sequence[str]) -> Flake8Config:
    """The configuration with options of a command line (``--max-line-length=100``), which replace its own."""
    given = dict(_options(argv))
    over = _config(config.path, given)
    return Flake8Config(
        path=config.path,
        lists={**config.lists, **over.lists},
        per_file=over.per_file if "per-file-ignores" in given else config.per_file,
        options={**config.options, **over.options},
        local=config.local,
    )


def _options(argv: Sequence[str]) -> Iterator[tuple[str, str]]:
    words = iter(argv)
    for word in words:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if not equals and name in _FLAGS:
                value = "true"
            elif not equals:
                value = next(words, "")
            yield name, value


_FLAGS = frozenset({"count", "statistics", "show-source", "quiet", "verbose", "exit-zero", "isolated", "benchmark"})


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_text(item) for item in value)
    if isinstance(value, dict):
        return "\n".join(f"{key}:{','.join(_text(item).split())}" for key, item in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def _config(path: str | None, given: Mapping[str, str]) -> Flake8Config:
    plain = {name.replace("_", "-"): _COMMENT.sub("", value) for name, value in given.items()}
    return Flake8Config(
        path=path,
        lists={name: split(value) for name, value in plain.items() if name in _LISTS},
        per_file=tuple(_per_file(plain.get("per-file-ignores", ""))),
        options={n: v for n, v in plain.items() if n not in _LISTS and n != "per-file-ignores"},
    )


_CODE = re.compile(r"[A-Z]{1,3}[0-9]{0,3}")


def as_ini(config: Flake8Config) -> str:
    """The configuration as a file that flake8 of today takes: codes in its form alone."""
    rows = ["[flake8]"]
    for name, values in config.lists.items():
        codes = name.endswith(("select", "ignore"))
        rows.append(f"{name} = {','.join(v for v in values if not codes or _CODE.fullmatch(v))}")
    for name, value in config.options.items():
        rows.append(f"{name} = {' '.join(value.split())}")
    if config.per_file:
        rows.append("per-file-ignores =")
        rows += [f"    {file}:{','.join(codes)}" for file, codes in config.per_file if codes]
    return "\n".join(rows) + "\n"


def split(text: str) -> tuple[str, ...]:
    """The entries of a list as flake8 separates them."""
    return tuple(word for word in re.split(r"[,\s]+", text) if word)


def _per_file(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """``a.py,b.py:E1,W6`` and so on, in order: several files may share their codes."""
    files: list[str] = []
    codes: list[str] = []
    after_colon = False
    for kind, value in _tokens(text):
        if kind == "colon":
            after_colon = True
        elif after_colon and kind == "code":
            codes.append(value)
        else:
            if after_colon:
                yield from _pairs(files, codes)
                files, codes, after_colon = [], [], False
            files.append(value)
    if after_colon:
        yield from _pairs(files, codes)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for match in _TOKENS.finditer(text):
        if match.lastgroup is not None and match.lastgroup != "gap":
            yield match.lastgroup, match.group()


def _pairs(files: Iterable[str], codes: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for file in files:
        yield file, tuple(codes)
