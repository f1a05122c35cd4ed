from __future__ import annotations

import pytest

from scanner.format import Unreadable
from scanner.formats.package_json import FORMAT

TEXT = """{
  "name": "x",
  "scripts": {
    "pretest": "uv sync --locked",
    "test": "uv run pytest && eslint .",
    "odd": 1
  }
}
"""


def test_read() -> None:
    extract = FORMAT.read("web/package.json", TEXT)
    assert extract is not None
    assert [(t.name, t.needs, t.at.line) for t in extract.tasks] == [("pretest", (), 4), ("test", ("pretest",), 5)]
    assert [(i.job, " ".join(i.argv), i.directory) for i in extract.invocations] == [
        ("pretest", "uv sync --locked", "web"),
        ("test", "uv run pytest", "web"),
        ("test", "eslint .", "web"),
    ]


@pytest.mark.parametrize("text", ["[]", "{}", '{"scripts": []}', '{"scripts": {}}'])
def test_nothing(text: str) -> None:
    assert FORMAT.read("package.json", text) is None


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_broken(text: str) -> None:
    with pytest.raises(Unreadable):
        FORMAT.read("package.json", text)
