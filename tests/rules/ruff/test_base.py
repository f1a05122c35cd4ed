from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

CI = """\
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: flake8 .
        working-directory: backend
      - run: isort -c .
        working-directory: backend
"""
BACKEND = {
    "backend/setup.cfg": "[flake8]\nmax-line-length = 100\nexclude = old\n\n[isort]\nprofile = black\n",
    "backend/shop/a.py": "import os\n",
    "frontend/package.json": "{}\n",
}


def test_tools_that_run_in_a_folder_are_configured_there(moved: Callable[..., Any]) -> None:
    after = moved({**BACKEND, ".github/workflows/ci.yml": CI})
    assert after.move.tools == ("flake8", "isort")
    assert "ruff.toml" not in after.files
    config = tomllib.loads(after["backend/ruff.toml"])
    assert config["lint"]["pycodestyle"] == {"max-line-length": 100}
    assert config["lint"]["exclude"] == ["**/old/**", "old"]
    assert "backend/setup.cfg" not in after.files
    assert "run: ruff check .\n        working-directory: backend" in after[".github/workflows/ci.yml"]


def test_a_command_at_the_root_that_names_the_folder(moved: Callable[..., Any]) -> None:
    """Black goes by the nearest configuration above what it is given."""
    files = {
        "backend/pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n\n[tool.black]\nline-length = 110\n',
        "backend/shop/a.py": "import os\n",
        "Makefile": "lint:\n\tblack --check backend\n",
    }
    after = moved(files)
    assert tomllib.loads(after["backend/pyproject.toml"])["tool"]["ruff"]["line-length"] == 110
    assert after["Makefile"] == "lint:\n\truff format --check backend\n"


def test_a_hook_that_names_its_configuration(moved: Callable[..., Any]) -> None:
    hooks = (
        "repos:\n- repo: https://github.com/PyCQA/flake8\n  rev: 7.0.0\n  hooks:\n  - id: flake8\n"
        "    args: [--config, backend/.flake8]\n"
    )
    files = {
        ".pre-commit-config.yaml": hooks,
        "backend/.flake8": "[flake8]\nmax-line-length = 120\n",
        "backend/a.py": "",
    }
    after = moved(files)
    assert tomllib.loads(after["backend/ruff.toml"])["line-length"] == 120
    assert "backend/.flake8" not in after.files
    assert "args" not in after[".pre-commit-config.yaml"]


def test_a_script_beside_what_it_names(moved: Callable[..., Any]) -> None:
    files = {
        "src/test.sh": "#!/bin/sh\nblack --check shop/a.py\n",
        "src/pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n\n[tool.black]\nline-length = 120\n',
        "src/shop/a.py": "",
    }
    after = moved(files)
    assert tomllib.loads(after["src/pyproject.toml"])["tool"]["ruff"]["line-length"] == 120
    assert "ruff format --check shop/a.py" in after["src/test.sh"]


def test_steps_that_have_become_the_same_are_one(moved: Callable[..., Any]) -> None:
    steps = "".join(f"      - run: pip install {name}\n" for name in ("flake8==4.0", "black==22.3", "isort"))
    ci = f"jobs:\n  lint:\n    runs-on: x\n    steps:\n{steps}      - run: flake8 .\n      - run: isort .\n"
    after = moved({".github/workflows/ci.yml": ci + "      - run: black .\n"})
    assert after[".github/workflows/ci.yml"].count("- run: pip install ruff==0.17.6\n") == 1


def test_several_folders_are_a_decision(moved: Callable[..., Any]) -> None:
    makefile = "lint:\n\tcd a && flake8 .\n\tcd b && flake8 .\n\tblack --check a b\n"
    section = "[flake8]\nmax-line-length = {}\n"
    files = {"Makefile": makefile, "a/setup.cfg": section.format(90), "b/setup.cfg": section.format(100)}
    after = moved({**files, "a/x.py": "", "b/y.py": ""})
    assert after.move.tools == ("black",)
    (refusal,) = after.move.refusals
    assert refusal.code == "lint-config-aside"
    assert "a/setup.cfg, b/setup.cfg" in refusal.message


def test_a_hook_over_more_than_the_folder_is_configured_at_the_root(moved: Callable[..., Any]) -> None:
    hooks = (
        "repos:\n- repo: https://github.com/PyCQA/flake8\n  rev: 7.0.0\n  hooks:\n  - id: flake8\n"
        "    args: [--config, backend/.flake8]\n"
    )
    files = {
        ".pre-commit-config.yaml": hooks,
        "backend/.flake8": "[flake8]\nmax-line-length = 120\n",
        "backend/a.py": "",
        "tools/b.py": "",
    }
    after = moved(files)
    assert tomllib.loads(after["ruff.toml"])["line-length"] == 120
    assert after.move.tools == ("flake8",)
    assert "backend/.flake8" not in after.files


