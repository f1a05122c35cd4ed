"""Findings as SARIF 2.1.0, as code scanning takes them: a run for each repository, paths from its root."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from reports.escape import sarif, visible
from reports.views.findings import Answers
from reports.views.rules import entry
from reports.writer import View, Writer
from rules.finding import LEVELS, Evidence, Finding
from rules.reading import manifest_of
from rules.rule import Rule
from scanner.inventory import Repository

#: Code scanning takes no more results of one run; the gravest are kept.
MOST_RESULTS = 5000
_MORE_PLACES = 9
_BASE = "SRCROOT"
_STATES = {"new": "new", "known": "unchanged", "regressed": "new", "fixed": "absent"}


def write(view: View) -> str:
    """Every finding with its places and a fingerprint that outlives line numbers; every rule that speaks."""
    assert view.model is not None
    answers = view.model()
    assert isinstance(answers, Answers)
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in answers.document.findings:
        if answers.compared or finding.state != "fixed":
            found[finding.repository].append(finding)
    asked = {r.id: r for r in answers.repositories}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [_run(answers, name, asked.get(name), found[name]) for name in sorted(asked.keys() | found.keys())],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _run(answers: Answers, name: str, repository: Repository | None, found: list[Finding]) -> dict[str, Any]:
    speaking = {f.rule for f in found}
    rules = [rule for rule in answers.rules if rule.name in speaking]
    numbers = {rule.name: i for i, rule in enumerate(rules)}
    ordered = sorted(found, key=lambda f: (f.state == "suppressed", LEVELS.index(f.level), f.rule, f.fingerprint))
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Muster",
                "version": answers.document.run.version,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": f"muster/{quote(name, errors='replace')}/"},
        "originalUriBaseIds": {_BASE: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(f, repository, numbers, compared=answers.compared) for f in ordered[:MOST_RESULTS]],
    }
    if repository is not None and repository.remote and repository.commit:
        run["versionControlProvenance"] = [_provenance(repository)]
    if len(ordered) > MOST_RESULTS:
        run["properties"] = {"resultsLeftOut": len(ordered) - MOST_RESULTS}
    return run


def _provenance(repository: Repository) -> dict[str, Any]:
    made: dict[str, Any] = {
        "repositoryUri": f"https://{quote(repository.remote or '', safe='/:', errors='replace')}",
        "revisionId": repository.commit,
        "mappedTo": {"uriBaseId": _BASE},
    }
    return made | ({"branch": visible(repository.branch)} if repository.branch else {})


def _rule(rule: Rule) -> dict[str, Any]:
    told = entry(rule)
    return {
        "id": rule.name,
        "shortDescription": {"text": sarif(rule.title)},
        "fullDescription": {"text": sarif(told.what or rule.title)},
        "help": {"text": sarif(f"{told.why} {told.what_to_do}".strip() or rule.title)},
        "defaultConfiguration": {"level": rule.level},
        "properties": {"tags": [rule.category]},
    }


def _result(
    finding: Finding, repository: Repository | None, numbers: Mapping[str, int], *, compared: bool
) -> dict[str, Any]:
    places = [e for e in finding.evidence if e.path and _inside(e.path)]
    first = places[0] if places else Evidence(path=_fallback(finding, repository))
    where = f" (project {finding.project})" if finding.project not in (None, ".") else ""
    made: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.level,
        "message": {"text": sarif(f"{finding.message}{where}. What to do: {finding.fix}")},
        "locations": [_location(first)],
        "partialFingerprints": {
            "muster/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
        },
    }
    if finding.rule in numbers:
        made["ruleIndex"] = numbers[finding.rule]
    if places[1:]:
        made["relatedLocations"] = [_location(e) for e in places[1 : 1 + _MORE_PLACES]]
    if compared and finding.state in _STATES:
        made["baselineState"] = _STATES[finding.state]
    if finding.state == "suppressed":
        made["suppressions"] = [{"kind": "external", "justification": sarif(finding.reason or "accepted")}]
    return made


def _inside(path: str) -> bool:
    return not path.startswith("/") and ".." not in path.split("/")


def _fallback(finding: Finding, repository: Repository | None) -> str:
    """A file to show a finding at that has no place of its own: what declares the project."""
    projects: Iterable[Any] = repository.projects if repository is not None else ()
    project = next((p for p in projects if p.path == (finding.project or ".")), None)
    path = manifest_of(project) if project is not None else finding.project or "."
    return path if _inside(path) else "."


def _location(evidence: Evidence) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _relative(evidence.path or "."), "uriBaseId": _BASE}}
    if evidence.line:
        physical["region"] = {"startLine": evidence.line}
    made: dict[str, Any] = {"physicalLocation": physical}
    return made | ({"message": {"text": sarif(evidence.text)}} if evidence.text else {})


def _relative(path: str) -> str:
    """A relative reference (RFC 3986): percent-encoded; a colon in the first part is no scheme."""
    return quote(path, safe="/", errors="replace")


WRITER = Writer(
    name="sarif", suffix=".sarif", write=write, views=("findings",), summary="SARIF 2.1.0, for code scanning"
)
