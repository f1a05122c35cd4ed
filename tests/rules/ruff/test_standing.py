"""Repositories in which Ruff runs already, beside tools that it is to replace."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rules.ruff.catalog import ruff_version

OLD = "https://github.com/charliermarsh/ruff-pre-commit"
NEW = "https://github.com/astral-sh/ruff-pre-commit"


def hooks(rev: str, hook: str, repo: str = OLD) -> str:
    return (
        f"ci:\n  skip: [ruff]\nrepos:\n  - repo: https://github.com/psf/black\n    rev: 24.1.0\n    hooks:\n"
        f"      - id: black\n  - repo: {repo}\n    rev: {rev}\n    hooks:\n{hook}"
    )


def lint(after: Any, path: str = "ruff.toml") -> dict[str, Any]:
    data = tomllib.loads(after[path])
    found: dict[str, Any] = (data["tool"]["ruff"] if path == "pyproject.toml" else data)["lint"]
    return found


def reasons(after: Any) -> list[str]:
    assert not after.move.edits
    return [r.message for r in after.move.refusals if r.code == "ruff-configured"]


@pytest.mark.parametrize(
    ("rev", "args", "expected"),
    [
        ("v0.0.253", "", ["E", "F"]),
        ("v0.3.7", "", ["E4", "E7", "E9", "F"]),
        ("v0.3.7", "        args: [--extend-select, 'C4,W', '--ignore=F401']\n", ["C4", "E4", "E7", "E9", "F", "W"]),
        ("v0.3.7", "        args: [--select, 'C4,W']\n", []),
    ],
)
def test_default_rules_are_named(moved: Callable[..., Any], rev: str, args: str, expected: list[str]) -> None:
    after = moved({".pre-commit-config.yaml": hooks(rev, f"      - id: ruff\n{args}")})
    assert lint(after).get("select", []) == expected


def test_one_ruff_in_one_version(moved: Callable[..., Any]) -> None:
    text = hooks('"v0.0.253"  # frozen: v0.0.253', "      - id: ruff\n        args: [--fix]\n")
    after = moved({".pre-commit-config.yaml": text})[".pre-commit-config.yaml"]
    assert after == (
        f"ci:\n  skip: [ruff-check]\nrepos:\n  - repo: {NEW}\n    rev: v{ruff_version()}\n    hooks:\n"
        "      - id: ruff-check\n        args: [--fix]\n      - id: ruff-format\n"
    )


def test_a_hook_that_looks_at_less_stands_for_no_other(moved: Callable[..., Any]) -> None:
    text = hooks("v0.4.0", "      - id: ruff-check\n        args: [--select=UP]\n", NEW).replace("black", "flake8")
    after = moved({".pre-commit-config.yaml": text})[".pre-commit-config.yaml"]
    assert "      - id: ruff-check\n        args: [--select=UP]\n      - id: ruff-check\n" in after


def test_who_mends_comes_before_who_formats(moved: Callable[..., Any]) -> None:
    text = hooks("v0.4.0", "      - id: ruff\n      - id: ruff-format\n", NEW).replace("black", "isort")
    after = moved({".pre-commit-config.yaml": text})[".pre-commit-config.yaml"]
    ids = [row.split()[-1] for row in after.splitlines() if "- id:" in row]
    assert ids == ["ruff-check", "ruff-check", "ruff-format"]
    assert after.index("args: [--select=I, --fix]") < after.index("ruff-format")


def test_pins_are_raised(moved: Callable[..., Any]) -> None:
    project = (
        '[project]\nname = "a"\nversion = "1"\n[dependency-groups]\ndev = ["ruff==0.1.0 ; python_version > \'3\'"]\n'
    )
    files = {
        "pyproject.toml": project,
        "requirements-dev.txt": "ruff~=0.1.0  # style\nblack\n",
        "ci/requirements.txt": "ruff>=0.1\n",
        ".github/workflows/ci.yml": (
            "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pip install ruff==0.1.0 pytest\n"
            "      - run: uvx ruff@0.1.0 check .\n      - run: ruff --select E .\n"
            "      - run: pre-commit run --all-files ruff\n      - uses: astral-sh/ruff-action@v1\n        with:\n"
            '          version: "0.1.0"\n'
        ),
        "Makefile": "lint:\n\tblack --check .\n\tpython -m ruff .\n",
    }
    after = moved(files)
    assert "0.1.0" not in "".join(after.files.values())
    assert f"ruff=={ruff_version()} ; python_version" in after["pyproject.toml"]
    assert after["requirements-dev.txt"] == f"ruff=={ruff_version()}  # style\n"
    assert after["ci/requirements.txt"] == "ruff>=0.1\n"
    assert after["Makefile"] == "lint:\n\truff format --check .\n\tpython -m ruff check .\n"
    for row in (f"uvx ruff@{ruff_version()} check .", "ruff check --select E .", "run --all-files ruff-check\n"):
        assert row in after[".github/workflows/ci.yml"]


MAKE = {"Makefile": "lint:\n\tblack --check .\n\tflake8\n"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"Makefile": "l:\n\tblack .\n\truff check --isolated .\n", "d.txt": ""}, ""),
        ({"Makefile": "l:\n\tblack .\n\tuvx ruff@0.4.0 check --isolated .\n"}, "Makefile:3"),
        ({"Makefile": "l:\n\tblack .\n\truff check --config other.toml .\n"}, "other.toml .Makefile:3"),
        ({"Makefile": "l:\n\tblack .\n\truff check --show-source .\n"}, "--show-source"),
        ({"Makefile": "l:\n\tblack .\n\truff check --select ANN101 .\n"}, "ANN101"),
        ({**MAKE, "ruff.toml": "extend = '../shared.toml'\n"}, "extends ../shared.toml"),
        ({**MAKE, "ruff.toml": "[lint]\nselect = ['PD901']\n"}, "PD901"),
        ({**MAKE, "ruff.toml": "show-source = true\n"}, "show-source"),
        ({**MAKE, "web/ruff.toml": "line-length = 99\n", "web/a.py": ""}, "web/ruff.toml"),
        ({**MAKE, "ruff.toml": "required-version = '==0.4.0'\n"}, "required-version"),
        (
            {
                "Makefile": "l:\n\tblack -l 120 .\n\truff format lib\n",
                "pyproject.toml": "[tool.black]\nline-length=120\n",
            },
            "88",
        ),
        (
            {**MAKE, ".pre-commit-config.yaml": f"repos:\n- repo: {NEW}\n  rev: v99.1.0\n  hooks:\n  - id: ruff\n"},
            "99.1.0",
        ),
    ],
)
def test_what_cannot_be_said_is_refused(moved: Callable[..., Any], files: dict[str, str], told: str) -> None:
    after = moved(files)
    if not told:
        assert after.move.edits
    else:
        assert len(found := reasons(after)) == 1
        assert re.search(told, found[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[tool.ruff]\nline-length = 100\n", ["E4", "E7", "E9", "F", "I001"]),
        ("[tool.ruff.format]\nquote-style = 'single'\n", ["I001"]),
    ],
)
def test_a_configuration_that_selects_nothing(moved: Callable[..., Any], text: str, expected: list[str]) -> None:
    hook = "ruff" if "I001" in expected[1:] else "ruff-format"
    files = {
        "pyproject.toml": text,
        ".pre-commit-config.yaml": f"repos:\n- repo: {NEW}\n  rev: v0.4.0\n  hooks:\n  - id: {hook}\n",
        "Makefile": "l:\n\tisort --check .\n",
        ".isort.cfg": f"[settings]\nprofile = black\nline_length = {100 if '100' in text else 88}\n",
    }
    assert lint(moved(files), "pyproject.toml")["select"] == expected


def test_a_file_that_is_extended_selects(moved: Callable[..., Any]) -> None:
    files = {
        "ruff.toml": "extend = 'base.toml'\n",
        "base.toml": "[lint]\nselect = ['F']\n",
        "setup.cfg": "[flake8]\nselect = F4,E7\n",
        "Makefile": "l:\n\tflake8\n",
    }
    assert "select" not in lint(moved(files))
    assert lint(moved(files))["extend-select"][0] == "E701"


def test_examples_keep_their_configuration(moved: Callable[..., Any]) -> None:
    after = moved({**MAKE, "examples/ruff.toml": "line-length = 99\n", "examples/a.py": ""})
    assert after.move.edits
    assert "examples/ruff.toml" in [note.path for note in after.move.notes]


BAD = "import sys\nimport os\nif os == None: print(undefined)\nlist(x for x in [1])\n"


def _codes(folder: Path, *words: str) -> set[str]:
    ruff = str(Path(sys.executable).with_name("ruff"))
    argv = [ruff, "check", "--no-cache", "--output-format=concise", *words, "."]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return set(re.findall(r": ([A-Z]+\d+) ", done.stdout))


@pytest.mark.oracle
@pytest.mark.parametrize("words", [[], ["--extend-select", "C4"], ["--ignore", "F401"], ["--select", "F8,E71"]])
@pytest.mark.parametrize(
    "others", [{}, {"setup.cfg": "[flake8]\nselect = E9\nexclude = a.py\n", "Makefile": "l:\n\tflake8\n"}]
)
def test_what_failed_before_still_fails(
    moved: Callable[..., Any], tmp_path: Path, words: list[str], others: dict[str, str]
) -> None:
    args = f"        args: [{', '.join(repr(w) for w in words)}]\n" if words else ""
    after = moved({".pre-commit-config.yaml": hooks("v0.3.7", f"      - id: ruff\n{args}"), "a.py": BAD, **others})
    (tmp_path / "a.py").write_text(BAD)
    before = _codes(tmp_path, *(words if "--select" in words else ["--select=E4,E7,E9,F", *words]))
    (tmp_path / "ruff.toml").write_text(after["ruff.toml"])
    assert before <= _codes(tmp_path, *words)
