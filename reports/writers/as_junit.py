"""Findings as JUnit XML, as CI systems show test results: a suite for each repository, a case for each rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reports.escape import xml
from reports.table import counted_noun
from reports.views.findings import Answers, place
from reports.writer import View, Writer
from rules.finding import Finding, Unknown

_Key = tuple[str, str, str]


def write(view: View) -> str:
    """A case fails with an error or a warning, is skipped where the rule could not be answered or all is accepted.

    Notes do not fail: they stand in the case's output. A rule that is silent about a repository passes.
    """
    assert view.model is not None
    answers = view.model()
    assert isinstance(answers, Answers)
    found: defaultdict[_Key, list[Finding]] = defaultdict(list)
    unknown: defaultdict[_Key, list[Unknown]] = defaultdict(list)
    for finding in answers.document.findings:
        if finding.state != "fixed":
            found[finding.repository, finding.rule, finding.project or "."].append(finding)
    for answer in answers.document.unknowns:
        unknown[answer.repository, answer.rule, answer.project or "."].append(answer)
    root = Element("testsuites", name="muster")
    for suite in _suites(answers, found, unknown):
        root.append(suite)
    _total(root, root.iter("testcase"))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suites(
    answers: Answers, found: Mapping[_Key, list[Finding]], unknown: Mapping[_Key, list[Unknown]]
) -> Iterator[Element]:
    spoken = found.keys() | unknown.keys()
    silent = {(r.id, rule.name) for r in answers.repositories if r.is_python for rule in answers.rules}
    silent -= {(repository, rule) for repository, rule, _ in spoken}
    cases: defaultdict[str, list[_Key]] = defaultdict(list)
    for key in spoken | {(repository, rule, ".") for repository, rule in silent}:
        cases[key[0]].append(key)
    for repository in sorted(cases):
        suite = Element("testsuite", name=xml(repository))
        for key in sorted(cases[repository]):
            suite.append(_case(key, found.get(key, []), unknown.get(key, [])))
        _total(suite, suite.iter("testcase"))
        yield suite


def _case(key: _Key, found: list[Finding], unknown: list[Unknown]) -> Element:
    repository, rule, project = key
    case = Element("testcase", classname=xml(repository), name=xml(rule if project == "." else f"{rule} [{project}]"))
    grave = [f for f in found if f.state != "suppressed" and f.level != "note"]
    notes = [f for f in found if f.state != "suppressed" and f.level == "note"]
    if grave:
        level = "error" if any(f.level == "error" for f in grave) else "warning"
        message = grave[0].message if len(grave) == 1 else f"{counted_noun(len(grave), 'finding')}: {grave[0].message}"
        SubElement(case, "failure", type=level, message=xml(message)).text = _told(grave)
    elif unknown and not notes:
        SubElement(case, "skipped", message=xml(f"could not be answered: {unknown[0].reason}"))
    elif found and not notes:
        SubElement(case, "skipped", message=xml(f"accepted: {found[0].reason or 'in muster.toml'}"))
    if notes:
        SubElement(case, "system-out").text = _told(notes)
    return case


def _told(found: Iterable[Finding]) -> str:
    lines = [f"{place(f) or f.repository}: {f.level}: {f.message}. What to do: {f.fix}" for f in found]
    return "\n".join(xml(line) for line in lines)


def _total(element: Element, cases: Iterable[Element]) -> None:
    listed = list(cases)
    element.set("tests", str(len(listed)))
    element.set("failures", str(sum(1 for c in listed if c.find("failure") is not None)))
    element.set("skipped", str(sum(1 for c in listed if c.find("skipped") is not None)))
    element.set("errors", "0")


WRITER = Writer(name="junit", suffix=".junit.xml", write=write, views=("findings",), summary="JUnit XML, for CI")
