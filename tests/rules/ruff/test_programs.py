from __future__ import annotations

from rules.ruff.programs import edit

BEFORE = """\
import nox

@nox.session
def lint(session):
    session.install("flake8", "flake8-bugbear", "black")
    session.run("flake8", "--max-line-length=100", "src", *session.posargs)
    session.run("python", "-m", "black", "--check", "src", external=True)
    session.run("pytest", "é")
    session.run("black", "-")
"""
AFTER = """\
import nox

@nox.session
def lint(session):
    session.install("ruff==0.17.6")
    session.run("ruff", "check", "src", *session.posargs)
    session.run("ruff", "format", "--check", "src", external=True)
    session.run("pytest", "é")
    session.run("black", "-")
"""


def test_sessions() -> None:
    seen: list[int] = []
    packages = ("flake8", "flake8-bugbear", "black")
    assert edit(BEFORE, ("flake8", "black"), packages, lambda line, _: seen.append(line)) == AFTER
    assert seen == [9]


def test_what_is_no_python_stays() -> None:
    assert edit("def (", ("flake8",), (), lambda *_: None) == "def ("
