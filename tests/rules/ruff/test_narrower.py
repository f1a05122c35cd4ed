"""What Ruff reads more narrowly, held against the installed Ruff."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.pythons import data
from rules.ruff.catalog import ruff_rules, ruff_version
from rules.ruff.narrower import Source, differences, explained
from scanner.lint_runs import ruff_program

_X = "x = '" + "a" * 70 + "'"
_RUNS_ON_84 = _X + " + yyyyyyy"
_BRANCHES = "def f(a):\n    try:\n        a()\n    except A:\n        pass\n    except B:\n        pass\n"

# The difference, the code, the text, the line; whether Ruff lets it pass, as the difference says.
_CASES = [
    ("tool-comment", "E501", f"{_X}  # noqa: F401\n", 1, True),
    ("tool-comment", "E501", f"{_X}  # type: ignore\n", 1, True),
    ("tool-comment", "E501", f"{_X}  # pylint: disable=line-too-long\n", 1, True),
    ("tool-comment", "B950", f"{_X}  # nosec B101  # and more\n", 1, True),
    ("tool-comment", "E501", f"{_X}  # pragma: no cover\n", 1, False),
    ("tool-comment", "E501", f"{_X}  # some words  # type: ignore\n", 1, False),
    ("tool-comment", "E501", f"{_RUNS_ON_84}  # type: ignore\n", 1, False),
    ("address", "E501", f"#   https://{'a' * 80}\n", 1, True),
    ("address", "E501", f"# {'a ' * 40} https://a\n", 1, False),
    ("address", "E501", f"{_X}  # https://{'a' * 9}\n", 1, False),
    ("one-word", "E501", f"{'a' * 90}\n", 1, True),
    ("first-paragraph", "D400", '"""One line that\nruns on.\n\nMore\n"""\n', 1, True),
    ("first-paragraph", "D415", 'class A:\n    """What is\n    this?\n    """\n', 2, True),
    ("first-paragraph", "D400", '"""One line that\nruns on\n\nMore.\n"""\n', 1, False),
    ("first-paragraph", "D400", '"""One line that\nasks?\n"""\n', 1, False),
    ("star", "F401", "from os import *\n", 1, True),
    ("star", "F401", "from os import path\n", 1, False),
    ("path-first", "E402", "import sys\nsys.path.insert(0, '.')\nimport os\n", 3, True),
    ("path-first", "E402", "import os\nos.environ['A'] = 'b'\nimport re\n", 3, True),
    ("path-first", "E402", "import sys\nsys.path += ['.']\nimport os\n", 3, True),
    ("path-first", "E402", "import sys\nx = 1\nsys.path.insert(0, '.')\nimport os\n", 4, False),
    ("path-first", "E402", "import re\nre.purge()\nimport os\n", 3, False),
    ("try-without-else", "C901", _BRANCHES, 1, True),
    ("try-without-else", "C901", _BRANCHES + "    if a:\n        pass\n", 1, False),
    ("try-without-else", "C901", _BRANCHES + "    else:\n        pass\n", 1, False),
    ("comma-backslash", "E231", "x = [1,\\\n2]\n", 1, True),
    ("comma-backslash", "E231", "x = [1,2]\n", 1, False),
    ("in-string", "W191", 'x = """\n\ta\n"""\n', 2, True),
    ("in-string", "W191", "if x:\n\ta = 1\n", 2, False),
    ("one-kind", "E101", "if x:\n    y = f(1,\n\t2)\n", 3, True),
    ("one-kind", "E101", "if x:\n\t    y = 1\n", 2, False),
    ("tab-width", "E117", "if x:\n\tif y:\n\t\t\tz = 1\n", 3, True),
    ("tab-width", "E117", "if x:\n    y = 1\nif y:\n\tz = 1\n", 4, True),
    ("tab-width", "E116", "if x:\n    y = 1\n\t# z\n", 3, True),
    ("tab-width", "E117", "if x:\n        z = 1\n", 2, False),
    ("other-branch", "F811", "try:\n    import a\nexcept E:\n    pass\nif x:\n    import a\n", 6, True),
    ("other-branch", "F811", "with x:\n    import a\nimport a\n", 3, True),
    ("other-branch", "F811", "import a\nif x:\n    import a\n", 3, True),
    ("other-branch", "F811", "if x:\n    import a\n    import a\n", 3, False),
    ("other-branch", "F811", "for x in y:\n    import a\nimport a\n", 3, False),
    ("in-class", "F811", "from a import f\nclass A:\n    def f(self): pass\n", 3, True),
    ("in-class", "F811", "class A:\n    def f(self): pass\n    def f(self): pass\n", 3, False),
    ("in-class", "F811", "import m\ndef x():\n    import m\n", 3, False),
    ("directive", "D412", '"""A.\n\nExample:\n\n.. note: a\n"""\n', 1, True),
    ("directive", "D412", '"""A.\n\nExample:\n\n    a\n"""\n', 1, False),
    ("before-inner", "D202", 'def f():\n    """Do."""\n\n    def g():\n        pass\n', 1, True),
    ("before-inner", "D202", 'def f():\n    """Do."""\n\n    # why\n    @x\n    def g():\n        pass\n', 2, True),
    ("before-inner", "D202", 'def f():\n    """Do."""\n\n    x = 1\n', 1, False),
    ("before-inner", "D202", 'def f():\n    """Do."""\n\n\n    def g():\n        pass\n', 1, False),
    ("property", "D401", 'class A:\n    @property\n    def p(self):\n        """Returns a."""\n', 4, True),
    ("property", "D401", 'class A:\n    def p(self):\n        """Returns a."""\n', 3, False),
    ("before-bracket", "E231", 'x = [(a, {"q": 1}),]\n', 1, True),
    ("slice", "E203", "y = a[b :]\n", 1, True),
    ("slice", "E203", "y = a[b : c]\n", 1, True),
    ("slice", "E203", "y = a[1 :2]\n", 1, False),
    ("slice", "E203", "y = {1 : 2}\n", 1, False),
    ("stub-body", "E701", "class X(Y): ...\n", 1, True),
    ("stub-body", "E701", "class X(Y): pass\n", 1, False),
    ("raised-again", "E722", "try:\n    x()\nexcept:\n    y()\n    raise\n", 3, True),
    ("raised-again", "E722", "try:\n    x()\nexcept:\n    y()\n", 3, False),
    ("call-in-annotation", "F821", 'from a import C\ndef f(a: C(default="seconds")): pass\n', 2, True),
    ("call-in-annotation", "F821", 'def f(a: "seconds"): pass\n', 1, False),
    ("in-dictionary", "B105", 'd = {"password": "hunter2"}\n', 1, True),
    ("in-dictionary", "B105", 'password = "hunter2"\n', 1, False),
    ("empty-password", "B105", 'if token == "":\n    pass\n', 1, True),
    ("empty-password", "B105", 'if token == "a":\n    pass\n', 1, False),
    ("later-syntax", "E999", "try:\n    pass\nexcept A, B:\n    pass\n", 3, True),
    ("later-syntax", "E999", "try:\n    pass\nexcept A B:\n    pass\n", 3, False),
]
_GOOGLE = '--config=lint.pydocstyle.convention="google"'
_RULES = {"B950": "E501", "B105": "S105"}


@pytest.mark.parametrize(("name", "code", "text", "line", "passes"), _CASES)
def test_ruff_lets_it_pass_and_the_difference_says_why(
    name: str, code: str, text: str, line: int, passes: bool, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text(text)
    selected = [] if code == "E999" else [f"--select={_RULES.get(code, code)}"]
    options = ["--config=line-length=79", "--config=lint.mccabe.max-complexity=3", _GOOGLE, "--preview", *selected]
    shape = ["--isolated", "--no-cache", "--ignore-noqa", "--output-format=json", "--exit-zero"]
    done = subprocess.run(
        [ruff_program(), "check", *shape, *options, "a.py"], cwd=tmp_path, capture_output=True, check=True
    )
    wanted = "invalid-syntax" if code == "E999" else _RULES.get(code, code)
    assert (not any((item["code"] or "invalid-syntax") == wanted for item in json.loads(done.stdout))) is passes
    found = explained(Source(path="a.py", text=text, length=79, complexity=3), line, code)
    assert (found is not None and found.name == name) is passes


@pytest.mark.parametrize(
    ("path", "files", "private"),
    [
        ("a/_b.py", ["a/_b.py"], True),
        ("a/b.py", ["a/b.py"], False),
        ("a/__init__.py", ["a/__init__.py"], False),
        ("_a/b.py", ["_a/b.py", "_a/__init__.py"], True),
        ("_a/b.py", ["_a/b.py"], False),
        ("_a/b/c.py", ["_a/__init__.py", "_a/b/__init__.py"], True),
        ("_a/b/c.py", ["_a/__init__.py"], False),
    ],
)
def test_a_module_is_private_by_its_name_or_a_package_above(path: str, files: list[str], private: bool) -> None:
    found = explained(Source(path=path, text="def f(): ...\n", files=files), 1, "D103")
    assert (found is not None) is private


def test_every_difference_is_of_this_ruff_and_has_its_place() -> None:
    assert data("narrower.toml")["version"] == ruff_version()
    for difference in differences():
        assert difference.rule in ruff_rules() or difference.rule == "invalid-syntax"
        for code in difference.codes:  # each has a function, which looks at any file
            explained(Source(path="a.py", text=""), 1, code)
        assert all((difference.differs, difference.instead, difference.source))


def test_another_code_is_explained_by_nothing() -> None:
    assert explained(Source(path="_a.py", text="from os import *\n"), 1, "F811") is None


@given(st.text(max_size=200), st.integers(-3, 9))
def test_any_text_is_looked_at(text: str, line: int) -> None:
    for difference in differences():
        explained(Source(path="a.py", text=text, length=10, complexity=1), line, difference.codes[0])
