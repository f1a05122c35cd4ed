from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Extract
from scanner.formats.gitlab_ci import FORMAT, fitting, included, read, read_together


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


TOGETHER = {
    ".gitlab-ci.yml": """\
include:
  - local: /ci/hidden.yml
  - ci/jobs.yml
default:
  before_script: [uv sync --locked]
variables: {A: root}
lint:
  extends: .checked
ref:
  script:
    - !reference [.checked, script]
    - pytest
plain:
  variables: {B: root}
""",
    "ci/hidden.yml": """\
include: {local: ci/deep.yml}
.checked:
  extends: .deep
  script: [ruff check]
.unused:
  script: [black .]
plain:
  script: [mypy a]
""",
    "ci/jobs.yml": "plain:\n  script: [mypy $A $B $C]\n  variables: {B: jobs, C: jobs}\n",
    "ci/deep.yml": "include: .gitlab-ci.yml\n.deep:\n  before_script: [pip install tox]\n",
}


def test_files_that_are_included_are_read_together() -> None:
    parts = read_together(TOGETHER)
    found = {
        (i.job, " ".join(i.argv), f"{i.at.path}:{i.at.line}")
        for part in parts.values()
        for i in part.invocations
        if i.disabled is None
    }
    assert found == {
        ("lint", "pip install tox", "ci/deep.yml:3"),
        ("lint", "ruff check", "ci/hidden.yml:4"),
        ("ref", "uv sync --locked", ".gitlab-ci.yml:5"),
        ("ref", "ruff check", "ci/hidden.yml:4"),
        ("ref", "pytest", ".gitlab-ci.yml:12"),
        ("plain", "uv sync --locked", ".gitlab-ci.yml:5"),
        ("plain", "mypy root root jobs", "ci/jobs.yml:2"),
    }
    assert {p: (e.ci, e.settings.get("part_of")) for p, e in parts.items()} == {
        ".gitlab-ci.yml": ("gitlab-ci", None),
        **dict.fromkeys(["ci/hidden.yml", "ci/jobs.yml", "ci/deep.yml"], (None, ".gitlab-ci.yml")),
    }
    assert all(i.at.path == path for path, part in parts.items() for i in part.invocations)
    told = [" ".join(i.argv) for i in parts[".gitlab-ci.yml"].settings["pipeline"] if i.job == "lint"]
    assert told == ["pip install tox", "ruff check"]
    assert {r.at.path for part in parts.values() for r in part.references} == set(TOGETHER) - {"ci/jobs.yml"}


def test_what_is_included_from_the_repository() -> None:
    text = """\
include:
  - /a.yml
  - {local: ./b/*.yml}
  - {local: c.yml, rules: [{if: $X, when: never}]}
  - {local: d.yml, rules: [{if: $X}]}
  - {local: $E.yml}
  - {local: ../f.yml}
  - https://ci.example/g.yml
  - {project: h, file: h.yml}
  - {remote: "https://ci.example/i.yml"}
  - {template: j.yml}
"""
    assert included(text) == ("a.yml", "b/*.yml", "d.yml")
    assert included("include: a.yml\n") == ("a.yml",)
    assert included("{") == ()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("ci/*.yml", ["ci/a.yml"]),
        ("ci/**.yml", ["ci/a.yml", "ci/b/c.yml"]),
        ("ci/**/*.yml", ["ci/a.yml", "ci/b/c.yml"]),
        ("ci/b/c.yml", ["ci/b/c.yml"]),
        ("**", ["ci/a.yml", "ci/b/c.yml"]),
        ("ci/b", []),
    ],
)
def test_wildcards_of_includes(pattern: str, expected: list[str]) -> None:
    assert list(fitting(pattern, ["ci/a.yml", "ci/b/c.yml", "ci/b/c.txt"])) == expected


def test_files_that_include_each_other_end() -> None:
    ring = {f"{n}.yml": f"include: ['*.yml']\n.j{n}: {{extends: .j{n - 1}, script: [make]}}\n" for n in range(40)}
    assert set(read_together(ring)) == set(ring)
    assert list(read_together({"a.yml": "a: {script: [make]}", "b.yml": "{"})) == ["a.yml"]
    assert read_together({"a.yml": "{", "b.yml": "b: {script: [make]}"}) == {}


@given(st.lists(st.text(alphabet="ab:{}[]!-\n .*include", max_size=60), min_size=1, max_size=4))
def test_any_files_together(texts: list[str]) -> None:
    files = {f"{n}.yml": f"include: '*.yml'\n{text}" for n, text in enumerate(texts)}
    assert set(read_together(files)) <= set(files)


def _said(extract: Extract) -> list[tuple[str | None, str]]:
    return [(i.job, " ".join(i.argv)) for i in extract.settings.get("pipeline", extract.invocations)]


def test_jobs_take_of_the_defaults_what_they_say() -> None:
    text = """
default:
  before_script: [pip install uv]
variables: {UV_FROZEN: "1", GROUP: dev}
all:
  script: [uv sync]
none:
  inherit: {default: false, variables: false}
  script: [uv sync]
some:
  inherit: {default: [image], variables: [GROUP]}
  script: [uv sync --group $GROUP]
"""
    extract = _read(text)
    told = [("all", "pip install uv"), ("all", "uv sync"), ("none", "uv sync"), ("some", "uv sync --group dev")]
    assert _said(extract) == told
    assert [dict(i.env).get("UV_FROZEN") for i in extract.invocations] == ["1", "1", None, None]


def test_inputs_of_included_files() -> None:
    part = """spec:
  inputs:
    job: {default: check}
    group:
      default: dev
    folder: {}
---
"$[[ inputs.job ]]":
  script:
    - cd $[[ inputs.folder ]]
    - uv sync --group $[[ inputs.group | expand_vars ]]
"""
    root = """include:
  - {local: ci/part.yml, inputs: {folder: api}}
  - {local: ci/part.yml, inputs: {job: docs, folder: site, group: docs}}
  - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/ship@$CI_COMMIT_SHA
    inputs: {tool: pdm}
"""
    ship = "spec: {inputs: {tool: {}}}\n---\nship:\n  script:\n    - $[[ inputs.tool ]] install\n"
    assert included(root) == ("ci/part.yml", "ci/part.yml", "templates/ship.yml", "templates/ship/template.yml")
    texts = {".gitlab-ci.yml": root, "ci/part.yml": part, "templates/ship.yml": ship}
    made = read_together(texts)[".gitlab-ci.yml"]
    assert _said(made) == [
        ("check", "uv sync --group dev"),
        ("docs", "uv sync --group docs"),
        ("ship", "pdm install"),
    ]
    assert [i.directory for i in made.settings["pipeline"]] == ["api", "site", "."]
    assert _said(_read(part.replace("{}", "{default: lib}"), "ci/part.gitlab-ci.yml")) == [
        ("check", "uv sync --group dev")
    ]
