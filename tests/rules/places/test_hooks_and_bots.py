from __future__ import annotations

from collections.abc import Callable
from typing import Any

Patch = Callable[..., Any]
HOOKS = ".pre-commit-config.yaml"


def test_hooks_of_poetry(patched: Patch) -> None:
    text = """\
repos:
  # the lock
  - repo: https://github.com/python-poetry/poetry
    rev: "1.8.0"
    hooks:
      - id: poetry-check
      - id: poetry-lock
        args: [--no-update]
      - id: poetry-export
        args: ["-f", "requirements.txt", "-o", "out.txt", "--without-hashes"]
  - repo: local
    hooks:
      - id: mypy
        name: mypy
        entry: poetry run mypy
        language: system
"""
    found = patched({HOOKS: text})
    assert (
        found[HOOKS]
        == """\
repos:
  # the lock
  - repo: https://github.com/astral-sh/uv-pre-commit
    rev: 0.13.9
    hooks:
      - id: uv-lock
      - id: uv-export
        args: [--frozen, --no-dev, --output-file=out.txt, --no-hashes, --no-emit-project]
  - repo: local
    hooks:
      - id: mypy
        name: mypy
        entry: uv run --locked mypy
        language: system
"""
    )
    assert not found.left


def test_hooks_without_a_counterpart_are_noted(patched: Patch) -> None:
    text = "repos:\n  - repo: https://github.com/python-poetry/poetry\n    rev: '1'\n    hooks:\n      - id: poetry-other\n"
    found = patched({HOOKS: text})
    assert found[HOOKS] == text
    assert found.notes == [(HOOKS, 2, "the hooks poetry-other have no counterpart that is certain")]


def test_dependabot_for_the_folder_that_moved(patched: Patch) -> None:
    text = 'version: 2\nupdates:\n  - package-ecosystem: "pip" # ours\n    directory: /\n  - package-ecosystem: pip\n    directory: /other\n'
    assert patched({".github/dependabot.yml": text})[".github/dependabot.yml"] == text.replace(
        '"pip" # ours', '"uv" # ours'
    )


def test_renovate(patched: Patch) -> None:
    text = (
        '{\n  "enabledManagers": ["poetry", "github-actions"],\n  "packageRules": [{"matchManagers": ["poetry"]}]\n}\n'
    )
    assert patched({"renovate.json": text})["renovate.json"] == text.replace('"poetry"', '"pep621"')


def test_what_is_not_committed(patched: Patch) -> None:
    found = patched({".gitignore": "*.pyc\nuv.lock", ".dockerignore": "*\n!poetry.lock\n"})
    assert found[".gitignore"] == "*.pyc\n.venv/\n"
    assert found[".dockerignore"] == "*\n!uv.lock\n"
    assert patched({".gitignore": ".venv\n"})[".gitignore"] == ".venv\n"


def test_documentation(patched: Patch) -> None:
    text = """\
# Shop

Install with `poetry install` (or `make`), see `poetry.lock`. We like poetry.

```bash
$ curl -sSL https://install.python-poetry.org | python3 -
$ poetry install --with docs  # all
poetry add <name>
```

```python
poetry install
```
"""
    found = patched({"README.md": text})
    assert (
        found["README.md"]
        == """\
# Shop

Install with `uv sync` (or `make`), see `uv.lock`. We like poetry.

```bash
$ pip install uv
$ uv sync --group docs  # all
uv add <name>
```

```python
poetry install
```
"""
    )


def test_documentation_in_rst(patched: Patch) -> None:
    text = (
        "Shop\n====\n\n.. code-block:: bash\n\n   poetry install\n\nText: ``poetry run x``::\n\n   poetry lock\n\nEnd\n"
    )
    found = patched({"docs/index.rst": text})
    assert found["docs/index.rst"] == text.replace("poetry install", "uv sync").replace("poetry run", "uv run").replace(
        "poetry lock", "uv lock"
    )


def test_a_changelog_stays(patched: Patch) -> None:
    files = {"CHANGELOG.md": "```bash\npoetry install\n```\n"}
    assert patched(files)["CHANGELOG.md"] == files["CHANGELOG.md"]


def test_a_readme_that_upgrades_pip_still_does(patched: Patch) -> None:
    found = patched({"README.md": "```bash\npython -m pip install --upgrade pip poetry\npoetry install\n```\n"})
    assert "pip install --upgrade pip uv\nuv sync\n" in found["README.md"]
