from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

CONFIG = {".flake8": "[flake8]\nmax-line-length = 100\n", "requirements.txt": "flake8\n", "shop.py": "x = 1\n"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "tests/test_code_quality.py",
            "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'flake8', '.'])\n",
        ),
        ("tests/test_style.py", "import pytest\nCONFIG = ROOT / '.flake8'\nrun(CONFIG)\n"),
        ("setup.py", "from os import system\n\nsystem('flake8 --max-line-length=100 shop')\n"),
        ("tools/check.py", "import os\nrun(['flake8', '--statistics'])\n"),
        ("tools/lint.py", "import os\nsteps = ['python3 -m flake8', 'python3 -m mypy']\n"),
        ("scripts/lint.py", "import os\nfrom flake8.main import cli\n"),
    ],
)
def test_what_a_program_starts_stays(moved: Callable[..., Any], path: str, text: str) -> None:
    after = moved({**CONFIG, path: text})
    assert after.move.edits == ()
    (refusal,) = after.move.refusals
    assert (refusal.code, refusal.path, refusal.line) == ("lint-in-program", path, 2 if path != "setup.py" else 3)


@pytest.mark.parametrize(
    "text", ["setup(extras_require={'dev': ['flake8', 'black']})\n", "COLOR = 'black'\n", "# flake8 --version\n"]
)
def test_a_name_alone_starts_nothing(moved: Callable[..., Any], text: str) -> None:
    assert moved({**CONFIG, "setup.py": text}).move.tools == ("flake8",)


def test_what_a_program_starts_beside_a_command_stays(moved: Callable[..., Any]) -> None:
    program = "import os\nrun(['flake8', '--statistics'])\n"
    after = moved({**CONFIG, "Makefile": "lint:\n\tflake8 shop\n", "tools/check.py": program})
    assert after.move.tools == ()
    assert [(r.code, r.path, r.line) for r in after.move.refusals] == [("lint-in-program", "tools/check.py", 2)]


def test_what_nothing_runs_or_configures_stays(moved: Callable[..., Any]) -> None:
    after = moved({"requirements.txt": "black\n", "shop.py": "x = 1\n"})
    assert after.move.tools == ()
    assert [n.message for n in after.move.notes] == ["black stays: nothing committed runs or configures it"]


def test_what_pytest_starts_stays(moved: Callable[..., Any]) -> None:
    files = {"setup.cfg": "[tool:pytest]\naddopts = --flake8\n\n[flake8]\nselect = E\n", "requirements.txt": "flake8\n"}
    after = moved({**files, "shop.py": "x = 1\n"})
    assert after.move.tools == ()
    assert [n.message for n in after.move.notes] == ["flake8 stays: pytest starts it"]


def test_what_a_plugin_of_flake8_asks_stays_with_it(moved: Callable[..., Any]) -> None:
    files = {
        "Makefile": "lint:\n\tflake8\n\tisort --check .\n\tblack --check .\n",
        "requirements.txt": "flake8\nflake8-isort\nflake8-spellcheck\nisort\nblack\n",
        "setup.cfg": "[isort]\nprofile = black\n\n[flake8]\nselect = E,I,SC\n",
    }
    after = moved(files)
    assert after.move.tools == ("black",)
    assert "isort stays beside flake8: flake8-isort asks it" in [n.message for n in after.move.notes]
    assert after["setup.cfg"] == files["setup.cfg"]
