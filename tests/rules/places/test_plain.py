from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rules.uv import version

Patch = Callable[..., Any]


def test_makefile(patched: Patch) -> None:
    text = "RUN := poetry run\nP = poetry\n\ninstall: poetry.lock\n\t@poetry config virtualenvs.create true\n\t$(P) install --no-root \\\n\t\t--with docs\n\ntest:\n\tcd . && poetry run pytest $(ARGS) # poetry\n\t$(RUN) mypy\n"
    found = patched({"Makefile": text})
    assert found["Makefile"] == (
        "RUN := uv run --locked\n\ninstall: uv.lock\n\tuv sync --locked --group docs --no-install-project\n\n"
        "test:\n\tcd . && uv run --locked pytest $(ARGS) # poetry\n\t$(RUN) mypy\n"
    )
    assert not found.left


def test_justfile_and_procfile(patched: Patch) -> None:
    found = patched({"justfile": "test:\n    poetry run pytest\n", "Procfile": "web: poetry run gunicorn app\n"})
    assert found["justfile"] == "test:\n    uv run --locked pytest\n"
    assert found["Procfile"] == "web: uv run --no-sync gunicorn app\n"


def test_scripts_and_those_of_an_image(patched: Patch) -> None:
    docker = "FROM python:3.12\nRUN pip install poetry\nWORKDIR /a\nCOPY . .\nRUN poetry install\nCMD ./start.sh\n"
    start = "#!/bin/sh\nset -e\nexec poetry run flask run\n"
    found = patched({"start.sh": start, "check.sh": "poetry install\npoetry run pytest\n", "Dockerfile": docker})
    assert found["start.sh"] == "#!/bin/sh\nset -e\nexec uv run --no-sync flask run\n"
    assert found["check.sh"] == "uv sync --locked\nuv run --locked pytest\n"


def test_package_json_and_tasks(patched: Patch) -> None:
    package = '{\n  "name": "x",\n  "scripts": {\n    "test": "poetry run pytest -k \\"a b\\" && tsc"\n  }\n}\n'
    found = patched({"package.json": package})
    assert '"uv run --locked pytest -k \\"a b\\" && tsc"' in found["package.json"]


def test_tox(patched: Patch) -> None:
    text = "[tox]\nisolated_build = true\n\n[testenv]\nallowlist_externals =\n    poetry\ncommands_pre =\n    poetry install --no-root --sync\ncommands =\n    poetry run pytest {posargs}\n"
    assert patched({"tox.ini": text})["tox.ini"] == (
        "[tox]\nisolated_build = true\n\n[testenv]\nallowlist_externals =\n    uv\ncommands_pre =\n"
        "    uv sync --locked --no-install-project --inexact --active\ncommands =\n    uv run --no-sync --active pytest {posargs}\n"
    )


def test_requirements_of_tox_environments(patched: Patch) -> None:
    text = "[testenv]\ndeps =\n    -r requirements.txt\n    pytest\ncommands = pytest\n"
    found = patched({"tox.ini": text, ".python-version": "3.12\n"}, requirements__txt="flask==3.0.0\n")
    assert found["tox.ini"] == (
        "[testenv]\ndeps =\n    uv==0.13.9\n    pytest\ncommands_pre = uv sync --locked --active --inexact\ncommands = pytest\n"
    )


def test_nox(patched: Patch) -> None:
    text = 'import nox\n\n@nox.session\ndef tests(session):\n    session.install("poetry")\n    session.run("poetry", "install", "-E", "s3", external=True)\n    session.run("poetry", "run", "pytest", *session.posargs)\n'
    assert patched({"noxfile.py": text})["noxfile.py"] == (
        'import nox\n\n@nox.session\ndef tests(session):\n    session.install("uv")\n'
        '    session.run("uv", "sync", "--locked", "--extra", "s3", "--inexact", "--active", external=True)\n'
        '    session.run("uv", "run", "--locked", "--active", "pytest", *session.posargs)\n'
    )


def test_a_nox_call_with_words_that_are_not_known_stays(patched: Patch) -> None:
    head = "import nox\n\n@nox.session\ndef tests(session):\n"
    rest = '    session.run("poetry", "install", *(["-E", "s3"] if x else []), external=True)\n'
    assert patched({"noxfile.py": head + rest})["noxfile.py"] == head + rest
    known = '    session.run("poetry", "install", "--with", group, external=True)\n'
    assert patched({"noxfile.py": head + known})["noxfile.py"] == head + (
        '    session.run("uv", "sync", "--locked", "--group", group, "--inexact", "--active", external=True)\n'
    )


def test_requirements_of_nox_sessions(patched: Patch) -> None:
    text = 'import nox\n\n@nox.session\ndef tests(session):\n    session.install("-r", "requirements.txt")\n'
    found = patched({"noxfile.py": text, ".python-version": "3.12\n"}, requirements__txt="flask==3.0.0\n")
    assert (
        'session.run_install("uv", "sync", "--locked", "--inexact", env={"UV_PROJECT_ENVIRONMENT"'
        in found["noxfile.py"]
    )


def test_jenkins(patched: Patch) -> None:
    text = 'pipeline { agent any\n stages { stage(\'t\') { steps {\n  sh \'pip install poetry && poetry install\'\n  sh """\n    poetry run pytest\n  """\n } } } }\n'
    found = patched({"Jenkinsfile": text})["Jenkinsfile"]
    assert "sh 'pip install uv==0.13.9 && uv sync --locked'" in found
    assert "    uv run --locked pytest\n" in found


def test_pip_in_a_script_installs_into_the_python_that_runs_it(patched: Patch) -> None:
    own = "UV_PROJECT_ENVIRONMENT=\"$(python -c 'import sys; print(sys.prefix)')\" uv sync --locked"
    found = patched(
        {
            "ci.sh": "pip install -r requirements.txt\npython -m shop\n",
            "Makefile": "install:\n\tpython3 -m pip install -r requirements.txt\n",
            ".python-version": "3.12\n",
        },
        requirements__txt="flask==3.0.0\n",
    )
    bring = f"pip install uv=={version('uv')} && "
    assert found["ci.sh"] == f"{bring}{own} --inexact\npython -m shop\n"
    make = own.replace("$(", "$$(").replace("python -c", "python3 -c")
    assert found["Makefile"] == f"install:\n\tpython3 -m {bring}{make} --inexact\n"
