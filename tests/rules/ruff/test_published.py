from __future__ import annotations

from collections.abc import Callable
from typing import Any

PROJECT = (
    "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['rich']\n\n"
    "[project.optional-dependencies]\npretty = ['black>=23']\ndev = ['black', 'pytest']\n\n[tool.black]\nline-length = 99\n"
)
HOOK = "repos:\n- repo: https://github.com/psf/black\n  rev: 24.1.0\n  hooks:\n  - id: black\n"
MAKE = "lint:\n\tblack --check src\n"


def test_what_users_install_stays_and_is_told(moved: Callable[..., Any]) -> None:
    after = moved({"pyproject.toml": PROJECT, ".pre-commit-config.yaml": HOOK, "src/shop.py": "x = 1\n"})
    assert "pretty = ['black>=23']\ndev = ['ruff==0.17.6', 'pytest']\n" in after["pyproject.toml"]
    assert after.move.tools == ("black",)
    (told,) = [note for note in after.move.notes if note.code == "lint-tool-kept"]
    assert (told.message, told.path) == (
        "black stays in the extra pretty, which users of the project install",
        "pyproject.toml",
    )


def test_a_tool_that_code_imports_stays_as_a_whole(moved: Callable[..., Any]) -> None:
    files = {
        "pyproject.toml": PROJECT,
        ".pre-commit-config.yaml": HOOK,
        "src/shop.py": "def show():\n    from black import format_str\n",
    }
    after = moved(files)
    assert (after.move.tools, after.files) == ((), files)
    (why,) = after.move.refusals
    assert (why.code, why.path, why.line) == ("lint-in-program", "src/shop.py", 2)
    own = moved({**files, "src/black.py": ""})
    assert own.move.tools == ("black",)


def test_a_tool_that_only_users_get_stays_where_a_command_runs_it(moved: Callable[..., Any]) -> None:
    text = PROJECT.replace("['rich']", "['rich', 'black']").replace("'black', 'pytest'", "'pytest'")
    files = {"pyproject.toml": text, "Makefile": MAKE, "src/shop.py": "x = 1\n"}
    after = moved(files)
    assert after.files == files
    (why,) = after.move.refusals
    assert why.decision == "Is it needed at run time, or does it belong to a group for development?"


def test_lists_of_setup_files_and_poetry_for_users(moved: Callable[..., Any]) -> None:
    setup = (
        "from setuptools import setup\nsetup(name='shop', install_requires=['black'],\n"
        "      extras_require={'pretty': ['black'], 'dev': ['black']})\n"
    )
    after = moved({"setup.py": setup, ".pre-commit-config.yaml": HOOK, "shop.py": "x = 1\n"})
    assert after["setup.py"] == setup.replace("'dev': ['black']", "'dev': [\"ruff==0.17.6\"]")
    config = (
        "[metadata]\nname = shop\n[options]\ninstall_requires =\n    black\n[options.extras_require]\npretty =\n"
        "    black\ndev =\n    black\n"
    )
    after = moved({"setup.cfg": config, ".pre-commit-config.yaml": HOOK, "shop.py": "x = 1\n"})
    assert after["setup.cfg"] == config.replace("dev =\n    black", "dev =\n    ruff==0.17.6")
    poetry = "[tool.poetry]\nname = 'shop'\n[tool.poetry.dependencies]\nblack = '*'\n[tool.poetry.dev-dependencies]\nblack = '*'\n"
    after = moved({"pyproject.toml": poetry, ".pre-commit-config.yaml": HOOK, "shop.py": "x = 1\n"})
    assert (
        poetry.replace("dev-dependencies]\nblack = '*'", 'dev-dependencies]\nruff = "0.17.6"')
        in after["pyproject.toml"]
    )


def test_a_program_that_puts_the_command_together_starts_it(moved: Callable[..., Any]) -> None:
    task = "def lint(ctx, paths):\n    ctx.run('flake8 ' + paths)\n"
    after = moved({"tasks/linting.py": task, "requirements-dev.txt": "flake8\n", "shop.py": "x = 1\n"})
    assert [(why.code, why.path, why.line) for why in after.move.refusals] == [
        ("lint-in-program", "tasks/linting.py", 2)
    ]
