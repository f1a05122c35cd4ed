from __future__ import annotations

import pytest

from rules.places.answers import answer
from rules.places.calls import calls
from rules.places.manner import PLAIN, Manner
from rules.places.target import Target

TARGET = Target(
    folder=".",
    lock="uv.lock",
    package=True,
    groups={"dev": "dev", "docs": "docs"},
    extras={"s3": "s3"},
    defaults=frozenset({"dev"}),
    renamed={"requirements.txt": "project", "requirements-dev.txt": "group:dev", "requirements.in": "project"},
    scripts={"start": "flask run", "all": "a && b", "cov": "pytest --cov {args:tests} -q"},
    tools=frozenset({"poetry", "pipenv", "pdm", "rye", "pip-compile", "pip-sync", "pip"}),
)


def told(command: str, manner: Manner | None = None) -> str:
    call = calls(command)[0]
    found = answer(call, TARGET, manner or Manner())
    if found is None:
        return "stays"
    if found.kind in ("drop", "look"):
        return found.kind
    return found.text + (f" {command[found.upto :]}" if found.upto is not None else "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pdm install -p backend/", "uv --directory backend/ sync --locked"),
        ("pdm lock --lockfile pylock.newest.toml -G cli", "look"),
        ("pip install -e .[dev,$EXTRA]", "look"),
        ("poetry install", "uv sync --locked"),
        ("poetry install --no-root", "uv sync --locked --no-install-project"),
        ("poetry install --no-dev", "uv sync --locked --no-dev"),
        ("poetry install --only main", "uv sync --locked --no-dev"),
        ("poetry install --only main,docs", "uv sync --locked --no-dev --group docs"),
        ("poetry install --only docs", "uv sync --locked --only-group docs"),
        ("poetry install --without dev", "uv sync --locked --no-dev"),
        ("poetry install --with dev,docs -E s3", "uv sync --locked --group docs --extra s3"),
        ("poetry install -E unknown", "uv sync --locked"),
        ("poetry install --all-extras --sync -n", "uv sync --locked --all-extras"),
        ("poetry -C api install", "uv --directory api sync --locked"),
        ("poetry install $ARGS", "look"),
        ("poetry run pytest -k 'a b'", "uv run --locked pytest -k 'a b'"),
        ("poetry run pip install x", "uv pip install x"),
        ("poetry run pip install -U pip", "drop"),
        ("poetry lock --no-update", "uv lock"),
        ("poetry check --lock", "uv lock --check"),
        ("poetry build -f wheel", "uv build --wheel"),
        ("poetry publish --build -u __token__ -p $T", 'uv build && uv publish --token "$T"'),
        ("poetry version patch", "uv version --bump patch"),
        ("poetry version -s", "uv version --short"),
        ('poetry version "$rule"', "look"),
        ("poetry version $RELEASE_VERSION", "uv version $RELEASE_VERSION"),
        ("poetry config virtualenvs.options.system-site-packages true", "look"),
        ("poetry config virtualenvs.create false", "drop"),
        ("poetry config repositories.x y", "look"),
        ("poetry export -f requirements.txt -o r.txt --without-hashes",
         "uv export --frozen --no-dev --no-hashes --no-emit-project -o r.txt"),
        ("poetry export --with dev", "uv export --frozen --no-emit-project"),
        ("poetry add -G docs x", "uv add --group docs x"),
        ("pdm add -G s3 x", "uv add --optional s3 x"),
        ("poetry update x", "uv lock --upgrade-package x && uv sync --locked"),
        ("poetry env use 3.12", "uv venv --clear --python 3.12"),
        ("poetry frobnicate", "look"),
        ("poetry self add poetry-plugin-export", "drop"),
        ("pip install poetry==1.8", "pip install uv==0.13.9"),
        ("pip install -U pip poetry", "pip install -U pip uv==0.13.9"),
        ("pipx install poetry", "pipx install uv==0.13.9"),
        ("curl -sSL https://install.python-poetry.org", "python3 -m pip install uv==0.13.9"),
        ("pipenv install --dev --deploy", "uv sync --locked"),
        ("pipenv sync", "uv sync --locked --no-dev"),
        ("pipenv install flask", "uv add flask"),
        ("pipenv run start --debug", "uv run --locked flask run --debug"),
        ("pipenv run all", "look"),
        ("pipenv requirements --dev", "uv export --frozen --no-hashes --no-emit-project"),
        ("pdm install -G docs --prod", "uv sync --locked --no-dev --group docs"),
        ("pdm install -dG docs", "uv sync --locked --no-dev --group docs"),
        ("pdm start", "uv run --locked flask run"),
        ("pdm run cov", "uv run --locked pytest --cov tests -q"),
        ("pdm run cov tests/unit -x", "uv run --locked pytest --cov tests/unit -x -q"),
        ("pipx inject poetry poetry-plugin-export", "drop"),
        ("pipx inject poetry ./plugins/pin", "look"),
        ("pdm sync -G dev", "uv sync --locked"),
        ("pdm sync -d -G dev", "uv sync --locked"),
        ("pdm sync -G s3", "uv sync --locked --extra s3"),
        ("poetry run python3 -m pip install .", "uv pip install ."),
        ("rye test -- -s tests", "uv run --locked pytest -s tests"),
        ("pdm venv activate in-project", "echo source .venv/bin/activate"),
        ("pdm sync -G $GROUP", "look"),
        ("pdm update $(OPTIONS)", "look"),
        ("pdm update -G docs", "look"),
        ("poetry update flask --lock", "uv lock --upgrade-package flask"),
        ("pip install -c https://pins.example/c.txt -r requirements.txt", "look"),
        ("pip install -c $PINS -r requirements.txt", "look"),
        ("pip install -c requirements-dev.txt -r requirements.txt", "uv sync --locked --no-dev --no-install-project"),
        ("pdm sync --no-self", "uv sync --locked --no-install-project"),
        ("rye sync --no-lock", "uv sync --locked"),
        ("rye publish --yes --token=$TOKEN", 'uv publish --token "$TOKEN"'),
        ("pdm publish --repository pypi --username __token__ --password $X --verbose", 'uv build && uv publish --token "$X"'),
        ("pdm publish --no-build", "uv publish"),
        ("pdm publish -r https://h.example", "look"),
        ("pip install -r requirements.txt", "uv sync --locked --no-dev --no-install-project"),
        ("pip install -r requirements.txt -r requirements-dev.txt", "uv sync --locked --no-install-project"),
        ("pip install -r other.txt", "stays"),
        ("pip install -e .[s3]", "uv sync --locked --no-dev --extra s3"),
        ("pip install -e '.[dev]'", "uv sync --locked --no-dev"),
        ("pip install -t lib -r requirements.txt", "look"),
        ("pip install requests", "stays"),
        ("poetry install --compile", "uv sync --locked --compile-bytecode"),
        ("pip-compile requirements.in", "uv lock"),
        ("pip-compile other.in",
         "uv pip compile other.in -o other.txt --no-strip-extras --no-emit-package setuptools --no-emit-package pip --no-emit-package distribute"),
        ("pip-compile -P flask --upgrade-package='requests<3' requirements.in",
         'uv lock --upgrade-package flask --upgrade-package "requests<3"'),
        ("pip-compile -v --output-file $@ $<", "look"),
        ("pip-compile $(ARGS) requirements.in", "look"),
        ("pip-sync $(outputs)", "look"),
        ("pip-sync requirements.txt requirements-dev.txt", "uv sync --locked"),
        ("docker compose exec app poetry run pytest", "uv run --no-sync pytest"),
        ("npm install poetry", "stays"),
    ],
)  # fmt: skip
def test_commands(old: str, new: str) -> None:
    assert told(old) == new


@pytest.mark.parametrize(
    ("manner", "old", "new"),
    [
        (Manner(lock=PLAIN, run=PLAIN), "poetry install", "uv sync"),
        (Manner(lock=PLAIN, run=PLAIN), "poetry run x", "uv run x"),
        (Manner(lock=PLAIN, run=PLAIN), "poetry shell", "source .venv/bin/activate"),
        (Manner(active=True), "poetry install", "uv sync --locked --inexact --active"),
        (Manner(inexact=True), "poetry install", "uv sync --locked --inexact"),
        (Manner(options=("--no-cache",)), "poetry install", "uv sync --locked --no-cache"),
    ],
)
def test_manners(manner: Manner, old: str, new: str) -> None:
    assert told(old, manner) == new
