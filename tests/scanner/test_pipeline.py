from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.pipeline import Pipeline, Where, folder, in_side_folder, is_python_key, is_version, variables
from scanner.yaml_reader import Scalar, load, load_mapping


@pytest.mark.parametrize(
    "name", ["python-version", "python", "PYTHON_VERSION", "py", "pyver", "python.version", "test_py"]
)
def test_names_of_python_axes(name: str) -> None:
    assert is_python_key(name)


@pytest.mark.parametrize("name", ["os", "pytest-version", "copy", "numpy", "python-implementation-name", "node"])
def test_names_of_other_axes(name: str) -> None:
    assert not is_python_key(name)


@pytest.mark.parametrize(
    "text", ["3.10", "3", "3.x", "3.13t", "3.14-dev", "pypy-3.9-v7.3.9", "pypy3", "py310", ">=3.9,<4"]
)
def test_versions(text: str) -> None:
    assert is_version(text)


@pytest.mark.parametrize("text", ["", "${{ matrix.x }}", "latest", "$PY", "ubuntu-22.04", "py310-django4"])
def test_no_versions(text: str) -> None:
    assert not is_version(text)


def test_folders() -> None:
    assert folder("./api/") == "api"
    assert folder("a/../b") == "b"
    assert folder("${{ github.workspace }}/api") == "api"
    assert folder("$CI_PROJECT_DIR") == "."
    assert folder("../other") is None
    assert folder("/opt") is None
    assert folder("${DIR}/x") is None


def test_side_folders() -> None:
    assert in_side_folder("examples/a/.pre-commit-config.yaml")
    assert in_side_folder("{{cookiecutter.name}}/.travis.yml")
    assert not in_side_folder("api/.pre-commit-config.yaml")


def test_variables() -> None:
    assert variables(load("A: 1\nB: {value: x}\nC: {a: b}")) == {"A": "1", "B": "x"}
    assert variables(load("- A=1\n- name: B\n  value: x\n- C: 3")) == {"A": "1", "B": "x", "C": "3"}


def test_lines_of_scripts_are_exact() -> None:
    doc = load_mapping("script:\n  - cd api\n  - |\n    make a\n    make b\n  - 'make c'\n")
    pipeline = Pipeline("x.yml", "x", "x")
    pipeline.run(doc.get("script"), Where())
    found = [(i.argv[-1], i.at.line, i.directory) for i in pipeline.extract().invocations]
    assert found == [("a", 4, "api"), ("b", 5, "api"), ("c", 6, "api")]


def test_credentials_do_not_get_in() -> None:
    pipeline = Pipeline("x.yml", "x", "x")
    where = Where(env={"API_TOKEN": "hunter2hunter2"})
    pipeline.command(("pip", "install", "--index-url", "https://user:hunter2@pypi.example/simple", "x"), 1, where)
    pipeline.run(Scalar("pip install x", 2), where)
    pipeline.uses("https://user:hunter2@git.example/a/b", None, 3)
    assert "hunter2" not in str(pipeline.extract())


def test_images() -> None:
    pipeline = Pipeline("x.yml", "x", "x")
    pipeline.image("python:${PY}-slim", 4, Where(env={"PY": "3.10"}))
    pipeline.image("registry.example/base:1@sha256:abc", 5, Where())
    extract = pipeline.extract()
    assert [(p.version, p.kind) for p in extract.pythons] == [("3.10", "ci-setup")]
    assert [(r.target, r.ref) for r in extract.references] == [
        ("python", "3.10-slim"),
        ("registry.example/base", "1@sha256:abc"),
    ]


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    pipeline = Pipeline("x", "x", None)
    pipeline.run(Scalar(text, 3), Where(env={"A": text}))
    pipeline.image(text, 1, Where())
    pipeline.python(text, 1, "ci-setup", Where())
    pipeline.extract()
    folder(text)


def test_an_action_may_be_called_after_tests() -> None:
    assert not in_side_folder(".github/actions/test/action.yml")
    assert in_side_folder("tests/action.yml")


def test_names_of_environments_are_versions() -> None:
    pipeline = Pipeline("ci.yml", "x", "x")
    for text in ("py310", "cp39", "3.11", "pypy3.10"):
        pipeline.python(text, 1, "ci-matrix", Where())
    assert {p.version for p in pipeline.extract().pythons} == {"3.10", "3.9", "3.11", "pypy3.10"}
