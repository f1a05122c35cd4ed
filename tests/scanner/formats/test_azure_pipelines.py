from __future__ import annotations

import pytest

from scanner.facts import Extract
from scanner.formats.azure_pipelines import FORMAT, read


def _read(text: str) -> Extract:
    extract = read("azure-pipelines.yml", text)
    assert extract is not None
    return extract


TEXT = """\
trigger: [main]
resources:
  repositories:
    - repository: shared
      name: acme/templates
      ref: refs/tags/v1
variables:
  folder: api
stages:
  - stage: one
    variables: {python.latest: "3.12"}
    jobs:
      - job: test
        strategy:
          matrix:
            a: {python.version: '3.8'}
            b: {python.version: '3.10'}
        steps:
          - task: UsePythonVersion@0
            inputs:
              versionSpec: '$(python.version)'
          - script: |
              pip install -r $(folder)/requirements.txt
              echo $(unknown)
            workingDirectory: $(System.DefaultWorkingDirectory)/src
          - ${{ if eq(1, 1) }}:
            - bash: pytest
              condition: false
      - job: other
        container: python:3.11
        steps:
          - task: UsePythonVersion@0
            inputs: {versionSpec: $(python.latest)}
          - task: Bash@3
            inputs: {targetType: inline, script: tox}
            continueOnError: true
"""


def test_scripts_and_tasks() -> None:
    found = [(i.job, " ".join(i.argv), i.at.line, i.directory) for i in _read(TEXT).invocations]
    assert ("test", "pip install -r api/requirements.txt", 23, "src") in found
    assert ("test", "pytest", 27, ".") in found
    assert ("other", "tox", 35, ".") in found


def test_conditions() -> None:
    flags = {i.argv[0]: (i.disabled, i.tolerated) for i in _read(TEXT).invocations}
    assert flags["pytest"] == ("condition: false", False)
    assert flags["tox"] == (None, True)


def test_pythons() -> None:
    assert [(p.job, p.version, p.kind, p.at.line) for p in _read(TEXT).pythons] == [
        ("test", "3.8", "ci-matrix", 16),
        ("test", "3.10", "ci-matrix", 17),
        ("other", "3.11", "ci-setup", 30),
        ("other", "3.12", "ci-setup", 33),
    ]


def test_templates_of_other_repositories() -> None:
    found = [(r.target, r.ref) for r in _read(TEXT).references if r.kind == "ci"]
    assert found == [("acme/templates", "refs/tags/v1")]


def test_other_files() -> None:
    assert FORMAT.matches(".azure-pipelines/test.yml")
    assert FORMAT.matches("eng/pipelines/azure-ci.yml")
    assert not FORMAT.matches("docs/pipelines.yml")
    assert read("pipelines/a.yml", "steps: {a: b}") is None
    assert read("pipelines/a.yml", "x: y") is None


def test_the_legs_of_a_matrix_are_told_apart_by_the_variables_that_steps_name() -> None:
    text = """
jobs:
- job: t
  strategy: {matrix: {one: {dir: a, py: "3.11"}, two: {dir: b, py: "3.12"}, three: {dir: b, py: "3.13"}}}
  steps:
  - script: pip install -r $(dir)/requirements.txt
"""
    assert [i.argv[-1] for i in _read(text).invocations] == ["a/requirements.txt", "b/requirements.txt"]


def test_templates_run_what_they_are_given() -> None:
    text = """
extends:
  template: shared.yml@other
  parameters:
    buildStages:
      - stage: Build
        jobs:
          - job: make
            steps:
              - script: pip install .
          - template: jobs.yml
            parameters:
              preSteps:
                - bash: pip install -r lists.txt
"""
    extract = read("eng/ci/public.yml", text)
    assert extract is not None
    assert [" ".join(i.argv) for i in extract.invocations] == ["pip install .", "pip install -r lists.txt"]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("eng/templates/jobs/test.yml", "jobs:\n- job: a\n  steps:\n  - bash: pip install .\n", True),
        (".ci/azure/wheels.yml", "steps:\n- script: pip install .\n- ${{ if x }}:\n  - bash: pytest\n", True),
        ("ci/steps.yml", "steps:\n- command: pip install .\n  label: x\n", False),
        ("ci/gitlab.yml", "stages: [build, test]\nbuild:\n  script: [make]\n", False),
        ("docs/steps.yml", "steps:\n- script: pip install .\n", False),
    ],
)
def test_elsewhere_the_content_decides(path: str, text: str, expected: bool) -> None:
    assert (FORMAT.matches(path) and read(path, text) is not None) is expected
