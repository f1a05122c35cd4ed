from __future__ import annotations

import shlex

import pytest

from scanner.commands.asked_python import asked_python
from scanner.facts import Invocation, Location

AT = Location(path="ci.yml", line=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uv sync", None),
        ("uv sync --python 3.12", "3.12"),
        ("uv sync -p3.12", "3.12"),
        ("uv run --python='${{ matrix.python }}' pytest", "${{ matrix.python }}"),
        ("uv run pytest -p no:randomly", None),
        ("uv run -p 3.11 pytest -p no:randomly", "3.11"),
        ("uv --quiet pip install --python 3.9 flask", "3.9"),
        ("uvx --python 3.10 nox", "3.10"),
        ("uvx nox --python 3.10", None),
        ("uses:astral-sh/setup-uv@v6 python-version=3.13", "3.13"),
        ("uses:astral-sh/setup-uv@v6 version=0.9.0", None),
        ("uses:example/setup-uv@v6 python-version=3.13", None),
        ("pipenv --python 3.8 install", "3.8"),
        ("pipenv run app -p 80", None),
        ("pdm install -p sub", None),
        ("python3.11 -m pip install x", "3.11"),
        ("/opt/python/bin/pip3.10 install x", "3.10"),
        ("python3 -m pip install x", None),
        ("py -3.11 -m pip install x", "3.11"),
        ("conda create -n x python=3.9 pip", "3.9"),
        ("conda install python-dateutil=2.8", None),
    ],
)
def test_asked_python(text: str, expected: str | None) -> None:
    assert asked_python(Invocation(argv=tuple(shlex.split(text)), at=AT, context="ci")) == expected


@pytest.mark.parametrize(("text", "expected"), [("uv sync", "3.12"), ("uv sync --python 3.9", "3.9"), ("tox", None)])
def test_a_variable_of_uv(text: str, expected: str | None) -> None:
    env = (("UV_PYTHON", "3.12"),)
    assert asked_python(Invocation(argv=tuple(text.split()), at=AT, context="ci", env=env)) == expected
