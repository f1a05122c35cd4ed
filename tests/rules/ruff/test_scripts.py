from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

from rules.ruff.scripts import is_script

HOOKS = """\
repos:
- repo: https://github.com/PyCQA/flake8
  rev: 6.0.0
  hooks:
  - id: flake8
- repo: https://github.com/PyCQA/pydocstyle
  rev: 6.3.0
  hooks:
  - id: pydocstyle
    files: ^shop/
"""


def test_a_script_without_a_suffix_is_seen_by_a_hook(moved: Callable[..., Any]) -> None:
    files = {".pre-commit-config.yaml": HOOKS, "shop/a.py": "", "start": "#!/usr/bin/env python3\nx = 1\n"}
    after = moved(files | {"LICENSE": "free\n", "run": "#!/bin/sh\npython x\n"})
    assert after.move.setup.sources == ("shop/a.py", "start")
    ignores = tomllib.loads(after["ruff.toml"])["lint"]["per-file-ignores"]
    assert ignores["!shop/**"] == ["D"]


def test_names() -> None:
    assert is_script("bin/start")
    assert not is_script("bin/start.py")
