"""Names of hooks that are gone, where something else speaks of them: ``pre-commit run black``, ``SKIP=flake8``.

A hook of the repository's own (``repo: local``) keeps its name, and so does what calls it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from rules.places.text import Splice, applied
from rules.places.yaml_text import documents
from rules.ruff.runs import HOOK_IDS
from scanner.yaml_reader import Mapping as Node

_NAME = r"[A-Za-z][\w-]{0,60}"
_RUN = re.compile(
    r"\b(?:pre-commit|pre_commit|prek)[\"']?,?[ \t]+[\"']?run\b(?P<words>(?:[ \t\"',]+(?!\|)[\w.$:/{}=-]+[\"']?){0,12})"
)
_WORD = re.compile(rf"(?<=[ \t\"'])(?P<name>{_NAME})(?=[ \t\"']|$)")
_SKIP = re.compile(rf"\bSKIP[\"']?[ \t]*[:=][ \t]*[\"']?(?P<names>{_NAME}(?:,[ ]?{_NAME}){{0,40}})(?=[\"'\s]|$)")
_FORMATTERS = ("black", "yapf")


def new_id(tool: str) -> str:
    """Ruff's hook that stands for one of ``tool``."""
    return "ruff-format" if tool in _FORMATTERS else "ruff-check"


def renamed(before: str, after: str) -> dict[str, str]:
    """Hooks that the file had and has no more, each with the one of Ruff that does what it did."""
    there = set(_ids(after))
    gone = {name: tool for name in _ids(before) if name not in there and (tool := HOOK_IDS.get(name)) is not None}
    made = {name: new_id(tool) for name, tool in gone.items()}
    made |= {"ruff": "ruff-check"} if "ruff" in set(_ids(before)) - there else {}
    return {name: new for name, new in made.items() if new in there}


def _ids(text: str) -> Iterator[str]:
    document = next(iter(documents(text)), None)
    for repository in document.seq("repos") if isinstance(document, Node) else ():
        for hook in repository.seq("hooks") if isinstance(repository, Node) else ():
            if isinstance(hook, Node) and (name := hook.text("id")) is not None:
                yield name


def edit(text: str, names: Mapping[str, str]) -> str:
    """``text`` with the new names in runs of single hooks and in lists of what is left out."""
    splices: list[Splice] = []
    for run in _RUN.finditer(text) if names else ():
        words = _WORD.finditer(text, run.start("words"), run.end("words"))
        splices += [Splice(w.start(), w.end(), names[w["name"]]) for w in words if w["name"] in names]
    for skip in _SKIP.finditer(text) if names else ():
        listed = re.split(r",[ ]?", skip["names"])
        if not names.keys().isdisjoint(listed):
            splices.append(Splice(skip.start("names"), skip.end("names"), ",".join(skipped(listed, names))))
    return applied(text, splices)


def skipped(listed: Collection[str], names: Mapping[str, str]) -> list[str]:
    """What is left out now: a hook of Ruff where all that it stands for was left out."""
    whole = {new for new in names.values() if all(old in listed for old, other in names.items() if other == new)}
    now = (names.get(name, name) for name in listed if names.get(name, name) in whole or name not in names)
    return list(dict.fromkeys(now))
