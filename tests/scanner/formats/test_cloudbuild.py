from __future__ import annotations

from scanner.formats.cloudbuild import FORMAT, read, read_prow, read_tekton


def test_steps() -> None:
    extract = read(
        "cloudbuild.yaml",
        "steps:\n"
        "- name: gcr.example/cloud-builders/docker\n  args: [build, -t, x, .]\n"
        "- name: python:3.11\n  id: test\n  dir: api\n  entrypoint: bash\n  args:\n  - -c\n  - |\n"
        "    pip install uv\n    uv sync\n"
        "- name: python:3.12\n  entrypoint: pip\n  args: [install, -r, requirements.txt]\n"
        "- name: python:3.12\n  script: tox\n",
    )
    assert extract is not None
    found = [(i.job, " ".join(i.argv), i.at.line, i.directory) for i in extract.invocations]
    assert found == [
        (None, "docker build -t x .", 2, "."),
        ("test", "pip install uv", 11, "api"),
        ("test", "uv sync", 12, "api"),
        (None, "pip install -r requirements.txt", 13, "."),
        (None, "tox", 17, "."),
    ]
    assert [p.version for p in extract.pythons] == ["3.11", "3.12"]


def test_other_steps_are_none() -> None:
    assert read("cloudbuild.yaml", "steps:\n- run: x\n") is None
    assert FORMAT.matches("deploy/cloudbuild-prod.yaml")


def test_tekton() -> None:
    extract = read_tekton(
        ".tekton/a.yaml",
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n  steps:\n"
        "  - name: s\n    image: python:3.9\n    script: |\n      #!/bin/sh\n      tox\n",
    )
    assert extract is not None
    assert [(i.job, i.argv, i.at.line) for i in extract.invocations] == [("t", ("tox",), 10)]
    assert extract.ci == "tekton"
    assert read_tekton(".tekton/a.yaml", "apiVersion: v1\n") is None


def test_prow() -> None:
    extract = read_prow(
        ".prow.yaml",
        "presubmits:\n- name: unit\n  spec:\n    containers:\n    - image: python:3.9\n      command: [make]\n"
        "      args: [test]\n",
    )
    assert extract is not None
    assert [(i.job, i.argv) for i in extract.invocations] == [("unit", ("make", "test"))]
    assert read_prow(".prow.yaml", "a: b\n") is None
