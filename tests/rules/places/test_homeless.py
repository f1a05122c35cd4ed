"""``uv run`` where the image's user has no home."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.places.homeless import is_homeless
from tests.rules.places.conftest import Patched


@pytest.mark.parametrize(
    ("rows", "homeless"),
    [
        ("RUN groupadd -r app && useradd -r -g app app\nUSER app\n", True),
        ("RUN useradd -rm app\nUSER app\n", False),
        ("RUN useradd --create-home app\nUSER app\n", False),
        ("RUN adduser --system --no-create-home app\nUSER app\n", True),
        ("RUN adduser --disabled-password app\nUSER app\n", False),
        ("USER 1001\n", True),
        ("RUN useradd -m -u 1001 app\nUSER 1001\n", False),
        ("USER node\n", False),
        ("RUN useradd app\n", False),
        ("ENV XDG_CACHE_HOME=/tmp\nUSER 1001\n", False),
    ],
)
def test_users_without_a_home(rows: str, homeless: bool) -> None:
    assert is_homeless(f"FROM python:3.12\n{rows}") is homeless


@pytest.mark.parametrize(
    ("command", "after"),
    [
        ("poetry run serve", "uv run --no-cache --no-sync serve"),
        ('["poetry", "run", "serve"]', '["uv", "run", "--no-cache", "--no-sync", "serve"]'),
        ("\n      - poetry\n      - run\n      - serve", "\n      - uv\n      - run\n      - --no-cache\n      - --no-sync\n      - serve"),
    ],
)  # fmt: skip
def test_services_of_such_an_image(patched: Callable[..., Patched], command: str, after: str) -> None:
    image = (
        "FROM python:3.11\nRUN pip install poetry\nRUN useradd -r app\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\n"
        "RUN poetry install --no-root\nCOPY . .\nUSER app\nCMD poetry run serve\n"
    )
    compose = f"services:\n  web:\n    build: .\n    command: {command}\n"
    found = patched({"Dockerfile": image, "docker-compose.yml": compose})
    assert found["docker-compose.yml"] == f"services:\n  web:\n    build: .\n    command: {after}\n"
