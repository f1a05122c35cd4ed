from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scanner.config import Config, ConfigError, parse

Patch = Callable[..., Any]
PIPFILE = '[packages]\nflask = "*"\n\n[requires]\npython_version = "3.12"\n'
PIPFILE_LOCK = '{"_meta": {"hash": {"sha256": "0"}, "pipfile-spec": 6, "requires": {"python_version": "3.12"}, "sources": []}, "default": {"flask": {"version": "==3.0.0", "hashes": []}}, "develop": {}}'


def test_in_the_project_with_a_start_command(patched: Patch) -> None:
    text = """\
FROM python:3.12-slim
# Poetry and what it wants
ENV POETRY_VERSION=1.8.3 \\
    PYTHONUNBUFFERED=1 \\
    POETRY_VIRTUALENVS_IN_PROJECT=true
RUN pip install --no-cache-dir "poetry==$POETRY_VERSION"
WORKDIR /app
COPY pyproject.toml poetry.lock* ./
RUN poetry install --only main --no-root
COPY . .
CMD ["poetry", "run", "flask", "run"]
"""
    found = patched({"Dockerfile": text})
    assert (
        found["Dockerfile"]
        == """\
FROM python:3.12-slim
# uv and what it wants
ENV PYTHONUNBUFFERED=1
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project --no-cache
ENV PATH="/app/.venv/bin:$PATH"
COPY . .
CMD ["flask", "run"]
"""
    )
    assert (found.image.grade, found.image.tool, found.image.enforced) == ("L2", "uv", "locked")
    assert not found.left


def test_sources_first_get_a_layer_of_dependencies(patched: Patch) -> None:
    text = "FROM python:3.12\nRUN pip install poetry\nWORKDIR /app\nCOPY . .\nRUN poetry install --no-dev\n"
    found = patched({"Dockerfile": text})
    assert (
        found["Dockerfile"]
        == """\
FROM python:3.12
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project --no-cache
COPY . .
RUN uv sync --locked --no-dev --no-cache
ENV PATH="/app/.venv/bin:$PATH"
"""
    )


def test_sources_last_get_the_project_after_them(patched: Patch) -> None:
    text = "FROM python:3.12\nRUN pip install poetry\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-dev\nCOPY shop ./shop\n"
    rows = patched({"Dockerfile": text})["Dockerfile"].splitlines()
    assert rows[4] == "RUN uv sync --locked --no-dev --no-install-project --no-cache"
    assert rows[-2:] == ["COPY shop ./shop", "RUN uv sync --locked --no-dev --no-cache"]


def test_into_the_system_s_python(patched: Patch) -> None:
    text = "FROM python:3.12\nENV POETRY_VIRTUALENVS_CREATE=false\nRUN pip install poetry\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-root --without dev\nRUN poetry run flask digest\nCMD flask run\n"
    found = patched({"Dockerfile": text})
    assert (
        found["Dockerfile"]
        == """\
FROM python:3.12
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock ./
ENV UV_PROJECT_ENVIRONMENT=/usr/local
RUN uv sync --locked --no-dev --no-install-project --inexact --no-cache
RUN flask digest
CMD flask run
"""
    )
    assert found.image.grade == "L2"


def test_stages_and_cache_mounts(patched: Patch) -> None:
    text = """\
# syntax=docker/dockerfile:1
FROM python:3.12 AS build
ENV POETRY_HOME=/opt/poetry POETRY_CACHE_DIR=/tmp/cache
ENV PATH="$POETRY_HOME/bin:$PATH"
RUN curl -sSL https://install.python-poetry.org | python3 -
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN --mount=type=cache,target=$POETRY_CACHE_DIR poetry install --no-root --only main

FROM python:3.12-slim
COPY --from=build /app/.venv /app/.venv
ENV PATH="/app/.venv/bin:$PATH"
"""
    found = patched({"Dockerfile": text})["Dockerfile"]
    assert "ENV UV_CACHE_DIR=/tmp/cache\nRUN python3 -m pip install --no-cache-dir uv==0.13.9\n" in found
    assert (
        "ENV UV_LINK_MODE=copy\nRUN --mount=type=cache,target=$UV_CACHE_DIR uv sync --locked --no-dev --no-install-project\n"
        in found
    )
    assert found.endswith(text[text.index("\nFROM python:3.12-slim") :])


