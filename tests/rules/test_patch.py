"""Patches against git itself: what it applies, and what it takes back."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rules.migration import Edit
from rules.patch import EXECUTABLE, patch, quoted, reverse

_TEXT = st.one_of(
    st.none(),
    st.lists(
        st.sampled_from(["a\n", "b\n", "b\r\n", "\n", "+x\n", "-- \n", "@@ -1 +1 @@\n", "é\u2028\x0c\n", "\\\n"]),
        max_size=30,
    ).map("".join),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40),
)
_NAME = st.text(st.sampled_from('ab .-é"\\\t\x01'), min_size=1, max_size=6)
_PATH = st.lists(_NAME, min_size=1, max_size=3).map("/".join)
_EDITS = st.lists(
    st.tuples(_PATH, _TEXT, _TEXT).map(lambda t: Edit(path=t[0], before=t[1], after=t[2])),
    max_size=5,
    unique_by=lambda e: e.path,
)


def _apply(folder: Path, text: str, *options: str) -> None:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", *options, "-"],
        cwd=folder,
        env={**environment, "GIT_CEILING_DIRECTORIES": str(folder.parent)},
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (done.stderr.decode(), text)


def _write(folder: Path, edits: Sequence[Edit]) -> None:
    for edit in edits:
        if edit.before is not None:
            target = folder / edit.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(edit.before.encode())


def _state(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _usable(edits: Sequence[Edit]) -> bool:
    """Names that a file system takes: no dots alone, no file where another one needs a folder."""
    paths = [edit.path for edit in edits]
    if any(part.strip(".") == "" or part.lower() == ".git" for path in paths for part in path.split("/")):
        return False
    empty = (edit.path for edit in edits if "" in (edit.before, edit.after))
    if any(part != part.strip() for path in empty for part in path.split("/")):
        return False  # git cannot read its own patch of an empty file in a folder called " "
    return not any(a != b and b.startswith(a + "/") for a in paths for b in paths)


@pytest.mark.oracle
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=_EDITS)
def test_git_applies_and_takes_back(tmp_path_factory: pytest.TempPathFactory, edits: list[Edit]) -> None:
    assume(_usable(edits))
    folder = tmp_path_factory.mktemp("tree")
    _write(folder, edits)
    before = _state(folder)
    text = patch(edits)
    if not text:
        assert all(edit.before == edit.after for edit in edits)
        return
    _apply(folder, text)
    after = {edit.path: edit.after.encode() for edit in edits if edit.after is not None}
    assert _state(folder) == after
    _apply(folder, text, "-R")
    assert _state(folder) == before
    _apply(folder, text)
    _apply(folder, patch(reverse(edits)))
    assert _state(folder) == before


@pytest.mark.oracle
def test_an_executable_file_that_goes_comes_back_executable(tmp_path: Path) -> None:
    edit = Edit(path="setup.py", before="print()\n", after=None)
    (tmp_path / "setup.py").write_text("print()\n")
    (tmp_path / "setup.py").chmod(0o755)
    _apply(tmp_path, patch([edit], {"setup.py": EXECUTABLE}))
    assert not (tmp_path / "setup.py").exists()
    _apply(tmp_path, patch(reverse([edit]), {"setup.py": EXECUTABLE}))
    assert os.access(tmp_path / "setup.py", os.X_OK)


def test_the_text_is_what_git_writes() -> None:
    text = patch(
        [
            Edit(path="b c.txt", before="one\ntwo", after="one\ntwo\n"),
            Edit(path="a", before=None, after=""),
        ]
    )
    assert text == (
        "diff --git a/a b/a\nnew file mode 100644\n"
        "index 0000000000000000000000000000000000000000..e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n"
        "diff --git a/b c.txt b/b c.txt\n"
        "index 9ed40b44250875c2c4532588b014ab45a1799a0f..814f4a422927b82f5f8a43f8fab6d3839e3983f2 100644\n"
        "--- a/b c.txt\t\n+++ b/b c.txt\t\n@@ -1,2 +1,2 @@\n one\n-two\n\\ No newline at end of file\n+two\n"
    )


def test_a_text_too_large_to_compare_is_replaced() -> None:
    old = "".join(f"{n}\n" for n in range(3000))
    new = "".join(f"{n + 5000}\n" for n in range(3000))
    assert patch([Edit(path="x", before=old, after=new)]).count("@@ -") == 1


def test_two_edits_of_one_file_are_refused() -> None:
    with pytest.raises(ValueError, match="two edits"):
        patch([Edit(path="x", before=None, after="1"), Edit(path="x", before=None, after="2")])


def test_paths_are_quoted_as_git_does() -> None:
    assert quoted("a b") == "a b"
    assert quoted('é"\t') == '"\\303\\251\\"\\t"'
