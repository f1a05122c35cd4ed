from __future__ import annotations

from scanner.facts import Extract
from scanner.formats.gitlab_ci import FORMAT, read


def _read(text: str, path: str = ".gitlab-ci.yml") -> Extract:
    extract = read(path, text)
    assert extract is not None
    return extract


TEXT = """\
include:
  - local: /ci/build.yml
  - project: acme/templates
    ref: v3
    file: /python.yml
  - component: gitlab.example/acme/parts/lint@1.2
  - template: Auto-DevOps.gitlab-ci.yml
default:
  image: python:3.10
  before_script:
    - pip install uv
variables:
  UV_FROZEN: "1"
.base:
  script:
    - cd api
    - uv sync
  variables: {A: 1}
test:
  extends: .base
  parallel:
    matrix:
      - PYTHON: ["3.11", "3.12"]
  image: python:$PYTHON-slim
lint:
  before_script:
    - !reference [.base, script]
  script: [ruff check]
  allow_failure: true
  when: manual
.unused:
  script: [black .]
never:
  script: [mypy .]
  rules:
    - when: never
"""


def test_jobs_with_what_they_build_on() -> None:
    found = [(i.job, " ".join(i.argv), i.at.line, i.directory) for i in _read(TEXT).invocations]
    assert found == [
        ("test", "pip install uv", 11, "."),
        ("test", "uv sync", 17, "api"),
        ("lint", "uv sync", 17, "api"),
        ("lint", "ruff check", 28, "api"),
        (".unused", "pip install uv", 11, "."),
        (".unused", "black .", 32, "."),
        ("never", "pip install uv", 11, "."),
        ("never", "mypy .", 34, "."),
    ]


def test_what_never_starts_by_itself() -> None:
    reasons = {i.job: (i.disabled, i.tolerated) for i in _read(TEXT).invocations}
    assert reasons == {
        "test": (None, False),
        "lint": ("when: manual", True),
        ".unused": ("a hidden job that nothing here extends", False),
        "never": ("rules: when: never", False),
    }


def test_variables_merge() -> None:
    assert dict(_read(TEXT).invocations[0].env) == {"A": "1", "UV_FROZEN": "1"}


def test_pythons_of_images_and_the_matrix() -> None:
    found = {(p.job, p.version, p.kind) for p in _read(TEXT).pythons}
    assert {("test", "3.11", "ci-matrix"), ("test", "3.12", "ci-matrix")} <= found
    assert not any(p.job == "lint" for p in _read(TEXT).pythons)


def test_includes() -> None:
    found = [(r.target, r.ref, r.path) for r in _read(TEXT).references if r.kind == "ci"]
    assert found == [
        ("./ci/build.yml", None, "ci/build.yml"),
        ("acme/templates", "v3", None),
        ("gitlab.example/acme/parts/lint", "1.2", None),
    ]


def test_included_files_need_jobs() -> None:
    assert FORMAT.matches(".gitlab/ci/test.yml")
    assert FORMAT.matches("ci/python.gitlab-ci.yml")
    assert not FORMAT.matches("templates/x/.gitlab-ci.yml")
    assert _read("a: {script: [make]}", "ci/a.yml").ci is None
    assert read("ci/a.yml", "a: {b: c}") is None


def test_rings_end() -> None:
    _read(".a: {extends: .b}\n.b: {extends: .a}\nc:\n  extends: .a\n  script:\n    - !reference [c, script]\n")


def test_references_that_unfold_are_bounded() -> None:
    jobs = "".join(f".a{n}:\n  script:\n" + f"    - !reference [.a{n + 1}, script]\n" * 200 for n in range(8))
    _read(jobs + ".a8: {script: []}\nz:\n  script:\n    - !reference [.a0, script]\n")


def test_the_legs_of_a_matrix_are_told_apart_by_the_variables_that_a_script_names() -> None:
    text = "t:\n  parallel:\n    matrix:\n    - DIR: [a, b]\n      PY: ['3.11', '3.12']\n  script: [cd $DIR, uv sync]\n"
    assert [(i.directory, i.leg) for i in _read(text).invocations] == [("a", "DIR=a"), ("b", "DIR=b")]
