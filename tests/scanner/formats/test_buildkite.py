from __future__ import annotations

from scanner.formats.buildkite import FORMAT, read

TEXT = """\
env: {A: "1"}
steps:
  - label: ":python: test"
    command:
      - cd api
      - uv sync --locked
    plugins:
      - docker#v5.0.0: {image: "python:3.10"}
      - acme/cache#v1.0: ~
    soft_fail: true
  - wait
  - group: more
    steps:
      - commands: tox
        skip: "true"
        matrix:
          setup: {python: ["3.8", "3.9"]}
"""


def test_steps_and_groups() -> None:
    extract = read(".buildkite/pipeline.yml", TEXT)
    assert extract is not None
    found = [(i.job, i.argv[0], i.at.line, i.directory, i.tolerated, i.disabled) for i in extract.invocations]
    assert found == [
        (":python: test", "uv", 6, "api", True, None),
        ("more", "tox", 14, ".", False, "skip"),
    ]
    assert [(r.kind, r.target, r.ref) for r in extract.references] == [
        ("image", "python", "3.10"),
        ("ci", "acme/cache", "v1.0"),
    ]
    assert "3.10" in [p.version for p in extract.pythons]


def test_names_and_content() -> None:
    assert FORMAT.matches(".buildkite/nightly/pipeline.yaml")
    assert read(".buildkite/hooks.yml", "a: b") is None
