from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Patch = Callable[..., Any]
PATH = ".github/workflows/ci.yml"
SETUP = "      - uses: actions/setup-python@v5\n        with: {python-version: '3.12'}\n"


def workflow(steps: str) -> str:
    return f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{SETUP}{steps}"


@pytest.mark.parametrize(
    "rest",
    [
        'check_tool "poetry" 1.8\n',
        "case $1 in\n  poetry) install_it ;;\nesac\n",
        "[ -x .venv/bin/poetry ] || python -m poetry install\n",
        "TOOL=.venv/bin/poetry\n$TOOL install\n",
    ],
)
def test_a_script_that_goes_on_to_name_the_tool_stays(patched: Patch, rest: str) -> None:
    script = f"pip install poetry\npoetry install\n{rest}"
    found = patched({"setup.sh": script})
    assert found["setup.sh"] == script
    assert any(path == "setup.sh" and "as it is" in why for path, _, why in found.notes)


def test_a_script_that_only_speaks_of_the_tool_moves(patched: Patch) -> None:
    script = 'echo "poetry"\ninstall_poetry() {\n  pip install poetry\n}\ninstall_poetry\npoetry install\n'
    assert "uv sync" in patched({"setup.sh": script})["setup.sh"]


def test_a_pipeline_that_starts_what_still_calls_the_tool_stays(patched: Patch) -> None:
    steps = "      - run: pipx install poetry\n      - run: poetry install\n      - run: make release\n"
    left = "release: pack\n\techo done\npack:\n\tpoetry publish --dist-dir x\nother:\n\techo\n"
    assert patched({PATH: workflow(steps), "Makefile": left})[PATH] == workflow(steps)
    other = steps.replace("make release", "make other")
    assert "uv sync" in patched({PATH: workflow(other), "Makefile": left})[PATH]


def test_what_runs_in_another_clone_is_not_the_project_s(patched: Patch) -> None:
    steps = "      - run: git clone https://example.com/tools.git\n      - run: |\n          cd $GITHUB_WORKSPACE/tools\n          pip install -r requirements.txt\n"
    found = patched({PATH: workflow(steps), ".python-version": "3.12\n"}, requirements__txt="flask==3.0.0\n")
    assert "pip install -r requirements.txt" in found[PATH]


def test_a_script_that_runs_an_image_too_old_for_uv_stays(patched: Patch) -> None:
    script = "docker run -v $PWD:/x python:3.7 -c 'cd /x && pip install -r requirements.txt'\npip install -r requirements.txt\n"
    found = patched({"lock.sh": script, ".python-version": "3.12\n"}, requirements__txt="flask==3.0.0\n")
    assert found["lock.sh"] == script


def test_a_setup_script_is_run_with_setuptools(patched: Patch) -> None:
    text = "dist:\n\tpoetry run python setup.py bdist_wheel\n"
    assert (
        "uv run --locked --with setuptools --with wheel python setup.py bdist_wheel"
        in patched({"Makefile": text})["Makefile"]
    )


def test_a_namesake_beside_the_script_is_in_doubt(patched: Patch) -> None:
    script = "pip install -r requirements.txt\n"
    files = {"pack/build.sh": script, "pack/requirements.txt": "pyinstaller==6.0\n", ".python-version": "3.12\n"}
    files["README.md"] = "```sh\ncd pack\npip install -r requirements.txt\n```\n"
    found = patched(files, requirements__txt="flask==3.0.0\n")
    assert found["pack/build.sh"] == script
    assert found["README.md"] == files["README.md"]


def test_credentials_of_a_publish(patched: Patch) -> None:
    steps = "      - run: pipx install poetry\n      - run: poetry publish --build\n        env:\n          POETRY_HTTP_BASIC_PYPI_PASSWORD: ${{ secrets.P }}\n"
    assert "UV_PUBLISH_PASSWORD: ${{ secrets.P }}" in patched({PATH: workflow(steps)})[PATH]


def test_a_tool_that_a_makefile_looks_for_stays_with_all_that_starts_it(patched: Patch) -> None:
    make = "POETRY := $(shell command -v poetry 2> /dev/null)\ninstall:\n\t$(POETRY) install\n\tpoetry run pytest\n"
    steps = "      - run: pipx install poetry\n      - run: poetry check\n      - run: make install\n"
    found = patched({"Makefile": make, PATH: workflow(steps)})
    assert found["Makefile"] == make
    assert found[PATH] == workflow(steps)


def test_a_script_of_the_repository_s_own_is_no_tool(patched: Patch) -> None:
    script = '#!/bin/bash\n$(dirname "$0")/poetry run pytest "$@"\n'
    assert patched({"bin/pytest.sh": script, "bin/poetry": "#!/bin/bash\ndocker run x\n"})["bin/pytest.sh"] == script


def test_a_blank_line_ends_a_command_of_a_folded_row(patched: Patch) -> None:
    steps = "      - run:\n          pip install --editable '.[dev]'\n\n          tox\n"
    setup = (
        "from setuptools import setup\nsetup(name='shop', extras_require={'dev': ['tox']}, python_requires='>=3.11')\n"
    )
    assert patched({PATH: workflow(steps)}, setup__py=setup)[PATH] == workflow(steps)


def test_a_windows_leg_without_setup_python_stays_with_pip(patched: Patch) -> None:
    text = (
        "on: push\njobs:\n  a:\n    runs-on: windows-latest\n    steps:\n      - run: pip install -r requirements.txt\n"
    )
    found = patched({PATH: text, ".python-version": "3.12\n"}, requirements__txt="flask==3.0.0\n")
    assert found[PATH] == text


def test_a_job_that_calls_the_tool_of_a_project_that_stays_keeps_it(patched: Patch) -> None:
    other = "[tool.poetry]\nname = 'tool'\nversion = '1'\n\n[tool.poetry.dependencies]\npython = '^3.11'\nx = { path = '../../out' }\n"
    steps = "      - uses: snok/install-poetry@v1\n      - run: poetry install\n        working-directory: tool\n"
    files = {"tool/pyproject.toml": other, "tool/poetry.lock": "package = []\n", PATH: workflow(steps)}
    found = patched(files)
    assert found[PATH] == workflow(steps)


def test_a_variable_that_runs_in_another_folder(patched: Patch) -> None:
    make = "SPHINXBUILD ?= poetry run -C ../ sphinx-build\nhtml:\n\t$(SPHINXBUILD) x\n"
    found = patched({"docs/Makefile": make})
    assert "SPHINXBUILD ?= uv run --locked --project ../ sphinx-build\n" in found["docs/Makefile"]


def test_where_uv_is_not_or_reads_no_settings_of_pip(patched: Patch) -> None:
    files = {
        "Procfile": "release: pip install -r requirements.txt\nweb: python app.py\n",
        "ci.sh": "export PIP_CONFIG_FILE=pip.conf\npip install -r requirements.txt\n",
        ".python-version": "3.12\n",
    }
    found = patched(files, requirements__txt="flask==3.0.0\n")
    assert [found[name] for name in ("Procfile", "ci.sh")] == [files["Procfile"], files["ci.sh"]]
