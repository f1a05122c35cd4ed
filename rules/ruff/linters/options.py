"""Options of a command line and of configuration files, as the smaller tools have them."""

from __future__ import annotations

import configparser
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from scanner import toml_reader
from scanner.format import Unreadable
from scanner.yaml_reader import Mapping as YamlMapping
from scanner.yaml_reader import Scalar, load_mapping
from scanner.yaml_reader import Sequence as YamlSequence


def given(argv: Sequence[str], valued: Collection[str], short: Mapping[str, str] | None = None) -> dict[str, str]:
    """Options by name without dashes; ``valued`` are those that take a value, ``short`` long names of short ones."""
    found: dict[str, str] = {}
    words = iter(argv)
    for word in words:
        if not word.startswith("-") or word == "-":
            continue
        name, equals, value = word.partition("=")
        if not name.startswith("--") and len(name) > 2 and name[:2] in valued:
            name, equals, value = name[:2], "=", name[2:]
        name = is_short_for(name, valued) or name
        plain = (short or {}).get(name, name).lstrip("-")
        takes = name in valued or f"--{plain}" in valued
        found[plain] = value if equals else next(words, "") if takes else "true"
    return found


def is_short_for(word: str, valued: Collection[str]) -> str | None:
    """The long option with a value of which ``word`` is the only beginning, as ``argparse`` takes it."""
    if not word.startswith("--") or len(word) < 5 or word in valued:
        return None
    found = [name for name in valued if name.startswith(word)]
    return found[0] if len(found) == 1 else None


def words(value: Any) -> tuple[str, ...]:
    """A list as these tools write it: separated by commas or lines, or a list of TOML or YAML."""
    if isinstance(value, (list, tuple)):
        return tuple(str(item).strip() for item in value if str(item).strip())
    if value is None or isinstance(value, (bool, Mapping)):
        return ()
    return tuple(w for w in re.split(r"[,\n\s]+", re.sub(r"(?m)#.{0,2000}$", "", str(value))) if w)


def flag(value: Any) -> bool:
    """Whether a switch is on."""
    return value if isinstance(value, bool) else str(value).strip().lower() in ("true", "1", "yes", "on", "y")


def number(value: Any) -> int | None:
    """A whole number, ``None`` for what is none."""
    text = str(value).strip() if not isinstance(value, bool) else ""
    return int(text) if re.fullmatch(r"\d{1,6}", text) else None


def options_in(path: str, text: str, sections: Collection[str]) -> dict[str, Any] | None:
    """What stands in a file for a tool; ``None`` where it has nothing of it or cannot be read.

    ``sections``: names of tables below ``tool`` (TOML) or of sections (INI), each with those below it
    (``pylint.main``); ``""`` takes all. Names are put in the form with dashes.
    """
    try:
        if path.endswith(".toml"):
            found = _from_toml(text, sections)
        elif path.endswith((".yaml", ".yml")):
            found = _from_yaml(text)
        else:
            found = _from_ini_or_yaml(text, sections)
    except (configparser.Error, Unreadable):
        return None
    return None if found is None else {name.replace("_", "-"): value for name, value in found.items()}


def _from_toml(text: str, sections: Collection[str]) -> dict[str, Any] | None:
    data = toml_reader.loads(text)
    tool = data.get("tool") if isinstance(data.get("tool"), dict) else None
    tables = [tool[s] for s in sections if tool and isinstance(tool.get(s), dict)]
    return dict(_flat(tables[0])) if tables else None


def _flat(table: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Options of a table and of those below it, each below its own name too (``assert_used.skips``)."""
    for name, value in table.items():
        if isinstance(value, Mapping) and depth < 2:
            for inner, what in _flat(value, depth + 1):
                yield inner, what
                yield f"{name}.{inner}", what
        else:
            yield name, value


def _from_yaml(text: str) -> dict[str, Any]:
    document = load_mapping(text)
    found: dict[str, Any] = {}
    for name, node in document.items():
        if isinstance(node, Scalar):
            found[name] = node.text
        elif isinstance(node, YamlSequence):
            found[name] = [item.text for item in node if isinstance(item, Scalar)]
        elif isinstance(node, YamlMapping):
            for inner in node.entries:
                found[f"{name}.{inner}"] = [i.text for i in node.seq(inner) if isinstance(i, Scalar)]
    return found


def _from_ini_or_yaml(text: str, sections: Collection[str]) -> dict[str, Any] | None:
    """bandit's file of no name (``.bandit``) is either."""
    try:
        return _from_ini(text, sections)
    except configparser.MissingSectionHeaderError:
        return _from_yaml(text)


def _from_ini(text: str, sections: Collection[str]) -> dict[str, Any] | None:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    names = [n for n in parser.sections() if any(not s or n == s or n.lower().startswith(f"{s}.") for s in sections)]
    return {name: value for section in names for name, value in parser.items(section)} if names else None
