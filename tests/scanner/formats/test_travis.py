from __future__ import annotations

from scanner.formats.travis import FORMAT, read


def test_phases_share_a_shell() -> None:
    extract = read(
        ".travis.yml",
        "language: python\npython:\n  - 3.6\n  - '3.10'\n  - pypy3\ninstall:\n  - cd api\n"
        "  - pip install -r r.txt\n"
        "script: pytest\n",
    )
    assert [(i.argv[0], i.at.line, i.directory) for i in extract.invocations] == [
        ("pip", 8, "api"),
        ("pytest", 9, "api"),
    ]
    assert [(p.version, p.at.line, p.kind) for p in extract.pythons] == [
        ("3.6", 3, "ci-matrix"),
        ("3.10", 4, "ci-matrix"),
        ("pypy3", 5, "ci-matrix"),
    ]


def test_the_default_installs_requirements() -> None:
    default = read(".travis.yml", "language: python\nscript: pytest\n")
    assert default.invocations[0].argv == ("pip", "install", "-r", "requirements.txt")
    assert default.invocations[0].at.line == 1
    skipped = read(".travis.yml", "language: python\ninstall: skip\nscript: pytest\n")
    assert [i.argv for i in skipped.invocations] == [("pytest",)]


def test_jobs_that_are_included() -> None:
    extract = read(
        ".travis.yml",
        "language: python\nenv:\n  global: [A=1]\njobs:\n  include:\n"
        "    - python: 3.8\n      name: lint\n      env: B=2\n      install: pip install flake8\n"
        "      script: flake8\n",
    )
    assert [(i.job, i.argv[0], dict(i.env)) for i in extract.invocations] == [
        ("lint", "pip", {"A": "1", "B": "2"}),
        ("lint", "flake8", {"A": "1", "B": "2"}),
    ]
    assert [(p.version, p.job) for p in extract.pythons] == [("3.8", "lint")]


def test_only_at_the_root() -> None:
    assert FORMAT.matches(".travis.yml")
    assert not FORMAT.matches("x/.travis.yml")


def test_each_line_of_env_is_a_job_where_commands_depend_on_it() -> None:
    text = (
        "language: python\nenv:\n- TOXENV=py37\n- TOXENV=lint DB=x\n- PY=3.8\ninstall: pip install tox\nscript: tox\n"
    )
    found = read(".travis.yml", text).invocations
    assert [dict(i.env).get("TOXENV") for i in found if i.argv == ("tox",)] == ["py37", "lint", None]
