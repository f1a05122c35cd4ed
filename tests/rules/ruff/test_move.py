from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from rules.ruff.baseline import Baseline

HOOKS = """\
exclude: ^docs/
repos:
  # the small ones
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v4.0.0
    hooks:
      - id: check-yaml
  - repo: https://github.com/psf/black
    rev: 24.1.0
    hooks:
      - id: black

  - repo: https://github.com/PyCQA/flake8
    rev: 7.0.0
    hooks:
      - id: flake8
        files: ^src/
        additional_dependencies:
          - flake8-bugbear==24.1

  - repo: https://github.com/pycqa/isort
    rev: 5.13.0
    hooks:
      - id: isort

  - repo: https://github.com/pre-commit/mirrors-mypy
    rev: v1.0.0
    hooks:
      - id: mypy
"""
NEW_HOOKS = """\
exclude: ^docs/
repos:
  # the small ones
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v4.0.0
    hooks:
      - id: check-yaml
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.17.6
    hooks:
      - id: ruff-check
        args: [--select=I, --fix]
      - id: ruff-check
        files: ^src/
      - id: ruff-format

  - repo: https://github.com/pre-commit/mirrors-mypy
    rev: v1.0.0
    hooks:
      - id: mypy
"""


def test_hooks_become_ruffs_and_the_rest_stays(moved: Callable[..., Any]) -> None:
    after = moved({".pre-commit-config.yaml": HOOKS, ".flake8": "[flake8]\nmax-line-length = 99\n"})
    assert after[".pre-commit-config.yaml"] == NEW_HOOKS
    assert ".flake8" not in after.files
    config = tomllib.loads(after["ruff.toml"])
    assert config["line-length"] == 88
    assert config["lint"]["pycodestyle"] == {"max-line-length": 99}
    assert {"B006", "I001", "E501"} <= set(config["lint"]["select"])
    assert after.move.tools == ("black", "flake8", "isort")


def test_a_hook_beside_others_goes_alone(moved: Callable[..., Any]) -> None:
    text = (
        "repos:\n- repo: https://example.org/hooks\n  rev: v1\n  hooks:\n  - id: check-yaml\n  - id: flake8\n"
        "  - id: trailing-whitespace\n"
    )
    after = moved({".pre-commit-config.yaml": text})[".pre-commit-config.yaml"]
    assert "flake8" not in after
    assert (
        "  - id: check-yaml\n  - id: trailing-whitespace\n- repo: https://github.com/astral-sh/ruff-pre-commit\n"
        in after
    )


MAKE = "lint:\n\t@poetry run flake8 --max-line-length 100 --count src tests\n\tpython -m black --check -l 100 .\n"
WORKFLOW = """\
on: push
jobs:
  flake8:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        tool: [flake8]
    steps:
      - run: pip install pytest flake8 black isort==5.0
      - name: flake8 src
        run: |
          flake8 . --count --exit-zero --max-complexity=10  # advice
          isort --check-only --diff . && pytest
"""


def test_commands_are_replaced_where_they_stand(moved: Callable[..., Any]) -> None:
    after = moved({"Makefile": MAKE, ".github/workflows/ci.yml": WORKFLOW})
    assert after["Makefile"] == "lint:\n\t@poetry run ruff check src tests\n\tpython -m ruff format --check .\n"
    expected = (
        WORKFLOW.replace("pytest flake8 black isort==5.0", "pytest ruff==0.17.6")
        .replace(
            "flake8 . --count --exit-zero --max-complexity=10", "ruff check --exit-zero --extend-select=E,F,W,C90 ."
        )
        .replace("isort --check-only --diff .", "ruff check --select=I .")
    )
    assert after[".github/workflows/ci.yml"] == expected


