from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any

import pytest

from reports.escape import sarif, xml
from reports.model import Facts
from reports.views.findings import findings_view
from reports.writers import WRITERS, as_sarif, writers_for
from rules.finding import Evidence, Finding, Findings, Unknown


def written(form: str, facts: Facts, answers: Findings | None = None, **options: Any) -> str:
    names = {r.id: r.name for r in facts.fleet.repositories}
    chosen = answers if answers is not None else facts.answers
    view = findings_view(facts.fleet.run, chosen, names, repositories=facts.fleet.repositories, **options)
    return next(w for w in WRITERS if w.name == form).write(view)


def a_finding(**changes: Any) -> Finding:
    base = Finding(
        fingerprint="f" * 20,
        rule="missing-lock",
        level="error",
        repository="git.example/acme/loose",
        project=".",
        message="no lock [x](y) {0}",
        evidence=(Evidence(path="a b/c#d.toml", line=3), Evidence(path=None, text="the fleet"), Evidence(path="e")),
        fix="lock it",
    )
    return replace(base, **changes)


def runs(text: str) -> dict[str, Any]:
    document = json.loads(text)
    assert document["version"] == "2.1.0"
    return {run["automationDetails"]["id"]: run for run in document["runs"]}


def test_sarif_has_a_run_for_each_repository_with_places_and_fingerprints(facts: Facts) -> None:
    found = runs(written("sarif", facts, Findings(findings=(a_finding(),))))
    assert len(found) == len(facts.fleet.repositories)
    run_ = found["muster/git.example/acme/loose/"]
    (result,) = run_["results"]
    assert result["ruleId"] == run_["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "missing-lock"
    assert result["level"] == "error"
    assert result["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "a%20b/c%23d.toml", "uriBaseId": "SRCROOT"}, "region": {"startLine": 3}}}
    ]  # fmt: skip
    assert [p["physicalLocation"]["artifactLocation"]["uri"] for p in result["relatedLocations"]] == ["e"]
    assert result["partialFingerprints"]["muster/v1"] == "f" * 20
    assert "](" not in result["message"]["text"].replace("\\](", "")
    assert "{{0}}" in result["message"]["text"]


def test_sarif_fingerprints_do_not_move_with_lines(facts: Facts) -> None:
    moved = replace(a_finding(), evidence=(Evidence(path="a", line=99),))
    both = [written("sarif", facts, Findings(findings=(f,))) for f in (a_finding(), moved)]
    prints = [runs(text)["muster/git.example/acme/loose/"]["results"][0]["partialFingerprints"] for text in both]
    assert prints[0] == prints[1]


def test_sarif_finding_without_a_place_stands_at_the_manifest(facts: Facts) -> None:
    placeless = a_finding(evidence=(Evidence(path="../outside"), Evidence(path=None)))
    (result,) = runs(written("sarif", facts, Findings(findings=(placeless,))))["muster/git.example/acme/loose/"][
        "results"
    ]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "pyproject.toml"


def test_sarif_accepted_findings_are_suppressed_and_states_are_told_when_compared(facts: Facts) -> None:
    accepted = a_finding(state="suppressed", reason="decided")
    fixed = a_finding(state="fixed", fingerprint="e" * 20)
    plain = runs(written("sarif", facts, Findings(findings=(accepted, fixed))))["muster/git.example/acme/loose/"]
    assert [r["suppressions"][0]["justification"] for r in plain["results"]] == ["decided"]
    compared = runs(written("sarif", facts, Findings(findings=(fixed,)), compared=True))
    assert compared["muster/git.example/acme/loose/"]["results"][0]["baselineState"] == "absent"


def test_sarif_keeps_the_gravest_five_thousand(facts: Facts) -> None:
    many = tuple(a_finding(fingerprint=f"{i:020}", level="note" if i else "error") for i in range(5100))
    run_ = runs(written("sarif", facts, Findings(findings=many)))["muster/git.example/acme/loose/"]
    assert len(run_["results"]) == as_sarif.MOST_RESULTS
    assert run_["results"][0]["level"] == "error"
    assert run_["properties"] == {"resultsLeftOut": 100}


def test_sarif_of_hostile_names_stays_relative_and_visible(hostile_facts: Facts) -> None:
    text = written("sarif", hostile_facts)
    for run_ in runs(text).values():
        for result in run_["results"]:
            for place in result["locations"]:
                uri = place["physicalLocation"]["artifactLocation"]["uri"]
                assert uri.isascii()
                assert not set(' <>"\\{}|^`:#?') & set(uri)
    assert not any(ord(c) < 32 and c != "\n" for c in text)


def test_junit_fails_skips_and_passes(facts: Facts) -> None:
    note = a_finding(rule="unhashed-lock", level="note")
    unknown = Unknown(rule="stale-lock", repository="git.example/acme/loose", project=".", reason="cannot be read")
    accepted = a_finding(rule="dead-toolchain", state="suppressed", reason="decided")
    root = ElementTree.fromstring(
        written("junit", facts, Findings(findings=(a_finding(), note, accepted), unknowns=(unknown,)))
    )
    (suite,) = [s for s in root if s.get("name") == "git.example/acme/loose"]
    cases = {case.get("name"): case for case in suite}
    failure = cases["missing-lock"].find("failure")
    assert failure is not None
    assert failure.get("type") == "error"
    assert "a b/c#d.toml:3" in (failure.text or "")
    assert cases["unhashed-lock"].find("failure") is None
    assert cases["unhashed-lock"].find("system-out") is not None
    for skipped in ("stale-lock", "dead-toolchain"):
        assert cases[skipped].find("skipped") is not None
    assert len(cases["broken-lock"]) == 0
    assert suite.get("failures") == "1"
    assert root.get("tests") == str(len(list(root.iter("testcase"))))


def test_junit_is_xml_whatever_the_names_hold(hostile_facts: Facts) -> None:
    ElementTree.fromstring(written("junit", hostile_facts))


def test_a_rule_that_was_not_asked_does_not_pass(facts: Facts) -> None:
    from rules.checks import RULES

    only = [r for r in RULES if r.name == "missing-lock"]
    root = ElementTree.fromstring(written("junit", facts, Findings(), rules=only))
    assert {c.get("name") for c in root.iter("testcase")} == {"missing-lock"}


@pytest.mark.parametrize("form", ["sarif", "junit"])
def test_these_formats_are_for_findings_alone(form: str) -> None:
    assert form not in {w.name for w in writers_for("inventory")}


def test_escapes() -> None:
    assert xml("a\ufffe\x00b") == "a\ufffd\\x00b"
    assert sarif("[a](b) {12} {x}") == "[a\\](b) {{12}} {x}"
