"""Jobs that test what an action of another repository installs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from scanner.inventory import Environment, Project
from scanner.known_actions import may_install

Make = Callable[[Mapping[str, str]], Project]
MANIFEST = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["requests"]\n'
SETUP = "uses: actions/setup-python@v5\n        with: {{python-version: '{0}'}}"


def ci_of(make: Make, *test: str) -> Environment | None:
    jobs = {"docs": (SETUP.format("3.9"), "run: pip install .", "run: sphinx-build a b"), "test": test}
    text = "on: push\njobs:\n" + "".join(
        f"  {name}:\n    runs-on: x\n    steps:\n" + "".join(f"      - {step}\n" for step in steps)
        for name, steps in jobs.items()
    )
    return make({"pyproject.toml": MANIFEST, "shop/__init__.py": "", ".github/workflows/ci.yml": text}).environments.ci


@pytest.mark.parametrize("action", ["acme/setup-env@v2", "acme/ci/.github/actions/setup-python-deps@main"])
def test_what_an_action_of_elsewhere_installs_is_not_what_another_job_does(only_project: Make, action: str) -> None:
    found = ci_of(only_project, SETUP.format("3.12"), f"uses: {action}", "run: pytest")
    assert found is not None
    assert (found.tool, found.uses_lock, found.python) == (None, None, ("3.12",))
    assert [e.line for e in found.evidence] == [15, 8]


@pytest.mark.parametrize("step", ["uses: azure/setup-kubectl@v4", "uses: actions/cache@v4"])
def test_what_another_job_installs_is_told_with_the_python_of_the_tests(only_project: Make, step: str) -> None:
    found = ci_of(only_project, SETUP.format("3.12"), step, "run: pytest")
    assert found is not None
    assert (found.tool, found.python) == ("pip", ("3.12",))


def test_what_the_job_itself_installs_counts(only_project: Make) -> None:
    found = ci_of(only_project, SETUP.format("3.12"), "uses: acme/setup-env@v2", "run: uv pip install .", "run: pytest")
    assert found is not None
    assert (found.tool, found.python) == ("uv", ("3.12",))


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("acme/actions/poetry", True),
        ("acme/install-deps", True),
        ("acme/setup", True),
        ("actions/setup-node", False),
        ("acme/python-publish", False),
        ("astral-sh/setup-uv", False),
        ("acme/dependencies-review", False),
    ],
)
def test_actions_that_may_install(action: str, expected: bool) -> None:
    assert may_install(action) is expected