def test_sections_and_packages_go(moved: Callable[..., Any]) -> None:
    after = moved(
        {
            "tox.ini": "[tox]\nenvlist = lint\n\n[testenv:lint]\ndeps =\n    flake8\n    flake8-bugbear\n    pytest\n"
            "commands =\n    flake8 src\n\n[flake8]\nmax-line-length = 100\n\n# kept\n[pytest]\naddopts = -q\n",
            "requirements-dev.txt": "flake8>=3  # style\npytest\npep8-naming\n",
            "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n\n[dependency-groups]\ndev = ["flake8>=3", "pytest"]\n',
        }
    )
    assert after["tox.ini"] == (
        "[tox]\nenvlist = lint\n\n[testenv:lint]\ndeps =\n    ruff==0.17.6\n    pytest\n"
        "commands =\n    ruff check src\n\n# kept\n[pytest]\naddopts = -q\n"
    )
    assert after["requirements-dev.txt"] == "ruff==0.17.6\npytest\n"
    assert 'dev = ["ruff==0.17.6", "pytest"]' in after["pyproject.toml"]
    assert tomllib.loads(after["pyproject.toml"])["tool"]["ruff"]["line-length"] == 100


def test_ruff_is_in_each_environment_of_tox_that_runs_it(moved: Callable[..., Any]) -> None:
    text = (
        "[testenv:flake8]\ndeps =\n    flake8\n    flake8-bugbear\ncommands = flake8 src\n"
        "[testenv:black]\ndeps = black\ncommands = black --check src\n"
        "[testenv:isort]\ndeps =\n    isort\n    ruff==0.17.6\ncommands = isort -c src\n"
    )
    assert moved({"tox.ini": text, "src/a.py": "x = 1\n"})["tox.ini"] == (
        "[testenv:flake8]\ndeps =\n    ruff==0.17.6\ncommands = ruff check src\n"
        "[testenv:black]\ndeps = ruff==0.17.6\ncommands = ruff format --check src\n"
        "[testenv:isort]\ndeps =\n    ruff==0.17.6\ncommands = ruff check --select=I src\n"
    )


def test_packages_of_poetry_are_no_commands(moved: Callable[..., Any]) -> None:
    text = '[tool.poetry]\nname = "a"\n\n[tool.poetry.group.dev.dependencies]\nblack = "^24"\nflake8 = "^6.1.0"\npytest = "*"\n'
    after = moved({"pyproject.toml": text, "Makefile": "lint:\n\tflake8 .\n\tblack .\n"})
    assert 'dependencies]\nruff = "0.17.6"\npytest = "*"\n' in after["pyproject.toml"]


def test_a_plug_in_without_counterpart_keeps_flake8(moved: Callable[..., Any]) -> None:
    files = {
        "requirements-dev.txt": "wemake-python-styleguide\nflake8\nblack\n",
        "Makefile": "lint:\n\tflake8 .\n\tblack --check .\n",
    }
    after = moved(files)
    assert [r.code for r in after.move.refusals] == ["lint-plugin"]
    assert "wemake-python-styleguide (WPS)" in after.move.refusals[0].message
    assert after["Makefile"] == "lint:\n\tflake8 .\n\truff format --check .\n"
    assert after["requirements-dev.txt"] == "wemake-python-styleguide\nflake8\nruff==0.17.6\n"


def test_a_configuration_that_is_there_is_extended(moved: Callable[..., Any]) -> None:
    ruff = "# ours\nline-length = 100\n\n[lint]\nselect = ['UP']\n"
    after = moved({"ruff.toml": ruff, "setup.cfg": "[flake8]\nselect = F4\n", "Makefile": "lint:\n\tflake8 .\n"})
    config = tomllib.loads(after["ruff.toml"])
    assert after["ruff.toml"].startswith("# ours\n")
    assert config["line-length"] == 100
    assert config["lint"]["select"][:2] == ["UP", "F401"]
    assert "setup.cfg" not in after.files


def test_a_configuration_that_says_something_else_is_refused(moved: Callable[..., Any]) -> None:
    after = moved({"ruff.toml": "line-length = 100\n", "Makefile": "lint:\n\tblack .\n"})
    assert [r.code for r in after.move.refusals] == ["ruff-configured"]
    assert not after.move.edits


