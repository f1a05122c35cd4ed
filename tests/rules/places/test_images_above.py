"""Images that lie above all projects: they are those of the project that they copy."""

from __future__ import annotations

import pytest

from tests.rules.places.conftest import LOCK, POETRY, Patched

OWN = {"pyproject.toml": POETRY, "poetry.lock": LOCK, "shop/__init__.py": ""}
TWO = {f"{folder}/{path}": text for folder in ("a", "b") for path, text in OWN.items()}
IMAGE = """\
FROM python:3.11
RUN pip install poetry==1.8.2
WORKDIR /app
{copy}
RUN poetry install --only main --no-root
COPY b/shop /app/shop
CMD ["python", "-m", "shop"]
"""


@pytest.mark.parametrize(
    "copy", ["COPY b/pyproject.toml b/poetry.lock* /app/", "COPY a/shop /a\nCOPY b/pyproject.toml b/poetry.lock /app/"]
)
def test_an_image_of_the_project_that_it_copies(copy: str) -> None:
    found = Patched({**TWO, "Dockerfile": IMAGE.format(copy=copy)})
    assert "COPY b/pyproject.toml b/uv.lock /app/\nRUN uv sync --locked --no-dev" in found["Dockerfile"]
    assert len(found.migration.moves) == 2


@pytest.mark.parametrize(
    "text",
    [
        IMAGE.format(copy="COPY a/pyproject.toml a/poetry.lock b/pyproject.toml /app/"),
        "FROM python:3.11\nRUN pip install poetry\nCOPY run.sh /\nCMD /run.sh\n",
    ],
)
def test_projects_stay_with_an_image_of_which_is_not_known_whose_it_is(text: str) -> None:
    found = Patched({**TWO, "Dockerfile": text, "run.sh": "cd a\npoetry install\n"})
    assert {(r.blocker.code, r.blocker.path) for r in found.migration.refusals} == {("shared-image", "Dockerfile")}
    assert not found.migration.edits


def test_an_image_of_a_project_that_stays_is_not_asked() -> None:
    image = "FROM python:3.11\nRUN pip install poetry\nCOPY . .\nRUN poetry install\n"
    web = {f"web/{path}": text.replace("^3.11", "^2.7") for path, text in OWN.items()}
    found = Patched({**TWO, **web, "web/Dockerfile": image})
    assert {move.project.path for move in found.migration.moves} >= {"a", "b"}
    assert found["web/Dockerfile"] == image
