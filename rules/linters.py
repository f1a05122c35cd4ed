"""Which linters and formatters Ruff replaces, by which of its rules, and which plug-ins have no counterpart."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.utils import canonicalize_name

from rules.step import Site
from scanner.inventory import Repository, Tool

# Prefixes of Ruff's rule codes for each tool's own defaults.
REPLACED: dict[str, tuple[str, ...]] = {
    "flake8": ("E4", "E5", "E7", "E9", "F", "W1", "W2", "W6"),
    "isort": ("I",),
    "pyupgrade": ("UP",),
    "pydocstyle": ("D",),
    "bandit": ("S",),
    "pylint": ("PLC", "PLE", "PLR", "PLW"),
    "autoflake": ("F401", "F841"),
    "black": (),
    "yapf": (),
}
PLUGINS: dict[str, str] = {
    "flake8-2020": "YTT",
    "flake8-annotations": "ANN",
    "flake8-async": "ASYNC",
    "flake8-bandit": "S",
    "flake8-blind-except": "BLE",
    "flake8-boolean-trap": "FBT",
    "flake8-bugbear": "B",
    "flake8-builtins": "A",
    "flake8-commas": "COM",
    "flake8-comprehensions": "C4",
    "flake8-copyright": "CPY",
    "flake8-datetimez": "DTZ",
    "flake8-debugger": "T10",
    "flake8-django": "DJ",
    "flake8-docstrings": "D",
    "flake8-eradicate": "ERA",
    "flake8-errmsg": "EM",
    "flake8-executable": "EXE",
    "flake8-fixme": "FIX",
    "flake8-future-annotations": "FA",
    "flake8-gettext": "INT",
    "flake8-implicit-str-concat": "ISC",
    "flake8-import-conventions": "ICN",
    "flake8-isort": "I",
    "flake8-logging": "LOG",
    "flake8-logging-format": "G",
    "flake8-no-pep420": "INP",
    "flake8-pie": "PIE",
    "flake8-print": "T20",
    "flake8-pyi": "PYI",
    "flake8-pytest-style": "PT",
    "flake8-quotes": "Q",
    "flake8-raise": "RSE",
    "flake8-return": "RET",
    "flake8-self": "SLF",
    "flake8-simplify": "SIM",
    "flake8-slots": "SLOT",
    "flake8-tidy-imports": "TID",
    "flake8-todos": "TD",
    "flake8-trio": "ASYNC",
    "flake8-type-checking": "TC",
    "flake8-unused-arguments": "ARG",
    "flake8-use-pathlib": "PTH",
    "mccabe": "C90",
    "pep8-naming": "N",
    "tryceratops": "TRY",
    "perflint": "PERF",
    "pandas-vet": "PD",
}
_NO_PLUGIN = frozenset({"flake8", "flake8-pyproject", "flake8-black", "flake8-formatter-junit-xml"})
_PLUGIN = re.compile(
    r"flake8-.+|pep8-naming|mccabe|tryceratops|perflint|pandas-vet|wemake-python-styleguide|darglint|dlint|pydoclint"
)


def in_use(repository: Repository) -> list[Tool]:
    """The linters and formatters in use that Ruff replaces, by name."""
    return sorted((t for t in repository.tools if t.name in REPLACED and t.use != "config-only"), key=lambda t: t.name)


def leftovers_of(repository: Repository) -> list[str]:
    """Configuration of replaced tools that nothing uses any more, as ``path`` texts."""
    dead = [t for t in repository.tools if t.name in REPLACED and t.use == "config-only"]
    return sorted({f"{t.name} in {e.path}" for t in dead for e in t.evidence})


def plugins(repository: Repository) -> list[str]:
    """The flake8 plug-ins that the projects declare, by normalised name."""
    names = {str(canonicalize_name(d.name)) for p in repository.projects for d in p.dependencies if d.name}
    return sorted(n for n in names if _PLUGIN.fullmatch(n) and n not in _NO_PLUGIN)


def selection(site: Site, old: Iterable[Tool]) -> tuple[list[str], list[str]]:
    """Ruff's rule prefixes that stand for the tools and plug-ins in use, and plug-ins without a counterpart."""
    codes = {code for tool in old for code in REPLACED[tool.name]}
    found = plugins(site.repository) if any(t.name == "flake8" for t in old) else []
    codes |= {PLUGINS[name] for name in found if name in PLUGINS}
    return sorted(codes), [name for name in found if name not in PLUGINS]
