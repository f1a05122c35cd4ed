from __future__ import annotations

import pytest

from rules.places.answers import answer
from rules.places.calls import calls
from rules.places.manner import Manner
from rules.places.target import Target


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("pipenv install --deploy", "uv sync --locked --no-dev"),
        ("pipenv sync --dev", "uv sync --locked"),
        ("pipenv requirements", "uv export --frozen --no-dev --no-hashes"),
    ],
)
def test_packages_that_are_a_group_are_installed_without_dev(command: str, text: str) -> None:
    """``[packages]`` beside a ``[project]`` of its own is a group that uv installs unasked; so it does without dev."""
    target = Target(
        folder=".",
        lock="uv.lock",
        package=False,
        groups={"packages": "packages", "dev": "dev"},
        defaults=frozenset({"packages", "dev"}),
        tools=frozenset({"pipenv"}),
    )
    (call,) = calls(command)
    given = answer(call, target, Manner())
    assert given is not None
    assert given.text == text


def test_a_shell_with_a_python_makes_its_environment() -> None:
    target = Target(folder=".", lock="uv.lock", package=False, tools=frozenset({"pipenv"}))
    (call,) = calls("pipenv shell --python 3.7")
    given = answer(call, target, Manner(lock="", run=""))
    assert given is not None
    assert given.text == "uv venv --clear --python 3.7 && source .venv/bin/activate"
