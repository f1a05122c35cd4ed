from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.places.still_said import may_speak, still_said


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("libs/a/project.json", '{"command": "poetry lock --no-update"}', [(1, "poetry lock")]),
        ("scripts/export.py", 'x = 1\nrun(["pdm", "export", "-o", f])\n', [(2, "pdm export")]),
        ("Makefile", "lock:\n\tpython3 -m piptools compile\n", [(2, "piptools")]),
        ("scripts/a.sh", "pip-compile requirements.in\n# poetry run x\n", [(1, "pip-compile")]),
        ("docs/a.md", "# poetry install\n", [(1, "poetry install")]),
        ("a.py", "# poetry install\n", []),
        ("a.toml", "[tool.poetry]\npoetry = 1\npoetry-core = 2\n", []),
        ("a.md", "Poetry is a tool. I like poetry very much, more than my-poetry run.\n", []),
        ("a.sh", "./poetry/run.sh poetry.lock; echo poetry locking\n", []),
    ],
)
def test_calls_of_old_tools(path: str, text: str, found: list[tuple[int, str]]) -> None:
    assert list(still_said(path, text, ("pdm", "pip-compile", "poetry"))) == found
    assert may_speak(path)


@pytest.mark.parametrize(
    "path", ["poetry.lock", "package-lock.json", "requirements.txt", "a.ipynb", "{{a}}/b.py", "a.svg"]
)
def test_what_nobody_reads_commands_from(path: str) -> None:
    assert not may_speak(path)


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    list(still_said("a.md", text, ("poetry", "pip-sync")))
