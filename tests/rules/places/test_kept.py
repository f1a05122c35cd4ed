"""Old files that places which stay still need."""

from __future__ import annotations

from typing import Any

LISTS = {
    "requirements/base.txt": "flask==3.0.0\n",
    "requirements/dev.txt": "-r base.txt\npytest==8.0.0\n",
    "requirements/docs.txt": "mkdocs==1.5.0\n",
    ".python-version": "3.12\n",
}
STAYS = "install:\n\tpip install --no-index -r requirements/dev.txt\n"


def test_what_a_left_command_reads_stays_with_what_that_includes(patched: Any) -> None:
    found = patched({"Makefile": STAYS, **LISTS}, setup__cfg="[flake8]\n")
    assert found["Makefile"] == STAYS
    assert "requirements/dev.txt" in found.files
    assert "requirements/base.txt" in found.files
    assert "requirements/docs.txt" not in found.files
    assert "docs" in found["pyproject.toml"]


def test_names_that_only_say_something_keep_nothing(patched: Any) -> None:
    files = {
        "Makefile": 'help:\n\techo "see requirements/dev.txt"\n',
        ".pyup.yml": "requirements:\n  - requirements/dev.txt\n",
    }
    found = patched({**files, **LISTS}, setup__cfg="[flake8]\n")
    assert "requirements/dev.txt" not in found.files
    assert {path for path, _, message in found.notes if "takes away" in message} == {"Makefile", ".pyup.yml"}


def test_a_namesake_beside_the_file_is_the_one_that_it_means(patched: Any) -> None:
    image = "FROM python:3.12\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
    files = {"bench/Dockerfile": image, "bench/requirements.txt": "uvloop==0.19.0\n", ".python-version": "3.12\n"}
    found = patched({**files, "requirements.txt": "flask==3.0.0\n"}, setup__cfg="[flake8]\n")
    assert found["bench/Dockerfile"] == image
    assert "requirements.txt" not in found.files


def test_a_path_within_an_image(patched: Any) -> None:
    image = "FROM python:3.12\nCOPY . /code/\nRUN grep flask /code/requirements/base.txt\n"
    found = patched({"Dockerfile": image, **LISTS}, setup__cfg="[flake8]\n")
    assert "requirements/base.txt" in found.files
    assert "requirements/docs.txt" not in found.files


def test_pipenv_s_files_stay_together(patched: Any) -> None:
    lock = '{"_meta": {"hash": {"sha256": "0"}, "requires": {"python_version": "3.12"}, "sources": []}, "default": {}, "develop": {}}'
    image = "FROM acme/pipenv\nCOPY Pipfile* ./\nCOPY Pipfile ./\nRUN pipenv install --deploy\n"
    pipfile = '[packages]\n\n[requires]\npython_version = "3.12"\n'
    found = patched({"Dockerfile": image}, Pipfile=pipfile, Pipfile__lock=lock)
    assert found["Dockerfile"] == image
    assert {"Pipfile", "Pipfile.lock"} <= found.files.keys()


def test_what_compiles_a_file_that_stays_stays(patched: Any) -> None:
    recipe = "lock:\n\tpip-compile -o requirements/dev.txt requirements/dev.in\n\tpip-compile requirements/docs.in\n"
    compiled = "# by pip-compile with Python 3.12\n#    pip-compile requirements/dev.in\npytest==8.0.0\n    # via -r requirements/dev.in\n"
    files = {
        "requirements/dev.in": "pytest\n",
        "requirements/dev.txt": compiled,
        "requirements.txt": "flask==3.0.0\n",
        ".python-version": "3.12\n",
        "Makefile": recipe,
        "hack.mk": STAYS,
    }
    found = patched(files, setup__cfg="[flake8]\n")
    assert "requirements/dev.in" in found.files
    assert found["Makefile"] == recipe


USES = "install:\n\tpip install -r {}/requirements.txt\n"


def test_where_commands_went_before(patched: Any) -> None:
    steps = "jobs:\n  t:\n    steps:\n      - run: |\n          cd tools\n          ./install.sh requirements.txt\n"
    files = {"tools/pyproject.toml": "[project]\nname = 'tools'\nversion = '1'\nrequires-python = '>=3.11'\ndynamic = ['dependencies']\n[tool.setuptools.dynamic]\ndependencies = {file = 'requirements.txt'}\n",
             "tools/requirements.txt": "flask==3.0.0\n", "tools/__main__.py": "", ".github/workflows/t.yml": steps, "Makefile": USES.format("tools")}  # fmt: skip
    found = patched(files, setup__cfg="[flake8]\n")
    assert "tools/uv.lock" in {move.lock for move in found.migration.moves}
    assert "tools/requirements.txt" in found.files


def test_a_variable_may_be_any_folder(patched: Any) -> None:
    image = "FROM python:3.12\nARG src=app\nCOPY $src/requirements.txt ./\nRUN ./install.sh\n"
    files = {
        "app/requirements.txt": "flask==3.0.0\n",
        "app/main.py": "",
        "Makefile": USES.format("app"),
        "Dockerfile": image,
        ".python-version": "3.12\n",
    }
    found = patched(files, setup__cfg="[flake8]\n")
    assert [move.lock for move in found.migration.moves]
    assert "app/requirements.txt" in found.files
