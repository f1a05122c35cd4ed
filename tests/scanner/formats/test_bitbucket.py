from __future__ import annotations

from scanner.formats.bitbucket import FORMAT, read

TEXT = """\
image: python:3.9
definitions:
  steps:
    - step: &test
        name: Test
        script:
          - cd api
          - pip install -r requirements.txt
pipelines:
  default:
    - step: *test
    - parallel:
        - step:
            image: {name: "python:3.11"}
            script:
              - tox
              - pipe: acme/deploy:1.2.0
                variables: {A: b}
  branches:
    main:
      - stage:
          name: s
          steps:
            - step:
                trigger: manual
                script: [make release]
"""


def test_steps_wherever_they_are() -> None:
    extract = read("bitbucket-pipelines.yml", TEXT)
    found = [(i.job, i.argv[0], i.at.line, i.directory, i.disabled) for i in extract.invocations]
    assert found == [
        ("Test", "pip", 8, "api", None),
        ("default", "tox", 16, ".", None),
        ("branches: main", "make", 26, ".", "trigger: manual"),
    ]
    assert [(p.version, p.job) for p in extract.pythons] == [("3.9", "Test"), ("3.11", "default")]
    assert ("acme/deploy", "1.2.0") in [(r.target, r.ref) for r in extract.references]


def test_only_at_the_root() -> None:
    assert FORMAT.matches("bitbucket-pipelines.yml")
    assert not FORMAT.matches("x/bitbucket-pipelines.yml")