def test_a_configuration_in_force_nowhere_is_left_alone(moved: Callable[..., Any]) -> None:
    """flake8 that runs at the root does not read the folder's file: what stands below the root is no gate's."""
    files = {
        "setup.cfg": "[flake8]\nmax-line-length = 90\n",
        "plugins/x/setup.cfg": "[flake8]\nmax-line-length = 120\n",
        "Makefile": "lint:\n\tflake8\n",
    }
    after = moved(files)
    assert tomllib.loads(after["ruff.toml"])["line-length"] == 90
    assert after["plugins/x/setup.cfg"] == files["plugins/x/setup.cfg"]
    assert [note.path for note in after.move.notes if note.code == "lint-config-aside"] == ["plugins/x/setup.cfg"]


def test_what_a_hook_names_holds_where_it_looks_further(moved: Callable[..., Any]) -> None:
    """Black's and isort's configuration below the root, by the options of hooks over the whole repository."""
    hooks = (
        "repos:\n- repo: https://github.com/psf/black\n  rev: 24.1.0\n  hooks:\n  - id: black\n"
        "    args: [--config, src/pyproject.toml]\n"
        "- repo: https://github.com/pycqa/isort\n  rev: 5.13.0\n  hooks:\n  - id: isort\n"
        "    args: [--sp, src/pyproject.toml]\n"
    )
    tables = '[tool.black]\nline-length = 110\n\n[tool.isort]\nprofile = "black"\nknown_first_party = ["shop"]\n'
    files = {".pre-commit-config.yaml": hooks, "src/pyproject.toml": tables, "src/a.py": "", "tools/b.py": ""}
    after = moved(files)
    config = tomllib.loads(after["ruff.toml"])
    assert config["line-length"] == 110
    assert config["lint"]["isort"]["known-first-party"] == ["shop"]
    assert "[tool" not in after.files.get("src/pyproject.toml", "")


def test_a_hook_that_leaves_out_a_part_of_the_folder(moved: Callable[..., Any]) -> None:
    hooks = (
        "repos:\n- repo: https://github.com/PyCQA/flake8\n  rev: 7.0.0\n  hooks:\n  - id: flake8\n"
        "    args: [--config, backend/.flake8]\n    exclude: ^backend/tests/\n    files: ^backend/\n"
    )
    files = {
        ".pre-commit-config.yaml": hooks,
        "backend/.flake8": "[flake8]\nmax-line-length = 120\n",
        "backend/a.py": "",
        "backend/tests/test_a.py": "",
        "tools/b.py": "",
    }
    after = moved(files)
    assert after.move.setup.base == "backend"
    assert "exclude: ^backend/tests/" in after[".pre-commit-config.yaml"]


def test_a_folder_that_is_entered_is_named_where_the_root_has_the_say(moved: Callable[..., Any]) -> None:
    ci = "lint:\n  script:\n    - cd src/shop && pydocstyle --config=../../.pydocstyle\n"
    files = {
        ".gitlab-ci.yml": ci,
        ".pydocstyle": "[pydocstyle]\nselect = D103\n",
        "src/shop/a.py": "",
        "tools/b.py": "",
    }
    after = moved(files)
    config = tomllib.loads(after["ruff.toml"])
    assert config["lint"]["select"] == ["D103"]
    assert after.move.setup.runs[0].argv == ("--config=.pydocstyle", "src/shop")
    assert "cd src/shop && ruff check" in after[".gitlab-ci.yml"]


def test_nbqa_looks_at_notebooks_alone(moved: Callable[..., Any]) -> None:
    hooks = (
        "repos:\n- repo: https://github.com/nbQA-dev/nbQA\n  rev: 1.8.0\n  hooks:\n  - id: nbqa-pyupgrade\n"
        "- repo: https://github.com/psf/black\n  rev: 24.1.0\n  hooks:\n  - id: black-jupyter\n"
    )
    runs = {run.tool: run for run in moved({".pre-commit-config.yaml": hooks, "a.py": ""}).move.setup.runs}
    assert [runs[tool].covers("a.py") for tool in ("pyupgrade", "black")] == [False, True]
    assert runs["pyupgrade"].covers("a.ipynb")


def test_a_folder_with_a_run_of_its_own_lets_go_by_folder(moved: Callable[..., Any]) -> None:
    script = "#!/bin/sh\nflake8 --config .flake8 src/shop\nflake8 --config tests/.flake8 tests\n"
    files = {
        "run-checks.sh": script,
        ".flake8": "[flake8]\nmax-complexity = 10\nper-file-ignores =\n    src/shop/__init__.py:F401\n",
        "tests/.flake8": "[flake8]\nmax-complexity = 10\nextend-ignore = C901,E731\n",
        "src/shop/__init__.py": "",
        "tests/test_a.py": "",
    }
    after = moved(files)
    config = tomllib.loads(after["ruff.toml"])["lint"]
    assert config["per-file-ignores"] == {"src/shop/__init__.py": ["F401"], "tests/**": ["C901", "E731"]}
    assert {"C901", "E731"} <= set(config["select"])
    assert not {".flake8", "tests/.flake8"} & set(after.files)
