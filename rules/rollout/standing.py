"""How far Ruff has come in each repository and in the fleet: present, configured, enforced, and by the target. Pure.

A stage needs those before it. *Enforced* means that CI can fail by it: a command there, or a hook that CI runs.
*Policy* means that every rule of the target is kept and the rest of the target is so; without a target it is unknown.
A repository with main projects of several kinds has to meet the target of each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from packaging.specifiers import SpecifierSet

from rules.rollout.checkers import CheckerStanding, checkers, is_configured
from rules.rollout.kept import Kept, kept, kinds_of
from rules.rollout.selection import rules_of, short
from scanner.config import Config, RuffTarget
from scanner.inventory import Evidence, Fleet, Repository, Tool

Stage = Literal["none", "present", "configured", "enforced", "policy"]
STAGES: Mapping[Stage, str] = {
    "none": "nothing of Ruff is there",
    "present": "installed, configured or run",
    "configured": "a file configures it",
    "enforced": "configured, and CI can fail by it",
    "policy": "enforced, and the target is met",
}
_RELEASE = re.compile(r"v?(?P<version>\d{1,6}(?:\.\d{1,6}){1,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAt:
    """A version of Ruff and where it is stated."""

    version: str
    path: str
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuffStanding:
    """Ruff in one repository, against the target of its kinds.

    ``by`` are the tools that check what is checked today (Ruff, or those that it replaces). ``missing`` are rules of
    the target that nothing selects, ``ignored`` those that are selected and left out again, both as selectors;
    ``unmet`` says what else of the target is not so. ``met`` is ``None`` without a target; ``unsure`` names what could
    not be followed.
    """

    repository: str
    kinds: tuple[str, ...]
    stage: Stage
    by: tuple[str, ...]
    rules: tuple[str, ...]
    met: bool | None
    missing: tuple[str, ...] = ()
    missing_rules: int = 0
    ignored: tuple[str, ...] = ()
    ignored_rules: int = 0
    unmet: tuple[str, ...] = ()
    line_length: int | None = None
    formatter: str | None = None
    versions: tuple[ReleaseAt, ...] = ()
    skewed: bool = False
    gates: tuple[Evidence, ...] = ()
    places: tuple[Evidence, ...] = ()
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCount:
    """In how many repositories a version of Ruff is stated."""

    version: str
    repositories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """The fleet's sums over its repositories of Python, and every repository; ``policy`` is ``None`` without a target.

    ``skewed`` are repositories whose own files state several versions of Ruff.
    """

    repositories: int
    present: int
    configured: int
    enforced: int
    policy: int | None
    skewed: int
    versions: tuple[ReleaseCount, ...]
    target: RuffTarget | None
    targets: dict[str, RuffTarget]
    standings: tuple[RuffStanding, ...]
    checkers: tuple[CheckerStanding, ...] = ()


def rollout(fleet: Fleet, config: Config) -> Rollout:
    """Where Ruff and the type checkers stand in ``fleet``."""
    python = sorted((r for r in fleet.repositories if r.is_python), key=lambda r: (r.name, r.id))
    standings = tuple(standing(repository, config) for repository in python)
    has_target = config.ruff_target is not None or bool(config.ruff_targets)
    order = list(STAGES)

    def reached(stage: Stage) -> int:
        return sum(order.index(s.stage) >= order.index(stage) for s in standings)

    counted = Counter(version for s in standings for version in {v.version for v in s.versions})
    return Rollout(
        repositories=len(python),
        present=reached("present"),
        configured=reached("configured"),
        enforced=reached("enforced"),
        policy=reached("policy") if has_target else None,
        skewed=sum(s.skewed for s in standings),
        versions=tuple(
            ReleaseCount(version=v, repositories=n)
            for v, n in sorted(counted.items(), key=lambda item: (_release(item[0]), item[0]), reverse=True)
        ),
        target=config.ruff_target,
        targets=dict(sorted(config.ruff_targets.items())),
        standings=standings,
        checkers=checkers(fleet),
    )


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def standing(repository: Repository, config: Config) -> RuffStanding:
    """Where one repository stands."""
    today = kept(repository)
    ours = [t for t in repository.tools if t.name in ("ruff", "ruff-format")]
    kinds = kinds_of(repository)
    targets = [t for kind in kinds if (t := config.ruff_target_of(kind)) is not None]
    versions = tuple(_versions(ours))
    missing, ignored = _lacking(today, targets)
    unmet = tuple(dict.fromkeys(why for target in targets for why in _unmet(target, today, versions)))
    met = None if not targets else not (missing or ignored or unmet)
    return RuffStanding(
        repository=repository.id,
        kinds=kinds,
        stage=_stage(ours, met=met),
        by=today.by,
        rules=short(today.rules),
        met=met,
        missing=short(missing),
        missing_rules=len(missing),
        ignored=short(ignored),
        ignored_rules=len(ignored),
        unmet=unmet,
        line_length=today.line_length,
        formatter=today.formatter,
        versions=versions,
        skewed=len({v.version for v in versions}) > 1,
        gates=tuple(dict.fromkeys(gate for tool in ours for gate in tool.gates or ())),
        places=today.places,
        unsure=(*today.unsure, *_unseen(ours)),
    )


def _stage(ours: list[Tool], *, met: bool | None) -> Stage:
    if not ours:
        return "none"
    if not any(is_configured(tool) for tool in ours):
        return "present"
    if not any(tool.gates for tool in ours):
        return "configured"
    return "policy" if met else "enforced"


def _lacking(today: Kept, targets: Iterable[RuffTarget]) -> tuple[frozenset[str], frozenset[str]]:
    """Rules of the targets that nothing selects, and those that are selected and ignored."""
    wanted = frozenset(code for target in targets for code in rules_of(target.select, target.ignore))
    lacking = wanted - today.rules
    if "I001" in today.rules:
        lacking -= {"I002"}  # says nothing without `required-imports`
    return lacking - today.ignored, lacking & today.ignored


def _unmet(target: RuffTarget, today: Kept, versions: Iterable[ReleaseAt]) -> Iterator[str]:
    if target.line_length is not None and today.line_length != target.line_length:
        yield f"line length {today.line_length or 'unknown'} instead of {target.line_length}"
    if target.formatter and today.formatter != "ruff-format":
        yield f"formatted by {today.formatter or 'nothing'} instead of ruff format"
    if target.version is not None:
        outside = [v for v in versions if not SpecifierSet(target.version).contains(v.version, prereleases=True)]
        yield from (f"Ruff {v.version} in {v.path} is not {target.version}" for v in outside)


def _versions(ours: Iterable[Tool]) -> Iterator[ReleaseAt]:
    stated = {(v.version, v.path, v.line) for tool in ours for v in tool.versions}
    for version, path, line in sorted(stated, key=lambda v: (v[1], v[2] or 0, v[0])):
        if (found := _RELEASE.fullmatch(version)) is not None:
            yield ReleaseAt(version=found["version"], path=path, line=line)


def _unseen(ours: Iterable[Tool]) -> Iterator[str]:
    if any(tool.gates is None for tool in ours):
        yield "scanned by a Muster that did not look whether CI holds to it; scan again"
