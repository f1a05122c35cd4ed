from __future__ import annotations

import pytest

from scanner.known_actions import ToolSetup, commands_of, is_setup, script_inputs, super_linter, tool_setup, words


@pytest.mark.parametrize(
    ("action", "inputs", "expected"),
    [
        ("Snok/Install-Poetry", {"version": "1.8.3"}, []),
        ("prefix-dev/setup-pixi", {"run-install": "false"}, []),
        ("prefix-dev/setup-pixi", {"pixi-version": "v0.40.0"}, ["pixi install --locked"]),
        ("prefix-dev/setup-pixi", {"locked": "false"}, ["pixi install"]),
        ("conda-incubator/setup-miniconda", {"environment-file": "e.yml"}, ["conda env update --file e.yml"]),
        ("conda-incubator/setup-miniconda", {}, []),
        ("mamba-org/setup-micromamba", {"create-args": "python=3.9 pip"}, ["micromamba create python=3.9 pip"]),
        ("py-actions/py-dependency-install", {}, ["pip install -r requirements.txt"]),
        (
            "docker/build-push-action",
            {"file": "a/Dockerfile", "target": "prod"},
            ["docker build -f a/Dockerfile --target prod ."],
        ),
        ("pypa/gh-action-pypi-publish", {}, ["twine upload dist/*"]),
        ("isort/isort-action", {}, ["isort --check-only --diff ."]),
        ("wearerequired/lint-action", {"black": "true", "mypy": "false"}, ["black ."]),
        ("acme/unknown", {"version": "1"}, []),
    ],
)
def test_commands(action: str, inputs: dict[str, str], expected: list[str]) -> None:
    assert [" ".join(argv) for argv in commands_of(action, inputs)] == expected


def test_tools_that_actions_set_up() -> None:
    assert tool_setup("Abatilo/actions-poetry") == ToolSetup(tool="poetry", version="poetry-version")
    assert tool_setup("astral-sh/setup-uv") == ToolSetup(tool="uv", files=("version-file",))
    assert tool_setup("actions/setup-python") is None


def test_other_tables() -> None:
    assert script_inputs("Nick-Fields/retry") == ("command",)
    assert is_setup("actions/setup-python")
    assert not is_setup("actions/checkout")
    assert words("a 'b c'") == ["a", "b c"]
    assert words("don't") == ["don't"]
    assert super_linter("acme/other", {}) == ()
    assert len(super_linter("github/super-linter/slim", {})) == 6


def test_an_action_of_pip_takes_packages_or_files() -> None:
    assert commands_of("insightsengineering/pip-action", {"packages": "flake8\n"}) == (("pip", "install", "flake8"),)
    assert commands_of("insightsengineering/pip-action", {"requirements": "a.txt"}) == (
        ("pip", "install", "-r", "a.txt"),
    )
