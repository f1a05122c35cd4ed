"""Every rule on every repository: findings with their levels and suppressions, and what could not be answered."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from rules.checks import RULES
from rules.finding import LEVELS, Finding, Findings, Unknown
from rules.reading import area_of, project_around
from rules.rule import Case, Rule, Survey, survey
from scanner.config import Config, Suppression
from scanner.inventory import Error, Fleet, Repository

# Codes of files that were not read at all; the others leave the rest of the file standing.
_UNREAD = frozenset(
    {"syntax", "encoding", "conflict-markers", "too-large", "too-deep", "lfs-pointer", "unreadable", "bug"}
)


def run(fleet: Fleet, config: Config, as_of: date, rules: Iterable[Rule] = RULES) -> Findings:
    """What ``rules`` say about ``fleet`` on the day ``as_of``, sorted; the same for the same input.

    Levels are the configuration's (``off`` leaves a rule out); suppressed findings stay, in state ``suppressed`` with
    the reason, until the day after ``until``. A rule that fails on a repository is unknown there.
    """
    shared = survey(fleet, config, as_of)
    findings: dict[str, Finding] = {}
    unknowns: set[Unknown] = set()
    for rule in rules:
        if config.levels.get(rule.name) == "off":
            continue
        for repository in fleet.repositories:
            for answer in _answers(rule, repository, shared):
                if isinstance(answer, Unknown):
                    unknowns.add(answer)
                else:
                    _merge(findings, _settled(answer, repository, config, as_of))
    return Findings(
        findings=tuple(sorted(findings.values(), key=_order)),
        unknowns=tuple(sorted(unknowns, key=lambda u: (u.rule, u.repository, u.project or "", u.reason))),
    )


def _answers(rule: Rule, repository: Repository, shared: Survey) -> list[Finding | Unknown]:
    case = Case(rule=rule, repository=repository, survey=shared)
    if repository.state == "failed":
        why = next((e.message for e in repository.errors if e.path is None), "no reason was recorded")
        return [case.unknown(f"the repository could not be read: {why}")]
    if not repository.is_python:
        return []
    try:
        answers = list(rule.check(case))
        unread = list(_blind(case))
    except Exception as error:  # noqa: BLE001 – allowed around one rule: a rule's bug must not cost the other answers
        return [case.unknown(f"the rule failed: {type(error).__name__}: {error}")]
    return [*(a for a in answers if not _is_told(a, unread)), *unread]


def _is_told(answer: Finding | Unknown, unread: Iterable[Unknown]) -> bool:
    """Whether an unknown says no more than a file that could not be read, which is told with its place."""
    return isinstance(answer, Unknown) and any(
        answer.reason in u.reason and answer.project == u.project for u in unread
    )


def _blind(case: Case) -> Iterator[Unknown]:
    """Files of the kinds that the rule reads which nobody could read."""
    for error in case.repository.errors:
        if error.path is None or error.code not in _UNREAD or area_of(error.path) not in case.rule.reads:
            continue
        project = project_around(case.repository, error.path)
        if project is None or project.role == "main":
            yield case.unknown(_unread(error), project=project.path if project else None)


def _unread(error: Error) -> str:
    place = f"{error.path}:{error.line}" if error.line else error.path
    return f"{place} could not be read: {error.message}"


def _settled(finding: Finding, repository: Repository, config: Config, as_of: date) -> Finding:
    level = config.levels.get(finding.rule)
    for known in LEVELS:
        if level == known:
            finding = replace(finding, level=known)
    for suppression in config.suppressions:
        if _covers(suppression, finding, repository, as_of):
            return replace(finding, state="suppressed", reason=suppression.reason)
    return finding


def _covers(suppression: Suppression, finding: Finding, repository: Repository, as_of: date) -> bool:
    if not fnmatch.fnmatchcase(finding.rule, suppression.rule):
        return False
    if not any(fnmatch.fnmatchcase(name, suppression.repository) for name in (finding.repository, repository.name)):
        return False
    if suppression.until is not None and suppression.until[:10] < as_of.isoformat():
        return False
    paths = [finding.project or ".", *(e.path for e in finding.evidence if e.path)]
    return any(fnmatch.fnmatchcase(path, suppression.path) for path in paths)


def _merge(findings: dict[str, Finding], finding: Finding) -> None:
    """One finding per fingerprint: the graver level stays, the evidence is put together."""
    known = findings.get(finding.fingerprint)
    if known is not None:
        graver = min(known, finding, key=lambda f: LEVELS.index(f.level))
        finding = replace(graver, evidence=tuple(dict.fromkeys((*known.evidence, *finding.evidence))))
    findings[finding.fingerprint] = finding


def _order(finding: Finding) -> tuple[int, str, str, str, str]:
    return (
        LEVELS.index(finding.level),
        finding.rule,
        finding.repository,
        finding.project or "",
        finding.fingerprint,
    )