def test_the_old_form_is_kept(moved: Callable[..., Any]) -> None:
    after = moved(
        {
            "ruff.toml": "line-length = 79\nselect = ['UP']\n",
            ".flake8": "[flake8]\nselect = F4\n",
            "Makefile": "l:\n\tflake8\n",
        }
    )
    config = tomllib.loads(after["ruff.toml"])
    assert "F401" in config["select"]


def test_the_baseline_is_left_out_file_by_file(moved: Callable[..., Any]) -> None:
    files = {
        "Makefile": "l:\n\tflake8\n\tblack --check .\n",
        ".flake8": "[flake8]\nper-file-ignores = a/[b].py: E501\n",
    }
    baseline = Baseline(
        rules={"top.py": {"F401": 2}, "a/[b].py": {"E721": 1}}, unparsed=("old.py",), unformatted=("x.py",)
    )
    config = tomllib.loads(moved(files, baseline)["ruff.toml"])
    assert config["lint"]["per-file-ignores"]["./top.py"] == ["F401"]
    assert config["lint"]["per-file-ignores"]["a/[[]b[]].py"] == ["E721"]
    assert config["lint"]["exclude"] == ["./old.py"]
    assert config["format"]["exclude"] == ["./x.py"]


def test_files_that_the_old_tools_never_saw_stay_out(moved: Callable[..., Any]) -> None:
    config = tomllib.loads(moved({"Makefile": "l:\n\tflake8\n", "a.ipynb": "{}", "b.pyi": ""})["ruff.toml"])
    assert config["extend-exclude"] == ["*.ipynb"]
    assert config["lint"]["exclude"] == ["*.pyi"]
    config = tomllib.loads(moved({"Makefile": "l:\n\tflake8\n\tisort .\n", "b.pyi": ""})["ruff.toml"])
    assert "exclude" not in config["lint"]
    assert "I001" not in str(config["lint"]["per-file-ignores"]["*.pyi"])
    hook = "repos:\n- repo: https://github.com/PyCQA/isort\n  rev: 5.0\n  hooks:\n  - {id: isort, types: [python]}\n"
    config = tomllib.loads(
        moved({"Makefile": "l:\n\tflake8\n", ".pre-commit-config.yaml": hook, "b.pyi": ""})["ruff.toml"]
    )
    assert config["lint"]["exclude"] == ["*.pyi"]


@pytest.mark.parametrize("text", ["", "repos: [", "repos:\n- 1\n- repo: 2\n  hooks: [{id: flake8}, 3]\n", "[flake8\n"])
def test_broken_files_do_no_harm(moved: Callable[..., Any], text: str) -> None:
    moved({".pre-commit-config.yaml": text, ".flake8": text, "tox.ini": text, "Makefile": "l:\n\tflake8\n"})


def test_a_call_for_the_version_asks_for_the_version(moved: Callable[..., Any]) -> None:
    after = moved({"Makefile": "l:\n\tisort --version\n\tisort --check .\n", "setup.cfg": "[isort]\nprofile = black\n"})
    assert after["Makefile"] == "l:\n\truff --version\n\truff check --select=I .\n"


def test_packages_that_a_command_adds(moved: Callable[..., Any]) -> None:
    after = moved({"Makefile": "l:\n\tuv add --dev flake8\n\tflake8 .\n", ".flake8": "[flake8]\nselect = E\n"})
    assert "uv add --dev ruff==" in after["Makefile"]


def test_imports_that_ruff_sorts_otherwise_already_are_a_conflict(moved: Callable[..., Any]) -> None:
    files = {
        "Makefile": "l:\n\tisort --check .\n",
        "pyproject.toml": "[tool.ruff.lint.isort]\nforce-sort-within-sections = true\n",
    }
    after = moved(files)
    assert [r.code for r in after.move.refusals] == ["ruff-configured"]
    assert after.move.edits == ()


def test_ruffs_tables_stand_apart_in_a_file_that_ends_without_a_line(moved: Callable[..., Any]) -> None:
    after = moved({"Makefile": "l:\n\tblack .\n", "pyproject.toml": "[tool.black]\n[tool.pytest.ini_options]\nx = 1"})
    assert "x = 1\n\n[tool.ruff]\n" in after["pyproject.toml"]


