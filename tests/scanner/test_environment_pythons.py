from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.environment_pythons import ci_pythons, image_pythons, local_pythons
from scanner.inventory import Command, DeclaredPython


def python(version: str, kind: str, path: str = "ci.yml") -> DeclaredPython:
    return DeclaredPython(version=version, path=path, line=1, kind=kind)


def command(words: str, job: str, kind: str = "install", path: str = "ci.yml") -> Command:
    argv = tuple(words.split())
    return Command(path=path, line=1, context="ci", kind=kind, tool=argv[0], argv=argv, job=job)  # type: ignore[arg-type]


def versions(found: tuple[DeclaredPython, ...]) -> list[str]:
    return [p.version for p in found]


def test_a_version_file_that_the_manifest_excludes_is_left_over() -> None:
    asked = python(">=3.10", "requires-python", "pyproject.toml")
    for version, expected in (("3.9.7", [">=3.10"]), ("3.12.1", ["3.12.1"]), ("pypy3.9", ["pypy3.9"])):
        assert versions(local_pythons((python(version, "version-file", ".tool-versions"), asked))) == expected
    assert local_pythons((python("3.12", "ci-setup"),)) == ()


def test_every_testing_job_has_its_own_pythons() -> None:
    old, new, tool = python("2.7", "ci-matrix", "old.yml"), python("3.12", "ci-setup"), python("3.13", "ci-setup")
    chosen = [command("pip install .", "test", path="old.yml"), command("pip install .", "linux")]
    jobs = {old: [("old.yml", "test")], new: [("ci.yml", "linux")], tool: [("ci.yml", "lint")]}
    assert versions(ci_pythons((old, new, tool), jobs, chosen, chosen, None)) == ["2.7", "3.12"]


def test_the_matrix_of_a_job_stands_before_its_steps() -> None:
    matrix, step = python("3.12", "ci-matrix"), python("3.9", "ci-setup")
    chosen = [command("pip install .", "test")]
    jobs = {matrix: [("ci.yml", "test")], step: [("ci.yml", "test")]}
    assert versions(ci_pythons((matrix, step), jobs, chosen, chosen, None)) == ["3.12"]
    other = python("3.14", "version-file", ".python-version")
    assert versions(ci_pythons((other,), {}, chosen, chosen, None)) == ["3.14"]


@pytest.mark.parametrize(
    ("test", "expected"), [("uv run pytest", "3.14"), ("pytest", "3.11"), ("uv run --python 3.12 pytest", "3.11")]
)
def test_what_uv_runs_has_the_python_of_the_version_file(test: str, expected: str) -> None:
    file, step = python("3.14", "version-file", ".python-version"), python("3.11", "ci-setup")
    chosen = [command("uv pip install --system -r requirements.txt", "test")]
    run = command(test, "test", "test")
    if "--python" in test:
        run = replace(run, python="3.12")
    found = ci_pythons((file, step), {step: [("ci.yml", "test")]}, chosen, [*chosen, run], file)
    assert versions(found) == [expected]


def test_the_python_of_an_image_is_the_shipped_one() -> None:
    pythons = (python("3.13", "image", "Dockerfile"), python("3.9", "image-stage", "Dockerfile"))
    assert versions(image_pythons((*pythons, python("3.8", "image", "dev/Dockerfile")), "Dockerfile")) == ["3.13"]
