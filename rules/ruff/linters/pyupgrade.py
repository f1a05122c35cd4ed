"""pyupgrade → the ``UP`` rules that stand for its rewrites (pyupgrade 3.22, its README section by section).

It has no rules to choose from: the lowest Python decides. Left out are the rules under ``UP`` that it has not, and
those that speak far beyond it: ``UP031`` reports every ``%``, ``UP032`` every ``format``, ``UP035`` every deprecated
import.
"""

from __future__ import annotations

import re

from rules.ruff.linters.linter import Asked, Linter, Part
from rules.ruff.translate import RuffLint

# The rule, and the Python from which on pyupgrade rewrites what it reports.
_SINCE = {
    "C401": (3, 0),
    "C402": (3, 0),
    "C403": (3, 0),
    "C404": (3, 0),
    "C405": (3, 0),
    "F632": (3, 0),
    "UP001": (3, 0),
    "UP003": (3, 0),
    "UP004": (3, 0),
    "UP005": (3, 0),
    "UP008": (3, 0),
    "UP009": (3, 0),
    "UP010": (3, 0),
    "UP011": (3, 8),
    "UP012": (3, 0),
    "UP013": (3, 6),
    "UP014": (3, 6),
    "UP015": (3, 0),
    "UP017": (3, 11),
    "UP018": (3, 0),
    "UP019": (3, 0),
    "UP020": (3, 0),
    "UP021": (3, 7),
    "UP022": (3, 7),
    "UP023": (3, 0),
    "UP024": (3, 0),
    "UP025": (3, 0),
    "UP026": (3, 0),
    "UP028": (3, 0),
    "UP029": (3, 0),
    "UP030": (3, 0),
    "UP033": (3, 9),
    "UP034": (3, 0),
    "UP036": (3, 0),
    "UP039": (3, 0),
    "UP041": (3, 10),
    "UP043": (3, 13),
    "UP050": (3, 0),
    "W605": (3, 0),
}
# Annotations: from this Python on, or with `from __future__ import annotations` from 3.7 on.
_ANNOTATIONS = {"UP006": (3, 9), "UP007": (3, 10), "UP045": (3, 10)}
_BEYOND = (
    ("%-format", "Ruff reports every `%` (UP031) and mends it only with --unsafe-fixes; pyupgrade the safe ones"),
    ("f-strings", "Ruff rewrites far more calls of `format` (UP032) than those of plain names"),
    ("comprehensions", "those that only copy (C416) are rewritten by pyupgrade 3.22 and later alone"),
    ("quotes", "Ruff takes quotes off more annotations (UP037)"),
    ("typing imports", "names that move to another module (UP035) are reported far beyond what pyupgrade rewrites"),
    ("six", "what remains of six is not rewritten"),
)


def translate(asked: Asked) -> Part:
    """The rules for ``--py38-plus`` and its relatives."""
    options = {word for run in (asked.gates or asked.runs) for word in run.argv if word.startswith("-")}
    lowest = _lowest(options)
    aims = max(lowest, asked.python or lowest)
    rules = {rule for rule, since in _SINCE.items() if since <= lowest}
    for rule, since in _ANNOTATIONS.items():
        if since <= lowest or (lowest >= (3, 7) and aims < since):
            rules.add(rule)
    if "--keep-mock" in options:
        rules.discard("UP026")
    keeps = "--keep-runtime-typing" in options
    if keeps:
        rules -= {"UP006", "UP007", "UP045"}
    select = tuple(sorted(rules))
    return Part(
        tool="pyupgrade",
        lint=RuffLint(select=select, uncovered=tuple(w for w in _BEYOND if not _is_kept(w[0], options))),
        pairs=tuple(("pyupgrade", rule) for rule in select),
        fixes=select,
        target=f"py3{lowest[1]}" if lowest > (asked.python or (3, 0)) and lowest > (3, 6) else None,
    )


def _is_kept(what: str, options: set[str]) -> bool:
    return what == "%-format" and "--keep-percent-format" in options


def _lowest(options: set[str]) -> tuple[int, int]:
    found = (re.fullmatch(r"--py3(?P<minor>\d{0,2})-plus", option) for option in options)
    return (3, max((int(m["minor"] or 0) for m in found if m is not None), default=0))


LINTER = Linter(name="pyupgrade", translate=translate)
