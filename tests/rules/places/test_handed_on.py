"""Commands that workflows hand on to the repository's own actions, and the defaults that these have."""

from __future__ import annotations

from collections.abc import Callable

from tests.rules.places.conftest import Patched

Patching = Callable[..., Patched]
ACTION = """\
name: set-up
inputs:
  install-command:
    description: how to install
    default: poetry install
runs:
  using: composite
  steps:
    - uses: actions/setup-python@v5
      with:
        python-version: "3.11"
    - run: pipx install poetry==1.8.0
      shell: bash
    - run: {run}
      shell: bash
"""
WORKFLOW = """\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/setup
        with:
          install-command: |
            echo "installing"
            poetry install --with docs
      - run: poetry run pytest
"""
PATHS = (".github/actions/setup/action.yml", ".github/workflows/ci.yml")


def test_what_is_handed_on_moves(patched: Patching) -> None:
    found = patched(dict(zip(PATHS, (ACTION.format(run="${{ inputs.install-command }}"), WORKFLOW), strict=True)))
    assert "    default: uv sync --locked\n" in found[PATHS[0]]
    assert '            echo "installing"\n            uv sync --locked --group docs\n' in found[PATHS[1]]
    assert "poetry" not in found[PATHS[0]] + found[PATHS[1]]


def test_with_an_action_that_stays_it_stays(patched: Patching) -> None:
    action = ACTION.format(run="poetry install --unheard-of && ${{ inputs.install-command }}")
    found = patched(dict(zip(PATHS, (action, WORKFLOW), strict=True)))
    assert found[PATHS[0]] == action
    assert "poetry install --with docs" in found[PATHS[1]]
    assert [r.blocker.code for r in found.migration.refusals] == ["shared-ci"]
