"""Two installs in a row that one command does."""

from __future__ import annotations

import pytest

from rules.places.syncs import merged

ENV = 'UV_PROJECT_ENVIRONMENT="$pythonLocation" '


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("uv sync --locked --no-dev --group ci --no-install-project --inexact", "uv sync --locked --no-dev --inexact",
         "uv sync --locked --no-dev --group ci --inexact"),
        ("uv sync --locked --no-dev", "uv sync --locked --extra s3 --inexact", "uv sync --locked --extra s3 --inexact"),
        (f"pip install uv==1 && {ENV}uv sync --locked --no-dev --inexact", f"{ENV}uv sync --locked --group a --inexact",
         f"pip install uv==1 && {ENV}uv sync --locked --group a --inexact"),
        ("uv sync --locked --only-group docs", "uv sync --locked --inexact", "uv sync --locked --group docs --inexact"),
        ("uv sync --locked --only-group docs", "uv sync --locked --no-dev --inexact", None),
        ("uv sync --locked --group $G", "uv sync --locked --inexact", None),
        ("uv sync --locked --group a", "uv sync --locked --group b", None),
        (f"{ENV}uv sync --locked", "uv sync --locked --inexact", None),
        ("uv run --locked x", "uv sync --locked --inexact", None),
    ],
)  # fmt: skip
def test_merged(first: str, second: str, both: str | None) -> None:
    assert merged(first, second) == both
