from __future__ import annotations

import pytest

from scanner.facts import Extract
from scanner.formats.circleci import FORMAT, read


def _read(text: str) -> Extract:
    extract = read(".circleci/config.yml", text)
    assert extract is not None
    return extract


TEXT = """\
version: 2.1
orbs:
  python: circleci/python@2.1
executors:
  py:
    docker: [{image: cimg/python:3.10}]
    environment: {A: x}
commands:
  install:
    parameters:
      file: {default: requirements.txt}
    steps:
      - run: pip install -r << parameters.file >>
jobs:
  test:
    parameters:
      version: {type: string}
    docker:
      - image: cimg/python:<< parameters.version >>
    steps:
      - checkout
      - install: {file: dev.txt}
      - run:
          name: Test
          command: |
            cd api
            pytest
          working_directory: src
  build:
    executor: py
    steps:
      - python/install-packages: {pkg-manager: poetry, app-dir: app}
  old:
    steps: [{run: make}]
workflows:
  main:
    jobs:
      - test:
          matrix:
            parameters:
              version: ["3.8", "3.9"]
      - build
"""


def test_commands_are_followed_with_their_parameters() -> None:
    found = [(i.job, " ".join(i.argv), i.at.line, i.directory) for i in _read(TEXT).invocations]
    assert found == [
        ("test", "pip install -r dev.txt", 13, "."),
        ("test", "pytest", 27, "src/api"),
        ("build", "poetry install --no-ansi", 32, "app"),
        ("old", "make", 34, "."),
    ]


def test_a_job_in_no_workflow_never_runs() -> None:
    assert [i.job for i in _read(TEXT).invocations if i.disabled] == ["old"]


def test_pythons() -> None:
    found = {(p.job, p.version, p.kind) for p in _read(TEXT).pythons}
    assert found == {("test", "3.8", "ci-matrix"), ("test", "3.9", "ci-matrix"), ("build", "3.10", "ci-setup")}


def test_orbs_are_references() -> None:
    orb = next(r for r in _read(TEXT).references if r.kind == "ci")
    assert (orb.target, orb.ref, orb.at.line) == ("circleci/python", "2.1", 3)


def test_only_at_the_root() -> None:
    assert FORMAT.matches(".circleci/config.yml")
    assert not FORMAT.matches("template/.circleci/config.yml")
    assert read(".circleci/x.yml", "a: b") is None


def test_commands_that_call_each_other_end() -> None:
    _read("commands:\n  a: {steps: [b]}\n  b: {steps: [a, a]}\njobs:\n  j: {steps: [a]}\n")


def test_commands_that_unfold_are_bounded() -> None:
    commands = "".join(f"  c{n}: {{steps: [{', '.join([f'c{n + 1}'] * 20)}]}}\n" for n in range(12))
    _read(f"commands:\n{commands}  c12: {{steps: [{{run: x}}]}}\njobs:\n  j: {{steps: [c0]}}\n")


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("~/shop", "."), ("/home/circleci/shop", "."), ("/srv/shop", "."), ("~/project/api", "api"), ("api", "api")],
)
def test_a_jobs_folder_of_its_own_is_where_the_repository_is(folder: str, expected: str) -> None:
    text = f"version: 2\njobs:\n  build:\n    working_directory: {folder}\n    steps:\n      - run: pip list\n"
    extract = FORMAT.read(".circleci/config.yml", text)
    assert extract is not None
    assert [i.directory for i in extract.invocations] == [expected]


def test_a_job_runs_once_for_each_set_of_arguments_that_its_commands_name() -> None:
    text = """
jobs:
  t:
    parameters: {dir: {default: a}, py: {default: "3.11"}}
    steps:
    - run: cd << parameters.dir >> && uv sync
workflows:
  w:
    jobs:
    - t
    - t: {dir: b, name: other}
    - t: {matrix: {parameters: {dir: [c, d], python: ["3.11", "3.12"]}}}
"""
    assert [i.directory for i in _read(text).invocations] == ["a", "b", "c", "d"]
