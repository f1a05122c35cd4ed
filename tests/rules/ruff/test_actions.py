from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rules.ruff.actions import edit

BEFORE = """\
jobs:
  lint:
    steps:
      - uses: actions/checkout@v4
      - name: Black
        uses: psf/black@stable
        with:
          options: "--check --verbose"
          src: "./src"
      - uses: psf/black@stable
      - uses: isort/isort-action@v1
        with:
          sort-paths: src tests
          requirements-files: "requirements.txt"
      - uses: py-actions/flake8@v2
        with:
          path: src
          max-line-length: "100"
      - uses: reviewdog/action-flake8@v3
"""
AFTER = """\
jobs:
  lint:
    steps:
      - uses: actions/checkout@v4
      - name: Black
        uses: astral-sh/ruff-action@v3
        with:
          version: "0.17.6"
          args: format --check
          src: "./src"
      - uses: astral-sh/ruff-action@v3
        with:
          version: "0.17.6"
          args: format --check --diff
      - uses: astral-sh/ruff-action@v3
        with:
          version: "0.17.6"
          args: check --select=I
          src: "src tests"
      - uses: astral-sh/ruff-action@v3
        with:
          version: "0.17.6"
          src: "src"
      - uses: reviewdog/action-flake8@v3
"""


def test_actions_become_ruffs() -> None:
    seen: list[tuple[int, str]] = []
    made = edit(BEFORE, ("flake8", "isort", "black"), lambda line, message: seen.append((line, message)))
    assert made == AFTER
    assert [line for line, _ in seen] == [19]


def test_tools_that_stay_keep_theirs() -> None:
    assert edit(BEFORE, ("isort",), lambda _line, _message: None).count("ruff-action") == 1


def test_inputs_that_are_not_known_are_for_a_person() -> None:
    text = "steps:\n  - uses: psf/black@stable\n    with:\n      jupyter: true\n"
    seen: list[int] = []
    assert edit(text, ("black",), lambda line, _: seen.append(line)) == text
    assert seen == [2]


def test_inputs_of_an_action_are_options_of_the_tool(moved: Callable[..., Any]) -> None:
    step = "    - uses: py-actions/flake8@v2\n      with:\n        ignore: E501\n        flake8-version: 6.0.0\n"
    workflow = f"on: push\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n{step}"
    after = moved({".github/workflows/lint.yml": workflow, "a.py": "x = 1\n"})
    assert '"E502"' in after["ruff.toml"]
    assert '"E501"' not in after["ruff.toml"]