def test_a_table_with_nothing_in_it_is_not_written(moved: Callable[..., Any]) -> None:
    files = {
        "Makefile": "l:\n\truff check\n\tblack .\n",
        "pyproject.toml": "[tool.black]\nline-length = 120\n\n[tool.ruff]\nline-length = 120\n",
    }
    assert "[tool.ruff.lint]" not in moved(files)["pyproject.toml"]


def test_an_add_on_makes_flake8_read_pyproject_first(moved: Callable[..., Any]) -> None:
    files = {
        "Makefile": "l:\n\tpflake8 .\n",
        "tox.ini": "[flake8]\nmax-line-length = 100\n",
        "pyproject.toml": '[project]\nname = "a"\n[tool.flake8]\nmax-line-length = 99\nselect = ["E", "F"]\n',
        "requirements.txt": "pyproject-flake8\n",
        "a.py": "",
    }
    assert tomllib.loads(moved(files)["pyproject.toml"])["tool"]["ruff"]["line-length"] == 99
    del files["requirements.txt"]
    plain = moved({**files, "Makefile": "l:\n\tflake8 .\n"})
    assert tomllib.loads(plain["pyproject.toml"])["tool"]["ruff"]["line-length"] == 100


def test_plug_ins_of_the_repository_keep_flake8(moved: Callable[..., Any]) -> None:
    section = "[flake8]\nmax-line-length = 99\n\n[flake8:local-plugins]\nextension =\n    XX1 = tools.check:Check\npaths = .\n"
    after = moved({".flake8": section, "Makefile": "lint:\n\tflake8\n"})
    assert after.move.tools == ()
    (refusal,) = after.move.refusals
    assert refusal.code == "lint-plugin"
    assert "plug-ins of its own (XX1)" in refusal.message


def test_a_group_that_includes_another_keeps_its_name(moved: Callable[..., Any]) -> None:
    project = (
        '[project]\nname = "shop"\nversion = "1"\n\n[dependency-groups]\ndev = [\n    {include-group = "flake8"},\n'
        '    "pytest",\n]\nflake8 = [\n    "flake8==7.0",\n]\n'
    )
    after = moved({"pyproject.toml": project, "Makefile": "lint:\n\tflake8\n"})
    groups = tomllib.loads(after["pyproject.toml"])["dependency-groups"]
    assert groups == {"dev": [{"include-group": "flake8"}, "pytest"], "flake8": ["ruff==0.17.6"]}


def test_two_lengths_of_lines_are_said(moved: Callable[..., Any]) -> None:
    project = "[tool.black]\nline-length = 120\n\n[tool.isort]\nprofile = 'black'\nline_length = 100\n"
    after = moved({"pyproject.toml": project, "Makefile": "lint:\n\tisort -c .\n\tblack --check .\n"})
    assert ("isort", "line_length") in [(tool, what) for tool, what, _ in after.move.lost]


def test_the_code_in_markdown_is_left_alone(moved: Callable[..., Any]) -> None:
    """Ruff formats it from 0.16 on, Black does not."""
    files = {"Makefile": "lint:\n\tblack --check .\n", "a.py": "", "README.md": "# a\n"}
    assert tomllib.loads(moved(files)["ruff.toml"])["format"]["exclude"] == ["*.md"]
    del files["README.md"]
    assert "format" not in tomllib.loads(moved(files)["ruff.toml"])


def test_markdown_stays_formatted_where_ruff_does_it_today(moved: Callable[..., Any]) -> None:
    hooks = (
        "repos:\n- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v{}\n  hooks:\n  - id: ruff-format\n"
        "- repo: https://github.com/pycqa/isort\n  rev: 5.13.0\n  hooks:\n  - id: isort\n    args: [--profile, black]\n"
    )
    files = {"ruff.toml": "", "a.py": "", "README.md": "# a\n"}
    now = moved({**files, ".pre-commit-config.yaml": hooks.format("0.16.1")})
    assert "format" not in tomllib.loads(now["ruff.toml"])
    once = moved({**files, ".pre-commit-config.yaml": hooks.format("0.15.1")})
    assert tomllib.loads(once["ruff.toml"])["format"]["exclude"] == ["*.md"]


