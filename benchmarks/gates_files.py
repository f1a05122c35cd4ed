"""Reading the files of a work tree: forgiving, as what cannot be read holds no gate."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml


def tracked(root: Path) -> list[str]:
    """What git has in the work tree, as paths from the root."""
    done = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=True)
    return sorted(path for path in done.stdout.decode(errors="replace").split("\0") if path and (root / path).is_file())


def joined(folder: str, more: str) -> str:
    """A folder and what is below or beside it, as a path from the root."""
    parts: list[str] = []
    for part in f"{folder}/{more}".split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)


def spaceless(said: str) -> str:
    """A requirement without spaces and quotes."""
    return re.sub(r"\s", "", said.strip("'\""))


def plain_name(said: str) -> str:
    """A package by its normalised name."""
    return re.sub(r"[-_.]+", "-", said).lower()


def without_comments(text: str) -> str:
    """A text without what stands behind ``#``."""
    return re.sub(r"(^|\s)#.*$", "", text, flags=re.MULTILINE)


def flat(items: list[Any]) -> Iterator[Any]:
    """A list of lists, in order."""
    for item in items:
        if isinstance(item, list):
            yield from flat(item)
        else:
            yield item


def read(path: Path) -> str:
    """The text of a file; nothing where it cannot be read or is very large."""
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path.stat().st_size < 2_000_000 else ""
    except OSError:
        return ""


class _Loose(yaml.SafeLoader):
    """YAML with tags of other programs (``!reference``) read as what they hold."""


def _any_tag(loader: _Loose, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else None


_Loose.add_multi_constructor("!", _any_tag)


def read_yaml(path: Path) -> Any:
    """A document of YAML; nothing where it is none."""
    try:
        return yaml.load(read(path), Loader=_Loose)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def read_toml(path: Path) -> dict[str, Any]:
    """A document of TOML; empty where it is none."""
    try:
        return tomllib.loads(read(path))
    except tomllib.TOMLDecodeError:
        return {}


def read_json(path: Path) -> dict[str, Any]:
    """An object of JSON; empty where it is none."""
    try:
        held = json.loads(read(path))
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}


def git_files(root: Path, folder: str, patterns: str) -> list[str]:
    """What ``git ls-files`` with these patterns lists in a folder."""
    done = subprocess.run(
        ["git", "-C", str(root / folder), "ls-files", "--", *[p for p in shlex.split(patterns) if p != "--"]],
        capture_output=True,
        text=True,
    )
    return done.stdout.split("\n")[:-1]
