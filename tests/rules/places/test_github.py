from __future__ import annotations

from collections.abc import Callable
from typing import Any

PATH = ".github/workflows/ci.yml"
Patch = Callable[..., Any]


def workflow(steps: str) -> str:
    return f"name: CI\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"


def test_an_action_that_installs_poetry(patched: Patch) -> None:
    text = workflow(
        """\
      - uses: actions/checkout@v4
      # the interpreter
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python }}
          cache: poetry
      - name: Install Poetry
        uses: snok/install-poetry@v1
        with:
          version: 1.8.3

      - run: poetry install --with docs --no-interaction
      - name: Test   # all of them
        run: |
          poetry run pytest -k "not slow"
          echo done
"""
    )
    found = patched({PATH: text})
    assert found[PATH] == workflow(
        """\
      - uses: actions/checkout@v4
      # the interpreter
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python }}
      - name: Set up uv
        uses: astral-sh/setup-uv@v10.0.1
        with:
          version: "0.13.9"
          python-version: ${{ matrix.python }}

      - run: uv sync --locked --group docs
      - name: Test   # all of them
        run: |
          uv run --locked pytest -k "not slow"
          echo done
"""
    )
    assert not found.left
    assert not found.notes
    assert found.repository.projects[0].package_managers == ("uv",)


def test_a_bootstrap_step_becomes_the_action(patched: Patch) -> None:
    steps = "      - name: Tools\n        run: |\n          pip install poetry==1.8\n          poetry config virtualenvs.create true\n      - run: poetry install\n"
    found = patched({PATH: workflow(steps)})
    assert "pip install" not in found[PATH]
    assert found[PATH].count("setup-uv") == 1
    assert not found.left


def test_what_else_a_step_does_stays(patched: Patch) -> None:
    steps = "      - run: |\n          pip install -U pip poetry tox\n          poetry install\n          tox\n"
    found = patched({PATH: workflow(steps)})
    assert "          pip install -U pip tox\n          uv sync --locked\n          tox\n" in found[PATH]
    assert found[PATH].index("setup-uv") < found[PATH].index("uv sync")


def test_caches(patched: Patch) -> None:
    steps = """\
      - uses: actions/cache@v4
        id: cached-poetry
        with:
          path: ~/.local
          key: poetry-0
      - uses: snok/install-poetry@v1
        if: steps.cached-poetry.outputs.cache-hit != 'true'
      - uses: actions/cache@v4
        with:
          path: .venv
          key: venv-${{ hashFiles('**/poetry.lock') }}
      - run: poetry install
"""
    text = patched({PATH: workflow(steps)})[PATH]
    assert "~/.local" not in text
    assert "cache-hit" not in text
    assert "hashFiles('**/uv.lock')" in text


def test_by_commit_where_the_file_pins_so(patched: Patch) -> None:
    pinned = "      - uses: actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8 # v6\n      - run: pipx install poetry\n      - run: poetry install\n"
    assert "setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1" in patched({PATH: workflow(pinned)})[PATH]


def test_an_installer_without_a_package_goes_whatever_its_options_name(patched: Patch) -> None:
    steps = "      - run: pipx install --python python3.12 poetry==1.8.3\n      - run: poetry install\n"
    found = patched({PATH: workflow(steps)})[PATH]
    assert "pipx" not in found
    assert "run: uv sync --locked" in found


def test_the_environment_of_setup_python_has_one_name(patched: Patch) -> None:
    steps = "      - uses: actions/setup-python@v5\n      - run: pip3 install -r requirements.txt\n"
    found = patched({PATH: workflow(steps), ".python-version": "3.12\n"}, requirements__txt="flask==3.0.0\n")[PATH]
    assert "pythonLocation" in found
    assert "python3Location" not in found


