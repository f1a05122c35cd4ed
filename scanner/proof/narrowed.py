"""Which of the reports that Ruff does not make a known difference explains, each looked at in its file."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from rules.ruff.base import inside
from rules.ruff.gate import Narrower, Place
from rules.ruff.isort_config import as_ruff_sorts
from rules.ruff.move import LintMove
from rules.ruff.narrower import Source, explained
from rules.ruff.setup import Conversion, convert
from scanner.lint_runs import NotMeasured, run_isort
from scanner.proof.ground import Opened
from scanner.proof.old_tools import OldTools


def narrowed(
    found: Opened, made: LintMove, lost: Iterable[Place], old: OldTools, folder: str
) -> tuple[tuple[Place, ...], tuple[Narrower, ...]]:
    """What is lost all the same, and what is narrower in Ruff, counted by code and difference."""
    config = convert(made.setup)
    sources = _Sources(found, made, config)
    by_isort = _by_options(made, config, {p for p, _, code in lost if code == "isort"}, old, folder)
    left: list[Place] = []
    counts: Counter[tuple[str, str, str, str, str]] = Counter()
    for place in lost:
        path, line, code = place
        difference = explained(sources.at(path, code), line, code) if code != "isort" else None
        if difference is not None:
            counts[code, difference.name, difference.rule, difference.differs, difference.instead] += 1
        elif code == "isort" and path in by_isort:
            counts[code, "isort-options", "I001", by_isort[path], _KEEP] += 1
        else:
            left.append(place)
    made_of = (
        Narrower(code=code, name=name, rule=rule, differs=differs, instead=instead, count=count)
        for (code, name, rule, differs, instead), count in sorted(counts.items())
    )
    return tuple(left), tuple(made_of)


class _Sources:
    """Files as reports speak of them, read once."""

    def __init__(self, found: Opened, made: LintMove, config: Conversion) -> None:
        self._found, self._base = found, made.setup.base
        style = config.config.tables.get("pycodestyle", {})
        length = int(style.get("max-line-length") or config.config.top.get("line-length") or 88)
        self._lengths = {"W505": int(style.get("max-doc-length") or length), "": length}
        self._complexity = config.config.tables.get("mccabe", {}).get("max-complexity")
        self._files = frozenset(made.setup.sources)
        self._read: dict[tuple[str, int], Source] = {}

    def at(self, path: str, code: str = "") -> Source:
        length = self._lengths.get(code, self._lengths[""])
        if (path, length) not in self._read:
            self._read[path, length] = Source(
                path=path,
                text=self._found.ground.read(inside(self._base, path)) or "",
                length=length,
                complexity=self._complexity,
                files=self._files,
            )
        return self._read[path, length]


_KEEP = "isort can stay for the option, or the option go before the move"


def _by_options(
    made: LintMove, config: Conversion, files: Collection[str], old: OldTools, folder: str
) -> Mapping[str, str]:
    """Files with which isort is content once it is set as Ruff sorts; with the options that made the difference."""
    if not files or made.setup.isort is None or config.isort is None:
        return {}
    length = int(config.config.top.get("line-length") or config.isort.line_length)
    options, changed = as_ruff_sorts(made.setup.isort, length)
    name = ".muster-isort.cfg"
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write("\n".join(["[isort]", *(f"{key}={value}" for key, value in options.items())]) + "\n")
    try:
        still = run_isort(folder, (f"--settings-file={name}", *sorted(files)), program=old.isort or "isort")
    except NotMeasured:
        return {}
    why = f"no counterpart of {', '.join(changed)}"
    return {path: why for path in files if path not in still} if changed else {}
