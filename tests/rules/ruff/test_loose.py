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
