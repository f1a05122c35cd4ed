"""Reading what the old linters print; programs of our own stand in for them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scanner.lint_runs import NotMeasured, Report, run_bandit, run_fixer, run_isort, run_plain


def program(folder: Path, body: str) -> str:
    path = folder / "tool"
    path.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_codes_on_the_line_and_on_the_next(tmp_path: Path) -> None:
    said = "a.py:3:1: E501 too long\\n./b.py:7 in public function `f`:\\n        D103: Missing docstring\\n"
    found = run_plain(str(tmp_path), (program(tmp_path, f"print('{said}'); raise SystemExit(1)"),))
    assert found == [Report(path="a.py", line=3, code="E501"), Report(path="b.py", line=7, code="D103")]


def test_a_tool_without_codes(tmp_path: Path) -> None:
    tool = program(tmp_path, "print('a.py:3:1: os imported but unused')")
    assert run_plain(str(tmp_path), (tool,), code="pyflakes") == [Report(path="a.py", line=3, code="pyflakes")]


def test_bandit(tmp_path: Path) -> None:
    said = '{"results": [{"filename": "./a.py", "line_number": 2, "test_id": "B602"}]}'
    assert run_bandit(str(tmp_path), ("-r", "."), program=program(tmp_path, f"print('{said}')")) == [
        Report(path="a.py", line=2, code="B602")
    ]
    with pytest.raises(NotMeasured):
        run_bandit(str(tmp_path), (), program=program(tmp_path, "print('no JSON')"))


def test_a_fixers_lines_and_files_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x\nu''\ny\n", encoding="utf-8")
    body = "import sys\nfor n in sys.argv[1:]:\n    t = open(n).read()\n    open(n, 'w').write(t.replace(chr(117), ''))"
    assert run_fixer(str(tmp_path), (program(tmp_path, body),), ["a.py"]) == {"a.py": {2}}
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == "x\nu''\ny\n"


def test_a_tool_that_fails(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="no such option"):
        run_plain(
            str(tmp_path), (program(tmp_path, "import sys; sys.stderr.write('no such option'); raise SystemExit(2)"),)
        )


@pytest.mark.parametrize(
    ("version", "stream", "words"), [("4.3.21", "stdout", ["-rc", "."]), ("5.1.0", "stderr", ["."])]
)
def test_isort_of_old_and_of_today(tmp_path: Path, version: str, stream: str, words: list[str]) -> None:
    body = f"""
import os, sys
if "--version" in sys.argv:
    print("   VERSION {version}")
    raise SystemExit
assert sys.argv[3:] == {words}
print("ERROR: " + os.path.abspath("a.py") + " Imports are incorrectly sorted.", file=sys.{stream})
raise SystemExit(1)"""
    assert run_isort(str(tmp_path), (".",), program=program(tmp_path, body)) == {"a.py"}
