"""Commands behind others that start them as somebody else, and installers whose script lies beside no project."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rules.places.conftest import LOCK, POETRY, Patched


@pytest.mark.parametrize(
    "before",
    [
        "setuser app",
        "exec /sbin/setuser app",
        "chpst -u app",
        "s6-setuidgid app",
        "runuser -u app --",
        "setpriv --reuid=app",
    ],
)
def test_what_another_user_starts(patched: Callable[..., Patched], before: str) -> None:
    found = patched({"run.sh": f"{before} poetry run serve\n"})
    assert found["run.sh"] == f"{before} uv run --locked serve\n"


def test_an_installer_above_all_projects() -> None:
    own = {"pyproject.toml": POETRY, "poetry.lock": LOCK, "shop/__init__.py": ""}
    files = {f"{folder}/{path}": text for folder in ("a", "b") for path, text in own.items()}
    script = (
        "curl -sSL https://install.python-poetry.org | python3 -\n(cd a && poetry install)\n(cd b && poetry install)\n"
    )
    after = Patched({**files, "setup.sh": script})["setup.sh"]
    assert after.startswith("python3 -m pip install uv==")
    assert "poetry" not in after
