"""Scripts that run on a Python on which pip installs no uv, and pipelines on one that the project does not admit."""

from __future__ import annotations

import pytest

from tests.rules.places.test_plain import Patch

PINS = "flask==3.0.0\n"
JOB = 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/setup-python@v5\n      with:\n        python-version: "{python}"\n    - run: {run}\n'
CALLS = {
    "Makefile": ("make install", "install:\n\tpip install -r requirements.txt\n"),
    "ci.sh": ("./ci.sh", "pip install -r requirements.txt\n"),
    "tox.ini": ("tox", "[testenv]\ndeps = -r requirements.txt\ncommands = pytest\n"),
}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_what_a_pipeline_starts_on_an_old_python_stays(patched: Patch, name: str) -> None:
    run, text = CALLS[name]
    own = {".python-version": "3.12\n", name: text}
    found = patched({**own, ".github/workflows/a.yml": JOB.format(python="3.7", run=run)}, requirements__txt=PINS)
    assert found[name] == text
    assert "requirements.txt" in found.files
    assert any(path == name and "no uv on Python 3.7" in message for path, _, message in found.told)
    new = patched({**own, ".github/workflows/a.yml": JOB.format(python="3.12", run=run)}, requirements__txt=PINS)
    other = patched({**own, ".github/workflows/a.yml": JOB.format(python="3.7", run="true")}, requirements__txt=PINS)
    assert "uv==" in new[name]
    assert "uv==" in other[name]


def test_a_script_of_an_image_with_an_old_python_stays(patched: Patch) -> None:
    image = "FROM python:3.7-slim\nCOPY prepare /prepare\nRUN /prepare/setup.sh\n"
    script = "#!/bin/sh\npip3 install poetry\npoetry install\n"
    found = patched({"Dockerfile": image, "prepare/setup.sh": script})
    assert found["prepare/setup.sh"] == script


def test_a_pipeline_on_a_python_that_the_lock_is_not_for(patched: Patch) -> None:
    path = ".github/workflows/a.yml"
    found = patched({path: JOB.format(python="3.9", run="poetry install")})
    assert (path, 8, "runs Python 3.9; the lock is for 3.11 and later") in found.notes
    assert not patched({path: JOB.format(python="3.12", run="poetry install")}).notes


def test_what_heroku_installs_no_more_is_told(patched: Patch) -> None:
    files = {
        ".python-version": "3.12\n",
        "Procfile": "web: gunicorn shop.app\n",
        "requirements.txt": "-r requirements/production.txt\n",
        "requirements/base.txt": PINS,
        "requirements/production.txt": "-r base.txt\ngunicorn==22.0.0\n",
    }
    found = patched({}, **files)
    assert any(path == "Procfile" and "group production" in message for path, _, message in found.notes)


def test_a_project_whose_pipeline_cannot_leave_its_manager_does_not_move(patched: Patch) -> None:
    travis = 'language: python\npython: ["%s"]\ninstall:\n  - pip install poetry\n  - poetry install\nscript:\n  - poetry run pytest\n'
    found = patched({".travis.yml": travis % "3.7"})
    assert found.migration.edits == ()
    assert [(r.blocker.code, r.blocker.path) for r in found.migration.refusals] == [("python-too-old", ".travis.yml")]
    assert patched({".travis.yml": travis % "3.12"}).migration.refusals == ()
