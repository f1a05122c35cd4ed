from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from rules.ruff.black_config import translate_black
from rules.ruff.emit import as_toml, combine, into_pyproject
from rules.ruff.flake8_config import from_ini
from rules.ruff.isort_config import translate_isort
from rules.ruff.translate import RuffLint, translate


def flake8(text: str = "", *plugins: str) -> RuffLint:
    config = from_ini("setup.cfg", f"[flake8]\n{text}")
    assert config is not None
    return translate(config, plugins)


EVERYTHING = combine(
    flake8(
        "max-line-length = 100\nexclude = gen,docs\nper-file-ignores = __init__.py:F401\nmax-complexity = 9",
        "flake8-bugbear",
        "flake8-docstrings",
        "flake8-quotes",
    ),
    translate_isort({"profile": "black", "known_web": "web", "skip": "gen.py", "add_imports": "import a"}),
    translate_black({"line-length": 88, "extend-exclude": "/docs/", "skip-string-normalization": True}),
    external=("WPS",),
)


def test_ruff_takes_it(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text(as_toml(EVERYTHING))
    (tmp_path / "a.py").write_text("")
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run([ruff, "check", "--no-cache", "."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) in ((0, ""), (1, "")), done.stderr


def test_parts_stand_where_ruff_looks_for_them() -> None:
    said = tomllib.loads(as_toml(EVERYTHING))
    assert said["line-length"] == 88
    assert said["lint"]["pycodestyle"] == {"max-line-length": 100}
    assert said["lint"]["exclude"] == ["**/docs/**", "**/gen/**", "docs", "gen"]
    assert said["format"] == {"quote-style": "preserve", "exclude": ["**/docs/**", "docs"]}
    assert said["lint"]["per-file-ignores"] == {"__init__.py": ["F401"], "gen.py": ["I001"]}
    assert said["lint"]["isort"]["sections"] == {"web": ["web"]}
    assert {"I001", "I002", "E501", "D100"} <= set(said["lint"]["select"])
    assert said["lint"]["external"] == ["WPS"]
    assert said["lint"]["explicit-preview-rules"] is True


def test_one_length_for_one_tool() -> None:
    said = tomllib.loads(as_toml(combine(flake8("max-line-length = 120"), None, None)))
    assert said["line-length"] == 120
    assert "pycodestyle" not in said["lint"]
    assert "format" not in said


def test_the_replaced_tables_go_and_the_rest_stays() -> None:
    text = '[project]\nname = "a"  # kept\n\n[tool.black]\nline-length = 88\n\n[tool.mypy]\nstrict = true\n'
    made = into_pyproject(text, combine(None, None, translate_black({})), {"black"})
    said = tomllib.loads(made)
    assert set(said["tool"]) == {"mypy", "ruff"}
    assert '[project]\nname = "a"  # kept\n' in made
    assert said["tool"]["ruff"]["lint"]["select"] == []
