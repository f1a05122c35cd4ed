"""An install under constraints is fixed as far as they name what it takes."""

from __future__ import annotations

import pytest

from scanner.commands.classify import classify_all
from scanner.facts import Location
from scanner.shell import parse
from tests.scanner.commands.test_classify import COMPILED, lookup_of

PROJECT = """[project]
name = "buoy"
version = "1"
dependencies = ["attrs", "colorama; sys_platform == 'win32'"]
[project.optional-dependencies]
test = ["pytest"]
cli = ["attrs>=20"]
"""
FILES = {
    "pyproject.toml": PROJECT,
    "locked.txt": COMPILED.format(out="-o locked.txt", source="pyproject.toml", body="attrs==23.1.0\n"),
    "more.txt": COMPILED.format(out="-o more.txt", source="more.in", body="pytest==8.0.0\n"),
    "requirements-dev.txt": "attrs\npytest\n",
    "own.txt": "attrs>=20\n",
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (". -c locked.txt", True),
        (".[cli] -c locked.txt", True),
        (".[test] -c locked.txt", False),
        (".[test] -c locked.txt -c more.txt", True),
        ("-r own.txt -c locked.txt", True),
        ("-r requirements-dev.txt -c locked.txt", False),
        ("-r requirements-dev.txt -c locked.txt -c more.txt", True),
    ],
)
def test_constraints_cover(words: str, expected: bool) -> None:
    parsed = parse(f"pip install {words}", at=Location(path="ci.yml", line=1), context="ci")
    (made,) = classify_all(parsed.invocations, lookup_of(FILES))
    assert made.uses_lock is expected
    assert expected or made.because == "pytest is not among the constraints"
