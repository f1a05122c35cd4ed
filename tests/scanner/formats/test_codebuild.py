from __future__ import annotations

from scanner.formats.codebuild import FORMAT, read

TEXT = """\
version: 0.2
env:
  variables: {A: "1"}
phases:
  install:
    runtime-versions: {python: 3.11}
    commands:
      - cd api
      - export B=2
  build:
    commands:
      - pip install -r requirements.txt
    finally: [make clean]
"""


def test_phases_share_a_shell() -> None:
    extract = read("buildspec.yml", TEXT)
    assert extract is not None
    found = [(i.job, i.argv[0], i.at.line, i.directory, dict(i.env)) for i in extract.invocations]
    assert found == [
        ("build", "pip", 12, "api", {"A": "1", "B": "2"}),
        ("build", "make", 13, "api", {"A": "1", "B": "2"}),
    ]
    assert [(p.version, p.kind, p.at.line) for p in extract.pythons] == [("3.11", "ci-setup", 6)]


def test_names() -> None:
    assert FORMAT.matches("ci/buildspec-release.yml")
    assert FORMAT.matches("api-buildspec.yaml")
    assert FORMAT.matches("terraform/pipeline/codebuild-apply.yml")
    assert not FORMAT.matches("examples/buildspec.yml")
    assert read("buildspec.yml", "version: 0.2\n") is None
