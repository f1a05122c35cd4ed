from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rules.places.comments import retold

TOOLS = ("poetry", "pip")


def test_comments_above_a_changed_line_speak_of_uv() -> None:
    before = "# Install Poetry (poetry.lock)\nRUN pip install poetry\n# Poetry is fine\n\nRUN x\n"
    after = "# Install Poetry (poetry.lock)\nRUN pip install uv\n# Poetry is fine\n\nRUN x\n"
    expected = "# Install uv (poetry.lock)\nRUN pip install uv\n# Poetry is fine\n\nRUN x\n"
    assert retold(before, after, TOOLS) == expected


def test_a_comment_goes_with_the_lines_that_it_was_about() -> None:
    before = "RUN a\n\n# Tell Poetry not to make a venv\nRUN poetry config x\n\nRUN b\n"
    after = "RUN a\n\n# Tell Poetry not to make a venv\n\nRUN b\n"
    assert "Poetry" not in retold(before, after, TOOLS)
    both = "# Poetry\nRUN b\n"
    assert retold("# Poetry\nRUN poetry config x\nRUN b\n", both, TOOLS) == "# uv\nRUN b\n"


def test_names_of_changed_steps() -> None:
    before = "jobs:\n  poetry:\n    steps:\n    - name: Install with Poetry\n      run: poetry install\n    - name: Poetry\n      run: x\n"
    after = before.replace("poetry install", "uv sync")
    assert retold(before, after, TOOLS) == after.replace("with Poetry", "with uv")


def test_other_tools_and_addresses_stay() -> None:
    before = "# see https://python-poetry.org/docs/poetry and poetry-plugin\nx poetry\n"
    after = before.replace("x poetry", "x uv")
    assert retold(before, after, TOOLS) == after
    assert retold(before, after, ("pip",)) == after


@given(st.text(alphabet="#ab poetry\n:-name", max_size=80), st.text(alphabet="#ab poetry\n:-name", max_size=80))
def test_any_text_keeps_its_commands(before: str, after: str) -> None:
    rows = [r for r in retold(before, after, TOOLS).splitlines() if not r.lstrip().startswith("#") and "name:" not in r]
    assert rows == [r for r in after.splitlines() if not r.lstrip().startswith("#") and "name:" not in r]
