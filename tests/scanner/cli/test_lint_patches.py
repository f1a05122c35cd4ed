"""``muster plan --to ruff --patches`` from the scan to the applied patch; the old tools are made up but for one test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUFF = Path(sys.executable).with_name("ruff")
FILES = {
    ".flake8": "[flake8]\nmax-line-length = 100\nselect = F,E\n",
    ".pre-commit-config.yaml": "repos:\n- repo: https://github.com/PyCQA/flake8\n  rev: 7.0.0\n  hooks:\n  - id: flake8\n",
    "shop.py": "import os\n\nprint(type(1) == int)\n",
    "old/long.py": "x = 1\n",
}


@pytest.fixture
def shop(make_repo: Any) -> Any:
    repo = make_repo("shop")
    repo.commit(FILES)
    return repo


def _flake8(folder: Path, monkeypatch: pytest.MonkeyPatch, *reports: str) -> None:
    """A program of that name that reports the same whatever is asked."""
    folder.mkdir()
    program = folder / "flake8"
    program.write_text("#!/bin/sh\n" + "".join(f"echo {line}\n" for line in reports))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_patch_without_a_proof(muster: Any, shop: Any) -> None:
    muster("scan", shop.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "ruff", "--format", "json", "-q")
    assert told.status == 0, told.err
    (plan,) = told.json["plans"]
    assert (plan["patch"], plan["measure"]) == ("shop.ruff.patch", None)
    shop.git("apply", str(Path("out/shop.ruff.patch").resolve()))
    assert not (shop.path / ".flake8").exists()
    assert "id: ruff-check" in (shop.path / ".pre-commit-config.yaml").read_text()
    shop.git("apply", str(Path("out/shop.ruff.rollback.patch").resolve()))
    assert shop.git("status", "--porcelain") == ""
    assert "lock again" not in Path("out/RUFF.md").read_text()


def test_what_asks_for_ruff_now_is_named(muster: Any, shop: Any) -> None:
    shop.commit({"pyproject.toml": '[dependency-groups]\ndev = ["flake8"]\n', "requirements.in": "flake8\n"})
    muster("scan", shop.path, "-q")
    muster("plan", "--patches", "out", "--to", "ruff", "-q")
    assert "- `pyproject.toml`, `requirements.in` ask for Ruff now" in Path("out/RUFF.md").read_text()


def test_the_gate_that_passes_goes_on_passing(muster: Any, shop: Any, monkeypatch: Any, tmp_path: Path) -> None:
    _flake8(tmp_path / "bin", monkeypatch)
    muster("scan", shop.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "ruff", "--prove", "--format", "json", "-q")
    assert told.status == 0, told.err
    measure = told.json["plans"][0]["measure"]
    assert (measure["status"], measure["before"], measure["after"], measure["new"]) == ("measured", True, True, 2)
    assert {"code": "F401", "count": 1, "files": 1, "safe": 1, "unsafe": 0} in measure["later"]
    shop.git("apply", str(Path("out/shop.ruff.patch").resolve()))
    done = subprocess.run(
        [RUFF, "check", "--no-cache", "."], cwd=shop.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "| F401 | 1 | 1 | 1 | 0 |" in Path("out/RUFF.md").read_text()


def test_what_both_report_stays_in_the_gate(muster: Any, shop: Any, monkeypatch: Any, tmp_path: Path) -> None:
    _flake8(tmp_path / "bin", monkeypatch, "./shop.py:1:1:F401", "./shop.py:9:1:E128", "./old/long.py:1:1:E501")
    muster("scan", shop.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "ruff", "--prove", "--format", "json", "-q")
    measure = told.json["plans"][0]["measure"]
    assert (measure["before"], measure["after"], measure["kept"]) == (False, False, 1)
    assert (measure["lost"], measure["uncovered"]) == ([["E501", 1]], [["E128", 1]])


def test_what_ruff_reads_more_narrowly_is_told_with_its_reason(
    muster: Any, shop: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    shop.commit({"shop.py": "from os import *  # noqa: F403\n"})
    _flake8(tmp_path / "bin", monkeypatch, "./shop.py:1:1:F401")
    muster("scan", shop.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "ruff", "--prove", "--format", "json", "-q")
    measure = told.json["plans"][0]["measure"]
    (narrower,) = measure["narrower"]
    assert (narrower["code"], narrower["name"], narrower["count"], measure["lost"]) == ("F401", "star", 1, [])
    page = Path("out/RUFF.md").read_text()
    assert "1 of F401: F401 of Ruff is narrower: a star import is never unused" in page
    assert "the old gate fails today only for what Ruff does not see" in page


def test_without_the_old_tool_only_ruff_is_run(muster: Any, shop: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", os.path.dirname(shutil.which("git") or ""))
    muster("scan", shop.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "ruff", "--prove", "--format", "json", "-q")
    measure = told.json["plans"][0]["measure"]
    assert (measure["status"], measure["before"], measure["after"]) == ("ruff-only", None, False)


def test_ruff_alone_leaves_nothing_out_and_says_so(muster: Any, shop: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", os.path.dirname(shutil.which("git") or ""))
    muster("scan", shop.path, "-q")
    muster("plan", "--patches", "out", "--to", "ruff", "--prove", "-q")
    told = Path("out/RUFF.md").read_text()
    assert "Nothing of it is left out, as the old tools were not run:" in told
    assert "| F401 |" in told


def test_a_comparison_that_failed_passes_for_nothing(muster: Any, shop: Any, monkeypatch: Any, tmp_path: Path) -> None:
    _flake8(tmp_path / "bin", monkeypatch)
    (tmp_path / "bin" / "flake8").write_text("#!/bin/sh\necho 'usage: flake8 [options]' >&2\nexit 2\n")
    muster("scan", shop.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "ruff", "--prove", "--format", "json", "-q")
    assert told.status == 1
    assert told.json["plans"][0]["measure"]["status"] == "failed"
    assert "**not compared**: " in Path("out/RUFF.md").read_text()


@pytest.mark.oracle
@pytest.mark.skipif(not all(map(shutil.which, ("flake8", "isort", "black"))), reason="the old tools are not installed")
def test_with_the_real_tools(muster: Any, make_repo: Any) -> None:
    repo = make_repo("web")
    hooks = "".join(
        f"- repo: https://github.com/example/{name}\n  rev: 1.0.0\n  hooks:\n  - id: {name}\n"
        for name in ("flake8", "isort", "black")
    )
    repo.commit(
        {
            ".pre-commit-config.yaml": f"repos:\n{hooks}",
            "setup.cfg": "[flake8]\nmax-line-length = 88\nextend-ignore = E203\nexclude = gen\n"
            "per-file-ignores = __init__.py: F401\n\n[isort]\nprofile = black\n",
            "web/__init__.py": "import os\n",
            "web/a.py": "import sys\nimport os\n\nx={1:2}\nprint(os, sys)\n",
            "gen/b.py": "import os\n",
        }
    )
    muster("scan", repo.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "ruff", "--prove", "--format", "json", "-q")
    measure = told.json["plans"][0]["measure"]
    assert measure["status"] == "measured", measure
    assert (measure["before"], measure["after"], measure["format_before"], measure["format_after"]) == (False,) * 4
    assert (measure["kept"], measure["new"], measure["lost"]) == (3, 0, []), measure


def test_what_the_target_asks_for_is_counted_and_becomes_steps(
    muster: Any, shop: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    _flake8(tmp_path / "bin", monkeypatch)
    Path("muster.toml").write_text('[ruff.target]\nselect = ["F", "I", "UP", "D100"]\n')
    muster("scan", shop.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "ruff", "--prove", "--format", "json", "-q").json
    plan = told["plans"][0]
    assert {later["code"] for later in plan["measure"]["toward"]} >= {"D100"}
    later = {step["code"]: step for step in plan["later"]}
    assert "asked for by the target" in [p["factor"] for p in later["D100"]["because"]]
    assert "asked for by the target" in [p["factor"] for p in later["F401"]["because"]]
    assert sum(step["title"].startswith("Switch ") for step in plan["steps"]) == len(plan["later"])
    assert told["ruff"]["repositories"] == 1
    assert told["ruff"]["standings"][0]["missing_rules"] > 0


def test_lines_of_comments_are_held_against_their_own_length(
    muster: Any, shop: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    shop.commit(
        {
            ".flake8": "[flake8]\nmax-line-length = 100\nmax-doc-length = 40\nselect = W505\n",
            "shop.py": f"# see https://pypi.example/{'a' * 30}\n",
        }
    )
    _flake8(tmp_path / "bin", monkeypatch, "./shop.py:1:41:W505")
    muster("scan", shop.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "ruff", "--prove", "--format", "json", "-q")
    measure = told.json["plans"][0]["measure"]
    assert ([n["name"] for n in measure["narrower"]], measure["lost"]) == (["address"], [])