def test_variables(patched: Patch) -> None:
    text = workflow(
        "      - run: poetry install\n      - run: poetry publish\n        env:\n          POETRY_PYPI_TOKEN_PYPI: ${{ secrets.T }}\n"
    )
    text = text.replace("jobs:", "env:\n  POETRY_VERSION: 1.8\njobs:")
    found = patched({PATH: text})[PATH]
    assert "UV_PUBLISH_TOKEN: ${{ secrets.T }}" in found
    assert "POETRY" not in found
    assert "\nenv:\n" not in found


def test_a_token_for_later_steps(patched: Patch) -> None:
    steps = '      - run: poetry config pypi-token.pypi "${{ secrets.T }}"\n      - run: poetry publish --build\n'
    found = patched({PATH: workflow(steps)})
    assert 'run: echo "UV_PUBLISH_TOKEN=${{ secrets.T }}" >> "$GITHUB_ENV"' in found[PATH]
    bare = patched({PATH: workflow(steps.replace('"${{ secrets.T }}"', "${{ secrets.T }}"))})
    assert 'run: echo "UV_PUBLISH_TOKEN=${{ secrets.T }}" >> "$GITHUB_ENV"' in bare[PATH]
    assert "run: uv build && uv publish" in found[PATH]


def test_into_the_python_that_runs(patched: Patch) -> None:
    steps = "      - uses: actions/setup-python@v5\n        with: {python-version: '3.12'}\n      - run: |\n          pip install poetry\n          poetry config virtualenvs.create false\n          poetry install\n          poetry run pytest\n"
    text = patched({PATH: workflow(steps)})[PATH]
    assert 'UV_PROJECT_ENVIRONMENT="$pythonLocation" uv sync --locked --inexact\n          pytest\n' in text


def test_settings_of_poetry_say_so_too(patched: Patch) -> None:
    steps = "      - uses: actions/setup-python@v5\n        with: {python-version: '3.12'}\n      - run: |\n          pip install poetry\n          poetry install\n          pytest\n"
    text = patched({PATH: workflow(steps), "poetry.toml": "[virtualenvs]\ncreate = false\n"})[PATH]
    assert 'UV_PROJECT_ENVIRONMENT="$pythonLocation" uv sync --locked --inexact\n          pytest\n' in text
    assert "UV_PROJECT_ENVIRONMENT" not in patched({PATH: workflow(steps)})[PATH]


def test_for_every_shell_where_windows_takes_part(patched: Patch) -> None:
    steps = """\
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
          cache: pip
          cache-dependency-path: requirements.txt
      - run: pip install -r requirements.txt
      - run: pytest
"""
    text = workflow(steps).replace("ubuntu-latest", "windows-latest")
    found = patched({PATH: text}, requirements__txt="flask==3.0.0\n")
    assert (
        """\
          python-version: "3.12"
      - name: Set up uv
""".replace("name: Set up uv\n", "uses: astral-sh/setup-uv@v10.0.1\n")
        in found[PATH]
    )
    assert """\
      - run: uv sync --locked --inexact
        env:
          UV_PROJECT_ENVIRONMENT: ${{ env.pythonLocation }}
      - run: pytest
""" in found[PATH]


def test_an_action_that_does_more_is_noted(patched: Patch) -> None:
    steps = "      - uses: acme/poetry-publish@v1\n"
    found = patched({PATH: workflow(steps)})
    assert found[PATH] == workflow(steps)
    assert found.notes == [(PATH, 7, "the action acme/poetry-publish@v1 runs the old tool")]


def test_carriage_returns_and_marks_stay(patched: Patch) -> None:
    text = "\ufeff" + workflow("      - run: pip install poetry\n      - run: poetry install\n").replace("\n", "\r\n")
    found = patched({PATH: text})[PATH]
    assert found.startswith("\ufeff")
    assert found.count("\n") == found.count("\r\n")
    assert "uv sync --locked\r\n" in found