def test_extras_of_setup_cfg_and_setup_py(moved: Callable[..., Any]) -> None:
    cfg = "[options.extras_require]\nquality =\n    doc8\n    flake8\n    isort\ntest =\n    pytest\n"
    py = 'setup(\n    extras_require={\n        "dev": ["black", "pytest", "flake8>=3"],\n        "db": ["psycopg2"],\n    },\n)\n'
    makefile = "lint:\n\tflake8\n\tisort -c .\n\tblack --check .\n"
    after = moved({"setup.cfg": cfg, "setup.py": f"from setuptools import setup\n\n{py}", "Makefile": makefile})
    assert "quality =\n    doc8\n    ruff==0.17.6\ntest =\n    pytest\n" in after["setup.cfg"]
    assert '"dev": ["ruff==0.17.6", "pytest"],' in after["setup.py"]
    assert "lint-install" not in [note.code for note in after.move.notes]


def test_where_nothing_installs_ruff_it_is_said(moved: Callable[..., Any]) -> None:
    after = moved({"Makefile": "lint:\n\tflake8 .\n", "a.py": ""})
    (note,) = [note for note in after.move.notes if note.code == "lint-install"]
    assert (note.path, note.line) == ("Makefile", 2)


def test_a_session_that_is_not_understood_keeps_the_tool(moved: Callable[..., Any]) -> None:
    nox = (
        "import nox\n\n\n@nox.session\ndef lint(session):\n    cmd = ['flake8', '--tee']\n    cmd.append('src')\n"
        "    session.install('flake8')\n    session.run(*cmd)\n"
    )
    plain = (
        "import nox\n\n\n@nox.session\ndef lint(session):\n    session.install('flake8')\n    session.run('flake8')\n"
    )
    assert moved({"noxfile.py": plain, ".flake8": "[flake8]\n"}).move.tools == ("flake8",)
    held = moved({"noxfile.py": nox, ".flake8": "[flake8]\n", "requirements.txt": "flake8\n"}).move
    assert held.tools == ()


def test_a_pass_before_the_one_that_counts_is_no_configuration(moved: Callable[..., Any]) -> None:
    """One import a line, so that autoflake can take single ones out; then as they are to be."""
    files = {
        "scripts/format.sh": "#!/bin/sh\nisort shop --force-single-line-imports\nisort shop\n",
        "shop/a.py": "",
        ".isort.cfg": "[settings]\nprofile = black\n",
    }
    assert "force-single-line" not in moved(files)["ruff.toml"]
    files["scripts/lint.sh"] = "#!/bin/sh\nisort shop --check-only --lines-after-imports 2\n"
    config = tomllib.loads(moved(files)["ruff.toml"])["lint"]["isort"]
    assert config == {"lines-after-imports": 2}


def test_what_ruff_is_told_to_leave_out_is_said(moved: Callable[..., Any]) -> None:
    files = {
        "ruff.toml": 'extend-exclude = ["lib"]\n[lint]\nselect = ["F"]\n',
        "Makefile": "lint:\n\tisort -c .\n\truff check .\n",
        "lib/vendored.py": "",
        "a.py": "",
    }
    (note,) = [n for n in moved(files).move.notes if "leave out" in n.message]
    assert (note.code, note.path) == ("ruff-configured", "ruff.toml")
    assert "lib/vendored.py" in note.message
    files[".isort.cfg"] = "[settings]\nskip = lib\n"
    assert not [n for n in moved(files).move.notes if "leave out" in n.message]