def test_pipenv(patched: Patch) -> None:
    text = "FROM python:3.12\nWORKDIR /app\nRUN pip install pipenv\nCOPY Pipfile Pipfile.lock ./\nRUN pipenv install --system --deploy && rm -rf ~/.cache\nCOPY . .\n"
    found = patched({"Dockerfile": text}, Pipfile=PIPFILE, Pipfile__lock=PIPFILE_LOCK)
    assert "COPY pyproject.toml uv.lock ./\nENV UV_PROJECT_ENVIRONMENT=/usr/local\n" in found["Dockerfile"]
    assert "RUN uv sync --locked --no-dev --inexact --no-cache && rm -rf ~/.cache\n" in found["Dockerfile"]


def test_a_pipfile_without_a_lock_gets_one(patched: Patch) -> None:
    text = "FROM python:3.12\nWORKDIR /app\nRUN pip install pipenv\nCOPY Pipfile app.ini ./\nRUN pipenv install --system --deploy\nCOPY . .\n"
    found = patched({"Dockerfile": text}, Pipfile=PIPFILE)
    assert "COPY pyproject.toml uv.lock app.ini ./\n" in found["Dockerfile"]


def test_requirements(patched: Patch) -> None:
    text = "FROM python:3.12\nCOPY requirements.txt /tmp/\nRUN pip install --no-cache-dir -r /tmp/requirements.txt gunicorn\nCOPY . /app\n"
    found = patched({"Dockerfile": text}, requirements__txt="flask==3.0.0\n")
    assert (
        found["Dockerfile"]
        == """\
FROM python:3.12
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock /tmp/
ENV UV_PROJECT_ENVIRONMENT=/usr/local
RUN uv sync --locked --project /tmp --no-cache --inexact && pip install gunicorn
COPY . /app
"""
    )
    assert found.notes == [("Dockerfile", 3, "gunicorn is installed beside the lock, in whatever version there is")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM acme/poetry:1\nCOPY . .\nRUN poetry install\n", "the old tool comes with the base image"),
        (
            "FROM debian\nRUN apt install python3-poetry && pip install poetry\nRUN poetry config virtualenvs.create false\nRUN poetry install\n",
            "installs into the system's Python of debian",
        ),
        ("FROM python:3.12\nRUN pip install poetry\nRUN poetry frobnicate\n", "`poetry frobnicate` has no counterpart"),
        (
            "FROM python:3.12\nRUN pip install poetry && echo 'poetry run x' > /start\nRUN poetry install\n",
            "'poetry' would be left",
        ),
        ('FROM python:3.12\nRUN pip install poetry\nRUN ["poetry", "install"]\n', "RUN in JSON form"),
    ],
)
def test_what_is_not_understood_stays_whole(patched: Patch, text: str, why: str) -> None:
    found = patched({"Dockerfile": text})
    assert found["Dockerfile"] == text
    assert [(p, m[: len(why)]) for p, _, m in found.notes] == [("Dockerfile", why)]
    assert found.notes[0][1] is not None


def test_an_image_without_the_tool_stays(patched: Patch) -> None:
    text = "FROM python:3.12\nRUN pip install flask\n"
    assert patched({"Dockerfile": text})["Dockerfile"] == text


def test_governed_where_the_configuration_gives_the_digests(patched: Patch) -> None:
    digest = "sha256:" + "0" * 64
    text = "FROM python:3.12 AS a\nRUN pip install poetry\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-root\nCOPY . .\n"
    config = Config(uv_image=f"registry.example/acme/uv:0.13.9@{digest}", image_digests={"python:3.12": digest})
    found = patched({"Dockerfile": text}, config)
    rows = found["Dockerfile"].splitlines()
    assert rows[:2] == [
        f"FROM python:3.12@{digest} AS a",
        f"COPY --from=registry.example/acme/uv:0.13.9@{digest} /uv /uvx /bin/",
    ]
    assert "pip install" not in found["Dockerfile"]
    assert found.image.grade == "L3", found.image.reasons


def test_the_configuration_of_images() -> None:
    digest = "sha256:" + "0" * 64
    found = parse(f'[uv]\nimage = "registry.example/uv:1"\n[images]\n"python:3.12" = "{digest}"\n')
    assert (found.uv_image, found.image_digests) == ("registry.example/uv:1", {"python:3.12": digest})
    for text in ('[uv]\nimage = "a b"\n', '[images]\n"python:3.12" = "latest"\n'):
        with pytest.raises(ConfigError):
            parse(text)
