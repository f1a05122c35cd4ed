"""Actions of the repository that put the old tool in place: they move whole, with the jobs that use them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rules.places.conftest import Patched

Patching = Callable[..., Patched]
ACTION, WORKFLOW = ".github/actions/tools/action.yml", ".github/workflows/ci.yml"
HEAD = """\
name: tools
inputs:
  poetry-version:
    description: the version
    required: true
  python-version:
    required: true
runs:
  using: composite
  steps:
    - uses: actions/setup-python@v5
      with:
        python-version: ${{ inputs.python-version }}
"""
USE = """\
on: push
env:
  POETRY_VERSION: "1.8.5"
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Python and Poetry ${{ env.POETRY_VERSION }}
        uses: ./.github/actions/tools
        with:
          poetry-version: ${{ env.POETRY_VERSION }}
          python-version: "3.11"
      - run: poetry install
      - run: pytest
"""
BINARY = """\
    - uses: actions/cache@v4
      id: binary
      with:
        path: /opt/pipx/venvs/poetry
        key: tool-${{ inputs.poetry-version }}
    - name: Link it again
      if: steps.binary.outputs.cache-hit == 'true'
      shell: bash
      run: |
        ln -s /opt/pipx/venvs/poetry/bin/poetry /opt/pipx_bin/poetry
        poetry --version
    - name: Install it
      if: steps.binary.outputs.cache-hit != 'true'
      shell: bash
      run: pipx install poetry==${{ inputs.poetry-version }}
    - uses: actions/cache@v4
      with:
        path: |
          ~/.cache/pypoetry/cache
          ~/.cache/pypoetry/artifacts
          .venv
        key: deps-poetry-${{ inputs.poetry-version }}-${{ hashFiles('poetry.lock') }}
"""
UV = """\
      uses: astral-sh/setup-uv@v10.0.1
      with:
        version: "0.13.9"
        python-version: ${{ inputs.python-version }}
"""


def test_a_kept_program_goes_with_what_links_it_again(patched: Patching) -> None:
    found = patched({ACTION: HEAD + BINARY, WORKFLOW: USE})
    kept = (
        "    - uses: actions/cache@v4\n      with:\n        path: |\n          ~/.cache/uv\n          .venv\n"
        "        key: deps-uv-${{ hashFiles('uv.lock') }}\n"
    )
    head = HEAD.replace("  poetry-version:\n    description: the version\n    required: true\n", "")
    assert found[ACTION] == f"{head}    - name: Set up uv\n{UV}{kept}"
    assert "POETRY" not in found[WORKFLOW]
    assert (
        "name: Python and uv\n        uses: ./.github/actions/tools\n        with:\n          python" in found[WORKFLOW]
    )
    assert not found.notes


def test_an_input_that_is_still_taken_stays(patched: Patching) -> None:
    more = "    - run: echo ${{ inputs.poetry-version }}\n      shell: bash\n"
    found = patched({ACTION: HEAD + BINARY + more, WORKFLOW: USE})
    assert "poetry-version:" in found[ACTION]
    assert "poetry-version: ${{ env.POETRY_VERSION }}" in found[WORKFLOW]


@pytest.mark.parametrize(
    "run",
    [
        'if [ -n "$POETRY_VERSION" ]; then\n          pipx install "poetry==$POETRY_VERSION"\n        else\n'
        '          pipx install poetry\n        fi\n        echo "$HOME/.local/bin" >> "$GITHUB_PATH"\n',
    ],
)
def test_a_version_that_may_be_given(patched: Patching, run: str) -> None:
    action = f"{HEAD}    - shell: bash\n      env:\n        POETRY_VERSION: ${{{{ inputs.poetry-version }}}}\n      run: |\n        {run}"
    found = patched({ACTION: action, WORKFLOW: USE})
    assert "if [" not in found[ACTION]
    assert found[ACTION].endswith(UV.replace("      uses", "    - uses"))


def test_a_branch_of_a_script_is_never_left_empty(patched: Patching) -> None:
    script = "if [ -d .venv ]; then\n  # as before\n  poetry config virtualenvs.in-project true\nelse\n  echo new\nfi\npoetry install\n"
    assert patched({"setup.sh": script})["setup.sh"].startswith("if [ -d .venv ]; then\n  # as before\n  true\nelse\n")


@pytest.mark.parametrize("into", ["poetry config virtualenvs.create false", "which poetry"])
def test_settings_of_an_action_count_for_its_jobs(patched: Patching, into: str) -> None:
    action = f"{HEAD}    - shell: bash\n      run: |\n        pipx install poetry\n        {into}\n"
    found = patched({ACTION: action, WORKFLOW: USE})
    line = next(row for row in found[WORKFLOW].splitlines() if "uv sync" in row)
    assert ("UV_PROJECT_ENVIRONMENT=" in line) is ("config" in into)
    assert ("which uv" in found[ACTION]) is ("which" in into)


def test_an_action_of_elsewhere_that_makes_no_environment(patched: Patching) -> None:
    steps = USE.replace("./.github/actions/tools", "snok/install-poetry@v1").replace(
        "          poetry-version: ${{ env.POETRY_VERSION }}\n", "          virtualenvs-create: false\n"
    )
    steps = steps.replace(
        "      - name: Python and",
        "      - uses: actions/setup-python@v5\n        with:\n          python-version: '3.11'\n      - name: Python and",
    )
    found = patched({WORKFLOW: steps})
    assert 'UV_PROJECT_ENVIRONMENT="$pythonLocation" uv sync --locked' in found[WORKFLOW]