def test_another_project_s_commands_stay(patched: Patch) -> None:
    other = '[tool.poetry]\nname = "x"\nversion = "1"\n[tool.poetry.dependencies]\npython = "*"\nrich = "*"\n'
    steps = "      - run: poetry install\n      - run: poetry install\n        working-directory: tool\n"
    files = {PATH: workflow(steps), "tool/pyproject.toml": other, "tool/x.py": ""}
    found = patched(files)
    assert [m.project.path for m in found.migration.moves] == ["."]
    assert "      - run: poetry install\n        working-directory: tool\n" in found[PATH]
    assert "      - run: uv sync --locked\n" in found[PATH]


def test_a_version_that_uv_does_not_know_is_left_to_setup_python(patched: Patch) -> None:
    steps = (
        "      - uses: actions/checkout@v4\n      - uses: actions/setup-python@v5\n        with:\n"
        "          python-version: {}\n      - run: pip install poetry\n      - run: poetry install\n"
    )
    for known, told in (("3.12", True), ("'>=3.11'", True), ("3.x", False), ("'3.13-dev'", False)):
        after = patched({PATH: workflow(steps.format(known))})[PATH]
        assert after.count(f"python-version: {known}") == 1 + told
    matrix = "    strategy:\n      matrix:\n        v: ['3.12', {}]\n    steps:\n"
    for other, told in (("'3.13'", True), ("3.14.x", False)):
        text = workflow(steps.format("${{ matrix.v }}")).replace("    steps:\n", matrix.format(other))
        assert patched({PATH: text})[PATH].count("python-version: ${{ matrix.v }}") == 1 + told


def test_an_action_that_brought_the_sources_as_well(patched: Patch) -> None:
    text = workflow("      - uses: acme/actions/setup-poetry@v2\n      - run: poetry run pytest\n")
    found = patched({PATH: text})
    assert any("brought the sources as well" in message for _, _, message in found.notes)
    other = "on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n"
    found = patched({PATH: text, ".github/workflows/other.yml": other})
    assert "    steps:\n      - uses: actions/checkout@v4\n      - uses: astral-sh/setup-uv@" in found[PATH]


def test_a_cache_of_pip_goes_where_pip_installs_nothing(patched: Patch) -> None:
    head = (
        "      - uses: actions/checkout@v4\n      - uses: actions/setup-python@v5\n        with:\n"
        "          python-version: '3.12'\n          cache: pip\n      - run: pip install poetry\n      - run: poetry install\n"
    )
    assert "cache: pip" not in patched({PATH: workflow(head)})[PATH]
    assert "cache: pip" in patched({PATH: workflow(head + "      - run: pip install tox\n")})[PATH]


def test_a_dash_on_a_row_of_its_own(patched: Patch) -> None:
    text = workflow(
        "      -\n          name: Get it\n          uses: actions/checkout@v4\n      -\n          name: Test\n          run: poetry run pytest\n"
    )
    assert "      -\n          name: Set up uv\n          uses: astral-sh/setup-uv@" in patched({PATH: text})[PATH]


def test_what_pip_changed_in_the_environment_stays(patched: Patch) -> None:
    steps = "      - run: pip install poetry\n      - run: poetry install\n      - run: poetry run pip install django~=5.0\n      - run: poetry run pytest\n"
    after = patched({PATH: workflow(steps)})[PATH]
    assert "- run: uv pip install django~=5.0\n      - run: uv run --no-sync pytest\n" in after


def test_an_action_of_one_s_own_that_sets_uv_up(patched: Patch) -> None:
    action = "runs:\n  using: composite\n  steps:\n  - run: pip install poetry\n    shell: bash\n"
    job = workflow("      - uses: ./.github/actions/env\n      - run: poetry run pytest\n")
    found = patched({PATH: job, ".github/actions/env/action.yml": action})
    assert "setup-uv" in found[".github/actions/env/action.yml"]
    assert found[PATH] == job.replace("poetry run", "uv run --locked")


def test_a_container_has_its_own_uv(patched: Patch) -> None:
    job = workflow("      - run: docker exec app poetry install\n")
    assert patched({PATH: job})[PATH] == job.replace("poetry install", "uv sync --locked")


