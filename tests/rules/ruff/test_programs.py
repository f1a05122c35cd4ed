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


def test_lists_that_are_installed() -> None:
    text = 'DEPS = ["black==24.1", "isort"]\nONE = "flake8"\nOTHER = "flake8"\n\n'
    text += "def lint(session):\n    session.install(*DEPS)\n    session.install(ONE)\n"
    made = edit(text, ("black",), ("black", "isort", "flake8"), lambda *_: None)
    assert made.startswith('DEPS = ["ruff==0.17.6"]\nONE = "ruff==0.17.6"\nOTHER = "flake8"\n')


def test_what_is_no_python_stays() -> None:
    assert edit("def (", ("flake8",), (), lambda *_: None) == "def ("
