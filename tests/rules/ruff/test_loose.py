from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

from rules.ruff.loose import loose

FILES = {
    "alembic/env.py": "from alembic import context\n",
    "scripts/run.py": "import os\n",
    "shop/__init__.py": "",
    "shop/a.py": "import shop.b\n",
    "shop/gen/c.py": "import gen\n",
}


def test_a_folder_of_a_librarys_name() -> None:
    assert loose(FILES, FILES.get) == ("alembic",)
    assert loose({**FILES, "alembic/__init__.py": ""}, FILES.get) == ()
    assert loose({f"src/{path}" for path in FILES}, lambda path: FILES.get(path.removeprefix("src/"))) == ("alembic",)


def test_it_is_named_for_ruff(moved: Callable[..., Any]) -> None:
    files = {**FILES, "Makefile": "lint:\n\tisort -c .\n", ".isort.cfg": "[settings]\nknown_first_party = shop\n"}
    isort = tomllib.loads(moved(files)["ruff.toml"])["lint"]["isort"]
    assert isort["known-first-party"] == ["shop", "alembic"]
    files[".isort.cfg"] = "[settings]\nknown_third_party = alembic\n"
    assert "known-first-party" not in tomllib.loads(moved(files)["ruff.toml"])["lint"]["isort"]


SERVICE = {f"services/api/{path}": text for path, text in FILES.items()}


def _ruff(after: Any) -> dict[str, Any]:
    return tomllib.loads(after["ruff.toml"])


def test_isort_goes_by_the_folder_of_the_settings_that_a_hook_names(moved: Callable[..., Any]) -> None:
    hook = (
        "repos:\n- repo: https://github.com/PyCQA/isort\n  rev: 5.13.2\n  hooks:\n  - id: isort\n"
        "    args: [--settings-path, services/api/pyproject.toml]\n    files: ^services/api/\n"
        "- repo: https://github.com/psf/black\n  rev: 24.1.1\n  hooks:\n  - id: black\n"
    )
    settings = '[tool.isort]\nprofile = "black"\n'
    files = {**SERVICE, "tools/b.py": "", ".pre-commit-config.yaml": hook, "services/api/pyproject.toml": settings}
    config = _ruff(moved(files))
    assert config["src"] == ["services/api"]
    assert config["lint"]["isort"]["known-first-party"] == ["alembic"]
    files["services/api/pyproject.toml"] = f'{settings}src_paths = ["shop", "../lib"]\n'
    assert _ruff(moved(files))["src"] == ["services/api/shop", "services/lib"]
    files["services/api/src/cart.py"], files["services/api/pyproject.toml"] = "", settings
    assert _ruff(moved(files))["src"] == ["services/api", "services/api/src"]


def test_without_settings_isort_goes_by_where_it_is_started(moved: Callable[..., Any]) -> None:
    started = "lint:\n\tcd services/api && isort --profile black -c .\n\tflake8 .\n"
    assert _ruff(moved({**SERVICE, "Makefile": started}))["src"] == ["services/api"]
    everywhere = started + "\tisort --profile black -c tools\n"
    assert "src" not in _ruff(moved({**SERVICE, "tools/a.py": "", "Makefile": everywhere}))
    rooted = {**SERVICE, "Makefile": started, ".isort.cfg": "[settings]\nprofile = black\n"}
    assert "src" not in _ruff(moved(rooted))


def test_what_ruff_leaves_out_unasked_stays_out(moved: Callable[..., Any]) -> None:
    files = {".flake8": "[flake8]\nexclude = .venv, __pycache__, old/\n", "Makefile": "lint:\n\tflake8 .\n"}
    config = _ruff(moved({**files, "shop/a.py": "", "old/a.py": ""}))
    assert "exclude" not in config  # it would take the place of Ruff's own list; lint.exclude adds to it
    assert config["lint"]["exclude"] == ["old/**"]