def test_the_name_of_a_step_some_rows_above(patched: Patch) -> None:
    job = workflow(
        "      - name: Look for poetry cache\n        uses: actions/cache@v4\n        id: a\n        with:\n          path: .venv\n"
        "          key: v-${{ hashFiles('poetry.lock') }}\n      - run: poetry install\n"
    )
    assert "name: Look for uv cache" in patched({PATH: job})[PATH]


def test_keys_of_caches_and_folders_of_users(patched: Patch) -> None:
    steps = "      - uses: actions/setup-python@v5\n      - uses: actions/cache@v4\n        with:\n          path: .tox\n          key: t-${{ hashFiles('requirements.txt') }}\n      - run: pip3 install -r requirements.txt\n"
    own = {"requirements__txt": "flask==3.0.0\n"}
    files = {".python-version": "3.12\n"}
    after = patched({**files, PATH: workflow(steps)}, **own)[PATH]
    assert "hashFiles('uv.lock')" in after
    assert 'UV_PROJECT_ENVIRONMENT="$pythonLocation" uv sync' in after
    user = workflow(steps).replace("on: push\n", "on: push\nenv:\n  PIP_USER: 1\n")
    assert "pip3 install -r" in patched({**files, PATH: user}, **own)[PATH]


def test_an_action_that_is_called_after_the_old_tool_sets_uv_up_itself(patched: Patch) -> None:
    place = ".github/actions/setup-poetry/action.yml"
    action = (
        "runs:\n  using: composite\n  steps:\n    - name: Install poetry\n      shell: sh\n      run: |\n"
        "        command -v python\n        pipx install --python python poetry==${{ inputs.version }}\n"
        "    - name: Install the rest\n      shell: sh\n      run: poetry install\n"
    )
    caller = workflow("      - uses: ./.github/actions/setup-poetry\n      - run: poetry run pytest\n")
    found = patched({place: action, PATH: caller})
    assert found[place].index("setup-uv") < found[place].index("uv sync")
    assert "setup-uv" not in found[PATH]


def test_a_runner_s_own_python_stays_with_pip(patched: Patch) -> None:
    pinned = {"requirements__txt": "flask==3.0.0\n"}
    for steps in (
        "      - run: pip install -r requirements.txt\n      - run: pytest\n",
        "      - uses: actions/setup-python@v5\n      - run: pip install -r requirements.txt\n      - run: pytest\n",
    ):
        files = {PATH: workflow(steps), "runtime.txt": "python-3.12.1\n"}
        found = patched(files, **pinned)
        assert found[PATH] == files[PATH]  # pip installs for the user alone, and no pythonLocation is set
        assert "requirements.txt" in found.files


def test_a_job_whose_install_stays_is_left_whole(patched: Patch) -> None:
    steps = "      - run: pipx install poetry\n      - run: poetry install -E $EXTRA\n      - run: poetry run pytest\n"
    assert patched({PATH: workflow(steps)})[PATH] == workflow(steps)


def test_variables_of_the_backend_and_expressions_with_blanks(patched: Patch) -> None:
    steps = "      - run: POETRY_X=${{ steps.a.outputs.b }} poetry build\n      - run: PDM_BUILD_SCM_VERSION=${{ env.v }} poetry build\n"
    after = patched({PATH: workflow(steps)})[PATH]
    assert "- run: uv build\n" in after
    assert "- run: PDM_BUILD_SCM_VERSION=${{ env.v }} uv build\n" in after


def test_a_step_that_is_left_with_pip_s_own_tools_goes(patched: Patch) -> None:
    steps = "      - uses: actions/setup-python@v5\n        with: {python-version: '3.12'}\n      - name: Tools\n        run: python -m pip install --upgrade poetry wheel\n      - run: poetry install\n"
    assert "wheel" not in patched({PATH: workflow(steps)})[PATH]
