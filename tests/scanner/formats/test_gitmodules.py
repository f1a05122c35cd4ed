from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.gitmodules import FORMAT, read

TEXT = """\
[submodule "libs/a"]
\tpath = libs/a
\turl = https://user:hunter2@git.example/acme/a.git
\tbranch = main
[submodule "b"]
  url = ../b.git
  path = b
[submodule "no url"]
  path = c
"""


def test_modules() -> None:
    found = [(r.target, r.path, r.ref, r.at.line) for r in read(".gitmodules", TEXT).references]
    assert found == [
        ("https://***@git.example/acme/a.git", "libs/a", "main", 1),
        ("../b.git", "b", None, 5),
    ]
    assert FORMAT.matches(".gitmodules")
    assert not FORMAT.matches("vendor/.gitmodules")


@given(st.text(alphabet='[]submodule "=url\n\\\t', max_size=200))
def test_any_text(text: str) -> None:
    read(".gitmodules", text)
