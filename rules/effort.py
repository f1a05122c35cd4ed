"""Hours of a move: a base for the origin, the files to change, and the typed blockers; never the size of the code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.blockers import KINDS, Hours, PlanBlocker, Risk
from rules.linters import in_use
from rules.step import Site, Step, Track
from scanner.words import counted

# Hours (low, likely, high) for one project of each origin, lock and manifest only. Estimates, to be replaced by
# measured ones as a campaign goes on; each is shown with its reason.
ORIGINS: Mapping[str, Hours] = {
    "uv": (0.25, 0.5, 1),
    "rye": (0.25, 0.5, 2),
    "pdm": (0.5, 1, 2),
    "hatch": (0.5, 1, 2),
    "flit": (0.25, 0.5, 1),
    "pip": (0.5, 1, 3),
    "pip-tools": (0.5, 1, 3),
    "poetry": (0.5, 1.5, 4),
    "pipenv": (0.5, 1.5, 4),
    "setuptools": (0.5, 2, 6),
    "pixi": (1, 4, 12),
    "conda": (1, 4, 16),
}
_FILE: Mapping[str, Hours] = {
    "image": (0.25, 0.5, 2),
    "ci": (0.25, 0.5, 1.5),
    "hooks": (0.1, 0.25, 0.5),
}
# Translating one old tool's rules and reading what its successor says of the code.
LINTERS: Mapping[str, Hours] = {
    "autoflake": (0.05, 0.1, 0.25),
    "bandit": (0.1, 0.25, 0.5),
    "black": (0.05, 0.1, 0.5),
    "flake8": (0.1, 0.25, 1),
    "isort": (0.05, 0.1, 0.5),
    "pydocstyle": (0.1, 0.25, 0.5),
    "pylint": (0.25, 0.5, 2),
    "pyupgrade": (0.05, 0.1, 0.25),
    "yapf": (0.25, 0.5, 1.5),
}
_MEASURING: Hours = (0.25, 0.5, 1)
_LINT_FILE: Hours = (0.1, 0.15, 0.5)
_UNKNOWN: Hours = (0.5, 1, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One reason for hours."""

    reason: str
    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Hours of one person, with the parts that they are the sum of."""

    low: float
    likely: float
    high: float
    because: tuple[Part, ...] = ()


def effort(site: Site, track: Track, steps: Mapping[str, Sequence[Step]], blockers: Iterable[PlanBlocker]) -> Effort:
    """The sum of its parts; ``steps`` are those of each writer, by its name."""
    parts = [*(_lint(site) if track == "ruff" else _origins(site)), *_files(steps), *_blocked(blockers)]
    return Effort(
        low=round(sum(p.low for p in parts), 2),
        likely=round(sum(p.likely for p in parts), 2),
        high=round(sum(p.high for p in parts), 2),
        because=tuple(parts),
    )


def risk(found: Iterable[PlanBlocker], *, critical: bool) -> Risk:
    """The gravest risk of the blockers; a critical repository with anything left to decide is at high risk."""
    kinds = [(KINDS[b.code].risk if b.code in KINDS else "medium", b.decision) for b in found]
    if any(r == "high" for r, _ in kinds) or (critical and any(decision for _, decision in kinds)):
        return "high"
    return "medium" if critical or any(r == "medium" for r, _ in kinds) else "low"


def _origins(site: Site) -> Iterator[Part]:
    for manager, count in sorted(Counter(p.primary_manager or "pip" for p in site.projects).items()):
        base = ORIGINS.get(manager, _UNKNOWN)
        # Projects after the first of the same kind go faster: half the hours each.
        factor = 1 + (count - 1) * 0.5
        what = f"{count} projects" if count > 1 else "manifest and lock"
        yield _part(f"{what} from {manager}", base, factor)


def _lint(site: Site) -> Iterator[Part]:
    """Measuring once; each tool's rules; each file that configures or runs one of them."""
    old = in_use(site.repository)
    yield _part("measuring, and one configuration", _MEASURING, 1)
    for tool in old:
        yield _part(f"the rules of {tool.name}", LINTERS.get(tool.name, _UNKNOWN), 1)
    if files := {e.path for t in old for e in t.evidence if e.kind != "dependency"}:
        yield _part(f"configured or run in {counted(len(files), 'file')}", _LINT_FILE, len(files))


def _files(steps: Mapping[str, Sequence[Step]]) -> Iterator[Part]:
    for name, hours in _FILE.items():
        if count := len(steps.get(name, ())):
            yield _part(f"{count} {name} file{'s' if count > 1 else ''} to change", hours, count)


def _blocked(found: Iterable[PlanBlocker]) -> Iterator[Part]:
    """Every code once, with a third of its hours for each further place."""
    for code, count in sorted(Counter(b.code for b in found).items()):
        hours = KINDS[code].hours if code in KINDS else _UNKNOWN
        yield _part(f"{code} ({count} places)" if count > 1 else code, hours, 1 + (min(count, 10) - 1) / 3)


def _part(reason: str, hours: Hours, factor: float) -> Part:
    low, likely, high = (round(h * factor, 2) for h in hours)
    return Part(reason=reason, low=low, likely=likely, high=high)
