from __future__ import annotations

from scanner.formats.semaphore import FORMAT, read

TEXT = """\
version: v1.0
agent:
  machine: {type: e1}
  containers:
    - {name: main, image: "python:3.11"}
    - {name: db, image: "postgres:16"}
global_job_config:
  env_vars: [{name: PIP_INDEX_URL, value: https://pypi.example/simple}]
  prologue:
    commands: [checkout]
blocks:
  - name: Test
    task:
      prologue:
        commands:
          - cd api
      jobs:
        - name: Unit
          matrix:
            - {env_var: PYTHON, values: ["3.12", "3.13"]}
          commands:
            - sem-version python $PYTHON
            - pip install -r requirements.txt
        - name: Old
          commands:
            - |
              echo
              sem-version python 3.9
            - tox
      epilogue:
        always: {commands: [pytest --version]}
  - name: Never
    skip: {when: "true"}
    task:
      jobs: [{name: a, commands_file: job.sh}]
after_pipeline:
  task:
    jobs: [{name: Report, commands: [coverage report]}]
"""


def test_every_job_is_one_shell() -> None:
    extract = read(".semaphore/semaphore.yml", TEXT)
    assert extract is not None
    assert extract.ci == "semaphore"
    found = [(i.job, i.argv[0], i.at.line, i.directory, i.disabled) for i in extract.invocations]
    assert ("Test/Unit", "pip", 23, "api", None) in found
    assert ("Test/Old", "tox", 29, "api", None) in found
    assert ("Test/Old", "pytest", 31, "api", None) in found
    assert ("Report", "coverage", 38, ".", None) in found
    assert [(job, disabled) for job, argv, _, _, disabled in found if argv == "."] == [("Never/a", "skip")]
    (installed,) = [i for i in extract.invocations if i.argv[0] == "pip"]
    assert ("PIP_INDEX_URL", "https://pypi.example/simple") in installed.env


def test_pythons_and_containers() -> None:
    extract = read(".semaphore/semaphore.yml", TEXT)
    assert extract is not None
    assert {(p.version, p.kind, p.at.line) for p in extract.pythons} == {
        ("3.11", "ci-setup", 5),
        ("3.12", "ci-matrix", 20),
        ("3.13", "ci-matrix", 20),
        ("3.9", "ci-setup", 28),
    }
    assert ("image", "python", "3.11") in [(r.kind, r.target, r.ref) for r in extract.references]


def test_names_and_content() -> None:
    assert FORMAT.matches(".semaphore/deploy/production.yaml")
    assert not FORMAT.matches("docs/.semaphore/semaphore.yml")
    assert read(".semaphore/project.yml", "kind: Project\nspec: {}\n") is None
    assert read(".semaphore/a.yml", "blocks: [1, {task: {jobs: [2, {matrix: x, commands: {a: b}}]}}]\n") is not None
