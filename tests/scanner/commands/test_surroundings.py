"""What jobs find where they start: versions of tools that files and images state, and what images hold."""

from __future__ import annotations

import pytest

from scanner.commands.classify import classify_repository
from scanner.commands.lookup import Lookup, build_lookup
from scanner.facts import Extract
from scanner.formats import formats_for, requirements
from scanner.inventory import Command

POETRY = {
    "pyproject.toml": '[tool.poetry]\nname = "x"\nversion = "1"\n[tool.poetry.dependencies]\nrequests = "^2"\n',
    "poetry.lock": '[metadata]\nlock-version = "2.0"\npython-versions = "^3.11"\ncontent-hash = "a"\n',
}


def _lookup(files: dict[str, str]) -> Lookup:
    extracts: dict[str, Extract] = {}
    for path, text in files.items():
        for form in formats_for(path) or (requirements.FORMAT,):
            if (extract := form.read(path, text)) is not None:
                extracts[path] = extract
    return build_lookup(extracts, frozenset(files), (".",), (".",))


def _installs(files: dict[str, str]) -> list[Command]:
    lookup = _lookup(files)
    return [c for c in classify_repository(lookup.extracts, lookup) if c.kind == "install"]


def _workflow(*steps: str, job: str = "") -> str:
    return f"jobs:\n  a:\n    runs-on: x\n{job}    steps:\n" + "".join(f"      - {step}\n" for step in steps)


@pytest.mark.parametrize(
    ("path", "text", "more", "enforced"),
    [
        (".gitlab-ci.yml", "a:\n  image: registry.example/poetry-docker:1.7.1-3.10\n  script: [poetry install]\n", {}, "frozen"),
        (".gitlab-ci.yml", "image: python:3.12-poetry1.8\na:\n  script: [poetry install]\n", {}, "locked"),
        (".gitlab-ci.yml", "a:\n  image: python-poetry:latest\n  script: [poetry install]\n", {}, "locked"),
        (".gitlab-ci.yml", "a:\n  image: python-poetry:1.7\n  script: [pip install poetry==1.8.3, poetry install]\n", {}, "locked"),
        (".github/workflows/a.yml", _workflow("run: poetry install", job="    container: x/python-poetry:1.6.0-py3.11\n"), {}, "frozen"),
        (".github/workflows/a.yml", _workflow("uses: asdf-vm/actions/install@v3", "run: poetry install"), {".tool-versions": "poetry 1.6.1\n"}, "frozen"),
        (".github/workflows/a.yml", _workflow("uses: jdx/mise-action@v3", "run: poetry install"), {"mise.toml": '[tools]\n"pipx:poetry" = "1.7.1"\n'}, "frozen"),
        (".github/workflows/a.yml", _workflow("run: poetry install"), {".tool-versions": "poetry 1.6.1\n"}, "locked"),
        (
            ".github/workflows/a.yml",
            _workflow("uses: snok/install-poetry@v1\n        with: {version: '${{ steps.a.outputs.poetry }}'}", "run: poetry install"),
            {".tool-versions": "poetry 1.6.1\n"},
            "frozen",
        ),
        (".github/workflows/a.yml", _workflow("run: pip install -c c.txt poetry && poetry install"), {"c.txt": "poetry==1.4.0\n"}, "frozen"),
        (".github/workflows/a.yml", _workflow("run: pipx install --pip-args=--constraint=c.txt poetry && poetry install"), {"c.txt": "poetry==1.4.0\n"}, "frozen"),
        (".github/workflows/a.yml", _workflow("run: pip install -r requirements/ci.txt && poetry install"), {"requirements/ci.txt": "poetry==1.4.0\nx==1\n"}, "frozen"),
        ("Makefile", "a:\n\tpoetry install\n", {".tool-versions": "poetry 1.6.1\n"}, "frozen"),
        ("Dockerfile", "FROM x/python-poetry:1.6.1\nCOPY . /a\nWORKDIR /a\nRUN poetry install\n", {}, "frozen"),
    ],
)  # fmt: skip
def test_the_version_of_poetry_from_files_and_images(path: str, text: str, more: dict[str, str], enforced: str) -> None:
    found = _installs({**POETRY, **more, path: text})
    assert [c.enforced for c in found if c.tool == "poetry"] == [enforced]


BUILT = {
    **POETRY,
    "ci/Dockerfile": "FROM python:3.12\nRUN pip install poetry==1.4.0\nCOPY . /a\nWORKDIR /a\nRUN poetry config virtualenvs.create false\nRUN poetry install\n",
}


def test_an_image_of_ones_own_holds_what_it_was_built_with() -> None:
    ci = (
        "image: $CI_REGISTRY_IMAGE/ci:latest\n"
        "build:\n  script: [docker build -t $CI_REGISTRY_IMAGE/ci:latest -f ci/Dockerfile .]\n"
        "test:\n  script: [pip install ., pytest]\n"
        "lint:\n  script: [poetry install]\n"
        "run:\n  script: [pytest]\n"
    )
    found = {(c.job, " ".join(c.argv)): c for c in _installs({**BUILT, ".gitlab-ci.yml": ci}) if c.context == "ci"}
    assert found["test", "pip install ."].uses_lock is True
    assert found["lint", "poetry install"].enforced == "frozen"
    assert found["run", "poetry install"].path == "ci/Dockerfile"


def test_what_is_exported_can_be_a_constraint() -> None:
    text = _workflow("run: poetry export -o c.txt --without-hashes", "run: pip install -c c.txt .")
    (found,) = _installs({**POETRY, ".github/workflows/a.yml": text})
    assert (found.uses_lock, found.enforced) == (True, "none")
