"""Variables of an old tool go where nothing calls it any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rules.places.conftest import Patched

HEAD = "on: push\nenv:\n  POETRY_NO_INTERACTION: 1\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
MOVES = "      - run: pipx install poetry\n      - run: poetry install\n"
STAYS = "      - run: poetry run pytest --x\n      - run: poetry publish --skip-existing\n"


@pytest.mark.parametrize(("steps", "there"), [(MOVES, False), (MOVES + STAYS, True)])
def test_variables_stay_with_the_tool(patched: Callable[..., Patched], steps: str, there: bool) -> None:
    found = patched({".github/workflows/a.yml": HEAD + steps})
    assert ("POETRY_NO_INTERACTION" in found[".github/workflows/a.yml"]) is there
    assert "uv sync --locked" in found[".github/workflows/a.yml"]