def test_the_empty_line_before_the_next_hooks_stays(moved: Callable[..., Any]) -> None:
    text = (
        "repos:\n  - repo: https://github.com/psf/black\n    rev: 24.1.0\n    hooks:\n      - id: black\n"
        "  - repo: https://github.com/PyCQA/flake8\n    rev: 7.0.0\n    hooks:\n      - id: flake8\n\n"
        "  - repo: https://github.com/pre-commit/mirrors-mypy\n    rev: v1.0.0\n    hooks:\n      - id: mypy\n"
    )
    after = moved({".pre-commit-config.yaml": text})[".pre-commit-config.yaml"]
    assert "      - id: ruff-format\n\n  - repo: https://github.com/pre-commit/mirrors-mypy\n" in after


TOX = """\
[tox]
envlist = lint

[flake8]
max-line-length = 100

[testenv:lint]
deps =
    flake8
    flake8-bugbear==23.1
commands =
    {envpython} -m flake8 src tests
    {envbindir}/flake8 docs
"""


def test_commands_below_a_section_that_goes_are_replaced(moved: Callable[..., Any]) -> None:
    after = moved({"tox.ini": TOX, "src/a.py": ""})
    assert "{envpython} -m ruff check src tests\n    {envbindir}/ruff check docs\n" in after["tox.ini"]
    assert "flake8" not in after["tox.ini"]


def test_plug_ins_that_commands_install_count(moved: Callable[..., Any]) -> None:
    workflow = "jobs:\n  a:\n    steps:\n    - run: pip install flake8 'flake8-builtins>=2'\n    - run: flake8\n"
    nox = "import nox\n@nox.session\ndef lint(s):\n    s.install('flake8-quotes')\n    s.run('flake8')\n"
    files = {
        "tox.ini": TOX,
        ".github/workflows/a.yml": workflow,
        "noxfile.py": nox,
        "tests/data/tox.ini": "",
        "a.py": "",
    }
    plugins = moved(files).move.setup.plugins
    assert plugins == ("flake8-bugbear", "flake8-builtins", "flake8-quotes")


def test_what_a_command_names_is_left_out_by_force(moved: Callable[..., Any]) -> None:
    files = {
        "tox.ini": "[testenv:lint]\ndeps = black\ncommands = black --check setup.py src\n",
        "setup.py": "",
        "src/a.py": "",
    }
    named = moved(files, Baseline(unformatted=("setup.py",)))
    assert tomllib.loads(named["ruff.toml"])["force-exclude"] is True
    below = moved(files, Baseline(unformatted=("src/a.py",)))
    assert "force-exclude" not in tomllib.loads(below["ruff.toml"])


def test_a_python_that_ruff_cannot_read_is_refused(moved: Callable[..., Any]) -> None:
    manifest = '[project]\nname = "a"\nversion = "1"\nrequires-python = "{}"\n[tool.black]\nline-length = 99\n'
    files = {"Makefile": "lint:\n\tblack .\n", "requirements-dev.txt": "black\n", "a.py": ""}
    (refusal,) = moved({**files, "pyproject.toml": manifest.format("^3.12")}).move.refusals
    assert refusal.code == "ruff-configured"
    assert "requires-python = '^3.12'" in refusal.message
    assert moved({**files, "pyproject.toml": manifest.format(">=3.12")}).move.tools == ("black",)


def test_a_formatter_that_sees_no_stubs_sees_none_afterwards(moved: Callable[..., Any]) -> None:
    hooks = "repos:\n- repo: https://github.com/example/black\n  rev: 24.1.0\n  hooks:\n  - id: black\n    types: [python]\n"
    after = moved({".pre-commit-config.yaml": hooks, "a.py": "x = 1\n", "a.pyi": "x: int\n"})
    assert after[".pre-commit-config.yaml"].endswith("  - id: ruff-format\n    types: [python]\n")


def test_names_of_scripts_are_no_commands(moved: Callable[..., Any]) -> None:
    package = (
        '{\n  "scripts": {\n    "isort": "isort --check src",\n    "lint": "npm run isort && flake8 src"\n  }\n}\n'
    )
    after = moved({"package.json": package, "requirements-dev.txt": "isort\nflake8\n", "src/a.py": "x = 1\n"})
    assert '"isort": "ruff check --select=I src"' in after["package.json"]
