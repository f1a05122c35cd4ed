"""What linters, formatters and type checkers are set to: options by tool and key, as written, with their places.

The values are text and no opinion: what an option means is for the rules. TOML, INI, JSON and YAML end in one form: a
dotted key below the tool's section and its values; text of INI files keeps its lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from scanner.facts import Location, Setting
from scanner.lint_tools import tool_of_section
from scanner.redact import redact
from scanner.yaml_reader import Mapping as YamlMapping
from scanner.yaml_reader import Node, Scalar, Sequence

MAX_SETTINGS = 400
MAX_VALUES = 1_000
MAX_LENGTH = 4_000
_MAX_DEPTH = 5
_SECTION = re.compile(r"\[(?P<name>[^\]]{1,300})\]")
_OPTION = re.compile(r"(?P<key>[^\s=:#;\[][^=:]{0,200}?)[ \t]{0,20}[=:](?P<value>.*)", re.DOTALL)


def of_table(tool: str, data: Mapping[str, object], at: Callable[..., Location]) -> tuple[Setting, ...]:
    """The options in a table of TOML; ``at`` says where a key (from the table down) stands."""
    return tuple(islice(_flat(tool, data, (), at), MAX_SETTINGS))


def _flat(
    tool: str, data: Mapping[str, object], above: tuple[str, ...], at: Callable[..., Location]
) -> Iterator[Setting]:
    for name, value in data.items():
        keys = (*above, name)
        if isinstance(value, Mapping):
            if len(keys) < _MAX_DEPTH:
                yield from _flat(tool, value, keys, at)
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            for number, item in enumerate(value):
                if isinstance(item, Mapping) and len(keys) < _MAX_DEPTH:
                    yield from _flat(tool, item, (*keys, str(number)), at)
        else:
            listed = value if isinstance(value, list) else [value]
            yield _setting(tool, keys, [_text(item) for item in listed], at(*keys))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _setting(tool: str, keys: tuple[str, ...], values: list[str], at: Location) -> Setting:
    kept = tuple(redact(value[:MAX_LENGTH]) for value in values[:MAX_VALUES])
    return Setting(tool=tool, key=".".join(keys)[:300], values=kept, at=at)


def of_ini(path: str, text: str, tool: str | None = None) -> tuple[Setting, ...]:
    """The options in the sections of an INI file that configure tools; with ``tool`` in all its sections, for that one.

    A section ``[mypy-a.*]`` is ``overrides.a.*``. Never raises: a line that is nothing is passed over.
    """
    return tuple(islice(_ini(path, text, tool), MAX_SETTINGS))


def _ini(path: str, text: str, whole: str | None) -> Iterator[Setting]:
    tool: str | None = None
    section = ""
    key, lines, line, indent = "", [""], 0, 0

    def ended() -> Iterator[Setting]:
        if tool is not None and key:
            below = _below(section, tool)
            at = Location(path=path, line=line)
            yield _setting(tool, (*below, key), ["\n".join(part for part in lines if part)], at)

    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        stripped = raw.strip()
        if not stripped or stripped.startswith(("#", ";")):
            continue
        depth = len(raw) - len(raw.lstrip())
        if key and depth > indent:
            lines.append(stripped)
            continue
        yield from ended()
        key = ""
        if (found := _SECTION.match(stripped)) is not None:
            section = found["name"].strip()
            tool = whole or tool_of_section(section)
        elif (option := _OPTION.fullmatch(stripped)) is not None:
            key, lines, line, indent = option["key"].strip(), [option["value"].strip()], number, depth
    yield from ended()


def _below(section: str, tool: str) -> tuple[str, ...]:
    if tool == "mypy" and section.startswith("mypy-"):
        return ("overrides", section.removeprefix("mypy-"))
    return ()


def of_mapping(tool: str, path: str, data: YamlMapping) -> tuple[Setting, ...]:
    """The options in a JSON or YAML file."""
    return tuple(islice(_yaml(tool, path, data, ()), MAX_SETTINGS))


def _yaml(tool: str, path: str, data: YamlMapping, above: tuple[str, ...]) -> Iterator[Setting]:
    for name, value in data.items():
        keys = (*above, name)
        if isinstance(value, YamlMapping):
            if len(keys) < _MAX_DEPTH:
                yield from _yaml(tool, path, value, keys)
        else:
            yield _setting(tool, keys, list(texts(value)), Location(path=path, line=data.line_of(name)))


def texts(node: Node | None) -> Iterator[str]:
    """The text of a scalar, or of each scalar in a sequence."""
    if isinstance(node, Scalar):
        yield node.text
    elif isinstance(node, Sequence):
        yield from (item.text for item in node if isinstance(item, Scalar))


def of_hook(tool: str, hook: YamlMapping, path: str) -> tuple[Setting, ...]:
    """What a hook of pre-commit gives its tool: ``hook.args``, ``hook.additional_dependencies``, ``hook.stages``."""
    return tuple(
        _setting(tool, ("hook", name), list(texts(hook.get(name))), Location(path=path, line=hook.line_of(name)))
        for name in ("args", "additional_dependencies", "stages")
        if name in hook.entries
    )
