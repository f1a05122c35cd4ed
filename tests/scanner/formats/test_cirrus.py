from __future__ import annotations

from scanner.formats.cirrus import read

TEXT = """\
env: {A: 1}
task:
  name: one
  container: {image: "python:3.10"}
  pip_cache:
    folder: ~/.cache/pip
    populate_script: pip install -r requirements.txt
  install_script:
    - cd docs
    - make a
  test_script: make b
task:
  name: two
  allow_failures: true
  container:
    matrix:
      - image: python:3.8
      - image: python:3.9
  script: tox
"""


def test_tasks_of_the_same_key() -> None:
    extract = read(".cirrus.yml", TEXT)
    found = [(i.job, " ".join(i.argv), i.at.line, i.directory) for i in extract.invocations]
    assert found == [
        ("one", "pip install -r requirements.txt", 7, "."),
        ("one", "make a", 10, "docs"),
        ("one", "make b", 11, "."),
        ("two", "tox", 19, "."),
    ]
    assert extract.invocations[-1].tolerated
    assert [p.version for p in extract.pythons] == ["3.10", "3.8", "3.9"]


def test_tasks_that_wait_for_a_person() -> None:
    extract = read(".cirrus.yml", "lint_task:\n  trigger_type: manual\n  script: black .\n")
    assert [(i.job, i.disabled) for i in extract.invocations] == [("lint", "trigger_type: manual")]
